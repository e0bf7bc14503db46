"""The same ten messages told in every dialect of every platform, against one expected result."""

import csv
import json
import re
from datetime import datetime

import pytest
from importing import FIXTURES, read
from test_table import workbook_of

from workbench.sources import registry

FOLDER = FIXTURES / "conversation"
EXPECTED = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
WHATSAPP = sorted(path.name for path in (FOLDER / "whatsapp").glob("*.txt"))
IRC = ("irc/irssi", "irc/irc.example.#tea-table.weechatlog", "irc/znc")
TOLD = {
    "slack": ("slack", "none"),
    "discord": ("discord", "joins"),
    "telegram": ("telegram", "all"),
    "telegram-batch": ("telegram", "all"),
    "facebook": ("facebook", "none"),
    "mattermost": ("mattermost", "none"),
    "zulip": ("zulip", "none"),
    "discourse": ("discourse", "none"),
    "stackexchange": ("stackexchange", "none"),
    "mbox": ("mbox", "none"),
    **dict.fromkeys(IRC, ("irc", "none")),
    "table/causerie.csv": ("table", "none"),
    "table/facebook-posts.csv": ("table", "none"),
    "table/viva-engage-messages.csv": ("table", "none"),
    **{f"whatsapp/{name}": ("whatsapp", "all") for name in WHATSAPP},
}
LINES = ("message", "system line", "row", "mail", "post", "comment", "join", "leave")
"""Kinds of records that are said or done, not who or where."""

HANDLES = {"ana": "Ana", "bob": "Bob", "zoe": "Zoé"}
"""Some platforms show the names that people log in with."""
TITLE = "Tea table\n\n"
"""Where a thread has a title, it stands above what opens it."""


def minute(instant):
    return f"{instant:%Y-%m-%d %H:%M}"


def told(path):
    source = registry.recognise(path)
    return source, *read(source, path, timezone="Europe/Paris")


def said(rows):
    shown = {
        row["member_id"]: HANDLES.get(row.get("display_name"), row.get("display_name"))
        or row["member_id"].partition(":")[2]
        for row in rows["members"]
    }
    texts = {row["event_id"]: row["text"].removeprefix(TITLE) for row in rows["messages"]}
    return [
        {"occurred_at": minute(row["occurred_at"]), "author": shown[row["member_id"]], "text": texts[row["event_id"]]}
        for row in sorted(rows["events"], key=lambda row: row["occurred_at"])
    ]


def stays_told(rows):
    shown = {row["member_id"]: row["display_name"] for row in rows["members"]}
    return [
        [
            shown[row["member_id"]],
            "joined" if row.get("start_at") else row["end_reason"],
            minute(row.get("start_at") or row["end_at"]),
        ]
        for row in rows["memberships"]
    ]


def in_lines(messages):
    """IRC knows no message of several lines."""
    return [{**message, "text": line} for message in messages for line in message["text"].split("\n")]


def test_there_is_a_dialect_for_each_language_on_each_phone():
    told = {tuple(name.removesuffix(".txt").split("-")[:2]) for name in WHATSAPP}
    assert told == {(phone, one) for phone in ("android", "ios") for one in ("fr", "en", "de", "es", "it", "pt", "nl")}


@pytest.mark.parametrize("name", TOLD)
def test_every_dialect_tells_the_same_conversation(name):
    source, rows, reading = told(FOLDER / name)
    assert source.name == TOLD[name][0]
    expected = in_lines(EXPECTED["messages"]) if name in IRC else EXPECTED["messages"]
    assert said(rows) == expected
    assert rows["problems"] == []
    stays = 0 if name == "zulip" else len(rows["memberships"])  # Zulip tells stays by its list of people
    records = sum(number for kind, number in reading.read.items() if kind in LINES)
    assert records == len(expected) + stays + reading.dropped.total()
    assert len(rows["groups"]) == 1


@pytest.mark.parametrize("name", [name for name, (_, stays) in TOLD.items() if stays != "none"])
def test_joins_and_departures_are_told_by_every_dialect_that_knows_them(name):
    _, rows, reading = told(FOLDER / name)
    all_told = TOLD[name][1] == "all"
    assert stays_told(rows) == (EXPECTED["stays"] if all_told else EXPECTED["stays"][:3])
    assert (reading.tells_joins, reading.tells_leaves) == (True, all_told)
    assert {row.get("group_id") for row in rows["memberships"]} == {None}


def test_a_personal_export_of_facebook_tells_what_its_owner_wrote_in_the_group():
    _, rows, _ = told(FOLDER / "facebook-group")
    assert said(rows) == [message for message in EXPECTED["messages"] if message["author"] == "Ana"]


def test_a_workbook_tells_it_like_the_table_that_it_was_made_of(tmp_path):
    table = FOLDER / "table" / "causerie.csv"
    with table.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file, delimiter=";")
    rows = [[int(number), datetime.strptime(at, "%d/%m/%Y %H:%M"), *rest] for number, at, *rest in rows]
    book = workbook_of(tmp_path, [header, *rows], name="causerie.xlsx")
    mapping = table.with_name("causerie.csv.mapping.toml").read_text(encoding="utf-8")
    own = re.sub(r"(?m)^(?:time_format|delimiter) = .*$", "", mapping)
    (tmp_path / "causerie.xlsx.mapping.toml").write_text(own, encoding="utf-8")
    assert said(told(book)[1]) == EXPECTED["messages"]


# WhatsApp writes dates and clocks as the phone is set, whatever its language


DATES = {
    "day/month/year": lambda at: f"{at:%d/%m/%Y}",
    "d/m/y": lambda at: f"{at.day}/{at.month}/{at:%y}",
    "day.month.y": lambda at: f"{at:%d.%m.%y}",
    "m/d/y": lambda at: f"{at.month}/{at.day}/{at:%y}",
    "year-month-day": lambda at: f"{at:%Y-%m-%d}",
}
CLOCKS = {
    "24 hours": lambda at, seconds: f"{at:%H:%M}{seconds}",
    "12 hours": lambda at, seconds: f"{at.hour % 12 or 12}:{at:%M}{seconds} {'AP'[at.hour // 12]}M",
    "12 hours, narrow space": lambda at, seconds: f"{at.hour % 12 or 12}:{at:%M}{seconds}\u202f{'ap'[at.hour // 12]}m",
    "12 hours, dots": lambda at, seconds: f"{at.hour % 12 or 12}:{at:%M}{seconds} {'ap'[at.hour // 12]}.\u00a0m.",
}
_STAMP = re.compile(
    r"(?m)^(\u200e?\[?)(\d+)([./-])(\d+)\3\d+,? (\d+):(\d\d)(:\d\d)?(?:[ \u00a0\u202f]([AaPp])\.?[ \u00a0]?[Mm]\.?)?"
)


def as_set(text: str, order: str, clock: str) -> str:
    """A chat of February 2026 with its dates in another order and on another clock."""

    def rewritten(found):
        mark, one, _, other, hour, minutes, seconds, half = found.groups()
        hour = int(hour) % 12 + 12 * (half in "pP") if half else int(hour)
        at = datetime(2026, 2, max(int(one), int(other)), hour, int(minutes))
        return f"{mark}{DATES[order](at)}, {CLOCKS[clock](at, seconds or '')}"

    return _STAMP.sub(rewritten, text)


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("order", DATES)
@pytest.mark.parametrize("phone", ["android", "ios"])
def test_order_of_the_date_and_clock_of_the_phone_change_nothing_in_any_language(tmp_path, phone, order, clock):
    for name in (name for name in WHATSAPP if name.startswith(phone)):
        text = as_set((FOLDER / "whatsapp" / name).read_text(encoding="utf-8"), order, clock)
        (tmp_path / name).write_text(text, encoding="utf-8")
        _, rows, _ = told(tmp_path / name)
        assert said(rows) == EXPECTED["messages"], f"{name}: {text[:200]}"
        assert stays_told(rows) == EXPECTED["stays"], name
        assert rows["problems"] == []


def test_whatsapp_messages_have_the_same_ids_in_every_language_and_on_every_phone():
    ids = [[row["event_id"] for row in told(FOLDER / "whatsapp" / name)[1]["events"]] for name in WHATSAPP]
    assert all(each == ids[0] for each in ids)
    assert len(set(ids[0])) == 10


@pytest.mark.parametrize(
    "name",
    ["slack", "discord", "telegram", "telegram-batch", "mattermost", "table/facebook-posts.csv",
     "table/viva-engage-messages.csv"],
)  # fmt: skip
def test_the_answer_about_the_cups_is_a_reply_where_replies_are_known(name):
    _, rows, _ = told(FOLDER / name)
    (reply,) = (row for row in rows["events"] if row["kind"] == "reply")
    asked = rows["events"][1]
    assert reply["reply_to"] == asked["event_id"]
    assert reply["thread_id"] == asked["thread_id"] == asked["event_id"]
    if not name.startswith("table"):
        assert reply["target_member_id"] == asked["member_id"]


@pytest.mark.parametrize("name", ["discourse", "stackexchange", "mbox"])
def test_where_the_conversation_is_one_thread_the_cups_answer_the_question_about_them(name):
    _, rows, _ = told(FOLDER / name)
    events = sorted(rows["events"], key=lambda row: row["occurred_at"])
    assert [row["kind"] for row in events] == ["post", *["reply"] * 9]
    assert {row["thread_id"] for row in events} == {events[0]["event_id"]}
    assert (events[2]["reply_to"], events[2]["target_member_id"]) == (events[1]["event_id"], events[1]["member_id"])
