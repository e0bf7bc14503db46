"""The real files beside the project: each is recognised as what it is, and the tables among them have the counts that
were taken by opening them. What the importers' own tests prove of the large exports is not repeated here."""

import zipfile
from collections import Counter

import pytest
from importing import read, shared

from workbench.errors import SourceError
from workbench.sources import registry
from workbench.sources.gather import gather

CHATS = "fixtures/langchain/unit_tests/chat_loaders/data"
DOCUMENTS = "fixtures/langchain/unit_tests/document_loaders/test_docs"
EXPORTS = {
    "slack-10academy.zip": "slack",
    "discord-meshcore.zip": "discord",
    "discourse-delving.zip": "discourse",
    "stackexchange-history-meta.zip": "stackexchange",
    "Telco-Customer-Churn.csv": "table",
    "cdnow/example_transactions.csv": "table",
    "feedback/banking77-train.csv": "table",
    "feedback/allocine-fr-train.csv": "table",
    "fixtures/whatsapp/test_[mmddyy]_24hrs.txt": "whatsapp",
    "fixtures/whatsapp-ios-system-lines.txt": "whatsapp",
    "fixtures/langchain/examples/whatsapp_chat.txt": "whatsapp",
    f"{CHATS}/whatsapp_chat.txt": "whatsapp",
    "fixtures/telegram/test_batch_export.json": "telegram",
    f"{CHATS}/telegram_chat_json/result.json": "telegram",
    f"{DOCUMENTS}/telegram.json": "telegram",
    "fixtures/langchain/examples/facebook_chat.json": "facebook",
    "fixtures/langchain/examples/slack_export.zip": "slack",
    "fixtures/slack-viewer-testarchive.zip": "slack",
    "fixtures/mattermost-bulk-export.jsonl": "mattermost",
}
NO_EXPORTS = (
    "collegemsg.txt.gz", "cdnow/CDNOW_master.txt", "feedback/sms.tsv",
    "feedback/idees_marquantes.json", "feedback/maalej.parquet", "republique-numerique-fr.zip",
    "sx-mathoverflow.parquet", "fixtures/whatsapp/target.json", f"{CHATS}/telegram_chat_html/messages.html",
)  # fmt: skip


@pytest.mark.parametrize(("name", "source"), EXPORTS.items())
def test_a_real_file_is_recognised_as_what_it_is(name, source):
    """All importers are asked in their order: one that is not particular enough would take another one's file."""
    assert [found.name for _, found in gather([shared(name)]).exports] == [source]


@pytest.mark.parametrize("name", NO_EXPORTS)
def test_what_is_no_export_is_refused_with_what_is_understood(name):
    with pytest.raises(SourceError, match="no export that is understood") as caught:
        gather([shared(name)])
    assert "bring a CSV or Excel table" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "messages", "people", "problems"),
    [
        ("fixtures/langchain/examples/whatsapp_chat.txt", 10, 7, 1),
        (f"{CHATS}/whatsapp_chat.txt", 11, 2, 0),
        ("fixtures/signal/test_export.txt", 2, 2, 0),
    ],
)
def test_small_chats_of_other_projects_are_read(name, messages, people, problems):
    path = shared(name)
    rows, _ = read(registry.recognise(path), path, timezone="UTC")
    assert (len(rows["events"]), len(rows["members"]), len(rows["problems"])) == (messages, people, problems)


@pytest.mark.parametrize(
    ("name", "messages"),
    [
        (f"{CHATS}/telegram_chat_json/result.json", 4),
        (f"{DOCUMENTS}/telegram.json", 3),
        ("fixtures/instagram/test_export.json", 2),
        ("fixtures/langchain/examples/facebook_chat.json", 11),
    ],
)
def test_conversations_of_two_are_counted_and_not_kept(name, messages):
    path = shared(name)
    rows, reading = read(registry.recognise(path), path)
    assert reading.read["message"] == messages == reading.dropped.total()
    assert not rows["events"] and not rows["members"]


def mapped(tmp_path, path, mapping):
    place = tmp_path / "mapping.toml"
    place.write_text(mapping, encoding="utf-8")
    return read(registry.source("table"), path, mapping=place, timezone="UTC")


POSTS = """table = "events"
platform = "stats"
[columns]
event_id = "Id"
occurred_at = "CreationDate"
member_id = "OwnerUserId"
kind = "PostTypeId"
[values.kind]
"1" = "post"
"*" = "reply"
"""
BADGES = """table = "log"
platform = "stats"
[columns]
entry_id = "Id"
noted_at = "Date"
member_id = "UserId"
[defaults]
kind = "reward"
"""


@pytest.mark.parametrize(
    ("name", "mapping", "table", "number"),
    [("posts.csv", POSTS, "events", 91_976), ("badges.csv", BADGES, "log", 79_851)],
)
def test_a_real_dump_as_tables_is_read_whole(tmp_path, name, mapping, table, number):
    path = shared("se-stats-simplified.zip")
    with zipfile.ZipFile(path) as archive:
        rows, reading = mapped(tmp_path, archive.extract(name, tmp_path) and tmp_path / name, mapping)
    assert (len(rows[table]), reading.read["row"], rows["problems"]) == (number, number, [])


def test_a_real_roster_of_customers_has_its_churned_ones(tmp_path):
    mapping = """table = "members"
platform = "shop"
attributes = ["Churn"]
[columns]
member_id = "customerID"
"""
    rows, _ = mapped(tmp_path, shared("Telco-Customer-Churn.csv"), mapping)
    assert Counter(row["attributes"]["Churn"] for row in rows["members"]) == {"No": 7_043 - 1_869, "Yes": 1_869}


@pytest.mark.parametrize(
    ("name", "number"), [("banking77-train", 10_003), ("banking77-test", 3_080), ("allocine-fr-train", 2_000)]
)
def test_real_questions_and_reviews_are_read_as_feedback(tmp_path, name, number):
    mapping = """table = "feedback"
[columns]
text = "text"
[defaults]
given_at = "2026-01-31"
source = "survey"
"""
    rows, _ = mapped(tmp_path, shared(f"feedback/{name}.csv"), mapping)
    assert (len(rows["feedback"]), rows["problems"]) == (number, [])
