"""A long JSON document, member by member, so that a file of any size needs the memory of its largest record."""

import json
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Any

from workbench.errors import SourceError

LARGEST = 16_000_000
"""Characters of one record."""
DEEPEST = 8
AT_ONCE = 1 << 16
"""Characters of the items of a list that are read at once."""

Path = tuple[str, ...]

_decode = json.JSONDecoder(strict=False).raw_decode
_SPACE = re.compile(r"[ \t\n\r]*")
_RECORD = re.compile(r'\{\s*"id"\s*:\s*"?-?\d+"?\s*,\s*"type"\s*:')
_BAD_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\x([0-9A-Fa-f]{2})")


class _Open:
    def __repr__(self) -> str:
        return "OPEN"


OPEN = _Open()
"""Stands for an object or list whose members follow."""


@dataclass(frozen=True)
class Unreadable:
    """A record that is no JSON; reading goes on behind it."""

    why: str


def walk(text: Iterator[str], *, opened: Container[str], spread: Container[str] = ()) -> Iterator[tuple[Path, Any]]:
    """Path and value of each member, in the file's order. The document and the members named in `opened` are not
    values but are walked themselves, as are the items ("*") of lists named in `spread`. Behind an item that is no
    JSON, reading goes on at the next object that begins with "id" and "type"; where the frame itself is broken,
    `SourceError` is raised. An escape `\\xHH`, which some programs write, is read as the character it means.

    >>> document = ['{"name": "Tea", "mess', 'ages": [{"id": 1}, {"id": 2}]}']
    >>> list(walk(iter(document), opened={"messages"}))[1:]
    [(('name',), 'Tea'), (('messages',), OPEN), (('messages', '*'), {'id': 1}), (('messages', '*'), {'id': 2})]
    """
    return _walk(_Text(text), (), opened, spread)


def clean(value: Any) -> str | None:
    """The value, if it is a text with anything in it; halves of surrogate pairs become U+FFFD.

    >>> clean("caf\\u00e9"), clean("\\ud83d!"), clean(3), clean("")
    ('café', '\ufffd!', None, None)
    """
    if not isinstance(value, str) or not value:
        return None
    if value.isascii():
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


@dataclass
class _Text:
    pieces: Iterator[str]
    text: str = ""
    at: int = 0
    past: int = 0
    """Characters before `text`."""
    alone: int = 0
    """Up to this character items are read one by one."""

    def more(self, least: int = 1) -> bool:
        """Read on by `least` characters, if there are so many; False at the end."""
        parts, size = [self.text[self.at :]], 0
        while size < least and (piece := next(self.pieces, "")):
            parts.append(piece)
            size += len(piece)
        self.text, self.past, self.at = "".join(parts), self.past + self.at, 0
        return size > 0

    def sign(self) -> str:
        """The next character that is no white space; "" at the end."""
        while True:
            self.at = _SPACE.match(self.text, self.at).end()
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""

    def value(self) -> Any:
        self.sign()
        while True:
            try:
                value, end = _decode(self.text, self.at)
                if end < len(self.text):
                    self.at = end
                    return value
                length = end - self.at
                if not self.more():  # a number may go on in the next piece
                    self.at = length
                    return value
            except json.JSONDecodeError as error:
                if self._mended():
                    continue
                cut = error.pos >= len(self.text) - 8 or error.msg.startswith("Unterminated")
                held = len(self.text) - self.at
                # A value is read anew with each piece: twice as much each time, or a long one would take minutes.
                if not cut or held > LARGEST or not self.more(held):
                    raise SourceError(f"not valid JSON at character {self.past + error.pos:,}: {error.msg}") from None
            except (ValueError, RecursionError):
                raise SourceError(f"not valid JSON at character {self.past + self.at:,}") from None

    def items(self) -> list:
        """The next items of a list, up to where the last object at hand begins that begins like the first. None, where
        they are not all JSON: one by one will tell which of them is not."""
        start = self.text.find(":", self.at, self.at + 100)
        if start < 0 or self.past + self.at < self.alone:
            return []
        last = self.text.rfind(self.text[self.at : start + 1], start, self.at + AT_ONCE)
        end = self.text.rfind(",", start, max(last, start))
        if end < 0 or self.text[end + 1 : last].strip():
            return []
        try:
            items, length = _decode(f"[{self.text[self.at : end]}]", 0)
        except (ValueError, RecursionError):
            self.alone = self.past + last
            return []
        self.at += length - 2  # before the end where the list ends before it
        return items

    def _mended(self) -> bool:
        if self.text.find("\\x", self.at) < 0:
            return False
        text = self.text[: self.at] + _BAD_ESCAPE.sub(r"\1\\u00\2", self.text[self.at :])
        changed, self.text = text != self.text, text
        return changed

    def skip_to_record(self) -> bool:
        """Go to the next thing that looks like the beginning of a record, behind the present place."""
        self.at += 1
        while True:
            if found := _RECORD.search(self.text, self.at):
                self.at = found.start()
                return True
            self.at = max(self.at, len(self.text) - 100)
            if not self.more():
                return False


def _walk(text: _Text, path: Path, opened: Container[str], spread: Container[str]) -> Iterator[tuple[Path, Any]]:
    sign = text.sign()
    if len(path) > DEEPEST:
        raise SourceError(f"not valid JSON: nested too deeply at character {text.past + text.at:,}")
    if sign == "{":
        text.at += 1
        yield path, OPEN
        while (sign := text.sign()) != "}":
            if sign == ",":
                text.at += 1
                continue
            key = text.value() if sign == '"' else None
            if key is None or text.sign() != ":":
                raise _broken(text)
            text.at += 1
            if key in opened and text.sign() in ("{", "["):
                yield from _walk(text, (*path, key), opened, spread)
            else:
                yield (*path, key), text.value()
        text.at += 1
    elif sign == "[":
        text.at += 1
        yield path, OPEN
        inside, walked = (*path, "*"), bool(path) and path[-1] in spread
        while (sign := text.sign()) != "]":
            if sign == ",":
                text.at += 1
            elif sign == "":
                raise _broken(text)
            elif walked and sign == "{":
                yield from _walk(text, inside, opened, spread)
            else:
                if sign == "{":
                    for item in text.items():
                        yield inside, item
                    if text.sign() in (",", "]"):
                        continue
                try:
                    value = text.value()
                except SourceError as error:
                    yield inside, Unreadable(str(error))
                    if not text.skip_to_record():
                        raise SourceError("no further record behind it") from None
                    continue
                yield inside, value
        text.at += 1
    else:
        raise _broken(text)


def _broken(text: _Text) -> SourceError:
    sign = text.sign()
    what = f"{sign!r} is unexpected" if sign else "the file ends before its end"
    return SourceError(f"not valid JSON at character {text.past + text.at:,}: {what}")
