"""The text of an export's files in pieces: of a single file or of an archive's, whatever the encoding."""

import codecs
import io
from collections.abc import Iterator
from pathlib import Path

from workbench.sources.archive import MB, Archive, Limits, is_archive, open_archive

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip


def open_files(path: Path) -> Archive:
    """The view of a folder, a zip or a tar, or of a single file under its own name, to be used in a `with`."""
    if is_archive(path):
        return open_archive(path)
    size = path.stat().st_size
    return Archive(path.name, (path.name,), {path.name: size}, Limits(), lambda _: open(path, "rb"))


def pieces(archive: Archive, name: str, *, size: int = MB) -> Iterator[str]:
    """The text of a file, at most `size` characters at a time, each line ended by a line feed alone.

    By its byte-order mark, else UTF-8, else Windows-1252, as its first 64 KB tell; wrong bytes become U+FFFD.
    """
    with archive.open(name) as stream:
        start = stream.peek(1 << 16)
        encoding = next((encoding for mark, encoding in _MARKS if start.startswith(mark)), None) or _unmarked(start)
        text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline=None)
        while piece := text.read(size):
            yield piece


def _unmarked(start: bytes) -> str:
    """One wrong byte in a file that is otherwise UTF-8 does not make it Windows-1252.

    >>> _unmarked("né à Évry".encode()[:-1]), _unmarked("né à Évry".encode("cp1252"))
    ('utf-8', 'cp1252')
    """
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(start)
    wrong = text.count("\ufffd")
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    return "cp1252" if wrong > beyond_ascii - wrong else "utf-8"
