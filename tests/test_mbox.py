"""The mbox importer, on a small made-up archive of a mailing list."""

import gzip
import shutil
from datetime import datetime

import pytest
from fake_exports import content
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from importing import FIXTURES, read, read_damaged, zipped

from workbench import store
from workbench.sources import mbox, mbox_file, registry
from workbench.sources.mbox import SOURCE
from workbench.sources.mbox_text import own_words, subject_words

EXPORT = FIXTURES / "mbox" / "tea.mbox"
QUIET = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FROM = "From ana@example.org Thu Oct  1 09:00:00 2026"


@pytest.fixture(scope="module")
def export():
    return read(SOURCE, EXPORT)


def by_id(rows, table="events"):
    return {row["event_id"].removeprefix("mbox:"): row for row in rows[table]}


def mail(body="Tea?", separator=FROM, **head):
    told = {"From": "Ana <ana@example.org>", "Date": "Thu, 1 Oct 2026 09:00:00 +0000", "Message_ID": "<1@x>"}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in (told | head).items() if value is not None]
    return "\n".join([separator, *lines, "", body, ""])


def archive(path, *mails):
    path.write_text("\n".join(mails), encoding="utf-8")
    return path


def test_file_packed_folder_and_zip_give_the_same_rows(tmp_path, export):
    packed = tmp_path / "packed"
    packed.write_bytes(gzip.compress(EXPORT.read_bytes()))
    windows = tmp_path / "windows.txt"
    windows.write_bytes(b"\xef\xbb\xbf" + EXPORT.read_bytes().replace(b"\n", b"\r\n"))
    for path in (EXPORT, EXPORT.parent, packed, windows, zipped(EXPORT.parent, tmp_path / "a.zip", top="Takeout/")):
        assert registry.recognise(path) is SOURCE
        rows, reading = read(SOURCE, path)
        assert {table: rows[table] for table in export[0] if table != "problems"} == {
            table: export[0][table] for table in export[0] if table != "problems"
        }
        assert (reading.read, reading.dropped) == (export[1].read, export[1].dropped)


@pytest.mark.parametrize(
    "text", ["", "From", "From here to there\nNote: no mail", "Date: 1 Oct 2026\nFrom: ana\n", "a,b"]
)
def test_other_texts_are_not_recognised(tmp_path, text):
    (tmp_path / "other.mbox").write_text(text)
    assert not SOURCE.recognises(tmp_path / "other.mbox")


def test_threads_follow_references_and_an_old_answer_its_subject(export):
    events = by_id(export[0])
    told = {n: (row["kind"], row["thread_id"], row["reply_to"], row["target_member_id"]) for n, row in events.items()}
    assert told["a1@example.org"] == ("post", "mbox:a1@example.org", None, None)
    assert told["b1@example.net"] == ("reply", "mbox:a1@example.org", "mbox:a1@example.org", "mbox:ana@example.org")
    assert told["z1@example.net"] == ("reply", "mbox:a1@example.org", "mbox:b1@example.net", "mbox:bo@example.net")
    # The mail answered lies outside of the archive: the thread is known, whom it answers is not.
    assert told["l1@example.net"] == ("reply", "mbox:unknown@example.net", "mbox:unknown@example.net", None)
    (old,) = (row for row in told.values() if row[1:] == ("mbox:b2@example.net", None, None) and row[0] == "reply")
    assert old[0] == "reply"


def test_an_answer_long_after_is_another_conversation(tmp_path):
    later = {"Message_ID": "<2@x>", "Subject": "Re: Tea"}
    near, far = "Tue, 29 Dec 2026 09:00:00 +0000", "Thu, 31 Dec 2026 09:00:00 +0000"
    for date, thread in ((near, "mbox:1@x"), (far, None)):
        rows, _ = read(SOURCE, archive(tmp_path / "a", mail(Subject="Tea"), mail(Date=date, **later)))
        assert (rows["events"][1]["kind"], rows["events"][1]["thread_id"]) == ("reply", thread)


def test_the_archive_of_another_month_first_tells_the_same_threads(tmp_path):
    # "April" comes before "March" in the alphabet, not in time.
    answer = mail(Message_ID="<2@x>", In_Reply_To="<1@x>", Date="Sun, 1 Nov 2026 09:00:00 +0000", Subject="Re: Tea")
    archive(tmp_path / "2026-November.txt", answer)
    archive(tmp_path / "2026-October.txt", mail(Subject="Tea"))
    rows, _ = read(SOURCE, tmp_path)
    assert [row["target_member_id"] for row in rows["events"]] == [None, "mbox:ana@example.org"]


def test_the_arrival_counts_where_the_clock_of_the_sender_is_wrong(export):
    events = by_id(export[0])
    assert (events["a1@example.org"]["occurred_at"], events["a1@example.org"]["time_approximate"]) == (
        datetime(2026, 10, 1, 9), False
    )  # fmt: skip
    assert (events["b2@example.net"]["occurred_at"], events["b2@example.net"]["time_approximate"]) == (
        datetime(2026, 10, 1, 11), True
    )  # fmt: skip
    undated = next(row for n, row in events.items() if "@" not in n)
    assert (undated["occurred_at"], undated["time_approximate"]) == (datetime(2026, 10, 1, 11, 10), True)
    assert events["b1@example.net"]["time_approximate"]  # -0000: the sender says no zone


@pytest.mark.parametrize("date", ["", "soon", "Thu, 99 Oct 2026 09:00:00", "1 Jan 1904 00:00:00 +0000", "9" * 400])
def test_a_mail_without_any_date_is_a_problem(tmp_path, date):
    rows, _ = read(SOURCE, archive(tmp_path / "a", mail(Date=date, separator="From ana@example.org")))
    assert "a date between" in rows["problems"][0]["why"] and not rows["events"]


def test_people_are_addresses_also_where_the_list_hides_them(export):
    members = {row["member_id"]: row["display_name"] for row in export[0]["members"]}
    assert members == {
        "mbox:ana@example.org": "Ana Maury", "mbox:bo@example.net": "Bo Trân", "mbox:zoe@example.net": "Zoé",
        "mbox:robot@example.net": "Calendar", "mbox:lea@example.net": None,
    }  # fmt: skip
    assert [row["member_id"] for row in export[0]["members"] if row["role"] == "bot"] == ["mbox:robot@example.net"]


def test_lists_are_groups_by_list_id_or_by_address(export):
    assert export[0]["groups"] == [
        {"group_id": "mbox:tea.lists.example.org", "platform": "mbox", "name": "Friends of tea", "kind": "mailing list"}
    ]
    assert {row["group_id"] for row in export[0]["events"]} == {"mbox:tea.lists.example.org"}


@pytest.mark.parametrize(("told", "author"), [("Ana <>", "mbox:name:ana"), ("(((", "mbox:name:(((")])
def test_a_sender_without_an_address_is_known_by_name(tmp_path, told, author):
    """Archives that hide addresses leave empty angle brackets, between which there is no text to look at."""
    rows, _ = read(SOURCE, archive(tmp_path / "a.mbox", mail(From=told)))
    assert rows["events"][0].get("member_id") == author


def test_texts_are_the_authors_own_words(export):
    texts = {n: row["text"] for n, row in by_id(export[0], "messages").items()}
    assert texts["a1@example.org"] == (
        "Who brings the cups?\n\nHello all,\n\nwho brings the cups?\n"
        "From what I remember it was Bo, in Oct 2025 at 10:00.\n\nAna"
    )
    assert texts["b1@example.net"] == "[…]\nMoi ! Et une théière.\n\n[…]\nYes."
    assert texts["z1@example.net"] == "Two spoons from me"
    assert texts["b2@example.net"] == "Kettles\n\nNew subject, no question.\n\nFrom here on I only drink coffee."
    assert texts["l1@example.net"] == "[…]\nOui !"
    assert next(t for n, t in texts.items() if "@" not in n).startswith("No references, no id, no date")
    assert by_id(export[0])["l1@example.net"]["n_chars"] == len("Oui !")


def test_automatic_and_private_mails_are_counted_and_never_kept(export):
    rows, reading = export
    assert reading.dropped == {"automatic answer": 1, "private mail: it came through no list": 1}
    assert "private word" not in str(rows)


def test_a_mailbox_without_any_list_says_so(tmp_path):
    rows, reading = read(SOURCE, archive(tmp_path / "a", mail(Delivered_To="ana@example.org")))
    assert not rows["events"] and "all mails look private" in reading.notes[0]


def test_every_mail_is_kept_counted_or_told(export):
    rows, reading = export
    assert (reading.read["mail"], reading.repeated["mail"]) == (10, 1)
    assert len(rows["events"]) + len(rows["problems"]) + reading.dropped.total() == 10
    assert [(row["place"], row["why"]) for row in rows["problems"]] == [("mail 10", "a mail without an author")]
    assert (reading.tells_joins, reading.tells_leaves) == (False, False)


def test_the_word_from_inside_a_mail_begins_none(tmp_path):
    tricky = "From now on:\n\nFrom Ana, Thu Oct 1 2026 at 09:00\nwe drink tea.\n\nFrom here\nNote: no header"
    rows, reading = read(SOURCE, archive(tmp_path / "a", mail(tricky), mail("second", Message_ID="<2@x>")))
    assert reading.read["mail"] == 2
    assert rows["messages"][0]["text"] == tricky


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("> all quoted", ""),
        ("mine\n\nOn 1 Oct 2026, Bo wrote:\n> a\n> b", "mine\n\n[…]"),
        ("mine\n\nOn 1 Oct 2026 at 10:00, Bo Trân\n<bo@example.net> wrote:\n\n> a\nmore", "mine\n\n[…]\nmore"),
        ("I wrote:\n\nnothing", "I wrote:\n\nnothing"),
        ("a list:\n- one", "a list:\n- one"),
        ("top\n\n-----Original Message-----\nFrom: Bo\nold", "top\n\n[…]"),
        ("top\n\nDe : Bo <b@x>\nEnvoyé : jeudi\nold", "top\n\n[…]"),
        ("BT> old\nmine", "[…]\nmine"),
        ("x > y\n <b>", "x > y\n <b>"),
        ("mine\n-- \nsig\n> old", "mine\n[…]"),
        ("a\n_________________________\nb", "a\n_________________________\nb"),
        ("a\n-------------- next part --------------\nscrubbed", "a"),
    ],
)
def test_quotations_are_marked_and_signatures_go(text, own):
    assert own_words(text)[0] == own


@given(st.text(alphabet=st.sampled_from("> \n-_:[…]Oné1wrote@"), max_size=60))
def test_own_words_are_never_more_than_the_text(text):
    own, n_chars = own_words(text)
    assert n_chars <= len(text) and (n_chars > 0) == bool(own)


def test_subjects_lose_tags_and_answers_but_not_what_they_say():
    assert subject_words("Re[2]: Fwd: [a] [b] RE: tea") == ("tea", True)
    assert subject_words("[only]") == ("[only]", False)
    assert subject_words("Rethinking: tea") == ("Rethinking: tea", False)


def test_importing_twice_and_overlapping_archives_in_any_order_give_one_store(tmp_path):
    whole = EXPORT.read_text(encoding="utf-8")
    half = tmp_path / "half.mbox"
    half.write_text(whole[: whole.index("From zoe@")], encoding="utf-8")
    for name, order in (("a", (EXPORT, half, EXPORT)), ("b", (half, EXPORT))):
        for path in order:
            store.add(tmp_path / name, SOURCE, path)
    assert content(tmp_path / "a") == content(tmp_path / "b")


HEADS = (
    "Content-Type: text/plain", 'Content-Type: text/plain; charset="iso-8859-1"; format=flowed',
    "Content-Type: text/plain;\n\tcharset=windows-1252", 'Content-Type: text/plain; charset="utf-8',
    "Content-Type: text/plain; charset=utf-8; charset=latin-1", "Content-Type: text/html", "Content-Type: text",
    "Content-Transfer-Encoding: Quoted-Printable", "Content-Transfer-Encoding: quoted-printable ",
    "Content-Transfer-Encoding: base64", "Content-Disposition: attachment", "Subject: Th=C3=A9\n  et café", "X-Y:",
    "X: \x85\x0b", " lost", "no colon", "From me", "A B: c", "Date: Thu, 1 Oct 2026 09:00:00 +0000\r",
)  # fmt: skip


@QUIET
@given(
    st.lists(st.sampled_from(HEADS), min_size=1, max_size=5),
    st.sampled_from(["\n", ""]),
    st.sampled_from(["utf-8", "cp1252"]),
)
def test_what_is_read_quickly_is_read_as_the_standard_library_reads_it(heads, empty, encoding):
    content = ("\n".join(heads) + "\n" + empty + "Caf=E9 =\nÉté\r\n\n").encode(encoding, "replace")
    quick = mbox._simple(content)
    assert quick is None or quick == mbox._any(content)


def test_a_simple_mail_is_read_quickly():
    assert mbox._simple(b"From: Ana <ana@example.org>\nContent-Type: text/plain; charset=utf-8\n\nTea?\n")


def test_a_long_attachment_is_not_kept_in_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(mbox_file, "KEPT", 2000)
    rows, reading = read(SOURCE, archive(tmp_path / "a", mail("Tea?\n" + "A" * 76 + ("\n" + "A" * 76) * 100), mail()))
    assert reading.dropped["end of a long mail"] == 1 and reading.repeated["mail"] == 1
    assert len(rows["messages"][0]["text"]) < 2200


def test_a_bomb_of_gzip_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(mbox_file, "UNPACKED_SMALL", 100_000)
    (tmp_path / "bomb").write_bytes(gzip.compress((mail() + "\n").encode() + b"a" * 50_000_000))
    rows, _ = read(SOURCE, tmp_path / "bomb")
    assert "unpacks to more than" in rows["problems"][0]["why"]


def test_hostile_mails_end_in_rows_or_problems(tmp_path):
    nested = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(3000))
    hostile = [
        mail(nested, Message_ID="<1@x>"),
        mail(Message_ID="<2@x>", From="(" * 5000 + "ana@example.org"),
        mail(Message_ID="<3@x>", Subject="=?utf-8?b?" + "A" * 5000 + "?="),
        mail(
            "x",
            Message_ID="<4@x>",
            Content_Type="text/plain; charset=\u0000no-such",
            Content_Transfer_Encoding="base64",
        ),
        mail("begin 644 x\n!!!", Message_ID="<5@x>", Content_Transfer_Encoding="x-uuencode"),
        mail(Message_ID="<6@x>", References=" ".join(f"<{n}@y>" for n in range(20_000))),
        mail(Message_ID="<7@x>", From="=cmd|' /C calc'!A0 <x@example.org>"),
        mail("<" * 100_000, Message_ID="<8@x>", Content_Type="text/html"),
        mail("> " * 50_000 + "\n" + "_" * 100_000, Message_ID="<9@x>"),
    ]
    rows, reading = read(SOURCE, archive(tmp_path / "a", *hostile))
    assert reading.read["mail"] == len(hostile) == len(rows["events"]) + len(rows["problems"])


@QUIET
@given(st.data())
def test_a_damaged_archive_ends_in_rows_and_problems_or_a_clear_error(tmp_path, data):
    whole = data.draw(st.sampled_from([EXPORT.read_bytes(), gzip.compress(EXPORT.read_bytes())]))
    read_damaged(SOURCE, whole, data, tmp_path, flips=8)


HEADERS = ("From", "Date", "Subject", "Message-ID", "References", "Content-Type", "Received", "List-Id", "Reply-To",
           "Content-Transfer-Encoding", "Auto-Submitted", "MIME-Version", "Content-Disposition")  # fmt: skip
WORDS = st.text(alphabet=st.characters(codec="utf-8"), max_size=40) | st.sampled_from(
    [
        "multipart/mixed; boundary=x",
        "text/html; charset=utf-7",
        "base64",
        "=?utf-8?q?=C3?=",
        "<a@b>",
        "a at b.org",
        "--x",
    ]
)


@QUIET
@given(st.lists(st.tuples(st.sampled_from(HEADERS), WORDS), max_size=8), WORDS)
@example([("From", "Zoé via Tea <tea@example.org>"), ("Reply-To", "\ud7ff,,")], "")
def test_any_header_ends_in_rows_and_problems(tmp_path, head, body):
    text = "\n".join(
        [FROM, "Date: Thu, 1 Oct 2026 09:00:00 +0000", *(f"{name}: {word}" for name, word in head), "", body]
    )
    (tmp_path / "a").write_text(text + "\n", encoding="utf-8", newline="")
    _, reading = read(SOURCE, tmp_path / "a")
    assert reading.read["mail"] >= 1


def test_a_folder_of_other_things_is_counted(tmp_path):
    shutil.copy(EXPORT, tmp_path / "tea.mbox")
    (tmp_path / "index.html").write_text("<p>")
    _, reading = read(SOURCE, tmp_path)
    assert reading.dropped["file of another kind"] == 1
