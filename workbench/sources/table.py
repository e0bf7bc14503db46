"""CSV or Excel: any table of any tool, read into a canonical table as a mapping file says."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice
from pathlib import Path

from workbench.errors import SettingsError, SourceError
from workbench.settings import check_timezone
from workbench.sources import Reading, Row, Source, known_tables, table_draft, table_number, table_time
from workbench.sources import mapping as mappings
from workbench.sources.mapping import Mapping
from workbench.sources.table_cells import PREFIXED, Settled, fields, getter
from workbench.sources.table_cells import records as read_records
from workbench.sources.table_file import Opened, as_text, glance, is_workbook, open_table
from workbench.sources.table_rows import canonical_rows
from workbench.sources.table_time import instants
from workbench.tables import INSTANT, MONEY, NUMBER

_SAMPLE_ROWS = 5_000
_LONGEST_NOTE = 120
"""What a terminal shows of a note."""
_DRAFT = "the draft"


def recognises(path: Path) -> bool:
    """Whether `path` is delimited text with headers, or a workbook."""
    if not path.is_file():
        return False
    if is_workbook(path):
        return True
    opened = glance(path)
    if opened is None:
        return False
    first = next(opened.rows(), None)
    if first is None:
        return table_draft.known_headers(opened.headers) >= 2
    cells = first[1]
    return isinstance(cells, list) and len(cells) == len(opened.headers) and not _is_ruler(cells)


def _is_ruler(cells: list) -> bool:
    """Whether a row is the line under the headers of a table drawn in Markdown."""
    return set("".join(cells)) <= set("-: ")


def draft(path: Path, *, platform: str = "csv") -> str:
    """The first draft of a mapping for `path`, as text; what is unsure is said in its first lines."""
    opened = open_table(path)
    if known := known_tables.find(opened.headers):
        return known_tables.written(known[1], file=path.name, doubts=_doubts(known[1], opened))
    found = table_draft.guess(opened.headers, _sample(opened), name=path.stem)
    doubts = ()
    if not found.unsure:
        _, doubts = _attempt(found, opened, path, platform)
    return table_draft.written(found, opened.headers, file=path.name, platform=platform, doubts=doubts)


def read(path: Path, reading: Reading) -> Iterator[Row]:
    """The rows of `path`. Raises `SourceError` before the first row when the mapping does not fit or something that
    only a person knows is missing."""
    mapping, opened = _mapped(path, reading)
    _tell_the_platform(mapping, reading)
    mapping = _completed(mapping, reading)
    settled = _settled(mapping, opened)
    if not (mapping.timezone or settled.says_zone) and (local := _local_time(mapping, opened, settled)):
        raise table_time.no_zone(local, reading.community_timezone)
    reading.platform = mapping.platform
    _tell_what_is_known(mapping, opened, settled, reading)
    plan = fields(mapping, opened, settled)
    records = read_records(opened, plan, mapping, path.name, reading)
    observed_at = _exported_at(mapping, settled)
    kept, first_problem = False, None
    for table, row in canonical_rows(mapping, opened, records):
        if table == "problems":
            first_problem = first_problem or row
        else:
            kept = True
            if mapping.table == "memberships" and row.get("group_id") is None:
                # A stay in the community as a whole, not in one of its groups.
                reading.tells_joins = "start_at" in mapping.columns
                reading.tells_leaves = "end_at" in mapping.columns
            if observed_at:
                row.setdefault("observed_at", observed_at)
        yield table, row
    if first_problem and not kept:
        raise SourceError(
            f"No row of {path.name} can be read as {mapping.table}. The first problem, in {first_problem['place']}: "
            f"{first_problem['why']}. Correct {mapping.where} or the file, then import again."
        )


def _exported_at(mapping: Mapping, settled: Settled) -> datetime | None:
    if not mapping.exported_at:
        return None
    try:
        return instants(zone=mapping.timezone or None, order=settled.order)(mapping.exported_at)
    except ValueError as error:
        raise SourceError(f'{mapping.where}: exported_at: {error}. Write it as "2026-10-31".') from None


# The mapping: given, found beside the file, built in, or drafted


def _mapped(path: Path, reading: Reading) -> tuple[Mapping, Opened]:
    where = reading.mapping or _beside(path)
    if where is None:
        opened = open_table(path)
        return _built_in(path, opened, reading) or _drafted(path, opened, reading)
    mapping = mappings.load(where)
    opened = open_table(
        path,
        wanted=mapping.headers,
        sheet=mapping.sheet,
        encoding=mapping.encoding,
        delimiter=mapping.delimiter,
    )
    mappings.check_headers(mapping, opened.headers, path.name)
    reading.notes.append(f"read with the mapping {where.name}")
    return mapping, opened


def _beside(path: Path) -> Path | None:
    """`<file>.mapping.toml` or `<file without ending>.mapping.toml`, which speak of this file; a `mapping.toml` of the
    folder only when it fits."""
    for name in (f"{path.name}.mapping.toml", f"{path.stem}.mapping.toml"):
        if path.with_name(name).is_file():
            return path.with_name(name)
    shared = path.with_name("mapping.toml")
    if not shared.is_file():
        return None
    mapping = mappings.load(shared)
    try:
        opened = open_table(path, wanted=mapping.headers, sheet=mapping.sheet, encoding=mapping.encoding)
        mappings.check_headers(mapping, opened.headers, path.name)
    except SourceError:
        return None
    return shared


def _built_in(path: Path, opened: Opened, reading: Reading) -> tuple[Mapping, Opened] | None:
    """The mapping of a kind of table that is known by its headers. Where the file's rows leave a doubt, it is written
    for the user to correct, and the import stops."""
    known = known_tables.find(opened.headers)
    if known is None:
        return None
    mapping = replace(known[1], platform=reading.platform or known[1].platform)
    if doubts := _doubts(mapping, opened):
        raise _stopped(path, known_tables.written(mapping, file=path.name, doubts=doubts), doubts)
    reading.notes.append(f"no mapping given; read as {known_tables.title(known[0])}")
    return mapping, opened


def _doubts(mapping: Mapping, opened: Opened) -> tuple[str, ...]:
    """What the file's rows leave in doubt."""
    try:
        _settled(mapping, opened)
    except SourceError as error:
        return (str(error),)
    return ()


def _drafted(path: Path, opened: Opened, reading: Reading) -> tuple[Mapping, Opened]:
    """The draft itself when nothing in it is unsure; otherwise it is written and the import stops."""
    platform = reading.platform or "csv"
    found = table_draft.guess(opened.headers, _sample(opened), name=path.stem)
    mapping, doubts = (None, ()) if found.unsure else _attempt(found, opened, path, platform)
    if mapping is not None and not doubts:
        read_as = [f'{name} = "{" + ".join(headers)}"' for name, headers in mapping.columns.items()]
        rest = [f'{name} = "{value}" for all' for name, value in mapping.defaults.items()]
        reading.notes += _listed(f"no mapping given; read as {mapping.table}", [*read_as, *rest])
        return mapping, opened
    text = table_draft.written(found, opened.headers, file=path.name, platform=platform, doubts=doubts)
    raise _stopped(path, text, (*found.unsure, *doubts))


def _stopped(path: Path, text: str, points: tuple[str, ...]) -> SourceError:
    """Writes the draft of a mapping beside the file; the error says so, and what is unsure."""
    unsure = " ".join(f"({number}) {line.rstrip('.')}." for number, line in enumerate(points, 1))
    place = path.with_name(f"{path.name}.mapping.toml")
    try:
        with place.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        return SourceError(
            f"{path.name} needs a mapping, and its first draft could not be written to {place} ({error}). Unsure: "
            f"{unsure} Save what follows as a file, correct it, and add --mapping with its name.\n\n{text}"
        )
    return SourceError(
        f"{path.name} needs a mapping. A first draft was written to {place}. Unsure: {unsure} "
        "Correct the draft, then run the same command again: a mapping beside its table is found by itself."
    )


def _attempt(
    found: table_draft.Guess, opened: Opened, path: Path, platform: str
) -> tuple[Mapping | None, tuple[str, ...]]:
    """The guess as a mapping, and what the file's rows leave in doubt."""
    text = table_draft.written(found, opened.headers, file=path.name, platform=platform)
    try:
        mapping = mappings.parse(text, where=_DRAFT)
    except SourceError as error:
        return None, (str(error),)
    return mapping, _doubts(mapping, opened)


def _sample(opened: Opened) -> list[list]:
    width = len(opened.headers)
    return [
        cells for _, cells in islice(opened.rows(), _SAMPLE_ROWS) if isinstance(cells, list) and len(cells) == width
    ]


def _completed(mapping: Mapping, reading: Reading) -> Mapping:
    """The mapping with what the command line adds."""
    if reading.platform and mapping.platform and reading.platform != mapping.platform:
        raise SourceError(
            f'{mapping.where} says platform = "{mapping.platform}" and the command says --platform {reading.platform}. '
            "Take one of them away."
        )
    if reading.timezone and not mapping.timezone:
        try:
            check_timezone(reading.timezone, "--timezone")
        except SettingsError as error:
            raise SourceError(str(error)) from None
    return replace(
        mapping,
        platform=mapping.platform or reading.platform or "csv",
        timezone=mapping.timezone or reading.timezone or "",
    )


def _tell_the_platform(mapping: Mapping, reading: Reading) -> None:
    """Ids of two platforms never match, so a platform that nobody chose is said."""
    if reading.platform or mapping.platform not in ("", "csv") or not PREFIXED & set(mapping.columns):
        return
    if mapping.platform and mapping.where != _DRAFT:
        why, how = "as the mapping says", 'platform = "slack" in it'
    else:
        why, how = "as no platform was given", "--platform slack"
    reading.notes.append(f'ids begin with "csv:" {why}; members of Slack, say, need {how} (redo: --again)')


# What the whole file proves: the order of day and month, the decimal sign


def _settled(mapping: Mapping, opened: Opened) -> Settled:
    times = _getters(mapping, opened, {INSTANT})
    numbers = _getters(mapping, opened, {MONEY, NUMBER})
    sample = _sample(opened)
    order, sign = table_time.Order(None), table_number.Sign(mapping.decimal)
    if not mapping.time_formats and _any(sample, times, table_time.has_two_readings):
        order = table_time.decide_order(_cells(opened, times), column=", ".join(times), place=opened.place)
    if not mapping.decimal and _any(sample, numbers, table_number.has_two_readings):
        sign = table_number.decide_decimal(_cells(opened, numbers), column=", ".join(numbers), place=opened.place)
    if mapping.time_formats:
        says_zone = all("%z" in form for form in mapping.time_formats)
    else:
        says_zone = not _any(
            sample[:200], times, lambda cell: as_text(cell).strip() != "" and not table_time.says_its_zone(cell)
        )
    return Settled(order, sign, says_zone)


def _getters(mapping: Mapping, opened: Opened, types: set[str]) -> dict[str, Callable[[list], object]]:
    known = mappings.columns_of(mapping.table)
    return {
        " + ".join(headers): getter(headers, opened)
        for name, headers in (*mapping.columns.items(), *mapping.otherwise.items())
        if known[name].type in types
    }


def _local_time(mapping: Mapping, opened: Opened, settled: Settled) -> str:
    """A time of the file that does not say its zone, if one is found among the first rows."""
    times = _getters(mapping, opened, {INSTANT}).values()
    cells = (cell(row) for row in _sample(opened) for cell in times)
    found = (as_text(cell) for cell in cells if table_time.is_local(cell, settled.order, mapping.time_formats))
    return next(found, "")


def _any(rows: list[list], getters: dict, test: Callable[[object], bool]) -> bool:
    return any(test(cell(row)) for row in rows for cell in getters.values())


def _cells(opened: Opened, getters: dict) -> Iterator[tuple[int, object]]:
    width = len(opened.headers)
    for line, cells in opened.rows():
        if isinstance(cells, list) and len(cells) == width:
            for cell in getters.values():
                yield line, cell(cells)


def _tell_what_is_known(mapping: Mapping, opened: Opened, settled: Settled, reading: Reading) -> None:
    how = "told_or" if mapping.timezone else "told"
    if not _getters(mapping, opened, {INSTANT}):
        how = "no_times"
    elif not settled.says_zone:
        how = "given" if mapping.timezone == reading.timezone else "mapping"
    reading.time_zone = [{"how": how, "zone": mapping.timezone}]
    if settled.order.proof:
        reading.time_zone.append(settled.order.proof | ({"sheet": opened.sheet} if opened.sheet else {}))
    elif mapping.time_formats:
        reading.time_zone.append({"how": "formats", "formats": " · ".join(mapping.time_formats)})
    reading.notes.append(opened.evidence)
    if settled.sign.evidence:
        reading.notes.append(settled.sign.evidence)
    if opened.above:
        reading.dropped["line above the headers"] += opened.above
    left_out = [header for header in opened.headers if header not in mapping.headers]
    if left_out:
        reading.notes += _listed("columns not mapped", left_out)
    if opened.others:
        reading.notes += _listed("sheets not read", opened.others)
    columns = mapping.columns
    if mapping.table == "members":
        reading.tells_joins = "joined_at" in columns
        reading.tells_leaves = "left_at" in columns
    elif mapping.table == "visits":
        reading.tells_visits = True


def _listed(title: str, parts: Iterable[str]) -> list[str]:
    """Notes that say all parts, in as many lines as a terminal needs."""
    room = _LONGEST_NOTE - len(f"{title} (more): ")
    lines = [""]
    for part in parts:
        for at in range(0, len(part), room):
            piece = part[at : at + room]
            together = f"{lines[-1]}, {piece}" if lines[-1] else piece
            lines[-1:] = [together] if len(together) <= room else [lines[-1], piece]
    return [f"{title}{' (more)' * bool(number)}: {line}" for number, line in enumerate(lines)]


SOURCE = Source("table", "CSV or Excel table with a mapping", recognises, read)
