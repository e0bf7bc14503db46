"""What an import brought and what a community's store holds, as aligned text for the terminal."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from workbench import settings, store
from workbench.sources import Source
from workbench.sources.gather import Left
from workbench.store import Receipt
from workbench.tables import ROLES, TABLES
from workbench.words import zones

GAP_DAYS = 2
"""A hole in a platform's coverage is told from this many days on: exports end and begin within a day."""
FIRST = 10


def of_import(receipt: Receipt) -> str:
    """What one import read and what became of it."""
    title = f"{receipt.file_name} · {receipt.source} · import {receipt.import_id}"
    if receipt.already:
        read = _listed(receipt.read) or "nothing"
        return (
            f"{title}\n"
            f"  already in the store: nothing was read or added (it told of {read}).\n"
            "  After a change of the mapping or time zone, read it anew with --again."
        )
    parts = [title, f"  time zone of the file: {zones.told(receipt.time_zone, 'en')}"]
    if receipt.covered:
        first, last = receipt.covered
        parts.append(f"  covers {_instant(first)} to {_instant(last)} UTC")
    parts += [f"  note: {_line(note)}" for note in receipt.notes]
    parts.append(f"  records read: {_listed(receipt.read) or 'none'}")
    if receipt.repeated:
        parts.append(f"  met again in the file: {_listed(receipt.repeated)}")
    rows = [
        (name, f"{b.new:,}", f"{b.updated:,}", f"{b.known:,}", f"{b.repeated:,}") for name, b in receipt.tables.items()
    ]
    if rows:
        parts.append(_table(("stored in", "new", "updated", "known", "repeated"), rows))
    else:
        parts.append("  no rows to store")
    if receipt.dropped:
        parts.append(_table(("left out, because", "records"), _counts(receipt.dropped)))
    if receipt.problems:
        parts.append(_problems((why, n, places) for why, (n, places) in receipt.problems.items()))
    return "\n".join(parts)


def of_gathered(exports: Sequence[tuple[Path, Source]], left: Sequence[Left]) -> str:
    """What was found, before anything is read: every export and what it is read as, and what is left aside."""
    rows = [(_line(str(file), 200), source.title) for file, source in exports]
    return "\n".join([_table(("found", "read as"), rows), *_left(left)])


def of_imports(receipts: dict[Path, Receipt], failed: dict[Path, Exception], left: Sequence[Left]) -> str:
    """What became of several exports, one line each; what could not be read and what is left aside, by name."""
    rows = []
    for file, receipt in receipts.items():
        sums = [sum(getattr(brought, what) for brought in receipt.tables.values()) for what in ("new", "updated")]
        problems = sum(number for number, _ in receipt.problems.values())
        shown = ("already in the store", "", "") if receipt.already else (*(f"{n:,}" for n in sums), f"{problems:,}")
        rows.append((_line(str(file), 200), receipt.source, *shown))
    parts = [_table(("imported", "as", "new rows", "updated", "not read"), rows)] if rows else ["Nothing was imported."]
    # The first sentence: the whole error stands where the file was read.
    parts += [
        f"  ! not imported: {_line(str(file), 200)}: {_line(str(error).split('. ')[0], 200)}"
        for file, error in failed.items()
    ]
    return "\n".join([*parts, *_left(left)])


def _left(left: Sequence[Left]) -> list[str]:
    return [f"  ! left aside: {_line(str(one.path), 200)}: {_line(one.why, 400)}" for one in left]


def of_store(folder: str | Path) -> str:
    """What the store of a community holds: tables, coverage and its gaps, accounts by role, imports, problems."""
    folder = Path(folder)
    chosen = settings.load(folder / "community.toml")
    now = store.snapshot(folder)
    unfinished = store.interrupted(folder)
    with store.connect(now) as connection:

        def ask(sql: str) -> list[tuple]:
            return connection.execute(sql).fetchall()

        parts = [
            f"{chosen.name} · days in {chosen.timezone} · language {chosen.language} · store {now.version}",
            f"  {folder.absolute()}: {_size(folder / 'store')} in store, {_size(folder / 'cache')} in cache "
            "(cache may be deleted at any time)",
        ]
        if unfinished:
            parts.append(
                f"  ! The import of {_line(unfinished)} was interrupted and is not in the store: import it again."
            )
        parts += ["", _tables(ask), "", _coverage(ask), "", _accounts(ask, chosen), "", _imports(ask), ""]
        parts.append(_stored_problems(ask))
    return "\n".join(parts)


def of_members(folder: str | Path) -> str:
    """Every account with its id, as `community.toml` names it: id, name, how it counts, events, the liveliest first."""
    from workbench.engine import open_community

    with open_community(folder) as community:
        rows = community.run(
            """
            SELECT a.member_id, a.display_name, a.counted_as, count(e.event_id) AS events
            FROM accounts AS a
            LEFT JOIN events AS e ON e.member_id = a.member_id
            GROUP BY 1, 2, 3
            ORDER BY events DESC, a.member_id
            """,
            month=community.last_day or "2000-01",
        )
    listed = [(_line(i), _line(name, 40), counted, f"{n:,}") for i, name, counted, n in rows.itertuples(index=False)]
    return _table(("member_id", "name", "counts as", "events"), listed)


def _tables(ask) -> str:
    rows = []
    for name, table in TABLES.items():
        ((stored, distinct),) = ask(
            f"SELECT count(*), count(DISTINCT ({', '.join(table.key)}, 0)) FROM {name}"
            if table.versioned
            else f"SELECT count(*), count(*) FROM {name}"
        )
        if stored:
            rows.append((name, f"{distinct:,}", table.grain))
    return _table(("table", "rows", "one row is"), rows) if rows else "  The store is empty."


def _coverage(ask) -> str:
    """Covered spans of each platform as a whole, those that touch put together, with the days between them."""
    spans: dict[str, list[list[datetime]]] = {}
    for platform, first, last in ask(
        "SELECT platform, from_at, to_at FROM coverage WHERE group_id = '' ORDER BY platform, from_at, to_at"
    ):
        known = spans.setdefault(platform, [])
        if known and first - known[-1][1] < timedelta(days=GAP_DAYS):
            known[-1][1] = max(known[-1][1], last)
        else:
            known.append([first, last])
    rows = []
    for platform, known in spans.items():
        before = None
        for first, last in known:
            gap = f"{(first - before).days:,} days without data before" if before else ""
            rows.append((_line(platform), _instant(first), _instant(last), gap))
            before = last
    return _table(("covered", "from (UTC)", "to (UTC)", ""), rows) if rows else "  No import says what it covers."


def _accounts(ask, chosen) -> str:
    """Accounts by the role that counts: what the settings say, else the latest that an export says."""
    latest = ask(
        "SELECT member_id, arg_max(role, struct_pack(at := observed_at, id := import_id)) FROM members GROUP BY 1"
    )
    people = chosen.people
    said = {
        member: role
        for role, ids in (("member", people.members), ("staff", people.staff), ("bot", people.bots))
        for member in ids
    }
    said |= dict.fromkeys(people.excluded, "excluded by the settings")
    counts: dict[str, int] = {}
    for member, role in latest:
        role = said.get(member, role or "member")
        counts[role] = counts.get(role, 0) + 1
    order = [*ROLES, "excluded by the settings"]
    rows = [(role, f"{counts[role]:,}") for role in order if role in counts]
    if not rows:
        return "  No accounts are known."
    text = _table(("role", "accounts"), [*rows, ("all", f"{len(latest):,}")])
    unknown = sorted(said.keys() - {member for member, _ in latest})
    if unknown:
        shown = ", ".join(_line(member) for member in unknown[:FIRST])
        text += f"\n  ! [people] in community.toml names accounts that no export knows: {shown}"
    return text


def _imports(ask) -> str:
    rows = [
        (_line(name), source, import_id, _line(zones.told(zone, "en")))
        for name, source, import_id, zone in ask(
            "SELECT file_name, source, import_id, time_zone FROM imports ORDER BY file_name, import_id"
        )
    ]
    return _table(("imported file", "read as", "import", "its time zone"), rows) if rows else "  Nothing was imported."


def _stored_problems(ask) -> str:
    found = ask(
        "SELECT why, count(*) AS n, list(CASE WHEN place = '' THEN file ELSE file || ': ' || place END "
        "ORDER BY file, place)[:3] FROM problems GROUP BY why ORDER BY n DESC, why"
    )
    return _problems(found) if found else "  Every record could be read."


def _problems(found) -> str:
    found = list(found)
    rows = [(_line(why), f"{n:,}", _line("; ".join(places))) for why, n, places in found[:FIRST]]
    text = _table(("could not be read, because", "records", "first places"), rows)
    more = found[FIRST:]
    if more:
        text += f"\n  … and {len(more):,} more reasons with {sum(n for _, n, _ in more):,} records"
    return text


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns side by side; a column of numbers to the right.

    >>> print(_table(("table", "rows"), [("events", "1,204"), ("log", "3")]))
      table    rows
      events  1,204
      log         3
    """
    widths = [max(len(row[i]) for row in [titles, *rows]) for i in range(len(titles))]
    numbers = [bool(rows) and all(row[i].replace(",", "").isdigit() for row in rows) for i in range(len(titles))]
    return "\n".join(
        "  "
        + "  ".join(
            text.rjust(width) if number else text.ljust(width)
            for text, width, number in zip(row, widths, numbers, strict=True)
        ).rstrip()
        for row in [titles, *rows]
    )


def _counts(counts: dict[str, int]) -> list[tuple[str, str]]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [(_line(what), f"{number:,}") for what, number in ordered]


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{number:,} × {_line(what)}" for what, number in sorted(counts.items()))


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def _line(text: str, longest: int = 120) -> str:
    """A foreign text as one printable line: no line breaks, no control signs that a terminal obeys."""
    text = "".join(sign if sign.isprintable() else " " for sign in text)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _size(folder: Path) -> str:
    total = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return f"{total / 1e6:,.1f} MB"
