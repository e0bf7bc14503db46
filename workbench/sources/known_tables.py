"""Tables of platforms whose headers are known: recognised by them and read with a mapping that is built in."""

import json
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from workbench.sources import mapping as mappings
from workbench.sources.mapping import Mapping
from workbench.sources.table_words import plain


@dataclass(frozen=True)
class Known:
    """A kind of table. `recognised` holds sets of headers, one of which must be in the file whole; `also` the other
    names a header of the mapping may have; `given` the keys of the mapping."""

    name: str
    recognised: tuple[tuple[str, ...], ...]
    also: dict[str, tuple[str, ...]]
    given: dict[str, Any]

    @property
    def source(self) -> str:
        """Under which name `words/sources.toml` tells of it: several layouts of one tool share their texts."""
        return self.name.partition("-")[0]


@cache
def known_tables() -> tuple[Known, ...]:
    """All kinds, by name.

    >>> [known.name for known in known_tables()][:3]
    ['buffer_posts', 'circle_members', 'hootsuite_posts-facebook']
    """
    found = []
    for file in sorted(files(__package__).joinpath("known").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            given = tomllib.loads(file.read_text(encoding="utf-8"))
            recognised = tuple(tuple(headers) for headers in given.pop("recognised"))
            also = {header: tuple(names) for header, names in given.pop("also", {}).items()}
            found.append(Known(file.name.removesuffix(".toml"), recognised, also, given))
    return tuple(found)


def find(headers: Iterable[str]) -> tuple[Known, Mapping] | None:
    """The kind of table that has these headers, and the mapping in the file's own words: what the file lacks is left
    out of it. Of several kinds the one recognised by most headers.

    >>> known, mapping = find(["User ID", "Name", "Account created (UTC)", "Claimed Date (UTC)"])
    >>> known.name, mapping.platform, mapping.columns["joined_at"], mapping.otherwise["joined_at"]
    ('slack_members', 'slack', ('Claimed Date (UTC)',), ('Account created (UTC)',))
    >>> find(["User ID", "Name", "Joined"]) is None
    True
    """
    headers = list(headers)
    # Of two headers that read alike the first counts.
    there = {plain(header): header for header in reversed(headers)}
    fitting = []
    for known in known_tables():
        proofs = [proof for proof in known.recognised if all(plain(header) in there for header in proof)]
        if proofs and (given := _fitted(known, there)):
            fitting.append((max(map(len, proofs)), known, given))
    if not fitting:
        return None
    _, known, given = max(fitting, key=lambda fit: fit[0])
    return known, mappings.made(given, where=f"the built-in mapping {known.name}")


def title(known: Known) -> str:
    """What such a table is called, in English like all that a terminal shows."""
    from workbench.words import text

    return str(text(f"source.{known.source}.title", "en"))


def _named(header: str, known: Known, there: dict[str, str]) -> str | None:
    """The header of the file that means `header`."""
    names = (header, *known.also.get(header, ()))
    return next((there[plain(name)] for name in names if plain(name) in there), None)


def _fitted(known: Known, there: dict[str, str]) -> dict[str, Any] | None:
    """The keys of the mapping with the file's own headers, None when something needed is not there."""

    def own(several: str | list[str]) -> list[str]:
        wanted = [several] if isinstance(several, str) else several
        return [header for one in wanted if (header := _named(one, known, there))]

    given = known.given
    first = {name: own(several) for name, several in given["columns"].items()}
    second = {name: own(several) for name, several in given.get("otherwise", {}).items()}
    columns = {name: headers or second.pop(name, []) for name, headers in first.items()}
    columns = {name: headers for name, headers in columns.items() if headers}
    defaults = given.get("defaults", {})
    if any(name not in columns and name not in defaults for name in mappings.required_of(given["table"])):
        return None
    # A condition that cannot be checked leaves no row out.
    skip = {header: words for one, words in given.get("skip", {}).items() for header in own(one)}
    return given | {
        "columns": columns,
        "otherwise": {name: headers for name, headers in second.items() if headers and headers != columns.get(name)},
        "skip": skip if len(skip) == len(given.get("skip", {})) else {},
        "attributes": {name: header for name, one in given.get("attributes", {}).items() for header in own(one)},
    }


def written(mapping: Mapping, *, file: str, doubts: tuple[str, ...] = ()) -> str:
    """The mapping as a file of one's own, to be corrected; what is in doubt stands in its first lines."""
    lines = [f"# How to read {_comment(file)}, from {mapping.where}."]
    if doubts:
        lines += ["# Look at these points, correct the lines below, then import again:"]
        lines += [f"#   - {_comment(doubt)}" for doubt in doubts]
    lines += ["", f"table = {_quoted(mapping.table)}", f"platform = {_quoted(mapping.platform)}"]
    lines += [f"timezone = {_quoted(mapping.timezone)}" if mapping.timezone else '# timezone = "Europe/Paris"']
    lines += ['# time_format = "%d/%m/%Y %H:%M"   # where the order of day and month is not proven', '# decimal = ","']
    several = {"columns": mapping.columns, "otherwise": mapping.otherwise}
    sections: dict[str, dict[str, Any]] = {
        name: {key: headers[0] if len(headers) == 1 else list(headers) for key, headers in section.items()}
        for name, section in several.items()
    }
    sections |= {f"values.{column}": words for column, words in mapping.values.items()}
    sections |= {"defaults": mapping.defaults, "attributes": mapping.attributes}
    sections["skip"] = {header: sorted(words) for header, words in mapping.skip.items()}
    for name, section in sections.items():
        if section:
            lines += ["", f"[{name}]", *(f"{_key(key)} = {_quoted(value)}" for key, value in section.items())]
    return "\n".join(lines) + "\n"


def _key(key: str) -> str:
    return key if key.isidentifier() and key.isascii() else _quoted(key)


def _quoted(value: str | list[str]) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
