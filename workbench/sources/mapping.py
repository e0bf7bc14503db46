"""The mapping file: which header of a CSV or Excel table is which canonical column, and how its words are meant."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from workbench.errors import SettingsError, SourceError, did_you_mean
from workbench.settings import check_timezone
from workbench.sources.table_file import clean_header
from workbench.tables import END_REASONS, INSTANT, ROLES, TABLES, TEXT, Column, made_key

MAPPED_TABLES = (
    "members", "memberships", "groups", "events", "reaction_counts", "messages", "feedback", "payments", "moderation",
    "visits", "log", "social_posts", "resources",
)  # fmt: skip

_ALSO = {
    "members": (
        Column("left_at", INSTANT, "when the member left the community; empty = still a member"),
        Column("end_reason", TEXT, "why", allowed=END_REASONS),
    ),
    "events": (
        Column("text", TEXT, "the message, stored in messages"),
        Column("language", TEXT, "of the text, ISO 639-1"),
        Column("display_name", TEXT, "of the member, stored in members"),
        Column("role", TEXT, "of the member, stored in members", allowed=ROLES),
        Column("group_name", TEXT, "of the group, stored in groups"),
    ),
}
_NOT_MAPPED = frozenset({"import_id", "platform", "person_id", "attributes", "n_chars"})
# Keys that the importer makes from the row's content when the file has none.
_MADE = {"events": "event_id", "social_posts": "post_id", "resources": "resource_id", "groups": "group_id"}
_MADE_FROM = {"resources": ("url", "title"), "groups": ("name",)}


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    table: str
    platform: str = ""
    timezone: str = ""
    time_format: str | list[str] = []
    decimal: str = ""
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    exported_at: Any = ""
    attributes: list[str] | dict[str, str] = []
    columns: dict[str, str | list[str]] = {}
    otherwise: dict[str, str | list[str]] = {}
    values: dict[str, dict[str, str | int | float | bool]] = {}
    defaults: dict[str, Any] = {}
    skip: dict[str, str | list[str]] = {}


@dataclass(frozen=True)
class Mapping:
    """A valid mapping. `columns` holds the headers of each canonical column, `otherwise` those read where the first
    are empty, `values` the canonical word of each word of the file, `attributes` the header of each attribute of a
    member. A row is left out where every header of `skip` has one of its words."""

    where: str
    table: str
    platform: str
    timezone: str
    time_formats: tuple[str, ...]
    decimal: str
    sheet: str
    encoding: str
    delimiter: str
    exported_at: str
    columns: dict[str, tuple[str, ...]]
    values: dict[str, dict[str, str]]
    defaults: dict[str, str]
    attributes: dict[str, str]
    otherwise: dict[str, tuple[str, ...]] = field(default_factory=dict)
    skip: dict[str, frozenset[str]] = field(default_factory=dict)

    @property
    def headers(self) -> frozenset[str]:
        """All headers of the file that the mapping names."""
        columns = (*self.columns.values(), *self.otherwise.values())
        return frozenset([header for several in columns for header in several]) | {
            *self.attributes.values(),
            *self.skip,
        }


def columns_of(table: str) -> dict[str, Column]:
    """What a mapping of `table` can fill, by name.

    >>> sorted(columns_of("visits"))
    ['member_id', 'observed_at', 'source', 'visit_id', 'visited_at', 'visitor_id']
    """
    columns = (*TABLES[table].columns, *_ALSO.get(table, ()))
    return {column.name: column for column in columns if column.name not in _NOT_MAPPED}


def required_of(table: str) -> list[str]:
    """What a mapping of `table` must fill.

    >>> required_of("events"), required_of("payments")
    (['occurred_at', 'kind'], ['paid_at', 'member_id', 'amount', 'currency'])
    """
    made = {made_key(TABLES[table]), _MADE.get(table), "platform"}
    return [column.name for column in TABLES[table].columns if column.required and column.name not in made]


def load(file: Path) -> Mapping:
    """The mapping in `file`. Raises `SourceError` that names the file, the key and what is allowed."""
    try:
        return parse(file.read_text(encoding="utf-8-sig"), where=file.name)
    except FileNotFoundError:
        raise SourceError(
            f"The mapping {file} does not exist. Leave --mapping out, and import writes a first draft of one."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"The mapping {file} cannot be read: {error}. Save it as text in UTF-8.") from None


def parse(text: str, *, where: str = "the mapping") -> Mapping:
    """The mapping in `text`; `where` names it in messages."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SourceError(f"{where} is not valid TOML: {error}. Correct that line and try again.") from None
    return made(given, where=where)


def made(given: dict[str, Any], *, where: str) -> Mapping:
    """The mapping of the keys of a mapping file."""
    unknown = [key for key in given if key not in _File.__struct_fields__]
    if unknown:
        raise SourceError(f'{where}: "{unknown[0]}" is not a key. {did_you_mean(unknown[0], _File.__struct_fields__)}')
    if "table" not in given:
        raise SourceError(f'{where}: the key "table" is missing. Add it, for instance: table = "events". {_tables()}')
    try:
        file = msgspec.convert(given, _File)
    except msgspec.ValidationError as error:
        raise SourceError(f"{where}: {error}. See docs/csv-and-excel.md for an example of each table.") from None
    if file.table not in MAPPED_TABLES:
        raise SourceError(f'{where}: table = "{file.table}" is no table. {did_you_mean(file.table, MAPPED_TABLES)}')
    mapping = Mapping(
        where=where,
        table=file.table,
        platform=_platform(file.platform, where),
        timezone=_timezone(file.timezone, where),
        time_formats=tuple([file.time_format] if isinstance(file.time_format, str) else file.time_format),
        decimal=_one_of(file.decimal, ("", ",", "."), "decimal", where),
        sheet=file.sheet,
        encoding=file.encoding,
        delimiter="\t" if file.delimiter in ("tab", "\\t") else _one_sign(file.delimiter, where),
        exported_at=str(file.exported_at),
        columns=_headers(file.columns),
        otherwise=_headers(file.otherwise),
        values={
            column: {folded(word): _plain(meaning) for word, meaning in words.items()}
            for column, words in file.values.items()
        },
        defaults={column: _plain(value) for column, value in file.defaults.items()},
        attributes={
            name: clean_header(header)
            for name, header in (
                file.attributes.items()
                if isinstance(file.attributes, dict)
                else ((header, header) for header in file.attributes)
            )
        },
        skip={
            clean_header(header): frozenset(map(folded, [words] if isinstance(words, str) else words))
            for header, words in file.skip.items()
        },
    )
    _check_columns(mapping)
    return mapping


def check_headers(mapping: Mapping, headers: Iterable[str], file: str) -> None:
    """Raises `SourceError` for a header of the mapping that the file does not have."""
    headers = list(headers)
    sections = [(f"[columns] {name}", header) for name, several in mapping.columns.items() for header in several]
    sections += [(f"[otherwise] {name}", header) for name, several in mapping.otherwise.items() for header in several]
    sections += [(f"attributes {name}", header) for name, header in mapping.attributes.items()]
    sections += [("[skip]", header) for header in mapping.skip]
    for key, header in sections:
        if header not in headers:
            raise SourceError(
                f'{mapping.where}: {key} = "{header}", but {file} has no such column. {did_you_mean(header, headers)}'
            )


def _check_columns(mapping: Mapping) -> None:
    known = columns_of(mapping.table)
    named = (("columns", mapping.columns), ("values", mapping.values), ("defaults", mapping.defaults))
    for section, given in named:
        for name in given:
            if name not in known:
                raise SourceError(
                    f'{mapping.where}: [{section}] "{name}" is no column of {mapping.table}. '
                    + did_you_mean(name, known)
                )
    for name in mapping.otherwise:
        if name not in mapping.columns:
            raise SourceError(
                f'{mapping.where}: [otherwise] "{name}" is read where the column under [columns] is empty, but '
                f"[columns] has no {name}. {did_you_mean(name, mapping.columns)}"
            )
    for name, words in mapping.values.items():
        for meaning in words.values():
            _check_word(mapping, known[name], f"[values.{name}]", meaning)
    for name, value in mapping.defaults.items():
        _check_word(mapping, known[name], f"[defaults] {name}", value)
    if mapping.attributes and mapping.table != "members":
        raise SourceError(
            f"{mapping.where}: only members have attributes, not {mapping.table}. Take the key `attributes` away."
        )
    _check_required(mapping)


def _check_required(mapping: Mapping) -> None:
    known, table = columns_of(mapping.table), mapping.table
    for name in required_of(table):
        if name in mapping.columns or name in mapping.defaults or (name == "kind" and "reply_to" in mapping.columns):
            continue
        allowed = f" Allowed: {', '.join(known[name].allowed)}." if known[name].allowed else ""
        raise SourceError(
            f"{mapping.where}: {table} needs {name}, and neither [columns] nor [defaults] has it.{allowed} Add under "
            f'[columns]: {name} = "the header of the file".'
        )
    made_from = _MADE_FROM.get(table, ())
    if made_from and not {_MADE[table], *made_from} & set(mapping.columns):
        raise SourceError(
            f"{mapping.where}: {table} needs {_MADE[table]}, or {' or '.join(made_from)} to make it from. "
            f'Add under [columns]: {_MADE[table]} = "the header of the file".'
        )
    if table == "events" and "event_id" not in mapping.columns:
        for name in ("reply_to", "thread_id"):
            if name in mapping.columns:
                raise SourceError(
                    f"{mapping.where}: [columns] {name} refers to the ids of other rows, but event_id is not mapped. "
                    f'Add event_id = "the header of the messages\' ids", or take {name} away.'
                )


def _check_word(mapping: Mapping, column: Column, key: str, word: str) -> None:
    if column.allowed and word and word not in column.allowed:
        raise SourceError(f'{mapping.where}: {key}: "{word}" is no {column.name}. {did_you_mean(word, column.allowed)}')


def _tables() -> str:
    return f"Allowed: {', '.join(MAPPED_TABLES)}."


def _plain(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _headers(given: dict[str, str | list[str]]) -> dict[str, tuple[str, ...]]:
    return {
        name: tuple(clean_header(header) for header in ([several] if isinstance(several, str) else several))
        for name, several in given.items()
        if several
    }


def folded(word: str) -> str:
    """A word of the file as `values` and `skip` compare it."""
    return " ".join(word.split()).casefold()


def _one_of(given: str, allowed: tuple[str, ...], key: str, where: str) -> str:
    if given not in allowed:
        shown = " or ".join(f'"{word}"' for word in allowed if word)
        raise SourceError(f'{where}: {key} = "{given}" is not allowed. Write {key} = {shown}, or leave it out.')
    return given


def _one_sign(given: str, where: str) -> str:
    if len(given) > 1 or given in ('"', "\r", "\n", " "):
        raise SourceError(f'{where}: delimiter = "{given}" is not allowed. Write one sign, or "tab".')
    return given


def _platform(given: str, where: str) -> str:
    if given and not given.replace("-", "").replace("_", "").isalnum():
        raise SourceError(f'{where}: platform = "{given}" is not allowed. Write letters, digits, - and _ only.')
    return given


def _timezone(given: str, where: str) -> str:
    if given:
        try:
            check_timezone(given, f"{where}: timezone")
        except SettingsError as error:
            raise SourceError(str(error)) from None
    return given
