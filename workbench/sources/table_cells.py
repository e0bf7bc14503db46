"""From the cells of a row to canonical values, as a mapping says."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from operator import itemgetter
from re import compile as regex

from workbench.errors import SourceError
from workbench.sources import Reading, problem, table_number, table_time
from workbench.sources.mapping import Mapping, columns_of, folded, required_of
from workbench.sources.table_file import Opened, as_text
from workbench.sources.table_words import CURRENCIES, LANGUAGES, meaning_of, plain
from workbench.tables import INSTANT, MONEY, NUMBER, TEXTS, WHOLE, YES_NO, Column

_MEMBER_IDS = frozenset({"member_id", "invited_by", "target_member_id", "moderator_id", "visitor_id"})
_OTHER_IDS = frozenset({
    "event_id", "reply_to", "thread_id", "group_id", "membership_id", "feedback_id", "payment_id", "action_id",
    "visit_id", "entry_id", "resource_id",
})  # fmt: skip
PREFIXED = _MEMBER_IDS | _OTHER_IDS | {"owner_ids", "mentions"}
"""The columns whose ids get the platform's name in front."""
_REMEMBERED = 100_000
_KEPT_AS_TYPED = frozenset({"text", "note", "reason"})
_EMAIL = regex(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]+")

Parse = Callable[[object], object]
Record = tuple[str, dict, list]
"""A table's name, the values of a row by canonical column, and its cells; for `problems` the row itself."""


@dataclass(frozen=True)
class Settled:
    """What the whole file proves."""

    order: table_time.Order
    sign: table_number.Sign
    says_zone: bool


@dataclass(frozen=True)
class Field:
    """How one canonical column is read from the cells of a row."""

    name: str
    cell: Callable[[list], object] | None
    parse: Parse
    default: object
    required: bool
    header: str


def getter(headers: tuple[str, ...], opened: Opened) -> Callable[[list], object]:
    """The cell of a row under a header; under several, their texts joined with a space."""
    at = [opened.headers.index(header) for header in headers]
    if len(at) == 1:
        return itemgetter(at[0])
    return lambda cells: " ".join(text for index in at if (text := as_text(cells[index]).strip()))


def _either(name: str, mapping: Mapping, opened: Opened) -> Callable[[list], object]:
    """The cell of a column, or where it is empty the one under its other headers."""
    first = getter(mapping.columns[name], opened)
    if name not in mapping.otherwise:
        return first
    second = getter(mapping.otherwise[name], opened)

    def either(cells: list) -> object:
        cell = first(cells)
        return second(cells) if as_text(cell).strip().casefold() in table_time.NOTHING else cell

    return either


def why_skipped(mapping: Mapping, opened: Opened) -> Callable[[list], str]:
    """Why the mapping leaves a row out, empty where it does not."""
    conditions = [(header, getter((header,), opened), words) for header, words in mapping.skip.items()]

    def why(cells: list) -> str:
        said = []
        for header, cell, words in conditions:
            text = as_text(cell(cells))
            if folded(text) not in words:
                return ""
            said.append(f"{header} = {folded(text)}" if text.strip() else f"{header} empty")
        return f"row with {', '.join(said)}" if said else ""

    return why


def fields(mapping: Mapping, opened: Opened, settled: Settled) -> list[Field]:
    """How each mapped column is read."""
    known, required = columns_of(mapping.table), set(required_of(mapping.table))
    found = []
    for name in dict.fromkeys((*mapping.columns, *mapping.defaults)):
        headers = mapping.columns.get(name, ())
        shown = [" + ".join(several) for several in (headers, mapping.otherwise.get(name, ())) if several]
        parse = _parser(known[name], mapping, settled)
        default = None
        if name in mapping.defaults:
            try:
                default = parse(mapping.defaults[name])
            except ValueError as error:
                raise SourceError(f"{mapping.where}: [defaults] {name}: {error}.") from None
        cell = _either(name, mapping, opened) if headers else None
        found.append(Field(name, cell, parse, default, name in required, " or ".join(shown)))
    return found


def _parser(column: Column, mapping: Mapping, settled: Settled) -> Parse:
    parse = _plain_parser(column, mapping, settled)
    words = mapping.values.get(column.name, {})
    if not words and not column.allowed:
        return parse
    rest = words.get("*")

    def translated(cell):
        text = as_text(cell)
        word = folded(text)
        meant = words.get(word)
        if meant is None and rest is not None and word:
            known = column.allowed and meaning_of(text, table=mapping.table, column=column.name, allowed=column.allowed)
            meant = known or rest
        if meant == "":
            return None
        return parse(cell if meant is None else meant)

    return _remembered(translated)


def _remembered(parse: Parse) -> Parse:
    """`parse` for a column in which the same few cells come again and again."""
    seen: dict[str, object] = {}

    def remembered(cell):
        if type(cell) is not str:
            return parse(cell)
        try:
            return seen[cell]
        except KeyError:
            value = parse(cell)
            if len(seen) < _REMEMBERED:
                seen[cell] = value
            return value

    return remembered


def _plain_parser(column: Column, mapping: Mapping, settled: Settled) -> Parse:
    name, sign = column.name, settled.sign.sign
    if column.type == INSTANT:
        return table_time.instants(zone=mapping.timezone or None, order=settled.order, formats=mapping.time_formats)
    if column.allowed:
        return _word_parser(column, mapping.table)
    if name in _MEMBER_IDS:
        return _remembered(lambda cell: _member_id(as_text(cell).strip(), mapping.platform))
    if name == "group_id":
        return _remembered(lambda cell: _prefixed(as_text(cell).strip(), mapping.platform))
    if name in _OTHER_IDS:
        return lambda cell: _prefixed(as_text(cell).strip(), mapping.platform)
    if name in ("owner_ids", "mentions"):
        return lambda cell: _member_ids(as_text(cell), mapping.platform)
    if name in _KEPT_AS_TYPED:
        return lambda cell: text if (text := as_text(cell)) and not text.isspace() else None
    by_name = {"language": _language, "currency": _currency}
    by_type = {
        WHOLE: table_number.whole,
        YES_NO: table_number.yes_no,
        MONEY: lambda cell: None if (value := table_number.money(cell, sign)) is None else format(value, "f"),
        NUMBER: lambda cell: table_number.score(cell, sign),
        TEXTS: lambda cell: as_text(cell).split() or None,
    }
    return by_name.get(name) or by_type.get(column.type) or (lambda cell: as_text(cell).strip() or None)


def _word_parser(column: Column, table: str) -> Parse:
    def word(cell):
        text = as_text(cell).strip()
        if not text:
            return None
        meant = meaning_of(text, table=table, column=column.name, allowed=column.allowed)
        if meant is None:
            raise ValueError(
                f'"{text}" is no {column.name}; say in the mapping under [values.{column.name}] which it is '
                f"({', '.join(column.allowed)})"
            )
        return meant

    return word


def _prefixed(native: str, platform: str) -> str | None:
    if not native:
        return None
    return native if native.startswith(platform + ":") else f"{platform}:{native}"


def _member_id(native: str, platform: str) -> str | None:
    """An e-mail address is not stored: its hash is the id, the same in every file of the platform."""
    if "@" in native and _EMAIL.fullmatch(native):
        return f"{platform}:email-{content_hash(native.casefold())}"
    return _prefixed(native, platform)


def _member_ids(text: str, platform: str) -> list[str] | None:
    parts = text.replace(";", ",").replace("|", ",").split(",")
    return [_member_id(part.strip().lstrip("@"), platform) for part in parts if part.strip().lstrip("@")] or None


def _language(cell) -> str | None:
    text = plain(as_text(cell))
    if not text:
        return None
    code = LANGUAGES.get(text) or text.split()[0]
    if not (2 <= len(code) <= 3 and code.isascii()):
        raise ValueError(f'"{as_text(cell)}" is no language; write its ISO 639-1 code, such as fr')
    return code


def _currency(cell) -> str | None:
    text = as_text(cell).strip()
    code = CURRENCIES.get(text.casefold(), text.upper())
    if code and not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise ValueError(f'"{text}" is no currency; write its ISO 4217 code, such as EUR')
    return code or None


def content_hash(*parts: str) -> str:
    return blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def records(opened: Opened, plan: list[Field], mapping: Mapping, file: str, reading: Reading) -> Iterator[Record]:
    """The rows of the file as canonical values, and a problem for each that cannot be read."""
    width, table = len(opened.headers), mapping.table
    skipped = why_skipped(mapping, opened)
    steps = [(field.name, field.cell, field.parse, field.default, field.required, field.header) for field in plan]
    count = 0
    try:
        for line, cells in opened.rows():
            if type(cells) is str:
                count += 1
                yield *problem(file, opened.place(line), cells), []
                continue
            if len(cells) != width:
                if not any(cells):
                    reading.dropped["blank line"] += 1
                    continue
                if any(cells[width:]) or len(cells) < width:
                    count += 1
                    why = f"{len(cells)} cells where the headers are {width}"
                    yield *problem(file, opened.place(line), why), []
                    continue
            count += 1
            if mapping.skip and (why := skipped(cells)):
                reading.dropped[why] += 1
                continue
            values = {}
            for name, cell, parse, default, required, header in steps:
                value = None
                if cell is not None:
                    try:
                        value = parse(cell(cells))
                    except ValueError as error:
                        why = f"{header}: {_short(error)}"
                        if not required:
                            why += f"; the row is kept without {name}"
                        yield *problem(file, opened.place(line), why), []
                        if required:
                            break
                if value is None:
                    value = default
                if value is not None:
                    values[name] = value
                elif required:
                    if not any(as_text(given).strip() for given in cells):
                        count -= 1
                        reading.dropped["blank line"] += 1
                    else:
                        yield *problem(file, opened.place(line), f"{header or name} is empty, but {name} is needed"), []
                    break
            else:
                yield table, values, cells
    finally:
        reading.read["row"] += count


def _short(error: ValueError) -> str:
    text = str(error)
    return text if len(text) <= 300 else text[:300] + "…"
