"""From a chat or forum text to its words: what is markup goes, what was said stays."""

import html
import re
import unicodedata

LONGEST_TEXT = 4_000  # characters that are read of one text; a theme shows itself earlier than that
LONGEST_WORD = 30  # characters; longer ones are keys, hashes or scripts without spaces

_MARKUP = re.compile(
    r"```.*?(?:```|$)"  # fenced code
    r"|<(?:https?|mailto):[^|>\s]*\|(?P<shown>[^>]*)>"  # Slack link with its text
    r"|<(?:https?|mailto):[^>\s]*>"
    r"|<[@#!][^>\n]{1,80}>"  # Slack and Discord mentions and channels
    r"|<a?:\w+:\d+>|<t:\d+(?::\w)?>"  # Discord emojis and times
    r"|\b(?:https?://|www\.)\S+"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?<![\w@])@[\w.-]+"
    r"|(?<!\d):[a-z][a-z0-9_+'-]+:",  # :emoji_names:, which people glue to their words
    re.DOTALL | re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:[+#]+(?!\w))?")


def clean(text) -> str:
    """What did the person say, without code blocks, links, mentions, emoji codes and HTML entities?

    >>> clean("<@U12AB> the <https://x.org/a|invoice page> is slow &amp; buggy:cry::joy: ```x = 1```")
    'the invoice page is slow & buggy'
    """
    if not isinstance(text, str):
        return ""
    text = _MARKUP.sub(lambda found: f" {found['shown'] or ''} ", text[:LONGEST_TEXT])
    text = unicodedata.normalize("NFC", html.unescape(text))
    return " ".join(text.split())


def words(text) -> list[str]:
    """The words of a cleaned text, case kept; long numbers and keys are left out.

    >>> words("L'abonnement n° 4471190 en C++ coûte 20 €")
    ['L', 'abonnement', 'n', 'en', 'C++', 'coûte', '20']
    """
    return [
        word for word in _WORD.findall(text) if len(word) <= LONGEST_WORD and not (len(word) > 4 and word.isdigit())
    ]
