"""actions.xlsx: texts stay texts, the same lists give the same bytes."""

from datetime import date

import openpyxl
import pandas as pd
import pytest

from workbench.report import workbook

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "https://example.org", "'quoted", "{=1}", "a\x00b"]


def saved(path, lists, language="en"):
    workbook.write(path, lists, about={"Community": "=Club"}, language=language)
    return openpyxl.load_workbook(path)


def test_what_looks_like_a_formula_or_a_link_is_written_as_text(tmp_path):
    frame = pd.DataFrame({"display_name": FORMULAS})
    sheet = saved(tmp_path / "a.xlsx", {"At risk": frame})["At risk"]
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == [*FORMULAS[:-1], "ab"]
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.hyperlink is None for cell in cells)
    assert [cell.quotePrefix for cell in cells[:4]] == [True] * 4


def test_numbers_dates_lists_and_nulls_keep_their_kind(tmp_path):
    frame = pd.DataFrame(
        {"n": [1, 2], "rate_share": [0.5, None], "on": pd.to_datetime(["2026-10-03", None]), "tags": [["a", "b"], []]}
    )
    sheet = saved(tmp_path / "a.xlsx", {"List": frame})["List"]
    first, second = sheet.iter_rows(min_row=2, values_only=True)
    assert first[:2] == (1, 0.5) and first[2].date() == date(2026, 10, 3) and first[3] == "a, b"
    assert second == (2, None, None, None)
    assert sheet.freeze_panes == "A2"


def test_the_first_sheet_counts_the_rows_of_the_others(tmp_path):
    book = saved(tmp_path / "a.xlsx", {"Un": pd.DataFrame({"n": [1, 2]}), "Deux": pd.DataFrame({"n": []})}, "fr")
    rows = list(book["À propos"].iter_rows(values_only=True))
    assert book.sheetnames == ["À propos", "Un", "Deux"]
    assert ("Community", "=Club") in rows and ("Un", 2) in rows and ("Deux", 0) in rows


@pytest.mark.parametrize("titles", [["a/b:c*[d]?", "x" * 40, "X" * 40, "About", "''", "x" * 40 + "y"]])
def test_any_title_becomes_a_sheet_of_its_own(tmp_path, titles):
    book = saved(tmp_path / "a.xlsx", {title: pd.DataFrame({"n": [1]}) for title in titles})
    assert len({name.casefold() for name in book.sheetnames}) == len(titles) + 1
    assert all(0 < len(name) <= 31 for name in book.sheetnames)


def test_the_same_lists_give_the_same_bytes(tmp_path):
    frame = pd.DataFrame({"n": [1.5], "name": ["Ana"]})
    for name in ("a", "b"):
        saved(tmp_path / f"{name}.xlsx", {"List": frame})
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
