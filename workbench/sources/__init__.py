"""From an export file to canonical rows: one importer a file, chosen by content."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

Row = tuple[str, dict]
"""A canonical table's name and one row of it; columns left out are null. The store adds `import_id`, and
`observed_at` where the row has none."""


@dataclass
class Reading:
    """One export while it is read: what the user said goes in, what was met is counted here."""

    timezone: str | None = None
    community_timezone: str | None = None
    """The zone of the community's days; times of a file are not taken to be in it, it only helps to ask."""
    mapping: Path | None = None
    platform: str = ""
    read: Counter = field(default_factory=Counter)
    """Native records by kind ("message", "user"), each once, whatever became of it."""
    repeated: Counter = field(default_factory=Counter)
    """Records met again inside this export, by kind."""
    dropped: Counter = field(default_factory=Counter)
    """Records that belong in no table, by reason ("system line: channel_topic")."""
    tells_joins: bool = False
    tells_leaves: bool = False
    tells_visits: bool = False
    time_zone: list[dict[str, str | int]] = field(default_factory=lambda: [{"how": "utc"}])
    """The zone of the file's times, the order of day and month, and how they are known: codes that
    `workbench.words.zones` tells in words, with their values."""
    notes: list[str] = field(default_factory=list)
    """What else the user should be told: how the file was understood, columns left out."""


@dataclass(frozen=True)
class Source:
    """An importer. `recognises` looks at content, never at the file's name alone. `read` yields rows in one pass;
    what it cannot read becomes a row of `problems`, what is no record for us is counted in `Reading.dropped`."""

    name: str
    title: str
    recognises: Callable[[Path], bool]
    read: Callable[[Path, Reading], Iterator[Row]]


def problem(file: str, place: str, why: str) -> Row:
    """A record that could not be read, as a row."""
    return "problems", {"file": file, "place": place, "why": why}
