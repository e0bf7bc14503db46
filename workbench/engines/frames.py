"""A pandas frame from rows of any engine, with the column types that DuckDB's own frames have."""

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

WHOLE = {"TINYINT": 8, "SMALLINT": 16, "INTEGER": 32, "BIGINT": 64}


def frame(columns: dict[str, str], rows: list[tuple]) -> "pd.DataFrame":
    """`columns` are names and types, as in DuckDB.

    >>> from datetime import date
    >>> columns = {"day": "DATE", "people": "BIGINT", "share": "DECIMAL"}
    >>> answer = frame(columns, [(date(2026, 1, 5), 2, 1), (None, None, None)])
    >>> answer.dtypes.astype(str).to_dict()
    {'day': 'datetime64[us]', 'people': 'Int64', 'share': 'float64'}
    """
    import pandas as pd

    cells = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    series = [pd.Series(_column(list(given), kind)) for given, kind in zip(cells, columns.values(), strict=True)]
    made = pd.concat(series, axis=1) if series else pd.DataFrame()
    made.columns = list(columns)
    return made


def _column(cells: list, kind: str):
    import pandas as pd

    unknown = any(cell is None for cell in cells)
    if kind in WHOLE:
        return pd.array(cells, dtype=f"{'Int' if unknown else 'int'}{WHOLE[kind]}")
    if kind == "BOOLEAN":
        return pd.array(cells, dtype="boolean" if unknown else "bool")
    if kind in ("DOUBLE", "DECIMAL"):
        return pd.array([None if cell is None else float(cell) for cell in cells], dtype="float64")
    if kind in ("DATE", "TIMESTAMP"):
        return pd.Series(cells, dtype=object).astype("datetime64[us]")
    if kind == "INTERVAL":
        return pd.Series([None if cell is None else timedelta(0) + cell for cell in cells]).astype("timedelta64[us]")
    if kind == "VARCHAR" and any(cell is not None for cell in cells):
        return pd.Series(cells, dtype="str")
    return pd.Series(cells, dtype=object)
