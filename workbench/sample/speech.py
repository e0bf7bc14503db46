"""What people say: texts from templates, in French and English, with the words of a topic kept through a thread."""

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from workbench.sample.chance import Chance

THEMES = ("sync", "price", "reminders", "offline", "printing", "varieties", "kindness", "calendar")
"""What feedback is about; the last two are praise."""
PRAISE = ("kindness", "calendar")
TOPICS = ("disease", "watering", "slugs", "compost", "sowing", "soil", "herbs", "app")
SIGNS = {
    "heart": "❤", "+1": "👍", "seedling": "🌱", "tomato": "🍅", "raised_hands": "🙌", "sunflower": "🌻", "clap": "👏",
    "eyes": "👀", "tada": "🎉", "smile": "😄", "sweat_smile": "😅", "wave": "👋", "snail": "🐌", "joy": "😂",
    "crescent_moon": "🌙", "innocent": "😇",
}  # fmt: skip
_COMMON = 4
"""Small talk turns around the first few words of a slot; who writes to the team is more particular."""
_SLOT = re.compile(r"\{(\w+)\}")
_BEGINS = re.compile(r"(^|[.!?] |: )([a-zàâçéèêëîïôûùœ])")


@dataclass(frozen=True)
class Said:
    """A text; whether it asks (its template has a question mark), and its theme if it is feedback."""

    text: str
    asks: bool = False
    theme: str | None = None
    topic: str | None = None
    words: dict = field(default_factory=dict)
    """The words that answers take up again."""


@cache
def _language(language: str) -> dict:
    return tomllib.loads(files("workbench.sample").joinpath("texts", f"{language}.toml").read_text(encoding="utf-8"))


def names(language: str) -> tuple[list[str], list[str]]:
    """Given and family names."""
    known = _language(language)["names"]
    return known["given"], known["family"]


def templates(language: str, key: str) -> list[str]:
    """The templates under a key such as `answer.slugs` or `price`."""
    found = _language(language)
    for part in key.split("."):
        found = found[part]
    return found if isinstance(found, list) else found["texts"]


def say(
    key: str,
    language: str,
    chance: Chance,
    *,
    words: dict | None = None,
    framed: tuple[str, str] = ("", ""),
    theme: str | None = None,
    topic: str | None = None,
) -> Said:
    """One text. `words` are slots already filled; `framed` names what may come before and after it."""
    template = chance.one(templates(language, key))
    if key.startswith("feedback."):
        template = _told(key, template, language, chance)
    used = dict(words or {})
    slots = _language(language)["slots"]

    def fill(found: re.Match) -> str:
        slot = found[1]
        if slot in used:
            return used[slot] if slot in ("me", "them") else used.pop(slot)
        return chance.one(slots[slot][: None if theme else _COMMON])

    kept: dict[str, str] = {}

    def fill_and_keep(found: re.Match) -> str:
        word = fill(found)
        kept.setdefault(found[1], word)
        return word

    text = _SLOT.sub(fill_and_keep, template)
    before, after = (chance.one(_language(language)["frame"][name]) if name else "" for name in framed)
    if before.endswith(", ") and text[0].isupper() and not text.startswith(("I ", "I'", "Semis")):
        text = text[0].lower() + text[1:]
    text = _BEGINS.sub(lambda found: found[1] + (found[2].upper() if found[1] != ": " else found[2]), before + text)
    kept = {slot: kept[slot] for slot in ("plants", "herbs", "soil") if slot in kept}
    return Said(text + after, "?" in template, theme, topic, kept)


def _told(key: str, template: str, language: str, chance: Chance) -> str:
    """A remark on a theme, with or without what led to it and what is asked for."""
    before, after = (templates(language, f"{key}.{part}") for part in ("before", "after"))
    shape = chance.below(4)
    told = [chance.one(before)] if shape in (1, 3) else []
    told.append(template)
    if shape in (2, 3):
        told.append(chance.one(after))
    return " ".join(told)


def with_signs(text: str) -> str:
    """The text with signs where Slack and Discourse write their names.

    >>> with_signs("Never again :sweat_smile:")
    'Never again 😅'
    """
    for name, sign in SIGNS.items():
        text = text.replace(f":{name}:", sign)
    return text


def human(text: str, chance: Chance) -> str:
    """The same text as somebody types it in a hurry, now and then."""
    if chance.happens(0.06) and text:
        text = text[0].lower() + text[1:]
    if chance.happens(0.08) and text.endswith("."):
        text = text[:-1]
    if chance.happens(0.04) and text.endswith("!"):
        text += "!"
    return text
