"""The canonical tables hold together, and the data dictionary says the same."""

from pathlib import Path

import duckdb
import pytest

from workbench.tables import INSTANT, TABLES, TEXT, data_dictionary, made_key

DICTIONARY = Path(__file__).parents[1] / "docs" / "data-dictionary.md"


def test_the_data_dictionary_says_what_the_tables_are():
    """After a change: python -c "from workbench.tables import *; print(data_dictionary())" > docs/data-dictionary.md"""
    assert DICTIONARY.read_text(encoding="utf-8").strip() == data_dictionary().strip()


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
class TestEach:
    def test_its_key_is_made_of_its_columns(self, table):
        names = [column.name for column in table.columns]
        assert len(names) == len(set(names)) and set(table.key) <= set(names)

    def test_duckdb_understands_its_types(self, table):
        columns = ", ".join(f'"{column.name}" {column.type}' for column in table.columns)
        duckdb.connect().execute(f"CREATE TABLE {table.name} ({columns})")

    def test_the_instant_that_decides_its_month_is_never_null(self, table):
        if table.month_of:
            (column,) = (column for column in table.columns if column.name == table.month_of)
            assert column.required and column.type == INSTANT

    def test_instants_are_named_at_and_only_they(self, table):
        for column in table.columns:
            assert (column.type == INSTANT) == column.name.endswith("_at"), column.name

    def test_only_words_have_a_list_of_allowed_values(self, table):
        assert all(column.type == TEXT for column in table.columns if column.allowed)

    def test_a_key_that_is_not_made_is_required(self, table):
        for column in table.columns:
            if column.name in table.key and column.name != "import_id" and table.name != "coverage":
                assert column.required, column.name
        assert made_key(table) in (None, table.key[0])
