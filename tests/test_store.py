"""The store: importing adds whole imports, whatever their order, overlap or faults."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from fake_exports import FAKE, add, column, content, event, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench import store
from workbench.errors import SourceError, StoreError
from workbench.sources import Reading, Source, registry
from workbench.tables import TABLES

SHARED = Path(__file__).parents[1].parent / "shared" / "data"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "community"


def coverage(first: str, last: str) -> tuple[str, dict]:
    return "coverage", {"platform": "x", "from_at": f"{first}T00:00:00", "to_at": f"{last}T00:00:00"}


# what one import tells


def test_a_receipt_counts_every_row_once(tmp_path, folder):
    add(folder, write(tmp_path / "a", coverage("2026-10-01", "2026-10-10"), event(1), event(2), event(3)))
    later = write(
        tmp_path / "b",
        ("read", {"message": 5}),
        ("dropped", {"system line": 2}),
        coverage("2026-10-01", "2026-10-20"),
        event(2),
        event(3, kind="share"),
        event(4),
        event(4),
    )
    receipt = add(folder, later)
    events = receipt.tables["events"]
    assert events == store.Brought(rows=4, repeated=1, new=1, updated=1, known=1)
    assert receipt.read == {"message": 5} and receipt.dropped == {"system line": 2}
    assert receipt.covered == (datetime(2026, 10, 1), datetime(2026, 10, 20))
    counts = dict(column(folder, "imports", "counts")[-1])
    assert len(column(folder, "imports", "import_id")) == 2
    assert {"read: message": "5", "dropped: system line": "2"}.items() <= {
        **dict(column(folder, "imports", "counts")[0]),
        **counts,
    }.items()


def test_a_file_that_is_in_the_store_adds_nothing(tmp_path, folder):
    export = write(tmp_path / "a", event(1), ("read", {"message": 1}))
    first = add(folder, export)
    before, version = content(folder), store.version(folder)
    again = add(folder, export)
    assert (first.already, again.already) == (False, True)
    assert again.read == {"message": 1} and again.tables == {}
    assert content(folder) == before and store.version(folder) == version


def test_the_same_content_under_another_name_is_known(tmp_path, folder):
    add(folder, write(tmp_path / "a", event(1)))
    assert add(folder, write(tmp_path / "b", event(1))).already


def test_a_folder_is_known_again_whatever_its_name_and_hidden_files(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name / "sub").mkdir(parents=True)
        (tmp_path / name / "sub" / "users.json").write_text("[]")
    (tmp_path / "two" / ".DS_Store").write_text("seen")
    assert store.fingerprint(tmp_path / "one") == store.fingerprint(tmp_path / "two")
    (tmp_path / "two" / "sub" / "users.json").rename(tmp_path / "two" / "users.json")
    assert store.fingerprint(tmp_path / "one") != store.fingerprint(tmp_path / "two")


# rows that do not fit


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (("evnts", {"event_id": "x:1"}), '"evnts" is not a table that can be imported'),
        (("imports", {"source": "me"}), '"imports" is not a table that can be imported'),
        (event(1, authr="ana"), '"authr" is not a column of events.'),
        (event(1, kind="poke"), 'events.kind = "poke" is not allowed. Allowed: attend, poll_vote, post'),
        (event(1, kind=None), "events.kind is missing"),
        (("events", {"event_id": "x:1"}), "events.occurred_at is missing"),
        (event(""), None),
        (event(1, n_chars="many"), 'events.n_chars = "many" is not a value of type BIGINT'),
        (event(1, n_chars=2**63), "is not a value of type BIGINT"),
        (event(1, "yesterday"), 'events.occurred_at = "yesterday" is not a value of type TIMESTAMP'),
        (event(1, mentions=["x:bo", 3]), "events.mentions"),
        (("payments", {"paid_at": "2026-10-01T00:00:00", "member_id": "x:1", "amount": "NaN", "currency": "EUR"}),
         "payments.amount is not an amount of money"),
        (event(1, member_id="x" * 17_000_000), "the row is larger than 16 MB"),
    ],
)  # fmt: skip
def test_a_row_that_does_not_fit_becomes_a_problem_and_the_import_goes_on(tmp_path, folder, line, why):
    receipt = add(folder, write(tmp_path / "a", line, event(77)))
    assert "x:77" in column(folder, "events", "event_id")
    if why is None:
        return
    ((told, (number, places)),) = receipt.problems.items()
    assert why in told and number == 1 and places[0].startswith("a: ")
    assert column(folder, "problems", "why") == [told]
    assert column(folder, "events", "event_id") == ["x:77"]


def test_an_empty_key_is_no_key(tmp_path, folder):
    name, row = event(1)
    receipt = add(folder, write(tmp_path / "a", (name, {**row, "event_id": ""})))
    assert list(receipt.problems) == ["events.event_id is empty or longer than a key may be"]


def test_an_instant_with_an_offset_is_stored_in_utc(tmp_path, folder):
    paris = datetime.fromisoformat("2026-10-05T01:30:00+02:00")
    source = Source(
        "fake", "", lambda path: True, lambda path, reading: iter([("events", dict(event(1)[1], occurred_at=paris))])
    )
    export = tmp_path / "a"
    export.write_text("a")
    store.add(folder, source, export)
    assert column(folder, "events", "occurred_at") == [datetime(2026, 10, 4, 23, 30)]


@given(st.text())
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_survives(tmp_path_factory, text):
    tmp_path = tmp_path_factory.mktemp("text")
    message = ("messages", {"event_id": "x:1", "occurred_at": "2026-10-05T12:00:00", "text": text})
    add(tmp_path / "c", write(tmp_path / "a", message))
    assert column(tmp_path / "c", "messages", "text") == [text]


@pytest.mark.parametrize(
    "text", ["\x00", "a\u2028b\x85c\r\n", "\ud83d\ude00", "'; DROP TABLE events; --", '"\\', "\u202e"]
)
def test_an_odd_text_survives(tmp_path, folder, text):
    message = ("messages", {"event_id": "x:1", "occurred_at": "2026-10-05T12:00:00", "text": text})
    add(folder, write(tmp_path / "a", message))
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16")
    assert column(folder, "messages", "text") == [whole]


def test_half_a_character_is_replaced_not_refused(tmp_path, folder):
    receipt = add(
        folder,
        write(tmp_path / "a", ("members", {"member_id": "x:1", "platform": "x", "attributes": {"city": "a\ud83d"}})),
    )
    assert column(folder, "members", "attributes") == [{"city": "a\ufffd"}] and not receipt.problems


# one row a key


def test_rows_of_one_member_in_one_import_complete_each_other(tmp_path, folder):
    member = {"member_id": "x:ana", "platform": "x"}
    rows = [{**member, "display_name": "Ana"}, {**member, "role": "staff"}, {**member, "display_name": "Ana B."}]
    receipt = add(folder, write(tmp_path / "a", *[("members", row) for row in rows]))
    assert column(folder, "members", "display_name") == ["Ana B."] and column(folder, "members", "role") == ["staff"]
    assert receipt.tables["members"] == store.Brought(rows=3, repeated=2, new=1, updated=0, known=0)


def test_a_member_keeps_one_row_for_every_import(tmp_path, folder):
    for name, role in (("a", "member"), ("b", "staff"), ("c", "staff")):
        add(
            folder,
            write(tmp_path / name, ("members", {"member_id": "x:ana", "platform": "x", "role": role}), event(name)),
        )
    assert sorted(column(folder, "members", "role")) == ["member", "staff", "staff"]


def test_the_later_state_of_a_record_wins_in_any_order_of_imports(tmp_path):
    # A comes back after B: whoever leaves out "nothing changed" rows would keep B when the imports are shuffled.
    files = [
        write(tmp_path / name, coverage("2026-10-01", f"2026-10-{day}"), event(1, n_chars=number))
        for name, day, number in (("a", 10, 1), ("b", 11, 2), ("c", 12, 1))
    ]
    results = []
    for order in ([0, 1, 2], [0, 2, 1], [2, 0, 1]):
        folder = tmp_path / "-".join(map(str, order))
        for each in order:
            add(folder, files[each])
        assert column(folder, "events", "n_chars") == [1]
        results.append(content(folder))
    assert all(result == results[0] for result in results)


def test_equal_rows_without_an_id_are_all_kept_but_not_twice_in_overlapping_exports(tmp_path, folder):
    coffee = {"paid_at": "2026-10-01T00:00:00", "member_id": "x:1", "amount": "2.50", "currency": "EUR"}
    cake = {**coffee, "amount": "4.00"}
    first = add(folder, write(tmp_path / "a", ("payments", coffee), ("payments", coffee), ("payments", cake)))
    second = add(
        folder, write(tmp_path / "b", ("payments", cake), ("payments", coffee), ("payments", {**cake, "plan": "x"}))
    )
    assert (first.tables["payments"].new, second.tables["payments"].new, second.tables["payments"].known) == (3, 1, 2)
    assert sorted(str(amount) for amount in column(folder, "payments", "amount")) == [
        "2.5000",
        "2.5000",
        "4.0000",
        "4.0000",
    ]


def test_a_problem_belongs_to_its_import(tmp_path, folder):
    line = ("problems", {"file": "users.json", "place": "3", "why": "not JSON"})
    add(folder, write(tmp_path / "a", line))
    add(folder, write(tmp_path / "b", line, event(1)))
    assert len(column(folder, "problems", "why")) == 2


def test_coverage_of_the_whole_platform_has_an_empty_group(tmp_path, folder):
    add(folder, write(tmp_path / "a", coverage("2026-10-01", "2026-10-02")))
    assert column(folder, "coverage", "group_id") == [""]


@pytest.mark.parametrize(
    ("lines", "observed"),
    [
        ([event(1, "2026-10-05T12:00:00"), coverage("2026-10-01", "2026-10-09")], "2026-10-09 00:00:00"),
        ([event(1, "2026-10-05T12:00:00"), event(2, "2026-10-07T12:00:00")], "2026-10-07 12:00:00"),
        ([("memberships", {"member_id": "x:1", "start_at": "2026-01-02T00:00:00"})], "2026-01-02 00:00:00"),
        ([("members", {"member_id": "x:1", "platform": "x"})], "1970-01-01 00:00:00"),
        ([("memberships", {"member_id": "x:1", "end_at": "2031-01-01T00:00:00"})], "1970-01-01 00:00:00"),
    ],
)  # fmt: skip
def test_what_an_import_tells_was_true_at_its_last_covered_instant(tmp_path, folder, lines, observed):
    add(folder, write(tmp_path / "a", *lines))
    assert str(column(folder, lines[0][0], "observed_at")[0]) == observed


def test_a_row_keeps_the_time_of_its_own_revision(tmp_path, folder):
    add(
        folder, write(tmp_path / "a", coverage("2026-10-01", "2026-10-09"), event(1, observed_at="2026-10-06T00:00:00"))
    )
    assert column(folder, "events", "observed_at") == [datetime(2026, 10, 6)]


# the law: any order, any overlap, any repetition


CHANGES = st.lists(
    st.tuples(
        st.integers(0, 3),  # which record
        st.integers(1, 9),  # its content
        st.sampled_from([None, "2026-09-30T00:00:00", "2026-10-02T00:00:00"]),  # its revision
    ),
    max_size=5,
)


@given(st.lists(st.tuples(CHANGES, st.integers(1, 3)), min_size=2, max_size=3), st.randoms(use_true_random=False))
@settings(max_examples=5, deadline=None)
def test_overlapping_exports_in_any_order_and_number_give_the_same_store(tmp_path_factory, exports, chance):
    tmp_path = tmp_path_factory.mktemp("law")
    files = []
    for number, (changes, day) in enumerate(exports):
        rows = [coverage("2026-09-01", f"2026-10-0{day}")]
        for record, value, revised in changes:
            at = f"2026-{9 + record % 2:02d}-15T00:00:00"
            known = {"observed_at": revised} if revised else {}
            rows.append(event(record, at, n_chars=value, **known))
            rows.append(("members", {"member_id": f"x:{record}", "platform": "x", "plan": str(value), **known}))
            rows.append(("visits", {"visited_at": at, "visitor_id": str(record)}))
        files.append(write(tmp_path / f"{number}", *rows))
    for path in files:
        add(tmp_path / "in order", path)
    shuffled = [*files, chance.choice(files)]
    chance.shuffle(shuffled)
    for path in shuffled:
        add(tmp_path / "shuffled", path)
    assert content(tmp_path / "shuffled") == content(tmp_path / "in order")

    # The oracle: of each record the row with the latest state, by hand.
    best = {}
    for path, (changes, day) in zip(files, exports, strict=True):
        import_id = store.fingerprint(path)[:16]
        for place, (record, value, revised) in enumerate(changes):
            state = (revised or f"2026-10-0{day}T00:00:00", import_id, place)
            best[record] = max(best.get(record, ((), 0)), (state, value))
    assert column(tmp_path / "shuffled", "events", "n_chars") == [value for _, (_, value) in sorted(best.items())]


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared/data with real exports")
def test_overlapping_slices_of_a_real_export_give_the_same_store_in_any_order(tmp_path):
    path = SHARED / "slack-10academy.zip"
    rows = list(registry.source("slack").read(path, Reading()))

    def part(first: int, last: int) -> Source:
        """The real export as if it had been made of some days only."""

        def read(file, reading):
            for name, row in rows:
                timed = name in ("events", "messages")
                if name != "coverage" and (not timed or first <= row["occurred_at"].month <= last):
                    yield name, row
            yield (
                "coverage",
                {"platform": "slack", "from_at": datetime(2022, first, 1), "to_at": datetime(2022, last, 28)},
            )

        return Source("slack", "", lambda file: True, read)

    parts = []
    for first, last in ((8, 9), (9, 12)):
        stamp = tmp_path / f"{first}-{last}"
        stamp.write_text(stamp.name)
        parts.append((part(first, last), stamp))
    for name, order in (("one", (0, 1)), ("two", (1, 0))):
        for each in order:
            store.add(tmp_path / name, *parts[each])
    assert content(tmp_path / "one") == content(tmp_path / "two")
    kinds = column(tmp_path / "one", "events", "kind")
    assert len(kinds) == len(set(column(tmp_path / "one", "events", "event_id")))


# reading anew


def test_again_replaces_what_the_file_brought(tmp_path, folder):
    """After a change of the mapping the same file gives other rows; none of the old reading may stay."""
    add(folder, write(tmp_path / "other", event(9), ("members", {"member_id": "x:bo", "platform": "x"})))
    export = tmp_path / "a"
    export.write_text("a")

    def reader(*rows):
        return Source("fake", "", lambda path: True, lambda path, reading: iter(rows))

    wrong = reader(event(1, "2026-10-05T12:00:00"), event(2), ("members", {"member_id": "x:wrong", "platform": "x"}))
    right = reader(event(1, "2026-11-05T12:00:00"), event(3))
    store.add(folder, wrong, export)
    assert store.add(folder, right, export).already
    receipt = store.add(folder, right, export, again=True)
    assert not receipt.already
    assert column(folder, "events", "event_id") == ["x:1", "x:3", "x:9"]
    assert column(folder, "events", "occurred_at")[0] == datetime(2026, 11, 5, 12)
    assert column(folder, "members", "member_id") == ["x:bo"]
    assert len(column(folder, "imports", "import_id")) == 2


# months


def test_an_import_touches_only_its_own_months(tmp_path, folder):
    add(folder, write(tmp_path / "a", event(1, "2026-09-30T23:59:59"), event(2, "2026-10-01T00:00:00")))
    before = store.files_by_month(folder, "events")
    assert list(before) == ["2026-09", "2026-10"]
    add(folder, write(tmp_path / "b", event(2, "2026-10-01T00:00:00", n_chars=5), event(3, "2026-11-01T00:00:00")))
    after = store.files_by_month(folder, "events")
    assert list(after) == ["2026-09", "2026-10", "2026-11"]
    assert after["2026-09"] == before["2026-09"] and after["2026-10"] != before["2026-10"]
    assert column(folder, "events", "n_chars") == [None, 5, None]


# snapshots


@pytest.mark.parametrize("beside", [False, True])
def test_a_record_that_moves_over_the_border_of_a_month_is_kept_once_in_any_order(tmp_path, beside):
    """As by another time zone. The month that it leaves may hold other records, or none."""
    early = [coverage("2026-01-20", "2026-01-31"), event(1, "2026-01-31T23:30:00")]
    early += [event(2, "2026-01-20T12:00:00")] if beside else []
    late = [coverage("2026-02-01", "2026-02-10"), event(1, "2026-02-01T00:30:00"), event(3, "2026-02-09T12:00:00")]
    exports = write(tmp_path / "early", *early), write(tmp_path / "late", *late)
    for name, order in (("a", exports), ("b", exports[::-1])):
        for path in order:
            add(tmp_path / name, path)
        ids, instants = (column(tmp_path / name, "events", what) for what in ("event_id", "occurred_at"))
        assert dict(zip(ids, instants, strict=True))["x:1"] == datetime(2026, 2, 1, 0, 30)
        assert len(ids) == len(set(ids)) == 2 + beside
    assert content(tmp_path / "a") == content(tmp_path / "b")


def test_a_snapshot_stays_readable_while_imports_go_on(tmp_path, folder):
    add(folder, write(tmp_path / "a", event(1, n_chars=1)))
    before = store.snapshot(folder)
    add(folder, write(tmp_path / "b", coverage("2026-10-01", "2026-10-30"), event(1, n_chars=2)))
    assert store.snapshot(folder).version != before.version
    with duckdb.connect() as connection:
        rows = connection.execute(f"SELECT n_chars FROM ({store.scan(TABLES['events'], before.files['events'])})")
        assert rows.fetchall() == [(1,)]


def test_a_copy_of_the_folder_has_the_same_version(tmp_path, folder):
    add(folder, write(tmp_path / "a", event(1)))
    shutil.copytree(folder, tmp_path / "copy")
    assert store.version(tmp_path / "copy") == store.version(folder)
    assert content(tmp_path / "copy") == content(folder)


def test_a_table_stored_before_a_column_was_added_is_read_with_nulls(tmp_path, folder, monkeypatch):
    from dataclasses import replace

    events = TABLES["events"]
    older = replace(events, columns=tuple(c for c in events.columns if c.name != "is_answer"))
    with monkeypatch.context() as then:
        then.setitem(TABLES, "events", older)
        add(folder, write(tmp_path / "a", event(1), event(2)))
    add(folder, write(tmp_path / "b", coverage("2026-10-01", "2026-10-30"), event(2, is_answer=True), event(3)))
    assert column(folder, "events", "is_answer") == [None, True, None]


@pytest.mark.parametrize("name", ["été à Paris", "100% us", "C#", "it's", "a=b&c", "日本"])
def test_a_folder_may_have_any_ordinary_name(tmp_path, name):
    add(tmp_path / name, write(tmp_path / "a", event(1)))
    add(tmp_path / name, write(tmp_path / "b", event(2)))
    assert column(tmp_path / name, "events", "event_id") == ["x:1", "x:2"]


@pytest.mark.parametrize("name", ["a%20b", "[x]", "why?"])
def test_a_folder_name_that_cannot_be_stored_under_is_refused_clearly(tmp_path, name):
    with pytest.raises(StoreError, match=r"has .* in its path"):
        add(tmp_path / name, write(tmp_path / "a", event(1)))
    assert not (tmp_path / name).exists()


def test_an_empty_or_missing_store(tmp_path, folder):
    with pytest.raises(StoreError, match=r"has no store\. Import an export first"):
        store.snapshot(folder)
    add(folder, write(tmp_path / "a"))
    assert {name: files for name, files in store.tables(folder).items() if files}.keys() == {"imports"}


def test_a_damaged_store_says_so(tmp_path, folder):
    add(folder, write(tmp_path / "a", event(1)))
    shutil.rmtree(folder / "store" / "events" / "_delta_log")
    with pytest.raises(StoreError, match="is damaged"):
        store.snapshot(folder)
    (folder / "store" / store.VERSIONS).unlink()
    for broken in (lambda: store.snapshot(folder), lambda: add(folder, write(tmp_path / "b", event(2)))):
        with pytest.raises(StoreError, match=r"versions\.json is missing"):
            broken()
    assert (folder / "store" / "events").exists()


# failures


def test_an_import_that_fails_leaves_the_store_as_it_was(tmp_path, folder):
    add(folder, write(tmp_path / "a", event(1)))
    before, version = content(folder), store.version(folder)
    for wrong in ("SourceError", "ValueError", "KeyboardInterrupt"):
        with pytest.raises((SourceError, ValueError, KeyboardInterrupt)):
            add(folder, write(tmp_path / "b", event(2), ("fail", {"with": wrong})))
    assert content(folder) == before and store.version(folder) == version
    assert sorted(file.name for file in (folder / "store").iterdir()) == ["events", "imports", "lock", "versions.json"]


def test_a_first_import_that_fails_leaves_no_folder(tmp_path, folder):
    with pytest.raises(SourceError):
        add(folder, write(tmp_path / "b", event(2), ("fail", {"with": "SourceError"})))
    assert not folder.exists()


def test_a_first_import_that_fails_while_storing_leaves_no_folder(tmp_path, folder, monkeypatch):
    monkeypatch.setattr(store, "_imports_row", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        add(folder, write(tmp_path / "b", event(2)))
    assert not folder.exists()


def test_what_a_failed_import_had_written_is_never_seen(tmp_path, folder, monkeypatch):
    add(folder, write(tmp_path / "a", event(1)))
    before, version = content(folder), store.version(folder)
    with monkeypatch.context() as patched:
        patched.setattr(store, "_imports_row", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            add(
                folder,
                write(
                    tmp_path / "b",
                    event(1, n_chars=7),
                    event(2),
                    ("log", {"noted_at": "2026-10-01T00:00:00", "kind": "poll"}),
                ),
            )
    assert content(folder) == before and store.version(folder) == version
    add(folder, write(tmp_path / "c", event(3)))
    assert column(folder, "events", "event_id") == ["x:1", "x:3"] and column(folder, "log", "kind") == []


def test_two_imports_at_the_same_time_are_refused_clearly(tmp_path, folder):
    add(folder, write(tmp_path / "a", event(1)))
    other = write(tmp_path / "b", event(2))

    def read(path, reading):
        with pytest.raises(StoreError, match="Another import is writing"):
            add(folder, other)
        assert store.interrupted(folder) is None  # it is at work, not interrupted
        yield event(3)

    (tmp_path / "c").write_text("c")
    store.add(folder, Source("fake", "", lambda path: True, read), tmp_path / "c")
    assert column(folder, "events", "event_id") == ["x:1", "x:3"]


def test_readers_see_whole_imports_while_one_is_written(tmp_path, folder):
    """Each import adds one event and one visit: a reader who ever sees more of one than of the other saw half."""

    def export(number):
        visit = ("visits", {"visited_at": "2026-10-01T00:00:00", "visitor_id": str(number)})
        return write(tmp_path / f"{number}", event(number), visit)

    add(folder, export(0))

    def look(_):
        now = store.snapshot(folder)
        with duckdb.connect() as connection:
            return [
                connection.execute(f"SELECT count(*) FROM ({store.scan(TABLES[name], now.files[name])})").fetchall()
                for name in ("events", "visits")
            ]

    with ThreadPoolExecutor(2) as pool:
        seen = pool.map(look, range(40))
        for number in range(1, 6):
            add(folder, export(number))
        for events, visits in seen:
            assert events == visits


def test_a_missing_file_is_refused_before_anything_is_written(tmp_path, folder):
    with pytest.raises(SourceError, match="does not exist"):
        add(folder, tmp_path / "nothing.zip")
    assert not folder.exists()


# the importers by content


def test_a_file_is_recognised_by_its_content(tmp_path):
    other = Source("other", "Something else", lambda path: False, FAKE.read)
    assert registry.recognise(write(tmp_path / "a", event(1)), among=[other, FAKE]) is FAKE


def test_an_unknown_file_is_answered_with_what_is_understood(tmp_path):
    (tmp_path / "holiday.jpg").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(SourceError) as told:
        registry.recognise(tmp_path / "holiday.jpg", among=[FAKE])
    assert "holiday.jpg is no export that is understood" in str(told.value) and "- Export for tests" in str(told.value)


def test_every_importer_of_the_registry_is_there():
    assert [source.name for source in registry.sources()] == list(registry.NAMES)


def test_versions_json_is_what_other_programs_can_read(tmp_path, folder):
    add(folder, write(tmp_path / "a", event(1)))
    assert json.loads((folder / "store" / "versions.json").read_text()) == {"events": 0, "imports": 0}
