"""Why records could not be read, on a page: what importers really say, in the reader's language, without values."""

import pandas as pd
import pytest

from workbench import sentences
from workbench.sources import table_number, table_time
from workbench.words.reasons import told

SECRET = 'Ana\'s aunt, "Zoé": so'


def refused(read, cell) -> str:
    with pytest.raises(ValueError) as error:
        read(cell)
    return str(error.value)


@pytest.mark.parametrize(
    ("read", "cell"),
    [
        (table_number.score, SECRET), (table_number.whole, SECRET), (table_number.money, SECRET),
        (table_number.yes_no, SECRET), (table_number.whole, "0.25"), (table_number.money, "1234567890123456789012345"),
        (table_time.instants(zone="UTC", order=table_time.Order(None)), SECRET),
        (table_time.instants(zone="UTC", order=table_time.Order(None)), "03/04/2026"),
        (table_time.instants(zone="UTC", order=table_time.Order(None)), "31/02/2026"),
    ],
)  # fmt: skip
def test_what_the_cells_of_a_table_are_refused_for_is_said_in_french_without_the_cell(read, cell):
    why = refused(read, cell)
    assert told(why, "fr") != told(why, "en")
    for language in ("en", "fr"):
        assert "…" in told(f"Montant: {why}", language) and cell not in told(f"Montant: {why}", language)
        assert "Ana" not in told(f"Montant: {why}; the row is kept without amount", language)


@pytest.mark.parametrize(
    "why", [f"Id = {SECRET!r} is no id", f'Date: "{SECRET * 20}"'[:300] + "…", f"no ts: '{SECRET}'"]
)
def test_a_reason_nobody_translated_shows_no_value_either(why):
    assert "Zoé" not in told(why, "fr") and "Ana" not in told(why, "fr")


def test_reasons_that_differ_in_the_value_alone_are_one_row_the_most_frequent_first():
    frame = pd.DataFrame(
        {
            "reason": ["its author is missing", 'Prix: "a" is no number', 'Prix: "b" is no number'],
            "records": [2, 2, 1],
            "example_file": ["x.csv", "y.csv", "z.csv"],
            "example_place": ["line 2", "line 3", "line 4"],
        }
    )
    rows = sentences.problems_by_reason_rows(frame, language="en")
    assert rows.values.tolist() == [
        ['Prix: "…" is no number', 3, "y.csv", "line 3"],
        ["its author is missing", 2, "x.csv", "line 2"],
    ]
    assert sentences.problems_by_reason_rows(frame.head(0), language="fr").empty
