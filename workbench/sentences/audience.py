"""Sentences on the audience; each takes the frame of the metric of the same name."""

import pandas as pd

from workbench.words import Sentence, number, percent, say
from workbench.words.names import named


def audience(frame: pd.DataFrame, *, language: str, dimension: str) -> Sentence:
    """What most members declare of one dimension (country, language, interest), and how many declare nothing."""
    rows = frame[frame["dimension"] == dimension]
    values = rows[(rows["form"] == "value") & rows["members"].notna()]
    if rows.empty:
        return say("audience.nobody", language)
    name = say(f"audience.{dimension}", language)
    if values.empty:
        return say("audience.nothing", language, dimension=name)
    top = values.iloc[0]
    unknown = rows.loc[rows["form"] == "unknown", "share"]
    share = float(unknown.iloc[0]) if len(unknown) and pd.notna(unknown.iloc[0]) else None
    said = {"dimension": name, "value": named(top["value"], dimension, language), "share": float(top["share"])}
    if share is None:
        return say("audience.said", language, **said)
    return say("audience.some", language, unknown=share, **said)


def audience_rows(frame: pd.DataFrame, *, language: str) -> pd.DataFrame:
    """The dimensions of which something is declared as rows of one table."""
    declared = frame.loc[frame["form"] != "unknown", "dimension"]
    rows = list(frame[frame["dimension"].isin(declared)].itertuples())
    return pd.DataFrame(
        {
            say("audience.dimension", language): [str(say(f"audience.{row.dimension}", language)) for row in rows],
            say("audience.value", language): [_form(row, row.dimension, language) for row in rows],
            say("audience.members", language): [
                number(None if pd.isna(row.members) else row.members, language) for row in rows
            ],
            say("audience.share", language): [
                percent(None if pd.isna(row.share) else float(row.share), language) for row in rows
            ],
        }
    )


def audience_by_group(frame: pd.DataFrame, *, language: str, by: str = "language") -> Sentence:
    """The group that differs most from the others together, in what most members declare."""
    if frame.empty:
        return say("audience_by_group.none", language)
    if (frame["form"] == "unknown").all():
        return say("audience_by_group.nothing", language, dimension=say(f"audience.{by}", language))
    known = frame[(frame["form"] == "value") & frame["members"].notna()]
    first = known.groupby("value")["members"].sum().sort_values(ascending=False, kind="stable")
    if first.empty:
        return say("audience_by_group.hidden", language)
    value = first.index[0]
    rows = known[known["value"] == value]
    far = rows.loc[(rows["share"] - rows["share"].mean()).abs().astype("float64").idxmax()]
    return say(
        "audience_by_group.said",
        language,
        group=far["group_name"],
        value=named(value, by, language),
        share=float(far["share"]),
        low=float(rows["share"].min()),
        high=float(rows["share"].max()),
        count=len(rows),
    )


def audience_by_group_rows(frame: pd.DataFrame, *, language: str, by: str = "language") -> pd.DataFrame:
    """Groups as rows, values as columns, a dash where a cell is hidden."""
    if frame.empty:
        return pd.DataFrame()
    titles = [_form(row, by, language) for row in frame.drop_duplicates(["form", "value"]).itertuples()]
    made = []
    for _, rows in frame.groupby("group_id", sort=False):
        cells = [number(None if pd.isna(members) else members, language) for members in rows["members"]]
        first = {say("group_health.group", language): str(rows["group_name"].iloc[0])}
        made.append(first | dict(zip(titles, cells, strict=True)))
    return pd.DataFrame(made)


def _form(row, dimension: str, language: str) -> str:
    if row.form == "value":
        return named(row.value, dimension, language)
    return str(say(f"audience.{row.form}", language))
