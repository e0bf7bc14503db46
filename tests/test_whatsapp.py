"""The WhatsApp importer: dialects of dates and system lines, ids that survive overlaps, and damage."""

import json
import re
from datetime import datetime

import duckdb
import pytest
from fake_exports import content
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from importing import FIXTURES, read, shared, zipped, zone_of

from workbench import metrics, store
from workbench.engine import open_community
from workbench.errors import SourceError
from workbench.sentences import import_rows
from workbench.settings import create
from workbench.sources import whatsapp_lines
from workbench.sources.whatsapp import SOURCE
from workbench.sources.whatsapp_lines import Line, system_line
from workbench.tables import TABLES
from workbench.words import LANGUAGES

PARIS = "Europe/Paris"
FRENCH = FIXTURES / "conversation" / "whatsapp" / "android-fr.txt"
MARK = "\u200e"
QUIET = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def told(tmp_path, *lines, name="WhatsApp Chat with Tea.txt", timezone="UTC"):
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert SOURCE.recognises(path)
    return read(SOURCE, path, timezone=timezone)


def said(rows):
    texts = {row["event_id"]: row["text"] for row in rows["messages"]}
    return [(row["member_id"].partition(":")[2], texts.get(row["event_id"], "")) for row in rows["events"]]


def test_only_texts_that_begin_with_a_message_are_recognised(tmp_path):
    assert SOURCE.recognises(FRENCH) and SOURCE.recognises(FRENCH.parent)
    for text in (
        "",
        "Dear diary\n14/02/2026, 08:57 - Ana: hi",
        "id,name\n1,Ana\n",
        "14/02/2026, 08:57 - a line of a log",
    ):
        (tmp_path / "other.txt").write_text(text)
        assert not SOURCE.recognises(tmp_path / "other.txt")
    assert not SOURCE.recognises(FIXTURES / "slack")


def test_without_a_time_zone_the_message_says_what_to_type():
    with pytest.raises(SourceError, match=r"android-fr\.txt.*--timezone Europe/Paris"):
        read(SOURCE, FRENCH)
    with pytest.raises(SourceError, match="Europe/Pari"):
        read(SOURCE, FRENCH, timezone="Europe/Pari")


def test_times_are_those_of_the_zone_in_summer_and_winter(tmp_path):
    rows, reading = told(tmp_path, "14/01/2026, 12:00 - Ana: a", "14/07/2026, 12:00 - Ana: b", timezone=PARIS)
    assert [row["occurred_at"].hour for row in rows["events"]] == [11, 10]
    assert zone_of(reading) == 'Europe/Paris, from --timezone · day before month: "14/01/2026, 12:00" (record 1)'


def test_a_french_page_tells_in_french_how_the_times_were_understood(tmp_path):
    store.add(tmp_path, SOURCE, FRENCH, timezone=PARIS)
    create(tmp_path / "community.toml", name="Tea", timezone=PARIS)
    with open_community(tmp_path) as community:
        files = metrics.imports_read(community, month="2026-02")
    told = {language: import_rows(files, language=language)["time_zone"].iloc[0] for language in LANGUAGES}
    assert told["en"] == 'Europe/Paris, from --timezone · day before month: "14/02/2026, 08:57" (record 1)'
    assert told["fr"].replace("\xa0", " ") == (
        "Europe/Paris, donné par --timezone · jour avant mois : « 14/02/2026, 08:57 » (enregistrement 1)"
    )


@pytest.mark.parametrize(
    ("first", "second", "days", "evidence"),
    [
        ("03/04/24, 10:00", "25/04/24, 10:00", [(4, 3), (4, 25)], "day before month: .25/04/24"),
        ("3/4/24, 10:00 AM", "3/25/24, 10:00 PM", [(3, 4), (3, 25)], "month before day: .3/25/24"),
        ("2024/03/04, 10:00", "2024/04/05, 10:00", [(3, 4), (4, 5)], "year before month before day"),
        ("03.04.24, 10:00", "04.04.24, 10:00", [(4, 3), (4, 4)], "day before month: dots"),
        ("03/04/24, 10:00", "04/03/24, 10:00", [(3, 4), (4, 3)], "month before day: time runs backwards 0 times"),
        ("04/03/24, 10:00", "03/04/24, 10:00", [(3, 4), (4, 3)], "day before month: time runs backwards 0 times"),
    ],
)
def test_the_order_of_day_and_month_is_decided_by_evidence(tmp_path, first, second, days, evidence):
    rows, reading = told(tmp_path, f"{first} - Ana: a", f"{second} - Ana: b")
    assert [(row["occurred_at"].month, row["occurred_at"].day) for row in rows["events"]] == days
    assert re.search(evidence, zone_of(reading))
    assert rows["problems"] == []


def test_a_guessed_order_is_a_problem_to_look_at(tmp_path):
    rows, reading = told(tmp_path, "03/04/24, 10:00 - Ana: a")
    assert rows["events"][0]["occurred_at"] == datetime(2024, 4, 3, 10)
    assert "guess" in zone_of(reading) and "both orders fit" in rows["problems"][0]["why"]


@pytest.mark.parametrize(
    ("clock", "hour"),
    [("12:05 AM", 0), ("12:05 pm", 12), ("8:05\u202fPM", 20), ("8:05\u00a0p.\u00a0m.", 20), ("00:05 a. m.", 0),
     ("AM 8:05", 8), ("20.05", 20), ("8:05:07 PM", 20)],
)  # fmt: skip
def test_clocks_of_twelve_and_of_twenty_four_hours(tmp_path, clock, hour):
    rows, _ = told(tmp_path, f"14/02/2026, {clock} - Ana: hi")
    at = rows["events"][0]["occurred_at"]
    assert (at.hour, at.minute) == (hour, 5)


LINES = {
    "Vous avez créé le groupe « Thé : été »": Line("created", None, "", "Thé : été"),
    "You created group “Tea”": Line("created", None, "", "Tea"),
    "Creaste el grupo \"Té\"": Line("created", None, "", "Té"),
    "Du hast die Gruppe „Tee“ erstellt.": Line("created", None, "", "Tee"),
    "Hai creato il gruppo \"Tè\"": Line("created", None, "", "Tè"),
    "Je hebt de groep \"Thee\" gemaakt": Line("created", None, "", "Thee"),
    "You were added": Line("added", "", None),
    "Ana added you": Line("added", "Ana", None),
    "You added Bob": Line("added", None, "Bob"),
    "Ana vous a ajouté": Line("added", "Ana", None),
    "Ana vous a ajoutée": Line("added", "Ana", None),
    "Vous avez ajouté Bob": Line("added", None, "Bob"),
    "Ana hat dich hinzugefügt.": Line("added", "Ana", None),
    "Bob wurde hinzugefügt.": Line("added", "", "Bob"),
    "Ana te añadió": Line("added", "Ana", None),
    "Añadiste a Bob": Line("added", None, "Bob"),
    "Se añadió a Bob": Line("added", "", "Bob"),
    "Ana ti ha aggiunto": Line("added", "Ana", None),
    "Hai aggiunto Bob": Line("added", None, "Bob"),
    "Ana adicionou você": Line("added", "Ana", None),
    "Você adicionou Bob": Line("added", None, "Bob"),
    "Ana heeft je toegevoegd": Line("added", "Ana", None),
    "Je hebt Bob toegevoegd": Line("added", None, "Bob"),
    "Vous avez rejoint le groupe via le lien d'invitation": Line("joined by link", "", None),
    "+33 6 12 34 56 78 joined using this group's invite link": Line("joined by link", "", "+33 6 12 34 56 78"),
    "Te uniste usando el enlace de invitación de este grupo": Line("joined by link", "", None),
    "Bob entrou neste grupo através da comunidade": Line("joined", "", "Bob"),
    "Ana removed Bob": Line("removed", "Ana", "Bob"),
    "Ana a retiré Bob": Line("removed", "Ana", "Bob"),
    "Ana vous a exclu": Line("removed", "Ana", None),
    "Ana a exclu Bob": Line("removed", "Ana", "Bob"),
    "Ana hat Bob entfernt.": Line("removed", "Ana", "Bob"),
    "Ana eliminó a Bob": Line("removed", "Ana", "Bob"),
    "Ana ha rimosso Bob": Line("removed", "Ana", "Bob"),
    "Ana removeu Bob": Line("removed", "Ana", "Bob"),
    "Ana heeft Bob verwijderd": Line("removed", "Ana", "Bob"),
    "You left": Line("left", "", None),
    "Vous avez quitté le groupe": Line("left", "", None),
    "Du hast die Gruppe verlassen.": Line("left", "", None),
    "Saliste del grupo": Line("left", "", None),
    "Hai abbandonato": Line("left", "", None),
    "Bob è uscito": Line("left", "", "Bob"),
    "Bob saiu do grupo": Line("left", "", "Bob"),
    "Bob changed to +33 7 00 00 00 01": Line("number changed", "Bob", "", "+33 7 00 00 00 01"),
    "Bob a changé de numéro de téléphone. Appuyez pour envoyer un message.": Line("number changed", "Bob"),
    "Bob hat zu +49 170 0000001 gewechselt.": Line("number changed", "Bob", "", "+49 170 0000001"),
    "Bob cambió su número de teléfono.": Line("number changed", "Bob"),
}  # fmt: skip


@pytest.mark.parametrize("text", LINES)
def test_system_lines_are_understood_in_seven_languages(text):
    assert system_line(text) == LINES[text]


@pytest.mark.parametrize(
    "text",
    ["Ana changed this group's icon", "Ana removed this group's icon", "Ana a supprimé l'icône de ce groupe",
     "Bob: Ana left", "Ana added this group to the community", 'Ana changed the subject to "Bob left"'],
)  # fmt: skip
def test_other_lines_move_nobody(text):
    assert system_line(text) is None or system_line(text).kind not in ("added", "removed", "joined")


def test_what_a_member_writes_about_leaving_is_a_message_and_moves_nobody(tmp_path):
    rows, _ = told(tmp_path, "14/02/2026, 10:00 - Ana: Bob left", f"[14/02/2026, 10:01:00] Bob: {MARK}Zoé left",
                   "[14/02/2026, 10:02:00] Bob: Zoé left")  # fmt: skip
    assert said(rows) == [("Ana", "Bob left"), ("Bob", "Zoé left")]
    assert [(row["member_id"], row["end_reason"]) for row in rows["memberships"]] == [("whatsapp:Zoé", "left")]


def test_several_people_in_a_line_join_each_but_a_known_name_is_not_taken_apart(tmp_path):
    rows, _ = told(
        tmp_path,
        "14/02/2026, 10:00 - Mum and Dad: hello",
        "14/02/2026, 10:01 - Ana added Bob, Zoé and ~ Max",
        "14/02/2026, 10:02 - Ana removed Mum and Dad",
    )
    assert [row["member_id"] for row in rows["memberships"]] == [
        "whatsapp:Bob", "whatsapp:Zoé", "whatsapp:Max", "whatsapp:Mum and Dad",
    ]  # fmt: skip
    by = {row["member_id"]: (row["invited_by"], row["join_source"]) for row in rows["members"]}
    assert by["whatsapp:Max"] == ("whatsapp:Ana", "invitation")


def test_a_group_that_speaks_on_ios_is_no_member_but_names_the_chat(tmp_path):
    rows, reading = told(
        tmp_path,
        f"{MARK}[14/02/2026, 10:00:00] Tea table: {MARK}Messages and calls are end-to-end encrypted.",
        f"{MARK}[14/02/2026, 10:01:00] Tea table: {MARK}Ana added Bob",
        "[14/02/2026, 10:02:00] Ana: hi",
        name="_chat.txt",
    )
    assert [row["display_name"] for row in rows["members"]] == ["Ana", "Bob"]
    assert rows["groups"][0]["group_id"] == "whatsapp:chat:Tea table"
    assert reading.read == {"message": 1, "system line": 2}
    notice = "14/02/2026, 10:00 - Messages and calls are end-to-end encrypted."
    rows, _ = told(tmp_path, notice, "14/02/2026, 10:01 - Ana: hi", name="tea.txt")
    assert rows["groups"][0]["group_id"] == "whatsapp:chat:tea"


def test_you_is_an_account_of_its_own_until_the_export_betrays_the_name(tmp_path):
    lines = ['14/02/2026, 10:00 - You created group "Tea"', "14/02/2026, 10:01 - You added Bob"]
    rows, reading = told(tmp_path, *lines)
    assert rows["memberships"][0]["member_id"] == rows["members"][-1]["invited_by"] == "whatsapp:you"
    assert any("whatsapp:you" in note for note in reading.notes)
    again, _ = told(tmp_path, *lines, "14/02/2026, 10:02 - Ana: You deleted this message")
    assert again["memberships"][0]["member_id"] == "whatsapp:Ana" == again["groups"][0]["owner_ids"][0]
    assert again["memberships"][0]["membership_id"] == rows["memberships"][0]["membership_id"]


def test_a_changed_number_is_told_and_joins_no_accounts(tmp_path):
    rows, reading = told(
        tmp_path, "14/02/2026, 10:00 - Bob: hi", "14/02/2026, 10:01 - Bob changed to +33 7 00 00 00 01",
        "14/02/2026, 10:02 - +33 7 00 00 00 01: still me",
    )  # fmt: skip
    bob, new = rows["members"]
    assert bob["attributes"] == {
        "number_changed_at": "2026-02-14T10:01:00",
        "number_changed_to": "whatsapp:+33700000001",
    }
    assert new["member_id"] == "whatsapp:+33700000001"
    assert "person_id" not in bob and any("identity map" in note for note in reading.notes)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("<Media omitted>", ""), ("<Médias omis>", ""), (f"{MARK}image absente", ""), (f"{MARK}Bild weggelassen", ""),
        ("IMG-1.jpg (file attached)\nOur table", "Our table"), (f"{MARK}<attached: 01-PHOTO.jpg>", ""),
        ("IMG-1.jpg (fichier joint)", ""), (f"Our table {MARK}<pièce jointe : 01-PHOTO.jpg>", "Our table"),
        (f"plan.pdf • {MARK}5 pages {MARK}document omitted", ""),
        ("Milk? <This message was edited>", "Milk?"), (f"Lait ? {MARK}<Ce message a été modifié>", "Lait ?"),
        ("see @\u2068Bob\u2069", "see @Bob"), ("a (small) thing", "a (small) thing"), ("<3", "<3"),
    ],
)  # fmt: skip
def test_files_and_markers_leave_only_what_was_said(tmp_path, line, text):
    rows, _ = told(tmp_path, f"14/02/2026, 10:00 - Ana: {line}")
    assert said(rows) == [("Ana", text)]
    assert rows["events"][0]["n_chars"] == len(text)
    assert rows["events"][0]["mentions"] == (["whatsapp:Bob"] if "Bob" in line else [])


def test_a_text_of_very_many_spaces_is_read_as_any_other(tmp_path):
    """A pattern that looks for a note behind spaces begins anew at each of them: minutes for one message."""
    text = f"Tea{' ' * 200_000}(please)"
    rows, _ = told(tmp_path, f"2026-02-14, 08:57 - Ana: {text}")
    assert [words for _, words in said(rows)] == [text]


@pytest.mark.parametrize("text", ["This message was deleted", "Ce message a été supprimé.", f"{MARK}Mensagem apagada"])
def test_a_deleted_message_keeps_its_author_and_is_deleted_at_its_own_time(tmp_path, text):
    rows, _ = told(tmp_path, f"14/02/2026, 10:00 - Ana: {text}")
    (event,) = rows["events"]
    assert (event["member_id"], event["deleted_at"]) == ("whatsapp:Ana", event["occurred_at"])
    assert rows["messages"] == []


def test_a_poll_is_a_post_that_stays_the_same_while_votes_come_in(tmp_path):
    poll = "POLL:\nTea or coffee?\nOPTION: Tea ({} votes)\nOPTION: Coffee (1 vote)"
    ids = {told(tmp_path, f"14/02/2026, 10:00 - Ana: {poll.format(n)}")[0]["events"][0]["event_id"] for n in (1, 12)}
    assert len(ids) == 1


def test_overlapping_exports_of_a_renamed_file_give_the_same_rows(tmp_path):
    lines = FRENCH.read_text(encoding="utf-8").splitlines()
    whole, _ = told(tmp_path, *lines, name="Discussion WhatsApp avec Autre nom.txt", timezone=PARIS)
    early, _ = told(tmp_path, *lines[:9], name="_chat.txt", timezone=PARIS)
    named, _ = told(tmp_path, *lines[4:], name="Discussion WhatsApp avec Tea table (1).txt", timezone=PARIS)
    assert {row["group_id"] for rows in (whole, early, named) for row in rows["groups"]} == {"whatsapp:chat:Tea table"}
    for table, key in (("events", "event_id"), ("messages", "event_id"), ("memberships", "membership_id")):
        known = {row[key]: row for row in whole[table]}
        assert {row[key]: row for rows in (early, named) for row in rows[table]} == known


def test_overlapping_exports_in_any_order_give_the_same_store(tmp_path):
    lines = FRENCH.read_text(encoding="utf-8").splitlines(keepends=True)
    early, late = tmp_path / "_chat.txt", tmp_path / "WhatsApp Chat with Tea table.txt"
    early.write_text("".join(lines[:9]), encoding="utf-8")
    late.write_text("".join(lines[4:]), encoding="utf-8")
    for folder, files in ((tmp_path / "a", (early, late)), (tmp_path / "b", (late, early))):
        for file in files:
            store.add(folder, SOURCE, file, timezone=PARIS)
    found = content(tmp_path / "a")
    assert found == content(tmp_path / "b")
    assert (len(found["events"]), len(found["memberships"])) == (10, 4)


MINUTE = [f"14/02/2026, 10:00 - {who}: {n}" for n, who in enumerate(("Zoé", "Ana", "Zoé", "Bob", "Ana"))]
AROUND = ["14/02/2026, 09:59 - Ana: before", *MINUTE, "14/02/2026, 10:01 - Bob: after"]


def test_messages_of_one_minute_keep_their_order_and_their_minute(tmp_path):
    rows, _ = told(tmp_path, *AROUND)
    instants = [row["occurred_at"] for row in rows["events"]]
    assert instants == sorted(set(instants))
    assert [f"{at:%H:%M:%S}" for at in instants] == ["09:59:00", *["10:00:00"] * 5, "10:01:00"]
    assert [row["occurred_at"] for row in rows["messages"]] == instants
    rows, _ = told(tmp_path, *["[14/02/2026, 10:00:30] Ana: one", "[14/02/2026, 10:00:30] Bob: two"])
    assert [row["occurred_at"].microsecond for row in rows["events"]] == [0, 1]


@pytest.mark.parametrize("cut", range(1, 6))
def test_an_export_that_begins_inside_a_minute_takes_nothing_from_the_order_of_a_whole_one(tmp_path, cut):
    """The tempting mistake: to count from the first line of the file, so that a message's instant depends on it."""
    (tmp_path / "whole").mkdir()
    (tmp_path / "late").mkdir()
    whole, late = (tmp_path / folder / "WhatsApp Chat with Tea.txt" for folder in ("whole", "late"))
    whole.write_text("\n".join(AROUND), encoding="utf-8")
    late.write_text("\n".join([*AROUND[1 + cut :], "14/02/2026, 10:02 - Bob: later"]), encoding="utf-8")
    for folder, files in ((tmp_path / "a", (whole, late)), (tmp_path / "b", (late, whole))):
        for file in files:
            store.add(folder, SOURCE, file, timezone="UTC")
    assert content(tmp_path / "a") == content(tmp_path / "b")
    with duckdb.connect() as connection:
        rows = store.scan(TABLES["messages"], store.tables(tmp_path / "a")["messages"])
        texts = connection.execute(f"SELECT text FROM ({rows}) ORDER BY occurred_at").fetchall()
    assert [text for (text,) in texts] == ["before", "0", "1", "2", "3", "4", "after", "later"]


def test_equal_messages_of_one_minute_are_all_kept(tmp_path):
    rows, _ = told(tmp_path, *["14/02/2026, 10:00 - Ana: +1"] * 3)
    assert len({row["event_id"] for row in rows["events"]}) == 3


def test_with_or_without_its_files_an_export_gives_the_same_ids(tmp_path):
    bare = told(tmp_path, "14/02/2026, 10:00 - Ana: <Media omitted>")[0]
    full = told(tmp_path, "14/02/2026, 10:00 - Ana: IMG-20260214-WA0001.jpg (file attached)")[0]
    assert bare["events"] == full["events"]


def test_a_zip_a_folder_and_the_text_alone_give_the_same_rows(tmp_path):
    folder = tmp_path / "WhatsApp Chat - Tea table"
    folder.mkdir()
    (folder / "_chat.txt").write_bytes((FRENCH.parent / "ios-fr.txt").read_bytes())
    (folder / "00000001-PHOTO.jpg").write_bytes(b"\xff\xd8")
    alone, _ = read(SOURCE, folder / "_chat.txt", timezone=PARIS)
    for path in (folder, zipped(folder, tmp_path / "export.zip")):
        rows, reading = read(SOURCE, path, timezone=PARIS)
        assert rows == alone
        assert reading.dropped["file beside the chat"] == 1


def test_joins_belong_to_the_chat_where_the_export_holds_several(tmp_path):
    for name in ("Tea", "Coffee"):
        (tmp_path / f"WhatsApp Chat with {name}.txt").write_text(
            f'14/02/2026, 10:00 - Ana created group "{name}"\n14/02/2026, 10:01 - Ana: hi {name}\n'
        )
    rows, reading = read(SOURCE, tmp_path, timezone=PARIS)
    assert {row["group_id"] for row in rows["memberships"]} == {"whatsapp:chat:Tea", "whatsapp:chat:Coffee"}
    assert (reading.tells_joins, reading.tells_leaves) == (False, False)


def test_an_export_in_an_unknown_language_tells_no_joins_and_says_so(tmp_path):
    rows, reading = told(tmp_path, "14.02.2026, 10:00 - Ana lisäsi jäsenen Bob", "14.02.2026, 10:01 - Ana: moi")
    assert (rows["memberships"], reading.tells_joins) == ([], False)
    assert reading.dropped == {"system line: not understood": 1}
    assert any("not understood" in note for note in reading.notes)


def test_impossible_times_and_text_before_the_chat_are_told(tmp_path):
    rows, reading = told(
        tmp_path, "14/02/2026, 10:00 - Ana: a", "45/02/2026, 10:00 - Ana: b", "14/02/2026, 25:00 - Ana: c"
    )
    assert [row["place"] for row in rows["problems"]] == ["record 2", "record 3"]
    assert len(rows["events"]) + len(rows["problems"]) == reading.read["message"] == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_and_newlines_change_nothing(tmp_path, encoding, newline):
    text = "14/02/2026, 10:00 - Zoé: ligne un\nligne deux à côté\n14/02/2026, 10:01 - Ana: été\n"
    (tmp_path / "chat.txt").write_bytes(text.replace("\n", newline).encode(encoding))
    rows, _ = read(SOURCE, tmp_path / "chat.txt", timezone="UTC")
    assert said(rows) == [("Zoé", "ligne un\nligne deux à côté"), ("Ana", "été")]


def test_a_message_over_the_border_of_two_pieces_is_one(tmp_path, monkeypatch):
    from workbench.sources import whatsapp

    whole = read(SOURCE, FRENCH, timezone=PARIS)[0]
    every = whatsapp.pieces
    for size in (1, 7, 100):
        monkeypatch.setattr(whatsapp, "pieces", lambda archive, name, size=size: every(archive, name, size=size))
        monkeypatch.setattr(whatsapp, "_head", lambda *_: iter(()))
        split = whatsapp._split(whatsapp.open_files(FRENCH), FRENCH.name)
        bodies = [body for _, messages in split for *_, body in messages]
        assert bodies[-1] == "Bob a quitté le groupe"
        assert len(bodies) == len(whole["events"]) + len(whole["memberships"]) + 1


def test_an_endless_message_is_cut_and_told(tmp_path, monkeypatch):
    monkeypatch.setattr("workbench.sources.whatsapp.LONGEST", 1000)
    rows, _ = told(tmp_path, "14/02/2026, 10:00 - Bob: b", "14/02/2026, 10:01 - Ana: " + "a" * 5000)
    assert [len(text) for _, text in said(rows)] == [1, 1000 - len("Ana: ")]
    assert "was cut" in rows["problems"][0]["why"]


@QUIET
@given(st.lists(st.tuples(st.sampled_from(["Ana", "Zoé", "+33 6 12 34 56 78"]), st.text()), max_size=6))
def test_any_text_survives(tmp_path, spoken):
    lines = [f"14/02/2026, 10:{n:02} - {who}: x{text}y" for n, (who, text) in enumerate(spoken)]
    text = "\n".join(["14/02/2026, 09:00 - Ana: hi", *lines])
    (tmp_path / "chat.txt").write_bytes(text.encode("utf-8", "replace"))
    rows, _ = read(SOURCE, tmp_path / "chat.txt", timezone="UTC")
    assert len(rows["events"]) == len(spoken) + 1
    for (_, text), (_, kept) in zip(spoken, said(rows)[1:], strict=True):
        plain = text.replace("\r\n", "\n").replace("\r", "\n")
        if plain.isprintable() and plain.isascii() and not set("()<>") & set(plain):
            assert kept == f"x{plain}y"


@QUIET
@given(st.data())
def test_a_damaged_chat_ends_in_rows_and_problems_or_a_clear_error(tmp_path, data):
    kind = data.draw(st.sampled_from(["android-fr.txt", "ios-en-us.txt"]))
    whole = (FRENCH.parent / kind).read_bytes()
    if data.draw(st.booleans()):
        folder = tmp_path / "folder"
        folder.mkdir(exist_ok=True)
        (folder / "_chat.txt").write_bytes(whole)
        whole = zipped(folder, tmp_path / "whole.zip").read_bytes()
    cut = damaged_bytes(whole, data)
    damaged = tmp_path / "damaged.bin"
    damaged.write_bytes(cut)
    try:
        if SOURCE.recognises(damaged):
            read(SOURCE, damaged, timezone=PARIS)
    except SourceError as error:
        assert "damaged" in str(error)


def damaged_bytes(whole, data):
    cut = bytearray(whole[: data.draw(st.integers(0, len(whole)) | st.just(len(whole)))])
    for _ in range(data.draw(st.integers(0, 5))):
        if cut:
            cut[data.draw(st.integers(0, len(cut) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    if data.draw(st.booleans()):
        return bytes(cut).decode("utf-8", "replace").encode(data.draw(st.sampled_from(["utf-16", "cp1252"])), "replace")
    return bytes(cut)


def test_the_names_of_exports_lead_to_the_chats_name():
    names = (
        "WhatsApp Chat with Tea", "WhatsApp Chat - Tea", "Discussion WhatsApp avec Tea", "WhatsApp Chat mit Tea",
        "Chat de WhatsApp con Tea", "Chat WhatsApp con Tea", "Conversa do WhatsApp com Tea", "WhatsApp-chat met Tea",
    )  # fmt: skip
    assert {whatsapp_lines.FILE_NAME.match(name)["name"] for name in names} == {"Tea"}


@pytest.mark.parametrize("name", ["ddmmyy_24hrs", "mmddyy_24hrs", "[mmddyy]_24hrs", "mmddyyyy_12hrs", "yyyymmdd_24hrs"])
def test_the_public_dialects_agree(name):
    """Of the MIT fixtures of chat-miner; its target leaves out the seconds and joins continued lines by a space."""
    rows, _ = read(SOURCE, shared(f"fixtures/whatsapp/test_{name}.txt"), timezone="UTC")
    target = json.loads(shared("fixtures/whatsapp/target.json").read_text(encoding="utf-8"))
    found = [(row["occurred_at"].isoformat(), *line) for row, line in zip(rows["events"], said(rows), strict=True)]
    assert [(at.partition(".")[0], who, text.replace("\n", " ")) for at, who, text in found] == [
        (row["timestamp"], row["author"], row["message"]) for row in reversed(target)
    ]


def test_the_public_ios_system_lines_are_understood():
    rows, reading = read(SOURCE, shared("fixtures/whatsapp-ios-system-lines.txt"), timezone="UTC")
    assert (rows["groups"][0]["name"], rows["groups"][0]["created_at"]) == (
        "Trip to the seaside", datetime(2024, 8, 30, 10, 12, 45),
    )  # fmt: skip
    assert [row["member_id"] for row in rows["memberships"]] == ["whatsapp:Nan", "whatsapp:Dev"]
    assert (len(rows["events"]), sum(bool(row["deleted_at"]) for row in rows["events"])) == (7, 1)
    assert reading.dropped == {"system line: encryption notice": 1, "system line: call": 1}
