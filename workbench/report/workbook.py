"""`actions.xlsx`: the lists of people to contact, one sheet each; the same lists give the same bytes."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.report.numbers import plain
from workbench.words import catalogue, say

if TYPE_CHECKING:
    import pandas as pd

CREATED = datetime(2000, 1, 1)  # a file's clock is no part of what it says
WIDEST = 60


def write(
    file: Path,
    lists: "Mapping[str, pd.DataFrame]",
    *,
    about: Mapping[str, str],
    language: str,
) -> None:
    """Write the lists (title → frame) after a sheet "About".

    Every text is written as text, so a name or message that looks like a formula or a link stays what it is.
    """
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(file), options) as book:
        book.set_properties({"created": CREATED, "author": "Community Workbench", "title": "actions"})
        looks = {
            "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"}),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
            # typed again in Excel, it stays a text
            "formula": book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True}),
            "number": book.add_format({"valign": "top", "num_format": "#,##0.##"}),
            "whole": book.add_format({"valign": "top", "num_format": "#,##0"}),
            "share": book.add_format({"valign": "top", "num_format": "0 %"}),
            "date": book.add_format({"valign": "top", "num_format": "yyyy-mm-dd"}),
            "instant": book.add_format({"valign": "top", "num_format": "yyyy-mm-dd hh:mm"}),
        }
        names: dict[str, str] = {}
        first = str(say("workbook.about", language))
        sheets = {
            title: _sheet_name(title, {first.casefold(), *map(str.casefold, names.values())}, names) for title in lists
        }
        _about(
            book.add_worksheet(first),
            looks,
            about,
            {sheets[title]: len(frame) for title, frame in lists.items()},
            language,
        )
        for title, frame in lists.items():
            _list(book.add_worksheet(sheets[title]), looks, frame, language)


def _sheet_name(title: str, taken: set[str], names: dict[str, str]) -> str:
    """A name that Excel allows: at most 31 characters, none of []:*?/\\, no apostrophe at its ends, no twin."""
    base = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", title).strip("' ")[:31].strip("' ") or "–"
    name, number = base, 1
    while name.casefold() in taken:
        number += 1
        name = f"{base[: 31 - len(str(number)) - 1]} {number}"
    names[title] = name
    return name


def _about(sheet, looks: dict, about: Mapping[str, str], counts: dict[str, int], language: str) -> None:
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, 1, 80)
    row = 0
    for term, value in about.items():
        sheet.write_string(row, 0, term, looks["text"])
        sheet.write_string(row, 1, value, looks["text"])
        row += 1
    row += 1
    sheet.write_string(row, 0, say("workbook.about_list", language), looks["head"])
    sheet.write_string(row, 1, say("workbook.about_rows", language), looks["head"])
    for name, count in counts.items():
        row += 1
        sheet.write_string(row, 0, name, looks["text"])
        sheet.write_number(row, 1, count, looks["whole"])
    sheet.write_string(row + 2, 0, say("workbook.personal", language), looks["text"])


def _list(sheet, looks: dict, frame: "pd.DataFrame", language: str) -> None:
    sheet.freeze_panes(1, 0)
    if len(frame):
        sheet.autofilter(0, 0, len(frame), len(frame.columns) - 1)
    for column, name in enumerate(frame.columns):
        title = str(say(f"column.{name}", language)) if f"column.{name}" in catalogue() else str(name)
        cells = [_plain(value) for value in frame[name]]
        widest = max((len(line) for text in (title, *map(str, cells)) for line in text.splitlines()), default=0)
        sheet.set_column(column, column, min(max(widest + 2, 10), WIDEST))
        sheet.write_string(0, column, title, looks["head"])
        for row, value in enumerate(cells, 1):
            _cell(sheet, row, column, value, looks, share=str(name).endswith(("_share", "_rate")))


def _cell(sheet, row: int, column: int, value, looks: dict, *, share: bool) -> None:
    match value:
        case None | "":
            sheet.write_blank(row, column, None, looks["text"])
        case bool():
            sheet.write_boolean(row, column, value, looks["text"])
        case int() | float():
            kind = "share" if share else "whole" if isinstance(value, int) else "number"
            sheet.write_number(row, column, value, looks[kind])
        case datetime() | date():
            timed = isinstance(value, datetime) and (value.hour or value.minute or value.second)
            sheet.write_datetime(row, column, value, looks["instant" if timed else "date"])
        case _:
            text = str(value)[:32_767]
            sheet.write_string(row, column, text, looks["formula" if text[0] in "=+-@\t\r\n" else "text"])


def _plain(value):
    """A value for a cell: dates stay dates, lists become text, nulls are None, control signs are dropped."""
    if isinstance(value, datetime):
        return None if value != value else value.replace(tzinfo=None)
    if isinstance(value, date):
        return value
    if isinstance(value, list | tuple) or getattr(value, "ndim", 0) == 1:
        value = ", ".join(str(item) for item in value)
    value = plain(value)
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", value) if isinstance(value, str) else value
