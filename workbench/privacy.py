"""Pseudonyms for people and neutral tokens for what gives them away in a text. Standard library only."""

import re
import unicodedata
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from itertools import pairwise

SHORTEST_NAME = 3  # letters; shorter names would blot out ordinary words

_TOKEN = r"\[(?:name|email|link|phone|channel)\]"
_PRIVATE = re.compile(
    rf"(?P<token>{_TOKEN})"
    r"|(?P<email><mailto:[^>\s]*>|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<link><https?:[^>\s]*(?:\|[^>]*)?>|\b(?:https?://|www\.)[^\s<>]*[^\s<>.,;:!?)\]'\"»])"
    r"|(?P<channel><(?:\#|!)[^>\n]{1,80}>)"
    r"|(?P<mention><@!?[^>\n]{1,80}>|(?<![\w@])@\w[\w.-]*)"
    r"|(?P<phone>(?<![\w+])(?:"
    r"(?:\+|00)\d{1,3}(?:[ .\-/\u00a0\u202f]?(?:\(\d{1,4}\)|\d{1,4})){2,6}"  # international
    r"|0[1-9](?:[ .\-\u00a0\u202f]?\d{2}){4}"  # French
    r"|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}"  # North American
    r")(?!\w))",
    re.IGNORECASE,
)
_WRITTEN = {"email": "[email]", "link": "[link]", "channel": "[channel]", "phone": "[phone]"}
_WORD = re.compile(rf"{_TOKEN}|\w+")
_BETWEEN = re.compile(r"[^\w\n\[\]]{1,3}\Z")  # what may stand between the words of one name


def mask(text, *, names=()) -> str:
    """What was said, without who: is this text fit to be quoted to others?

    Returns the text with e-mail addresses as [email], web addresses as [link] (whole: a domain can be a
    person's), phone numbers as [phone], @mentions and Slack or Discord user marks as [name], channel marks as
    [channel], and each of `names`, in any case and as whole words, as [name]. The tokens are the same in
    every language. A name of several words is also found with other separators ("jean-luc" for "Jean Luc").

    How it can mislead: names under 3 letters are left, so are names that are a very common word ("The"),
    nicknames, misspelt names and names that are not given; a name that is also a word ("Rose") is masked as a
    word too. A text can give its author away by what it tells: masking is not anonymising.

    >>> mask("Ask Marie Curie (marie@lab.fr, +33 6 12 34 56 78) or @pierre", names=["marie curie"])
    'Ask [name] ([email], [phone]) or [name]'
    """
    if not isinstance(text, str):
        return ""
    text = _PRIVATE.sub(_neutral, unicodedata.normalize("NFC", text))
    by_first = _by_first_word(tuple(names))
    return _without_names(text, by_first) if by_first else text


def pseudonym(member_id, *, salt="") -> str:
    """What stands for a member where no name may: short, stable, the same in every report.

    Returns "M-" and six hexadecimal digits of SHA-256 over salt and id. Give each community its own salt,
    else whoever knows the ids can compute the pseudonyms. Two members among 5,000 share one with
    probability 1/2: show it to people, join on `member_id`.

    >>> pseudonym("U024BE7LH"), pseudonym("U024BE7LH", salt="club")
    ('M-5BB823', 'M-BC19B1')
    """
    return "M-" + sha256(f"{salt}\0{member_id}".encode("utf-8", "surrogatepass")).hexdigest()[:6].upper()


def _neutral(found):
    kind = found.lastgroup
    if kind == "token":
        return found[0]
    return _WRITTEN.get(kind, "[name]")


@lru_cache(maxsize=4)
def _by_first_word(names):
    """{first word: names that begin with it, as word lists, longest first}: a look-up per word of the text
    costs the same for ten names and ten thousand, where one alternation of all names does not."""
    by_first = {}
    for name in names:
        if not isinstance(name, str):
            continue
        parts = tuple(re.findall(r"\w+", unicodedata.normalize("NFC", name).casefold()))
        ordinary = len(parts) == 1 and parts[0] in _ordinary_words()
        if sum(map(str.isalpha, "".join(parts))) >= SHORTEST_NAME and not ordinary:
            by_first.setdefault(parts[0], set()).add(parts)
    return {first: sorted(parts, key=lambda name: (-len(name), name)) for first, parts in by_first.items()}


@lru_cache(maxsize=1)
def _ordinary_words():
    """Words so common that masking them would leave no text: somebody may call himself "The"."""
    listed = files("workbench").joinpath("models", "stop_words.csv").read_text(encoding="utf-8").splitlines()[1:]
    return frozenset(line.split(",")[1].strip().casefold() for line in listed if "," in line)


def _without_names(text, by_first):
    found = [(word.start(), word.end(), word[0].casefold()) for word in _WORD.finditer(text)]
    pieces, position, index = [], 0, 0
    while index < len(found):
        length = _name_length(text, found, index, by_first.get(found[index][2], ()))
        if length:
            pieces += [text[position : found[index][0]], "[name]"]
            position = found[index + length - 1][1]
        index += length or 1
    return "".join([*pieces, text[position:]])


def _name_length(text, found, index, names):
    """How many words of the text, from this one on, are one of the names; 0 for none."""
    for name in names:
        words = found[index : index + len(name)]
        if tuple(word for _, _, word in words) == name and all(
            _BETWEEN.match(text[left[1] : right[0]]) for left, right in pairwise(words)
        ):
            return len(name)
    return 0
