"""The one catalogue of French and English texts, and how numbers, dates and shares are written in each."""

import re
import tomllib
from datetime import date
from functools import cache
from html import escape
from importlib.resources import files
from string import Formatter

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent

from workbench.errors import SettingsError, did_you_mean

LANGUAGES = ("en", "fr")


class Sentence(str):
    """Text for a reader: plain in Python, an escaped paragraph in a notebook."""

    def _repr_html_(self) -> str:
        return f'<p class="sentence">{escape(self)}</p>'


@cache
def catalogue() -> dict[str, dict]:
    """Every text: key → {"en": …, "fr": …}; a text that depends on a count is {"one": …, "other": …}."""
    texts: dict[str, dict] = {}
    for file in sorted(files(__name__).iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            for key, entry in _flat(tomllib.loads(file.read_text(encoding="utf-8"))):
                if key in texts:
                    raise SettingsError(f'the text "{key}" stands twice in words/, the second time in {file.name}.')
                texts[key] = entry
    return texts


def _flat(tree: dict, prefix: str = ""):
    """`[mau.name]` in a file is the key "mau.name"; an entry is where the languages are."""
    for key, value in tree.items():
        if "en" in value:
            yield prefix + key, value | {"fr": _spaced(value["fr"])} if "fr" in value else value
        else:
            yield from _flat(value, f"{prefix}{key}.")


def _spaced(french: str | dict) -> str | dict:
    """French texts stand in the files with plain spaces; here « ; : ! ? % » get theirs that do not break."""
    if isinstance(french, dict):
        return {form: _spaced(text) for form, text in french.items()}
    french = re.sub(r" ([;!?])", "\u202f\\1", french)
    return re.sub(r" ([:%»])|(«) ", lambda found: f"\xa0{found[1]}" if found[1] else "«\xa0", french)


def text(key: str, language: str) -> str | dict:
    """The raw text of a key: a template, or its plural forms."""
    if language not in LANGUAGES:
        raise SettingsError(f'language = "{language}" is not available. {did_you_mean(language, LANGUAGES)}')
    entry = catalogue().get(key)
    if entry is None:
        near = did_you_mean(key, catalogue()).split(" Allowed:")[0]
        raise SettingsError(f'words/ has no text "{key}". {near}')
    return entry[language]


def say(key: str, language: str, /, **values) -> Sentence:
    """The text of `key` with its values written as the language writes them.

    A template names a value and how it is written: `{mau:n}` a number, `{rate:pct}` a share as per cent,
    `{day:day}`, `{month:month}` a date, `{name}` text as it is, `{total:day|days}` a number with what it counts. A text
    with plural forms chooses by `count`.

    >>> say("n_members", "fr", count=1234), say("n_members", "en", count=1)
    ('1\\u202f234 membres', '1 member')
    """
    template = text(key, language)
    if isinstance(template, dict):
        form = Locale.parse(language).plural_form(values["count"])
        template = template.get(form, template["other"])
    return Sentence(_Writer(language).vformat(template, (), values))


def number(value, language: str) -> str:
    """A count as it is, another number with at most one decimal (two under 10); null is a dash.

    >>> number(1234.56, "en"), number(0.256, "fr"), number(None, "en")
    ('1,234.6', '0,26', '–')
    """
    if value is None or value != value:
        return "–"
    pattern = "#,##0" if float(value).is_integer() else "#,##0.##" if abs(value) < 10 else "#,##0.#"
    return format_decimal(value, pattern, locale=language).replace("-", "−")


def percent(share, language: str) -> str:
    """A share as per cent, with one decimal under 10 % and over 99 %, so that few are not none and most are not all;
    null is a dash.

    >>> percent(0.1234, "fr"), percent(0.0512, "en"), percent(0.9952, "en"), percent(1, "en")
    ('12\\xa0%', '5.1%', '99.5%', '100%')
    """
    if share is None or share != share:
        return "–"
    fine = 0 < abs(share) < 0.0995 or 0.99 < abs(share) < 1
    if 0 < abs(share) < 1:  # what is not nought or whole is never written so
        share = max(0.001, min(abs(share), 0.999)) * (1 if share > 0 else -1)
    pattern = ("#,##0.0" if fine else "#,##0") + ("\xa0%" if language == "fr" else "%")
    return format_percent(share, pattern, locale=language).replace("-", "−")


def money(amount, currency: str | None, language: str) -> str:
    """An amount with its currency, without cents where it has none; null is a dash.

    >>> money(184, "EUR", "fr"), money(-0.5, "EUR", "en"), money(1234.5, "USD", "en")
    ('184\xa0€', '−€0.50', '$1,234.50')
    """
    if amount is None or amount != amount or currency is None:
        return "–"
    pattern = Locale.parse(language).currency_formats["standard"].pattern
    if float(amount).is_integer():
        pattern = pattern.replace(".00", "")
    written = format_currency(amount, currency, pattern, locale=language, currency_digits="." in pattern)
    return written.replace("-", "−")


def day(value: date, language: str) -> str:
    """A day in words: "12 March 2026", « 12 mars 2026 », « 1er mars 2026 »."""
    written = format_date(value, "d MMMM y", locale=language)
    return f"1er{written[1:]}" if language == "fr" and written.startswith("1 ") else written


def month_name(value: date, language: str) -> str:
    """A month in words: "March 2026", « mars 2026 »."""
    return format_date(value, "MMMM y", locale=language)


class _Writer(Formatter):
    def __init__(self, language: str):
        self.language = language

    def format_field(self, value, how: str) -> str:
        if "|" in how:
            one, other = how.split("|")
            known = value is not None and value == value
            single = known and Locale.parse(self.language).plural_form(float(value)) == "one"
            return f"{number(value, self.language)} {one if single else other}"
        write = {"n": number, "pct": percent, "day": day, "month": month_name}.get(how)
        if write is None and how:
            raise SettingsError(
                f'"{how}" is no way to write a value. {did_you_mean(how, ["n", "pct", "day", "month"])}'
            )
        return write(value, self.language) if write else str(value)
