"""HTML bodies of posts to plain text that reads like the post."""

import html
import re
from contextlib import suppress

# A tokeniser of our own: the standard library's parser needs minutes for some bodies of 200 KB made to that end.
# The quantifiers are possessive, so every body is read in one sweep.
_TAG = re.compile(r"<(/?+)([a-zA-Z][a-zA-Z0-9]*+)([^<>]*+)>|<[!?][^<>]*+>")
_ALT = re.compile(r"""\balt\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "br", "dd", "details", "div", "dl", "dt", "figure", "footer", "form",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table",
    "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
))  # fmt: skip
_UNSEEN = frozenset(("script", "style"))


def plain_text(body: str) -> str:
    """The text of an HTML body: a paragraph a line, lists with dashes, code as it was written.

    >>> print(plain_text("<p>Use <code>a &lt; b</code>:</p><pre>if a:\\n    b()</pre><ul><li>one</li></ul>"))
    Use a < b:
    if a:
        b()
    - one
    """
    body, parts, end = _without_comments(body), [""], 0
    as_written = unseen = 0
    for tag in _TAG.finditer(body):
        if not unseen:
            _add(parts, body[end : tag.start()], as_written)
        end = tag.end()
        closes, name = bool(tag[1]), (tag[2] or "").lower()
        if name in _UNSEEN:
            unseen = not closes
        elif name == "img" and (alt := _ALT.search(tag[3])):
            _add(parts, alt[1] or alt[2] or "", as_written)
        elif name in _BLOCKS and (closes or parts[-1] != "\n- "):
            parts.append("\n- " if name == "li" and not closes else "\n")
        if name == "pre":
            as_written = not closes
    if not unseen:
        _add(parts, body[end:], as_written)
    lines = (line.rstrip() for line in "".join(parts).splitlines())
    return "\n".join(line for line in lines if line)


def _add(parts: list[str], text: str, as_written: bool) -> None:
    if not text:
        return
    if "&" in text:
        with suppress(ValueError):  # a character number of thousands of digits is shown as it is
            text = html.unescape(text)
    if not as_written:
        words = " ".join(text.split())
        led = text[:1].isspace() and parts[-1][-1:] not in ("", "\n", " ")
        text = " " * led + words + " " * (bool(words) and text[-1:].isspace())
    if text:
        parts.append(text)


def _without_comments(body: str) -> str:
    parts, end = [], 0
    while (start := body.find("<!--", end)) >= 0 and (close := body.find("-->", start + 4)) >= 0:
        parts.append(body[end:start])
        end = close + 3
    return "".join(parts) + body[end:]
