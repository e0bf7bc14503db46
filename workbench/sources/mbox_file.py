"""The messages of an mbox file, packed by gzip or not, one at a time, as bytes."""

import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from workbench.errors import SourceError
from workbench.sources.archive import Archive

KEPT = 8_000_000
"""Bytes of one message that are read; what comes behind is part of an attachment in all but made-up messages."""
UNPACKED_SMALL, UNPACKED_RATIO = 64_000_000, 250

_LONGEST_LINE = 1 << 16
_MONTHS = rb"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b"
_DATED = re.compile(rb"From (?=.{0,300}" + _MONTHS + rb")(?=.{0,300}\d:\d\d)(?=.{0,300}\b(?:19|20)\d\d\b)")
_HEADER = re.compile(rb"[!-9;-~]{1,80}[ \t]*:|>From ")
_COMMON_HEADER = re.compile(
    rb"(?:from|return-path|received|date|message-id|subject|delivered-to|to|cc|mime-version|content-type|sender|"
    rb"reply-to|status|dkim-signature|x-[a-z-]{1,40})[ \t]*:",
    re.IGNORECASE,
)
_ESCAPED = re.compile(rb">+From ")


@dataclass(frozen=True)
class Letter:
    """One message as it stands in the file: the line that separates it from the one before, and all that follows."""

    number: int
    separator: bytes
    content: bytes
    is_cut: bool
    """Whether it goes on behind `KEPT` bytes."""


def letters(archive: Archive, name: str) -> Iterator[Letter]:
    """The messages of a file in its order. Raises `SourceError` where the file breaks off.

    A message begins at a line `From …` with a date, behind which a header comes: the same words inside a letter begin
    none. Without a date, an empty line must come before and a common header behind. Lines that the writer of the file
    escaped (`>From`) are read as they were.
    """
    number, separator, lines, size, candidate, empty_before = 0, b"", [], 0, None, True
    for line in _lines(archive, name):
        if candidate is not None:
            begins = _HEADER if _DATED.match(candidate) else _COMMON_HEADER
            if begins.match(line):
                if number:
                    yield Letter(number, separator, b"".join(lines), size > KEPT)
                number, separator, lines, size = number + 1, candidate, [], 0
            else:
                lines.append(candidate)
                size += len(candidate)
            candidate = None
        if line.startswith(b"From ") and (empty_before or _DATED.match(line)):
            candidate = line
        elif size <= KEPT:
            lines.append(line[1:] if line.startswith(b">") and _ESCAPED.match(line) else line)
            size += len(line)
        empty_before = not line.strip()
    if number:
        yield Letter(number, separator, b"".join([*lines, candidate or b""]), size > KEPT)


def first_letter(archive: Archive, name: str) -> Letter | None:
    """The first message, if the file begins with one."""
    try:
        with _opened(archive, name) as stream:
            start = stream.read(1 << 16).removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    except (SourceError, OSError, EOFError, zlib.error):
        return None
    separator, _, rest = start.partition(b"\n")
    begins = _HEADER if _DATED.match(separator) else _COMMON_HEADER
    if not separator.startswith(b"From ") or not begins.match(rest):
        return None
    return Letter(1, separator, rest, False)


def _opened(archive: Archive, name: str):
    packed = archive.open(name)
    return gzip.GzipFile(fileobj=packed) if packed.peek(2)[:2] == b"\x1f\x8b" else packed


def _lines(archive: Archive, name: str) -> Iterator[bytes]:
    """The lines with a line feed alone; an endless line comes in pieces."""
    read, most = 0, max(UNPACKED_SMALL, UNPACKED_RATIO * archive.sizes[name])
    try:
        with _opened(archive, name) as stream:
            is_packed, start = isinstance(stream, gzip.GzipFile), b"\xef\xbb\xbf"
            for line in iter(partial(stream.readline, _LONGEST_LINE), b""):
                if is_packed and (read := read + len(line)) > most:
                    raise SourceError(f"it unpacks to more than {UNPACKED_RATIO} times its size")
                line, start = line.removeprefix(start), b""
                yield line[:-2] + b"\n" if line.endswith(b"\r\n") else line
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(f"{name} cannot be unpacked: {str(error) or 'it ends before its end'}") from None
