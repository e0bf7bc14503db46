"""The same ten messages told in every dialect of every platform, against one expected result."""

import json

import pytest
from importing import FIXTURES, read

from workbench.sources import registry

FOLDER = FIXTURES / "conversation"
EXPECTED = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
WHATSAPP = sorted(path.name for path in (FOLDER / "whatsapp").glob("*.txt"))
TOLD = {
    "slack": ("slack", "none"),
    "discord": ("discord", "joins"),
    "telegram": ("telegram", "all"),
    "facebook": ("facebook", "none"),
    "mattermost": ("mattermost", "none"),
    "zulip": ("zulip", "none"),
    "table/causerie.csv": ("table", "none"),
    **{f"whatsapp/{name}": ("whatsapp", "all") for name in WHATSAPP},
}

HANDLES = {"ana": "Ana", "bob": "Bob", "zoe": "Zoé"}
"""Mattermost shows the names that people log in with."""


def minute(instant):
    return f"{instant:%Y-%m-%d %H:%M}"


def told(path):
    source = registry.recognise(path)
    return source, *read(source, path, timezone="Europe/Paris")


def test_there_is_a_dialect_for_each_language_and_phone():
    assert {name.split("-")[1].removesuffix(".txt") for name in WHATSAPP} == {"fr", "en", "de", "es", "it", "pt", "nl"}
    assert {name.split("-")[0] for name in WHATSAPP} == {"android", "ios"}


@pytest.mark.parametrize("name", TOLD)
def test_every_dialect_tells_the_same_conversation(name):
    source, rows, reading = told(FOLDER / name)
    assert source.name == TOLD[name][0]
    shown = {
        row["member_id"]: HANDLES.get(row.get("display_name"), row.get("display_name"))
        or row["member_id"].partition(":")[2]
        for row in rows["members"]
    }
    texts = {row["event_id"]: row["text"] for row in rows["messages"]}
    assert [
        {"occurred_at": minute(row["occurred_at"]), "author": shown[row["member_id"]], "text": texts[row["event_id"]]}
        for row in sorted(rows["events"], key=lambda row: row["occurred_at"])
    ] == EXPECTED["messages"]
    assert rows["problems"] == []
    records = reading.read["message"] + reading.read["system line"] + reading.read["row"]
    stays = 0 if name == "zulip" else len(rows["memberships"])  # Zulip tells stays by its list of people
    assert records == 10 + stays + reading.dropped.total()
    assert len(rows["groups"]) == 1


@pytest.mark.parametrize("name", [name for name, (_, stays) in TOLD.items() if stays != "none"])
def test_joins_and_departures_are_told_by_every_dialect_that_knows_them(name):
    _, rows, reading = told(FOLDER / name)
    shown = {row["member_id"]: row["display_name"] for row in rows["members"]}
    stays = [
        [
            shown[row["member_id"]],
            "joined" if row.get("start_at") else row["end_reason"],
            minute(row.get("start_at") or row["end_at"]),
        ]
        for row in rows["memberships"]
    ]
    all_told = TOLD[name][1] == "all"
    assert stays == EXPECTED["stays"] if all_told else EXPECTED["stays"][:3]
    assert (reading.tells_joins, reading.tells_leaves) == (True, all_told)
    assert {row.get("group_id") for row in rows["memberships"]} == {None}


def test_whatsapp_messages_have_the_same_ids_in_every_language_and_on_every_phone():
    ids = [[row["event_id"] for row in told(FOLDER / "whatsapp" / name)[1]["events"]] for name in WHATSAPP]
    assert all(each == ids[0] for each in ids)
    assert len(set(ids[0])) == 10


@pytest.mark.parametrize("name", ["slack", "discord", "telegram", "mattermost"])
def test_the_answer_about_the_cups_is_a_reply_where_replies_are_known(name):
    _, rows, _ = told(FOLDER / name)
    (reply,) = (row for row in rows["events"] if row["kind"] == "reply")
    asked = rows["events"][1]
    assert (reply["reply_to"], reply["target_member_id"]) == (asked["event_id"], asked["member_id"])
    assert reply["thread_id"] == asked["thread_id"] == asked["event_id"]
