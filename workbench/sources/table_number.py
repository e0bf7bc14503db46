"""Cells that tell a number, an amount of money or yes and no."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite

from workbench.errors import SourceError
from workbench.sources.table_time import NOTHING

_INVISIBLE = re.compile(r"[\s'’_]")
_CURRENCY = re.compile(r"^(?:[A-Z]{0,3}[€$£¥₽₹]|[A-Z]{3}(?=[-−(\d]))|(?:[€$£¥₽₹][A-Z]{0,3}|(?<=[\d)-])[A-Z]{3})$")
_BODY = re.compile(r"\d+(?:[.,]\d+)*|[.,]\d+")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:[.,]\d{3})+")
_YES = frozenset(["yes", "y", "true", "t", "1", "x", "✓", "✔", "✅", "oui", "o", "vrai", "on"])
_NO = frozenset(["no", "n", "false", "f", "0", "non", "faux", "off"])
MOST_DIGITS = 14


@dataclass(frozen=True)
class Sign:
    """The decimal sign of a file and how it is known; empty where no number leaves a doubt."""

    sign: str
    evidence: str = ""


def _bare(cell: str) -> tuple[bool, str]:
    """Whether the number is negative, and its digits with points and commas."""
    text = _INVISIBLE.sub("", cell).replace("−", "-")
    text = _CURRENCY.sub("", text)
    negative = False
    if text.startswith("(") and text.endswith(")"):
        negative, text = True, text[1:-1]
    if text.startswith(("-", "+")):
        negative, text = negative or text[0] == "-", text[1:]
    elif text.endswith("-"):
        negative, text = True, text[:-1]
    text = _CURRENCY.sub("", text)
    return negative, text


def has_two_readings(cell) -> bool:
    """Whether it matters to `cell` which sign is the decimal one."""
    if type(cell) is not str:
        return False
    body = _bare(cell)[1].removesuffix("%")
    return len(re.findall("[.,]", body)) == 1 and _GROUPED.fullmatch(body) is not None


def _proves(body: str) -> str:
    """The decimal sign that a number proves: "," or "." or nothing."""
    signs = re.findall("[.,]", body)
    if not signs or not _BODY.fullmatch(body):
        return ""
    if len(set(signs)) == 2:
        return signs[-1]
    if len(signs) > 1:
        return "," if signs[0] == "." else "."
    return "" if _GROUPED.fullmatch(body) else signs[0]


def decide_decimal(cells: Iterable[tuple[int, object]], *, column: str, place: Callable[[int], str]) -> Sign:
    """The decimal sign that (line number, cell) pairs prove. Raises `SourceError` when nothing is proven although it
    matters.

    >>> decide_decimal([(2, "1.234"), (3, "12,50 €")], column="Montant", place="line {}".format)
    Sign(sign=',', evidence='decimal comma: "12,50 €" in line 3')
    """
    proofs: dict[str, tuple[str, int]] = {}
    doubt = None
    for line, cell in cells:
        if type(cell) is not str:
            continue
        proven = _proves(_bare(cell)[1].removesuffix("%"))
        if proven:
            proofs.setdefault(proven, (cell.strip(), line))
        elif doubt is None and has_two_readings(cell):
            doubt = (cell.strip(), line)
    if len(proofs) == 1:
        ((sign, (shown, line)),) = proofs.items()
        return Sign(sign, f'decimal {"comma" if sign == "," else "point"}: "{shown}" in {place(line)}')
    if doubt:
        both = " and both signs are used as the decimal one" if proofs else " and no number of the file proves which"
        raise SourceError(
            f'"{doubt[0]}" in "{column}" ({place(doubt[1])}) can be more than a thousand or less than a thousand,'
            f'{both}. Say it in the mapping: decimal = "," or decimal = ".".'
        )
    return Sign("")


def decimal(cell, sign: str = "") -> Decimal | None:
    """The number in a cell, exactly; None for an empty cell. Raises `ValueError` for what is no number.

    >>> decimal("1\u202f234,50 €"), decimal("$1,234.50"), decimal("(12.00)"), decimal("N/A")
    (Decimal('1234.50'), Decimal('1234.50'), Decimal('-12.00'), None)
    """
    if isinstance(cell, bool):
        raise ValueError(f'"{cell}" is no number')
    if isinstance(cell, (int, float)):
        if isinstance(cell, float) and cell != cell:
            return None
        number = Decimal(repr(cell))
        if number.is_infinite():
            raise ValueError(f'"{cell}" is no number')
        return Decimal(int(number)) if number == number.to_integral_value() else number
    if type(cell) is not str:
        if cell is None:
            return None
        raise ValueError(f'"{cell}" is no number')
    if cell.strip().casefold() in NOTHING:
        return None
    negative, body = _bare(cell)
    if not _BODY.fullmatch(body):
        raise ValueError(f'"{cell}" is no number')
    number = Decimal(_with_point(body, sign, cell))
    return -number if negative else number


def _with_point(body: str, sign: str, cell: str) -> str:
    proven = _proves(body)
    if not re.search("[.,]", body):
        return body
    if not proven and not sign:
        raise ValueError(f'"{cell}": the decimal sign is not known; say it in the mapping: decimal = ","')
    sign = sign or proven
    whole, point, fraction = body.rpartition(sign) if body.count(sign) == 1 else (body, "", "")
    thousands = "," if sign == "." else "."
    if sign in whole or thousands in fraction or (thousands in whole and not _GROUPED.fullmatch(whole)):
        raise ValueError(f'"{cell}" is no number with "{sign}" as the decimal sign')
    return whole.replace(thousands, "") + ("." + fraction if point else "")


def money(cell, sign: str = "") -> Decimal | None:
    """An amount, exact to the fourth decimal. A fifth one that was typed is an error, not a rounding; a workbook's
    number is rounded there, as it holds 29.99 only nearly.

    >>> money("12,5", ","), money(29.990000000000002)
    (Decimal('12.5'), Decimal('29.9900'))
    """
    number = decimal(cell, sign)
    if number is None:
        return None
    if isinstance(cell, float) and number.adjusted() < MOST_DIGITS:
        number = round(number, 4)
    if number.adjusted() >= MOST_DIGITS or number != number.quantize(Decimal("0.0001")):
        raise ValueError(f'"{cell}" has more than {MOST_DIGITS} digits or four decimals')
    return number


def score(cell, sign: str = "") -> float | None:
    """A number where a percentage means its number: "85 %" is 85."""
    if type(cell) is str:
        cell = cell.strip().removesuffix("%")
    number = decimal(cell, sign)
    return None if number is None else float(number)


def whole(cell) -> int | None:
    """A count. A sign before three digits separates thousands, as a count has no decimals.

    >>> whole("1 234"), whole("1.234"), whole("1,234,567"), whole("12.0"), whole("N/A")
    (1234, 1234, 1234567, 12, None)
    """
    if type(cell) is str:
        if cell.isdecimal() and len(cell) <= 18:
            return int(cell)
        if cell.strip().endswith("%"):
            raise ValueError(f'"{cell}" is a share, not a count')
        negative, body = _bare(cell)
        if _GROUPED.fullmatch(body) and len(set(re.findall("[.,]", body))) == 1:
            cell = ("-" if negative else "") + re.sub("[.,]", "", body)
    number = decimal(cell)
    if number is None:
        return None
    if number != number.to_integral_value() or number.adjusted() >= 18:
        raise ValueError(f'"{cell}" is no whole number')
    return int(number)


def yes_no(cell) -> bool | None:
    """Yes or no in French, English or signs.

    >>> yes_no("Oui"), yes_no("x"), yes_no("FAUX"), yes_no("")
    (True, True, False, None)
    """
    if isinstance(cell, bool) or cell is None:
        return cell
    if isinstance(cell, (int, float)) and isfinite(cell):
        cell = str(int(cell)) if cell == int(cell) else repr(cell)
    word = str(cell).strip().casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    if word in NOTHING:
        return None
    raise ValueError(f'"{cell}" is neither yes nor no (oui, non, yes, no, true, false, 1, 0, x)')
