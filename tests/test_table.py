"""The importer of CSV and Excel tables: from files as people have them to canonical rows."""

import csv
import io
import re
from collections import Counter
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from importing import zone_of

from workbench.errors import SourceError
from workbench.sources import Reading
from workbench.sources.mapping import MAPPED_TABLES
from workbench.sources.table import SOURCE, draft
from workbench.sources.table_number import decimal, money, score, whole, yes_no
from workbench.sources.table_time import Order, instants, only_a_day
from workbench.tables import TABLES

FIXTURES = Path(__file__).parent / "fixtures" / "table"
DOCS = Path(__file__).parents[1] / "docs"
SHARED = Path(__file__).parents[1].parent / "shared"

EVENTS = """
table = "events"
platform = "facebook"
[columns]
occurred_at = "Date"
member_id = "Membre"
text = "Message"
[defaults]
kind = "post"
"""


def read(path: Path, *, timezone: str | None = "Europe/Paris", mapping: str | None = None, platform: str = ""):
    """Rows by table, and what the reading counted."""
    where = None
    if mapping is not None:
        where = path.with_name("the-mapping.toml")
        where.write_text(mapping, encoding="utf-8")
    reading = Reading(timezone=timezone, mapping=where, platform=platform)
    tables: dict[str, list[dict]] = {}
    for table, row in SOURCE.read(path, reading):
        tables.setdefault(table, []).append(row)
    return tables, reading


def table_of(folder: Path, text: str, *, encoding: str = "utf-8", name: str = "f.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def workbook_of(folder: Path, rows: list[list], *, name: str = "f.xlsx", sheets: dict | None = None) -> Path:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, cells in {"Feuille": rows, **(sheets or {})}.items():
        sheet = book.create_sheet(title)
        for row in cells:
            sheet.append(row)
    book.save(folder / name)
    return folder / name


# The documents


def examples(document: str) -> list[tuple[str, str, str]]:
    text = (DOCS / document).read_text(encoding="utf-8")
    return re.findall(r"### `(\w+)`.*?```csv\n(.*?)```\n\n```toml\n(.*?)```", text, re.DOTALL)


@pytest.mark.parametrize("document", ["csv-and-excel.md", "csv-et-excel.md"])
def test_every_example_of_the_documents_is_read_without_a_problem(document, tmp_path):
    shown = examples(document)
    assert [table for table, _, _ in shown] == list(MAPPED_TABLES)
    for table, text, mapping in shown:
        tables, reading = read(table_of(tmp_path, text), timezone=None, mapping=mapping)
        assert "problems" not in tables, (table, tables["problems"])
        assert reading.read["row"] == len(tables[table]) == text.count("\n") - 1
        for name, rows in tables.items():
            known = {column.name: column for column in TABLES[name].columns}
            for row in rows:
                assert set(row) <= set(known)
                assert all(
                    row.get(c.name) is not None for c in known.values() if c.required and "made" not in c.meaning
                )
                assert all(not c.allowed or row.get(c.name) in (None, *c.allowed) for c in known.values())


def test_both_documents_show_the_same_examples():
    assert examples("csv-and-excel.md") == examples("csv-et-excel.md")


# What is recognised


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Auteur;Date;Message\nana;2026-01-01;x\n", True),
        ("Auteur\tDate\nana\t2026-01-01\n", True),
        ("sep=;\r\nAuteur;Date\r\nana;2026-01-01\r\n", True),
        ("Membre,Date d'inscription\n", True),
        ("Hello, world\n", False),
        ('{"a": 1, "b": [1, 2]}\n', False),
        ("<table><tr><td>a,b</td></tr></table>\n", False),
        ("12/31/23, 8:03 PM - Ana: Hello\n12/31/23, 8:04 PM - Bob: Hi\n", False),
        (
            "ham\tOk then, see you at the usual place, but not before the shop has closed tonight, right?\nham\tOk\n",
            False,
        ),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n", False),
        ("1,2,3\n4,5,6\n", False),
        ("", False),
        ("\x00\x01\x02\x03,\x04\n" * 9, False),
    ],
)
def test_a_table_is_recognised_by_its_content(text, expected, tmp_path):
    assert SOURCE.recognises(table_of(tmp_path, text, name="any")) is expected


def test_a_folder_and_a_zip_of_something_else_are_no_tables(tmp_path):
    import zipfile

    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("users.json", "[]")
    assert not SOURCE.recognises(tmp_path)
    assert not SOURCE.recognises(tmp_path / "a.xlsx")


# Rosters


def test_a_french_roster_without_mapping_gives_members_and_stays():
    tables, reading = read(FIXTURES / "roster-windows-1252.csv")
    ana, bob, cyd = tables["members"]
    assert ana["display_name"] == "Ana Été"
    assert ana["joined_at"] == datetime(2026, 2, 24, 23)
    # Summer time began on 29 March: the tempting mistake is one offset for the whole file.
    assert bob["joined_at"] == datetime(2026, 4, 2, 22)
    stays = {row["member_id"]: (row["start_at"], row["end_at"], row["end_reason"]) for row in tables["memberships"]}
    assert stays[bob["member_id"]] == (datetime(2026, 4, 2, 22), datetime(2026, 4, 5, 8), "left")
    assert stays[cyd["member_id"]] == (datetime(2026, 4, 3, 22), None, None)
    assert reading.tells_joins and reading.tells_leaves
    assert "coverage" not in tables
    assert reading.dropped == {"line above the headers": 2}
    assert reading.read == {"row": 3}
    assert 'day before month: "25/02/2026" (line 4)' in zone_of(reading)
    assert "columns not mapped: Ville" in reading.notes
    assert any("Windows-1252" in note for note in reading.notes)


def test_an_email_address_is_never_stored_and_is_the_same_person_in_every_file(tmp_path):
    roster, _ = read(FIXTURES / "roster-windows-1252.csv")
    paid, _ = read(
        table_of(tmp_path, "Date;Client;Montant;Devise\n2026-03-01;ANA@example.org;9,50;EUR\n"),
    )
    assert paid["payments"][0]["member_id"] == roster["members"][0]["member_id"]
    assert "@" not in str(roster) + str(paid)


ROSTER = 'table = "members"\n[columns]\nmember_id = "id"\njoined_at = "joined"\n'


def test_an_empty_column_of_departures_tells_that_nobody_left_a_missing_one_tells_nothing(tmp_path):
    path = table_of(tmp_path, "id,joined,left\n1,2026-01-05,\n")
    assert not read(path, mapping=ROSTER)[1].tells_leaves
    assert read(path, mapping=ROSTER + 'left_at = "left"\n')[1].tells_leaves


def test_a_closed_account_without_a_date_is_a_departure_with_neither_start_nor_end(tmp_path):
    path = table_of(tmp_path, "id,joined,closed\n1,2026-01-05,oui\n2,2026-01-06,non\n")
    tables, reading = read(path, mapping=ROSTER + 'deactivated = "closed"\n')
    found = [(r["member_id"], r["start_at"] is None, r["end_at"], r["end_reason"]) for r in tables["memberships"]]
    assert found == [
        ("csv:1", False, None, None),
        ("csv:1", True, None, "deactivated"),
        ("csv:2", False, None, None),
    ]
    assert not reading.tells_leaves


def test_a_departure_before_the_join_is_the_end_of_an_earlier_stay(tmp_path):
    path = table_of(tmp_path, "id,joined,left\n1,2026-03-01,2026-02-01\n")
    tables, _ = read(path, mapping=ROSTER + 'left_at = "left"\n', timezone="UTC")
    assert [(row["start_at"], row["end_at"]) for row in tables["memberships"]] == [
        (datetime(2026, 3, 1), None),
        (None, datetime(2026, 2, 1)),
    ]


def test_a_later_roster_replaces_the_open_stay_by_the_ended_one(tmp_path):
    mapping = ROSTER + 'left_at = "left"\n'
    before, _ = read(table_of(tmp_path, "id,joined,left\n1,2026-01-05,\n"), mapping=mapping)
    after, _ = read(table_of(tmp_path, "id,joined,left\n1,2026-01-05,2026-02-01\n"), mapping=mapping)
    assert before["memberships"][0]["membership_id"] == after["memberships"][0]["membership_id"]


def test_stays_in_groups_tell_nothing_of_the_community_but_a_row_without_group_does(tmp_path):
    mapping = 'table = "memberships"\n[columns]\nmember_id = "id"\ngroup_id = "g"\nstart_at = "in"\nend_at = "out"\n'
    _, groups = read(table_of(tmp_path, "id,g,in,out\n1,Couture,2026-01-05,\n"), mapping=mapping)
    _, whole = read(table_of(tmp_path, "id,g,in,out\n1,Couture,2026-01-05,\n1,,2026-01-01,\n"), mapping=mapping)
    assert (groups.tells_joins, groups.tells_leaves) == (False, False)
    assert (whole.tells_joins, whole.tells_leaves) == (True, True)


def test_attributes_and_the_time_of_the_export_are_kept(tmp_path):
    path = table_of(tmp_path, "id,joined,Ville,Âge\n1,2026-01-05,Lyon,\n")
    head = 'exported_at = "2026-02-01"\nattributes = { city = "Ville", age = "Âge" }\n'
    tables, _ = read(path, mapping=head + ROSTER, timezone="UTC")
    assert tables["members"][0]["attributes"] == {"city": "Lyon"}
    assert tables["members"][0]["observed_at"] == datetime(2026, 2, 1)


def test_a_date_that_a_roster_does_not_explain_stops_the_import_and_the_draft_then_serves(tmp_path):
    path = table_of(tmp_path, "Identifiant;Inscrit le;Adieu\nU03;2026-01-05;2026-02-05\n")
    with pytest.raises(SourceError, match='"Adieu" looks like a date: is it joined_at or left_at'):
        read(path)
    written = path.with_name("f.csv.mapping.toml")
    assert not read(path)[1].tells_leaves
    text = written.read_text(encoding="utf-8").replace('# left_at = ""', 'left_at = "Adieu"')
    written.write_text(text, encoding="utf-8")
    assert read(path)[1].tells_leaves


# Surveys


def test_a_survey_without_mapping_is_feedback_with_its_scores(tmp_path):
    head = "Date;Identifiant;Recommanderiez-vous (0-10);Commentaire\n"
    path = table_of(tmp_path, head + "2026-03-31;U03;9;Très bon accueil\n2026-04-01;U04;4;\n", name="mars.csv")
    tables, _ = read(path)
    assert set(tables) == {"feedback"}
    found = [(row["member_id"], row["score"], row["scale"], row["source"]) for row in tables["feedback"]]
    assert found == [("csv:U03", 9.0, "nps", "mars"), ("csv:U04", 4.0, "nps", "mars")]


def test_a_survey_whose_scale_is_not_said_stops_with_a_draft(tmp_path):
    path = table_of(tmp_path, "Date;Identifiant;Note;Commentaire\n2026-03-31;U03;4;Bien\n")
    with pytest.raises(SourceError, match='the scale of "Note" is not known'):
        read(path)
    assert 'table = "feedback"' in path.with_name("f.csv.mapping.toml").read_text(encoding="utf-8")


# What the notes say


def said_of_the_platform(reading: Reading) -> list[str]:
    return [note for note in reading.notes if '"csv:"' in note]


def test_a_platform_that_nobody_chose_is_said_with_what_to_type(tmp_path):
    path = table_of(tmp_path, "Identifiant;Inscrit le\nU03;2026-01-05\n")
    expected = 'ids begin with "csv:" as no platform was given; members of Slack, say, need --platform slack'
    for mapping in (None, 'table = "members"\n[columns]\nmember_id = "Identifiant"\n'):
        tables, reading = read(path, mapping=mapping)
        assert said_of_the_platform(reading) == [f"{expected} (redo: --again)"]
        assert tables["members"][0]["member_id"] == "csv:U03"
        tables, reading = read(path, mapping=mapping, platform="slack")
        assert said_of_the_platform(reading) == []
        assert tables["members"][0]["member_id"] == "slack:U03"


def test_a_mapping_that_kept_the_platform_of_its_draft_is_told_where_to_change_it(tmp_path):
    path = table_of(tmp_path, "Identifiant;Inscrit le\nU03;2026-01-05\n")
    mapping = 'table = "members"\nplatform = "csv"\n[columns]\nmember_id = "Identifiant"\n'
    (note,) = said_of_the_platform(read(path, mapping=mapping)[1])
    assert 'need platform = "slack" in it (redo: --again)' in note
    assert not said_of_the_platform(read(path, mapping=mapping.replace("csv", "slack"))[1])


def test_the_terminal_shows_every_note_whole(tmp_path):
    from workbench import inventory, store

    extra = [f"Question {number} du formulaire d'inscription" for number in range(8)] + ["x" * 300]
    headers = ["Identifiant", "Nom complet", "Inscrit le", "Parti le", "Motif de départ", "Rôle", "Pays", *extra]
    row = ["U03", "Ana", "2026-01-05", "", "", "", "FR", *["non"] * len(extra)]
    path = table_of(tmp_path, ";".join(headers) + "\n" + ";".join(row) + "\n")
    told = inventory.of_import(store.add(tmp_path / "c", SOURCE, path, timezone="UTC"))
    assert "…" not in told and "--platform slack" in told
    # What a note says may go on in the next one.
    joined = re.sub(r",?\s*note: [^:\n]* \(more\): ", "", told)
    assert all(header in joined for header in headers)


# Events


def test_posts_with_american_dates_give_events_texts_members_and_coverage():
    tables, reading = read(FIXTURES / "posts-us.csv", timezone="America/New_York")
    assert [(row["event_id"], row["kind"]) for row in tables["events"]] == [
        ("csv:p1", "post"),
        ("csv:p2", "reply"),
        ("csv:p3", "reaction"),
    ]
    assert tables["events"][2]["occurred_at"] == datetime(2026, 3, 14, 4, 5)
    assert tables["messages"][1]["text"] == 'I do, with my "old" machine\nand some thread'
    assert tables["events"][1]["n_chars"] == len(tables["messages"][1]["text"])
    assert Counter(row["display_name"] for row in tables["members"]) == Counter(["ana", "bob", "cyd"])
    assert tables["coverage"] == [
        {
            "platform": "csv",
            "group_id": "",
            "from_at": datetime(2026, 3, 13, 13, 12),
            "to_at": datetime(2026, 3, 14, 4, 5),
        }
    ]
    assert "month before day" in zone_of(reading)


def test_overlapping_exports_without_ids_give_the_same_ids_and_equal_rows_stay_apart(tmp_path):
    lines = [f"2026-01-0{day},ana,Bonjour\n" for day in (1, 2, 2, 3)]
    first, _ = read(table_of(tmp_path, "Date,Membre,Message\n" + "".join(lines[:3])), mapping=EVENTS)
    second, _ = read(table_of(tmp_path, "Date,Membre,Message\n" + "".join(lines[1:])), mapping=EVENTS)
    both = {row["event_id"] for row in first["events"] + second["events"]}
    assert len({row["event_id"] for row in first["events"]}) == 3
    assert len(both) == 4


def test_a_post_opens_its_thread_and_a_reply_belongs_to_what_it_answers(tmp_path):
    mapping = EVENTS.replace("[columns]", '[columns]\nevent_id = "id"\nreply_to = "re"')
    mapping = mapping.replace('[defaults]\nkind = "post"', "")
    path = table_of(tmp_path, "id,re,Date,Membre,Message\n1,,2026-01-01,a,x\n2,1,2026-01-01,b,y\n3,3,2026-01-01,c,z\n")
    tables, _ = read(path, mapping=mapping)
    found = [(row["kind"], row.get("reply_to"), row["thread_id"]) for row in tables["events"]]
    assert found[:2] == [("post", None, "facebook:1"), ("reply", "facebook:1", "facebook:1")]
    # The third row is its own parent: a way some exports mark a message that opens a thread.
    assert found[2] == ("post", None, "facebook:3")


def test_the_latest_name_of_a_member_counts_however_the_file_is_sorted(tmp_path):
    mapping = EVENTS.replace("[columns]", '[columns]\ndisplay_name = "Nom"')
    path = table_of(tmp_path, "Date,Membre,Nom,Message\n2026-02-01,7,New,x\n2026-01-01,7,Old,y\n")
    tables, _ = read(path, mapping=mapping)
    assert [row["display_name"] for row in tables["members"]] == ["New"]


def test_a_day_without_a_clock_is_an_approximate_time(tmp_path):
    path = table_of(tmp_path, "Date,Membre,Message\n2026-01-01,a,x\n2026-01-02 00:00,a,y\n")
    tables, _ = read(path, mapping=EVENTS)
    assert [row.get("time_approximate") for row in tables["events"]] == [True, None]


def test_words_are_translated_and_the_star_takes_the_rest(tmp_path):
    mapping = EVENTS.replace("[columns]", '[columns]\nkind = "Type"').replace('[defaults]\nkind = "post"', "")
    mapping += '[values.kind]\n"Coup de cœur" = "reaction"\n"*" = "share"\n"Brouillon" = ""\n'
    path = table_of(
        tmp_path,
        "Date,Membre,Message,Type\n"
        + "".join(
            f"2026-01-01,a,x{i},{word}\n" for i, word in enumerate(["coup de cœur", "Réponse", "Autre", "Brouillon"])
        ),
    )
    tables, _ = read(path, mapping=mapping)
    assert [row["kind"] for row in tables["events"]] == ["reaction", "reply", "share"]
    assert tables["problems"][0]["why"] == "Type is empty, but kind is needed"


# Dates, zones, numbers


def test_a_date_order_that_nothing_proves_stops_the_import_and_tells_both_readings(tmp_path):
    path = table_of(tmp_path, "Date,Membre,Message\n03/04/2026,ana,x\n05/06/2026,bob,y\n")
    with pytest.raises(SourceError) as caught:
        read(path)
    said = str(caught.value)
    assert '"03/04/2026" in "Date" (line 2) can be 2026-04-03 or 2026-03-04' in said
    assert 'time_format = "%d/%m/%Y" for day before month' in said
    written = path.with_name("f.csv.mapping.toml")
    assert str(written) in said and "a mapping beside its table is found by itself" in said
    text = written.read_text(encoding="utf-8").replace('# time_format = "%d/%m/%Y %H:%M"', 'time_format = "%d/%m/%Y"')
    written.write_text(text, encoding="utf-8")
    tables, reading = read(path, timezone="UTC")
    assert tables["events"][0]["occurred_at"] == datetime(2026, 4, 3)
    assert "read with the mapping f.csv.mapping.toml" in reading.notes


def test_dates_in_both_orders_are_refused(tmp_path):
    path = table_of(tmp_path, "Date,Membre,Message\n13/04/2026,a,x\n04/14/2026,b,y\n")
    with pytest.raises(SourceError, match="Dates in both orders"):
        read(path, mapping=EVENTS)


def test_one_proof_far_down_the_file_settles_all_dates(tmp_path):
    rows = ["03/04/2026,a,x\n"] * 6000 + ["25/04/2026,a,x\n"]
    path = table_of(tmp_path, "Date,Membre,Message\n" + "".join(rows))
    tables, reading = read(path, mapping=EVENTS, timezone="UTC")
    assert {row["occurred_at"] for row in tables["events"]} == {datetime(2026, 4, 3), datetime(2026, 4, 25)}
    assert "line 6002" in zone_of(reading)


def test_a_local_time_demands_a_zone_and_an_offset_does_not(tmp_path):
    path = table_of(tmp_path, "Date,Membre,Message\n2026-03-13 09:12,a,x\n")
    with pytest.raises(SourceError, match="type: --timezone Europe/Paris; if it has UTC: --timezone UTC"):
        read(path, mapping=EVENTS, timezone=None)
    path = table_of(tmp_path, "Date,Membre,Message\n2026-03-13T09:12:00+01:00,a,x\n")
    tables, reading = read(path, mapping=EVENTS, timezone=None)
    assert tables["events"][0]["occurred_at"] == datetime(2026, 3, 13, 8, 12)
    assert zone_of(reading) == "an offset or UTC in the file"


PARIS = instants(zone="Europe/Paris", order=Order(True))
UTC = instants(zone="UTC", order=Order(True))


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-03-13", datetime(2026, 3, 13)),
        ("2026-03-13 09:12:30.250", datetime(2026, 3, 13, 9, 12, 30, 250000)),
        ("2026-03-13T09:12:30Z", datetime(2026, 3, 13, 9, 12, 30)),
        ("2026-03-13 09:12:30 UTC", datetime(2026, 3, 13, 9, 12, 30)),
        ("2026-03-13 09:12:30 +0200", datetime(2026, 3, 13, 7, 12, 30)),
        ("2026/3/13 9:12", datetime(2026, 3, 13, 9, 12)),
        ("13/03/2026 9h12", datetime(2026, 3, 13, 9, 12)),
        ("13.03.26", datetime(2026, 3, 13)),
        ("13/03/2026, 09:12 PM", datetime(2026, 3, 13, 21, 12)),
        ("13 mars 2026 à 9h12", datetime(2026, 3, 13, 9, 12)),
        ("vendredi 13 févr. 2026", datetime(2026, 2, 13)),
        ("1er août 2026", datetime(2026, 8, 1)),
        ("Mar 13, 2026 12:05 AM", datetime(2026, 3, 13, 0, 5)),
        ("13-Mar-26", datetime(2026, 3, 13)),
        ("46094.5", datetime(2026, 3, 13, 12)),
        (46094.5, datetime(2026, 3, 13, 12)),
        ("20260313", datetime(2026, 3, 13)),
        ("1773393120", datetime(2026, 3, 13, 9, 12)),
        ("1773393120000", datetime(2026, 3, 13, 9, 12)),
        ("1773393120.250000", datetime(2026, 3, 13, 9, 12, 0, 250000)),
        (date(2026, 3, 13), datetime(2026, 3, 13)),
        (datetime(2026, 3, 13, 9, 12), datetime(2026, 3, 13, 9, 12)),
        ("", None), ("N/A", None), ("jamais", None), (None, None), ("0000-00-00", None),
    ],
)  # fmt: skip
def test_times_are_read_as_people_write_them(cell, expected):
    assert UTC(cell) == expected


@pytest.mark.parametrize(
    "cell", ["demain", "31/02/2026", "13 brumaire 2026", "12", "2126-01-01", "0001-01-01", True, time(9)]
)
def test_what_is_no_time_is_an_error(cell):
    with pytest.raises(ValueError):
        UTC(cell)


def test_clock_changes_move_a_missing_hour_forward_and_take_the_first_of_a_double_one():
    assert PARIS("29/03/2026 01:59") == datetime(2026, 3, 29, 0, 59)
    assert PARIS("29/03/2026 02:30") == datetime(2026, 3, 29, 1, 30)  # 03:30 in summer time
    assert PARIS("25/10/2026 02:30") == datetime(2026, 10, 25, 0, 30)
    assert PARIS("25/10/2026 03:00") == datetime(2026, 10, 25, 2, 0)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("13/03/2026", True), ("13 mars 2026", True), ("13/03/2026 9h", False), ("1773393120", False)],
)
def test_a_day_is_told_from_a_time(cell, expected):
    assert only_a_day(cell) is expected


@pytest.mark.parametrize(
    ("cell", "sign", "expected"),
    [
        ("1 234,50", ",", "1234.50"), ("1\u00a0234,50 €", "", "1234.50"), ("$1,234.50", "", "1234.50"),
        ("1.234.567", "", "1234567"), ("1.234", ",", "1234"), ("1.234", ".", "1.234"), ("-9,99", "", "-9.99"),
        ("(12.00)", "", "-12.00"), ("12,5 EUR", ",", "12.5"), ("−3", "", "-3"), ("0.125", "", "0.125"),
        (".5", "", "0.5"), ("1'234.50", "", "1234.50"), (0.1, "", "0.1"), (12.0, "", "12"), ("USD 3.10", "", "3.10"),
    ],
)  # fmt: skip
def test_numbers_are_exact(cell, sign, expected):
    assert decimal(cell, sign) == Decimal(expected)


@pytest.mark.parametrize(
    ("cell", "sign"), [("1.234", ""), ("12.34.5", ""), ("1,23", "."), ("douze", ""), ("1e5", ""), (True, "")]
)
def test_what_is_no_number_or_can_be_two_is_an_error(cell, sign):
    with pytest.raises(ValueError):
        decimal(cell, sign)


def test_counts_scores_amounts_and_yes_or_no():
    assert [whole(cell) for cell in ("1,204", "1 204", 1204.0, "N/A", "-")] == [1204, 1204, 1204, None, None]
    with pytest.raises(ValueError, match="is a share"):
        whole("4,2 %")
    assert score("85 %") == 85.0
    with pytest.raises(ValueError, match="four decimals"):
        money("1.23456", ".")
    assert [yes_no(word) for word in ("Oui", "VRAI", "x", "1", "non", "0", "")] == [True] * 4 + [False] * 2 + [None]


def test_an_amount_that_can_be_two_numbers_stops_the_import(tmp_path):
    path = table_of(tmp_path, "Date;Client;Montant;Devise\n2026-01-05;ana;1.234;EUR\n")
    with pytest.raises(SourceError, match=r'"1.234" in "Montant" \(line 2\) can be more than a thousand or less'):
        read(path)


def test_money_stays_a_decimal_string(tmp_path):
    path = table_of(tmp_path, "Date;Client;Montant;Devise\n2026-01-05;ana;0,10;EUR\n2026-01-05;ana;1 234,50;€\n")
    tables, _ = read(path)
    assert [(row["amount"], row["currency"]) for row in tables["payments"]] == [("0.10", "EUR"), ("1234.50", "EUR")]


def test_a_share_where_a_count_is_expected_is_left_empty_and_said(tmp_path):
    path = table_of(tmp_path, "Date,Réseau,Impressions,Portée\n2026-01-05,LinkedIn,N/A,4 %\n")
    mapping = 'table = "social_posts"\n[columns]\nposted_at = "Date"\nnetwork = "Réseau"\n'
    tables, _ = read(path, mapping=mapping + 'impressions = "Impressions"\nreach = "Portée"\n')
    assert not {"impressions", "reach"} & set(tables["social_posts"][0])
    assert tables["problems"] == [
        {
            "file": "f.csv",
            "place": "line 2",
            "why": 'Portée: "4 %" is a share, not a count; the row is kept without reach',
        }
    ]


# Files as they come


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_give_the_same_rows(encoding, newline, tmp_path):
    text = 'Date,Membre,Message\n2026-01-01,Zoé,"à demain, œuf"\n2026-01-02,Bob,été\n'.replace("\n", newline)
    path = table_of(tmp_path, text, encoding=encoding)
    assert SOURCE.recognises(path)
    tables, _ = read(path, mapping=EVENTS)
    assert [row["text"] for row in tables["messages"]] == ["à demain, œuf", "été"]
    assert tables["events"][0]["member_id"] == "facebook:Zoé"


def test_one_damaged_byte_does_not_turn_a_utf8_file_into_another_encoding(tmp_path):
    path = table_of(tmp_path, "Date,Membre,Message\n" + "2026-01-01,Zoé,été\n" * 50)
    path.write_bytes(path.read_bytes().replace("été\n".encode(), b"\xc3t\xc3\xa9\n", 1))
    tables, reading = read(path, mapping=EVENTS)
    assert [row["text"] for row in tables["messages"]][:2] == ["�té", "été"]
    assert any("1 damaged" in note for note in reading.notes)


def test_ragged_and_blank_lines_are_problems_and_counts(tmp_path):
    path = table_of(
        tmp_path, "Date,Membre,Message\n2026-01-01,a\n\n,,\n2026-01-01,a,x,y\n2026-01-01,a,x,\n2026-01-01,a,z\n"
    )
    tables, reading = read(path, mapping=EVENTS)
    assert [row["text"] for row in tables["messages"]] == ["x", "z"]
    assert [(row["place"], row["why"]) for row in tables["problems"]] == [
        ("line 2", "2 cells where the headers are 3"),
        ("line 5", "4 cells where the headers are 3"),
    ]
    assert reading.dropped == {"blank line": 2}
    assert reading.read == {"row": 4}


def test_a_quotation_mark_that_is_not_closed_costs_its_own_line_only(tmp_path):
    text = 'Date,Membre,Message\n2026-01-01,a,x\n2026-01-02,a,"open\n2026-01-03,a,z\n'
    tables, reading = read(table_of(tmp_path, text), mapping=EVENTS)
    assert [row["text"] for row in tables["messages"]] == ["x", "z"]
    assert [(row["place"], row["why"]) for row in tables["problems"]] == [("line 3", "a quotation mark is not closed")]
    assert reading.read == {"row": 3}


def test_a_quotation_mark_open_for_longer_than_any_cell_costs_its_own_line_only(tmp_path):
    rows = ['2026-01-01,a,"open\n', *["2026-01-02,a,x\n"] * 80_000]
    tables, _ = read(table_of(tmp_path, "Date,Membre,Message\n" + "".join(rows)), mapping=EVENTS)
    assert len(tables["messages"]) == 80_000
    assert [row["place"] for row in tables["problems"]] == ["line 2"]


def test_a_file_of_which_no_row_can_be_read_is_refused(tmp_path):
    path = table_of(tmp_path, "Date,Membre,Message\nhier,a,x\ndemain,a,y\n")
    with pytest.raises(SourceError, match=r"No row of f.csv can be read as events. The first problem, in line 2"):
        read(path, mapping=EVENTS)


def test_formulas_are_only_text(tmp_path):
    path = table_of(tmp_path, "Date,Membre,Message\n2026-01-01,=1+1,\"=cmd|' /C calc'!A0\"\n")
    tables, _ = read(path, mapping=EVENTS)
    assert tables["messages"][0]["text"] == "=cmd|' /C calc'!A0"
    assert tables["events"][0]["member_id"] == "facebook:=1+1"


def test_headers_that_come_twice_are_told_apart(tmp_path):
    path = table_of(tmp_path, "Date,Membre,Date,Message\n1999-01-01,a,2026-01-01,x\n")
    tables, _ = read(path, mapping=EVENTS.replace('"Date"', '"Date (2)"'))
    assert tables["events"][0]["occurred_at"].year in (2025, 2026)


def test_mapping_and_command_must_not_name_different_platforms(tmp_path):
    path = table_of(tmp_path, "Date,Membre,Message\n2026-01-01,a,x\n")
    with pytest.raises(SourceError, match="Take one of them away"):
        read(path, mapping=EVENTS, platform="slack")
    _, reading = read(path, mapping=EVENTS.replace('platform = "facebook"', ""), platform="slack")
    assert reading.platform == "slack"


def test_a_shared_mapping_of_the_folder_is_used_only_where_it_fits(tmp_path):
    (tmp_path / "mapping.toml").write_text(EVENTS.replace('"Message"', '"Corps"'), encoding="utf-8")
    fits = table_of(tmp_path, "Date,Membre,Corps\n2026-01-01,a,x\n", name="january.csv")
    other = table_of(tmp_path, "Date;Client;Montant;Devise\n2026-01-05;ana;0,10;EUR\n", name="paid.csv")
    assert "read with the mapping mapping.toml" in read(fits)[1].notes
    assert set(read(other)[0]) == {"payments"}


def test_an_existing_draft_is_never_overwritten(tmp_path):
    path = table_of(tmp_path, "Rouge;Vert\na;b\n")
    with pytest.raises(SourceError, match="A first draft was written"):
        read(path)
    with pytest.raises(SourceError, match='the key "table" is missing'):
        read(path)
    assert draft(path) == path.with_name("f.csv.mapping.toml").read_text(encoding="utf-8")


# Workbooks


def test_a_workbook_with_a_title_dates_and_numbers_is_read(tmp_path):
    path = workbook_of(
        tmp_path,
        [
            ["Membres du groupe", None, None, None],
            [],
            ["Identifiant", "Nom", "Inscrit le", "Parti le"],
            [101, "Ana\nMaria", datetime(2026, 1, 5, 9, 30), None],
            [102, "Bob", date(2026, 1, 6), datetime(2026, 2, 1)],
        ],
        sheets={"Notes": [["rien"]]},
    )
    assert SOURCE.recognises(path)
    tables, reading = read(path)
    assert [(row["member_id"], row["joined_at"]) for row in tables["members"]] == [
        ("csv:101", datetime(2026, 1, 5, 8, 30)),
        ("csv:102", datetime(2026, 1, 5, 23)),
    ]
    assert "sheets not read: Notes" in reading.notes
    assert reading.dropped == {"line above the headers": 2}


def test_the_sheet_that_has_the_mapped_headers_is_read(tmp_path):
    cells = [["Date", "Membre", "Message"], [datetime(2026, 1, 1, 9), "a", "x"]]
    path = workbook_of(tmp_path, [["Autre", "Chose"], ["1", "2"]], sheets={"Posts": cells})
    tables, _ = read(path, mapping=EVENTS)
    assert tables["messages"][0]["text"] == "x"
    with pytest.raises(SourceError, match=r'has no sheet "Post". Did you mean "Posts"'):
        read(path, mapping='sheet = "Post"\n' + EVENTS)


def test_date_and_clock_in_two_cells_of_a_workbook_are_one_time(tmp_path):
    path = workbook_of(tmp_path, [["Date", "H", "Membre", "Message"], [date(2026, 1, 1), time(9, 5), "a", "x"]])
    tables, _ = read(path, mapping=EVENTS.replace('"Date"', '["Date", "H"]'))
    assert tables["events"][0]["occurred_at"] == datetime(2026, 1, 1, 8, 5)


@pytest.mark.parametrize("read_cell", [instants(zone="UTC", order=Order(None)), yes_no, money, whole])
@pytest.mark.parametrize("cell", [float("inf"), float("-inf"), float("nan")])
def test_a_number_beyond_all_numbers_is_no_value(read_cell, cell):
    """1E+400 in a workbook is read as infinity, which `int` refuses in another way than it refuses a text."""
    try:
        assert read_cell(cell) is None
    except ValueError as error:
        assert str(error)


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    path = workbook_of(tmp_path, [["Date", "Membre", "Message"], ["2026-01-01", "a", "x"]])
    monkeypatch.setattr("workbench.sources.workbook_size.UNPACKED", 100)
    with pytest.raises(SourceError, match="Save the sheet as CSV"):
        read(path, mapping=EVENTS)


def test_a_wrong_byte_behind_what_was_looked_at_does_not_stop_the_recognition(tmp_path):
    """A first row longer than the sample is read further than the sample proves to be UTF-8."""
    path = tmp_path / "posts.csv"
    path.write_bytes("Date;Membre;Message\n2026-01-01;é;".encode() + "é".encode("cp1252") * 100_000 + b"x\n" * 3)
    assert SOURCE.recognises(path)
    path.write_bytes("Date;Membre;Message\n2026-01-01;é;".encode() + b"x" * 70_000 + "é\n".encode("cp1252"))
    assert SOURCE.recognises(path)


# Laws

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=60)
QUIET = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUIET
@given(texts=st.lists(TEXTS, min_size=1, max_size=6), delimiter=st.sampled_from(",;\t|"))
def test_any_text_survives(texts, delimiter, tmp_path):
    out = io.StringIO(newline="")
    rows = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    rows.writerow(["Date", "Membre", "Message"])
    rows.writerows(["2026-01-01", "a", text] for text in texts)
    said = "tab" if delimiter == "\t" else delimiter
    mapping = f'delimiter = "{said}"\nencoding = "utf-8"\n' + EVENTS
    tables, _ = read(table_of(tmp_path, out.getvalue()), mapping=mapping)
    assert [row["text"] for row in tables.get("messages", [])] == [text for text in texts if not text.isspace()]


@QUIET
@given(
    amount=st.decimals(min_value=-(10**9), max_value=10**9, places=2),
    grouping=st.sampled_from([" ", "\u202f", ".", ""]),
)
def test_a_french_amount_is_read_to_the_cent(amount, grouping):
    shown = f"{amount:,.2f}".replace(",", "_").replace(".", ",").replace("_", grouping) + " €"
    assert money(shown, ",") == amount


def steady_workbook() -> bytes:
    """A workbook without the clock in it: openpyxl would write the time, and a found failure could not be repeated."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        book.set_properties({"created": datetime(2026, 1, 1)})
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Date", "Auteur", "Message"])
        sheet.write_row(1, 0, [datetime(2026, 1, 1), "a", "x"])
    return out.getvalue()


SHARE = st.floats(0, 1, exclude_max=True)


@QUIET
@given(
    name=st.sampled_from(["roster-windows-1252.csv", "posts-us.csv", "book.xlsx"]),
    end=st.one_of(st.just(1.0), SHARE),
    flips=st.lists(st.tuples(SHARE, st.integers(0, 7)), max_size=4),
)
def test_a_damaged_file_gives_rows_and_problems_or_a_clear_refusal(name, end, flips, tmp_path):
    good = steady_workbook() if name == "book.xlsx" else (FIXTURES / name).read_bytes()
    broken = bytearray(good[: max(1, int(len(good) * end))])
    for at, bit in flips:
        broken[int(len(broken) * at)] ^= 1 << bit
    path = tmp_path / f"broken-{name}"
    path.write_bytes(broken)
    path.with_name(f"{path.name}.mapping.toml").unlink(missing_ok=True)
    try:
        SOURCE.recognises(path)
        tables, reading = read(path)
    except SourceError as refusal:
        assert path.name in str(refusal) or "mapping" in str(refusal) or "time" in str(refusal)
    else:
        lines = {row["place"] for row in tables.get("problems", [])}
        assert reading.read["row"] <= sum(len(rows) for rows in tables.values()) + len(lines)


# Real files


def test_a_real_dump_of_forty_thousand_members_is_read_whole(tmp_path):
    archive = SHARED / "data" / "se-stats-simplified.zip"
    if not archive.exists():
        pytest.skip("the real data of ../shared is not here")
    import zipfile

    path = Path(zipfile.ZipFile(archive).extract("users.csv", tmp_path))
    mapping = 'table = "members"\nplatform = "stats"\n[columns]\nmember_id = "Id"\njoined_at = "CreationDate"\n'
    tables, reading = read(path, mapping=mapping, timezone="UTC")
    assert len(tables["members"]) == len({row["member_id"] for row in tables["members"]}) == 40_325
    assert "problems" not in tables and reading.read["row"] == 40_325
