"""Which exports lie in the files and folders that somebody gives: each is recognised before anything is read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from workbench.errors import SourceError
from workbench.sources import Source, registry

_LEFTOVERS = frozenset({"thumbs.db", "desktop.ini", "__macosx", "community.toml"})
"""What systems leave behind, hidden files apart; and the community's own settings."""
_NAMED = 10


@dataclass(frozen=True)
class Left:
    """A file that is not imported, and why."""

    path: Path
    why: str


@dataclass
class Gathered:
    """The exports in the order in which they are read, and what else lies in the folders."""

    exports: list[tuple[Path, Source]] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


def gather(paths: Iterable[Path]) -> Gathered:
    """The exports in `paths`, each once.

    A file that is named must be understood: otherwise `SourceError`. A folder that is itself one export is taken whole,
    and beside it what else lies there and is another export or a table. Of any other folder each file and folder is
    looked at by itself; what is not understood is `left`. Hidden files, what systems leave behind and the mappings of
    tables are not told of.
    """
    found, done = Gathered(), set()
    for path in paths:
        here = Gathered()
        if not path.is_dir():
            here.exports.append((path, registry.recognise(path)))
        elif _is_community(path):
            raise SourceError(f"{path} is a community's folder, not an export. Give the folder your exports are in.")
        else:
            _folder(path, here)
            if not here.exports:
                raise SourceError(_nothing(path, here.left))
        found.exports += [
            one for one in here.exports if (place := one[0].resolve()) not in done and not done.add(place)
        ]
        found.left += here.left
    return found


def _folder(path: Path, found: Gathered) -> None:
    whole, children = _source(path), list(_children(path, found))
    known = {child: _source(child) for child in children}
    if isinstance(whole, Left):
        return _each(known, found)
    own = [child for child, source in known.items() if source == whole and child.is_file()]
    below = [child for child, source in known.items() if source == whole and child.is_dir()]
    others = [child for child, source in known.items() if isinstance(source, Source) and source != whole]
    side_by_side = not own and below and (others or len(below) > 1)
    if side_by_side or (others and len(own) == 1 and not below):
        return _each(known, found)
    found.exports.append((path, whole))
    for child, source in known.items():
        if child in others:
            _one(child, source, found)
        elif child.is_dir() and child not in below:
            _among_parts(child, whole, found)


def _each(known: "dict[Path, Source | Left]", found: Gathered) -> None:
    for child, source in known.items():
        _one(child, source, found)


def _one(path: Path, source: "Source | Left", found: Gathered) -> None:
    if path.is_dir():
        _folder(path, found)
    elif isinstance(source, Left):
        found.left.append(source)
    else:
        found.exports.append((path, source))


def _among_parts(path: Path, whole: Source, found: Gathered) -> None:
    """Other exports deep in an export's folder. The JSON files there are its parts."""
    for child in _children(path, Gathered()):
        if child.suffix.lower() == ".json":
            continue
        source = _source(child)
        if isinstance(source, Source) and source != whole:
            _one(child, source, found)
        elif child.is_dir() and source != whole:
            _among_parts(child, whole, found)


def _children(path: Path, found: Gathered) -> Iterator[Path]:
    try:
        children = sorted(path.iterdir())
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.") from None
    for child in children:
        if child.name.startswith(".") or child.name.lower() in _LEFTOVERS:
            continue
        if child.is_symlink():
            found.left.append(Left(child, "a link; give the file it leads to"))
        elif child.is_dir() and _is_community(child):
            found.left.append(Left(child, "a community's folder"))
        elif not _is_mapping(child, children):
            yield child


def _is_mapping(path: Path, beside: list[Path]) -> bool:
    """Whether a file is the mapping of a table beside it."""
    table = path.name.removesuffix(".mapping.toml")
    if path.name == table:
        return path.name == "mapping.toml"
    return any(table in (other.name, other.stem) for other in beside if other != path)


def _is_community(path: Path) -> bool:
    return (path / "store" / "versions.json").is_file()


def _source(path: Path) -> "Source | Left":
    try:
        found = registry.first(path, registry.sources())
    except SourceError as error:
        return Left(path, str(error))
    return found or Left(path, "its content is in no format that is understood")


def _nothing(path: Path, left: list[Left]) -> str:
    if not left:
        return f"{path} is an empty folder. Give the folder or the files of an export."
    named = "".join(f"\n  - {one.path.relative_to(path)}: {one.why}" for one in left[:_NAMED])
    more = f"\n  - … and {len(left) - _NAMED:,} more" if len(left) > _NAMED else ""
    return (
        f"{path} holds no export that is understood:{named}{more}\n"
        "`workbench sources` lists what is understood, and how to get it."
    )
