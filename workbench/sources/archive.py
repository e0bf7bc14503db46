"""A read-only view of a zip, a tar or a folder that never leaves its walls and never writes to disk."""

import bz2
import gzip
import io
import json
import lzma
import os
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

import msgspec

from workbench.errors import SourceError

MB = 1 << 20
_DAMAGE = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, RuntimeError,
    ValueError, OverflowError, IndexError, MemoryError,
)  # fmt: skip
_PACKERS = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ": lzma.open}
_FOREIGN = {b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!\x1a\x07": "rar"}
_KEPT: "ContextVar[tuple[ExitStack, dict] | None]" = ContextVar("views kept open", default=None)
_LEFTOVERS = re.compile(r"(^|/)(__MACOSX/.*|\._[^/]*|\.DS_Store|Thumbs\.db|desktop\.ini)$")
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe\0\0", "utf-32-le"), (b"\0\0\xfe\xff", "utf-32-be"),
          (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """What an archive may hold before it is refused. Real exports stay far below."""

    files: int = 500_000
    total_bytes: int = 64 * 1024 * MB
    ratio: int = 250
    """Unpacked over packed size, looked at above `small_bytes`."""
    small_bytes: int = 64 * MB
    whole_bytes: int = 512 * MB
    """A file read at once, and a packed tar, which is unpacked in memory."""


@dataclass(frozen=True)
class Archive:
    """An open archive: `names` of its files in a stable order, each opened as a stream of bytes.

    What systems leave behind (`__MACOSX`, `.DS_Store`, …) and links to other files inside are not listed.
    """

    label: str
    names: tuple[str, ...]
    sizes: dict[str, int]
    limits: Limits
    _open: Callable[[str], BinaryIO] = field(repr=False)
    _close: Callable[[], None] = field(repr=False, default=lambda: None)

    def open(self, name: str) -> BinaryIO:
        """One file as a stream; what is damaged in it raises `SourceError` while it is read."""
        place = f"{name} in {self.label}"
        return io.BufferedReader(_Member(place, lambda: self._open(name)), 1 << 16)

    def read(self, name: str) -> bytes:
        """One file at once, for formats that cannot be streamed."""
        if self.sizes[name] > self.limits.whole_bytes:
            raise SourceError(
                f"{name} in {self.label} holds {_size(self.sizes[name])}; files of this kind are read at once, up to "
                f"{_size(self.limits.whole_bytes)}. Export a shorter period, or split the file."
            )
        with _told(f"{name} in {self.label}"), self._open(name) as stream:
            return stream.read()

    def home(self, wanted: Iterable[str]) -> str | None:
        """Where one of the `wanted` files lies: "" for the top, or the one top folder ("export/"); None = nowhere."""
        wanted = {name.lower() for name in wanted}
        homes = {
            folder + slash
            for folder, slash, base in (name.rpartition("/") for name in self.names)
            if base.lower() in wanted and "/" not in folder
        }
        return min(homes, key=lambda home: (home.count("/"), home), default=None)

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *_) -> None:
        self._close()


class _Member(io.RawIOBase):
    """The stream of one file, with damage told in our words."""

    def __init__(self, place: str, opener: Callable[[], BinaryIO]):
        self.place = place
        with _told(place):
            self.stream = opener()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        with _told(self.place):
            data = self.stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed and hasattr(self, "stream"):
            self.stream.close()
        super().close()


class _told:
    """Turns whatever a damaged file makes the standard library raise into a `SourceError`."""

    def __init__(self, place: str):
        self.place = place

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _) -> None:
        if isinstance(error, _DAMAGE):
            why = (str(error) or kind.__name__).rstrip(".")
            raise SourceError(
                f"{self.place} cannot be read: {why}. It may be incomplete or damaged: fetch or export it again."
            ) from error


def is_archive(path: Path) -> bool:
    """Whether `path` is a folder, a zip or a tar (packed by gzip, bzip2 or xz or not), by its first bytes.

    A 7z or rar raises `SourceError`: it holds an export, but has to be unpacked first.
    """
    if path.is_dir():
        return True
    with _told(path.name), open(path, "rb") as stream:
        start = stream.read(512)
    for magic, kind in _FOREIGN.items():
        if start.startswith(magic):
            raise SourceError(
                f"{path.name} is a {kind} archive. Archives may be zip, tar, tar.gz, tar.bz2 or tar.xz: "
                "unpack it and give the folder."
            )
    if start.startswith((b"PK\3\4", b"PK\5\6")):
        return True
    for magic, unpack in _PACKERS.items():
        if start.startswith(magic):
            try:
                with unpack(path) as stream:
                    start = stream.read(512)
            except _DAMAGE:
                return False
    return start[257:262] == b"ustar"


def open_archive(path: Path, *, limits: Limits | None = None) -> Archive:
    """The view of a zip, a tar or a folder, to be used in a `with`.

    Nothing is ever unpacked to disk, archives inside archives stay closed. Refused with `SourceError`: what is not
    complete, is encrypted, names a place outside itself or links there, or unpacks to more than `limits` allow.
    """
    limits = limits or Limits()
    if not (kept := _KEPT.get()):
        return _opened(path, limits)
    stack, views = kept
    if (path, limits) not in views:
        views[path, limits] = stack.enter_context(_opened(path, limits))
    return replace(views[path, limits], _close=lambda: None)


@contextmanager
def opened_once() -> Iterator[None]:
    """Inside, an archive that many importers look into is unpacked and listed for the first of them alone."""
    with ExitStack() as stack:
        before = _KEPT.set((stack, {}))
        stack.callback(_KEPT.reset, before)
        yield


def _opened(path: Path, limits: Limits) -> Archive:
    if not is_archive(path):
        raise SourceError(f"{path.name} is no archive. Give a folder, a zip, a tar or a tar.gz.")
    if path.is_dir():
        return _folder(path, limits)
    with open(path, "rb") as stream:
        packed = stream.read(2) != b"PK"
    return _tar(path, limits) if packed else _zip(path, limits)


def _zip(path: Path, limits: Limits) -> Archive:
    with _told(path.name):
        opened = zipfile.ZipFile(path)
    try:
        members, links = {}, {}
        for info in opened.infolist():
            if info.is_dir():
                _inside(_zip_name(info), path.name)
                continue
            name = _inside(_zip_name(info), path.name)
            if info.flag_bits & 0x1:
                raise SourceError(
                    f"{name} in {path.name} is encrypted. Unpack it with its password and give the folder."
                )
            if stat.S_ISLNK(info.external_attr >> 16):
                with _told(f"{name} in {path.name}"), opened.open(info) as stream:
                    links[name] = stream.read(4096).decode("utf-8", "replace")
            else:
                members[name] = info
        _check_links(links, path.name)
        sizes = {name: info.file_size for name, info in members.items()}
        # all entries count, also those of equal name: overlapping entries are how the worst bombs are built
        _check_size(sum(info.file_size for info in opened.infolist()), len(opened.infolist()), path, limits)
    except BaseException:
        opened.close()
        raise
    return _view(path, sizes, limits, lambda name: opened.open(members[name]), opened.close)


def _zip_name(info: zipfile.ZipInfo) -> str:
    """The name as it was meant: many tools write UTF-8 without saying so."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _tar(path: Path, limits: Limits) -> Archive:
    with _told(path.name):
        with open(path, "rb") as stream:
            start = stream.read(6)
        unpack = next((unpack for magic, unpack in _PACKERS.items() if start.startswith(magic)), None)
        if unpack:
            with unpack(path) as stream:
                data = stream.read(limits.whole_bytes + 1)
            if len(data) > limits.whole_bytes:
                raise SourceError(
                    f"{path.name} unpacks to more than {_size(limits.whole_bytes)}, and a packed tar cannot be read "
                    "here and there. Unpack it and give the folder."
                )
            opened = tarfile.open(fileobj=io.BytesIO(data), mode="r:")  # noqa: SIM115
        else:
            opened = tarfile.open(path, "r:")  # noqa: SIM115
    try:
        members, links, count = {}, {}, 0
        with _told(path.name):
            for info in opened:
                count += 1
                _check_size(0, count, path, limits)
                name = _inside(info.name, path.name)
                if info.issym():
                    links[name] = info.linkname
                elif info.islnk():
                    _inside(info.linkname, path.name)
                elif info.isreg():
                    members[name] = info
        _check_links(links, path.name)
        sizes = {name: info.size for name, info in members.items()}
        if not unpack:
            _check_size(sum(sizes.values()), count, path, limits)
    except BaseException:
        opened.close()
        raise
    return _view(path, sizes, limits, lambda name: opened.extractfile(members[name]), opened.close)


def _folder(path: Path, limits: Limits) -> Archive:
    def stop(error: OSError) -> None:
        raise error

    root, sizes = path.resolve(), {}
    with _told(path.name):
        for folder, folders, files in os.walk(root, onerror=stop):
            for base in (*folders, *files):
                full = Path(folder, base)
                name = full.relative_to(root).as_posix()
                if full.is_symlink():
                    if not full.resolve().is_relative_to(root):
                        raise SourceError(_outside(f"{name}, a link to {os.readlink(full)},", path.name))
                elif stat.S_ISREG((found := full.stat()).st_mode):
                    sizes[name] = found.st_size
                    _check_size(0, len(sizes), path, limits)
    return _view(path, sizes, limits, lambda name: open(root / name, "rb"))


def _view(path: Path, sizes: dict[str, int], limits: Limits, opener, close=lambda: None) -> Archive:
    names = tuple(sorted(name for name in sizes if not _LEFTOVERS.search(name)))
    return Archive(path.name, names, sizes, limits, opener, close)


def _inside(name: str, label: str) -> str:
    """The name of a member with forward slashes, if it stays inside."""
    given, name = name, name.replace("\\", "/").removeprefix("./")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/") or "\0" in name:
        raise SourceError(_outside(given, label))
    return name


def _check_links(links: dict[str, str], label: str) -> None:
    for name, target in links.items():
        target = target.replace("\\", "/")
        at = list(PurePosixPath(name).parent.parts)
        outside = target.startswith("/") or re.match(r"[A-Za-z]:", target)
        for part in PurePosixPath(target).parts:
            if part == "..":
                outside = outside or not at
                del at[-1:]
            else:
                at.append(part)
        if outside:
            raise SourceError(_outside(f"{name}, a link to {target},", label))


def _outside(name: str, label: str) -> str:
    return (
        f"{label} names a place outside itself: {name!r}. No export does that, so nothing was read. "
        "If you trust it, unpack it yourself, look at it and give the folder."
    )


def _check_size(unpacked: int, files: int, path: Path, limits: Limits) -> None:
    if files <= limits.files and unpacked <= limits.small_bytes:
        return
    packed = path.stat().st_size
    if files > limits.files:
        why = f"{files:,} files, the limit is {limits.files:,}"
    elif unpacked > limits.total_bytes:
        why = f"{_size(unpacked)} when unpacked, the limit is {_size(limits.total_bytes)}"
    elif unpacked > limits.ratio * packed:
        why = f"{unpacked // max(packed, 1)} times its size when unpacked, the limit is {limits.ratio} times"
    else:
        return
    raise SourceError(
        f"{path.name} holds {why}. Nothing was read. If you trust it, unpack it, take out what is not part of the "
        "export and give the folder."
    )


def _size(count: int) -> str:
    return f"{count / MB:,.0f} MB" if count >= MB else f"{count:,} bytes"


def decode(data: bytes) -> str:
    """Text from bytes: by its byte-order mark, else UTF-8, else Windows-1252.

    A few wrong bytes in a file that is otherwise UTF-8 become U+FFFD; they do not turn the whole file into
    another encoding.

    >>> decode("Élodie".encode("utf-16")), decode("Élodie".encode("cp1252"))
    ('Élodie', 'Élodie')
    >>> decode("né à Évry".encode() + bytes([0xFF]))
    'né à Évry�'
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    text = data.decode("utf-8", "replace")
    wrong = text.count("�")
    if wrong and wrong > sum(letter > "\x7f" for letter in text) - wrong:
        return data.decode("cp1252", "replace")
    return text


def load_json(data: bytes) -> Any:
    """A JSON document, whatever its encoding; halves of surrogate pairs become U+FFFD.

    >>> load_json(b'["\\\\ud83d!", 1]')
    ['�!', 1]
    """
    try:
        return msgspec.json.decode(data)
    except (ValueError, RecursionError):
        pass  # a mark, another encoding or half a pair: the slower reader forgives them
    try:
        return _mended(json.loads(decode(data)))
    except json.JSONDecodeError as error:
        raise SourceError(f"not valid JSON: {error.msg}, line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise SourceError("not valid JSON: nested too deeply") from None
    except ValueError as error:
        raise SourceError(f"not valid JSON: {error}") from None


def load_list(data: bytes) -> Iterator[Any]:
    """The items of a JSON list, each decoded when its turn comes, so that a long list needs little more memory than
    its bytes; an item that cannot be read is None.

    >>> list(load_list(b'[{"id": 1}, 2]'))
    [{'id': 1}, 2]
    """
    try:
        items = msgspec.json.decode(data, type=list[msgspec.Raw])
    except (ValueError, RecursionError):
        whole = load_json(data)
        if not isinstance(whole, list):
            raise SourceError("no JSON list") from None
        return iter(whole)
    return map(_item, items)


def _item(raw: msgspec.Raw) -> Any:
    try:
        return load_json(bytes(raw))
    except SourceError:
        return None


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_mended(one) for one in value]
    if isinstance(value, dict):
        return {_mended(key): _mended(one) for key, one in value.items()}
    return value
