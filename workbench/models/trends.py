"""How themes move from month to month, and how much of what people say they cover."""

import numpy as np
import pandas as pd

from workbench.models.themes import Themes
from workbench.models.words import fold
from workbench.period import Month

MONTHS_BEFORE = 3
LEAST_TEXTS = 30  # a share of negative texts is told of no fewer
LEAST_AUTHORS = 3  # what fewer people raised in a month is no theme of that month


def theme_trend(texts: pd.DataFrame, found: Themes, *, month: str | Month, covered_months) -> pd.DataFrame:
    """Is a theme growing? Its texts of the month against the mean of the three months before.

    `texts` needs text_id, member_id and month (first day); `covered_months` are the first days of wholly covered
    months: only those count as months before. One row a theme of `found.themes`, in its order: theme_id, texts (of the
    four months), items (texts of the month), authors (of the month; each anonymous text counts as one), mean_before
    (texts a month, null without a covered month before), ratio (items ÷ mean_before), low and high (95 % interval of
    the ratio), trend ("new", "up", "down", "steady", null when it cannot be told), months_in_a_row (up to this one,
    with a text each).

    The interval takes texts as independent (Poisson) and is exact given their sum (Przyborowski & Wilenski 1940,
    Biometrika 31, 313–323); one person who writes often makes it too narrow. "new": no text in the months before.
    """
    month = Month.parse(month)
    starts = [pd.Timestamp(month.back(back).start) for back in range(MONTHS_BEFORE, -1, -1)]
    covered = {pd.Timestamp(day) for day in covered_months}
    before = [start for start in starts[:-1] if start in covered]
    placed = texts[["text_id", "member_id", "month"]].merge(found.assignments, on="text_id")
    placed["month"] = pd.to_datetime(placed["month"])
    counts = placed.pivot_table(index="theme_id", columns="month", values="text_id", aggfunc="count", observed=True)
    counts = counts.reindex(index=found.themes["theme_id"], columns=starts).fillna(0)
    now = placed[placed["month"] == starts[-1]]
    authors = _voices(now).groupby(now["theme_id"]).nunique()
    items = counts[starts[-1]].astype(int)
    earlier = counts[before].sum(axis=1)
    months = len(before)
    ratio, low, high = _ratio(items.to_numpy(), earlier.to_numpy(), months)
    rows = pd.DataFrame(
        {
            "theme_id": items.index,
            "texts": counts.sum(axis=1).astype(int).to_numpy(),
            "items": items.to_numpy(),
            "authors": authors.reindex(items.index).fillna(0).astype(int).to_numpy(),
            "mean_before": earlier.to_numpy() / months if months else np.nan,
            "ratio": ratio,
            "low": low,
            "high": high,
        }
    )
    rows["trend"] = None
    if months:
        rows["trend"] = np.select(
            [(earlier == 0).to_numpy() & (rows["items"] > 0), rows["low"] > 1, rows["high"] < 1],
            ["new", "up", "down"],
            default="steady",
        )
    rows["months_in_a_row"] = _in_a_row(counts[starts].to_numpy() > 0)
    return rows


def themes_by_month(texts: pd.DataFrame, found: Themes, *, month: str | Month, covered_months) -> pd.DataFrame:
    """How much was said in each of the four months, in how many themes, and how much do the themes cover?

    One row a month, the report's last: month (first day), feedback_texts (texts), themes (raised by at least three
    people in that month, as in `theme_table`), themes_covered_share (0 to 1); null in an earlier month that is not
    wholly covered, and the share without texts.
    """
    month = Month.parse(month)
    starts = [pd.Timestamp(month.back(back).start) for back in range(MONTHS_BEFORE, -1, -1)]
    covered = {pd.Timestamp(day) for day in covered_months} | {starts[-1]}
    placed = texts[["text_id", "member_id", "month"]].merge(found.assignments, on="text_id")
    placed["month"] = pd.to_datetime(placed["month"])
    by_month = placed.groupby("month")["theme_id"]
    authors = _voices(placed).groupby([placed["month"], placed["theme_id"]]).nunique()
    raised = authors[authors >= LEAST_AUTHORS].groupby(level="month").size()
    rows = pd.DataFrame({"feedback_texts": by_month.size(), "themes": raised, "in_theme": by_month.count()})
    rows = rows.reindex(starts).fillna(0).astype(float)
    rows["themes_covered_share"] = rows.pop("in_theme") / rows["feedback_texts"].where(rows["feedback_texts"] > 0)
    rows[[start not in covered for start in starts]] = np.nan
    return rows.rename_axis("month").reset_index()


def themes_covered_share(texts: pd.DataFrame, found: Themes, *, month: str | Month) -> pd.DataFrame:
    """How much of what people say in the month belongs to a recurring theme?

    One row: themes_covered_share (0 to 1), numerator (texts of the month in a theme), denominator (texts of the month),
    low, high (95 % Wilson interval), why (key of the reason when null).
    """
    start = pd.Timestamp(Month.parse(month).start)
    ids = texts.loc[pd.to_datetime(texts["month"]) == start, ["text_id"]]
    n = len(ids)
    in_theme = int(ids.merge(found.assignments, on="text_id")["theme_id"].notna().sum()) if n else 0
    low, high = _wilson(in_theme, n)
    return pd.DataFrame(
        {
            "themes_covered_share": [in_theme / n if n else np.nan],
            "numerator": [in_theme],
            "denominator": [n],
            "low": [low],
            "high": [high],
            "why": [None if n else "why.no_texts"],
        }
    )


def _voices(texts: pd.DataFrame) -> pd.Series:
    """Who speaks in each text; what is anonymous counts as somebody of its own."""
    known = texts["member_id"].notna()
    return texts["member_id"].astype(object).where(known, "anonymous " + texts["text_id"].astype(str))


def _ratio(items: np.ndarray, earlier: np.ndarray, months: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    from scipy.special import betaincinv

    if not months:
        nothing = np.full(len(items), np.nan)
        return nothing, nothing, nothing
    total = items + earlier
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(earlier > 0, items / (earlier / months), np.nan)
        low = np.where(items > 0, betaincinv(items, total - items + 1, 0.025), 0.0)
        high = np.where(earlier > 0, betaincinv(items + 1, total - items, 0.975), 1.0)
        low, high = low / (1 - low) * months, high / (1 - high) * months
    return ratio, low, np.where(np.isfinite(high), high, np.nan)


def _in_a_row(present: np.ndarray) -> np.ndarray:
    return np.cumprod(present[:, ::-1], axis=1).sum(axis=1) if len(present) else np.zeros(0, dtype=int)


def _wilson(successes: int, n: int, z: float = 1.959963984540054) -> tuple[float, float]:
    if not n:
        return np.nan, np.nan
    share = successes / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * (share * (1 - share) / n + z**2 / (4 * n**2)) ** 0.5
    return max(centre - half, 0.0), min(centre + half, 1.0)


def theme_table(
    found: Themes,
    trend: pd.DataFrame,
    *,
    teams: dict[str, list[str]] | None = None,
    minimum_authors: int = LEAST_AUTHORS,
) -> pd.DataFrame:
    """Which themes were talked about this month, how do they move, and whose are they?

    One row a theme that at least `minimum_authors` people raised in the month, the most frequent first: theme_id,
    label, terms, items and authors (of the month), mean_before, ratio, low, high, trend, months_in_a_row (as
    `theme_trend`), sentiment, negative_share (over the theme's texts of all four months; null under 30 texts),
    language, team (the first of `teams` one of whose words begins a word of label or terms; null when none does).
    Words of a team are compared without accents and capitals.
    """
    about = found.themes[["theme_id", "label", "terms", "sentiment", "negative_share", "language"]].copy()
    enough = trend.set_index("theme_id")["texts"].reindex(about["theme_id"]).to_numpy() >= LEAST_TEXTS
    about["negative_share"] = about["negative_share"].where(enough)
    rows = trend[trend["authors"] >= minimum_authors].drop(columns="texts").merge(about, on="theme_id")
    rows["team"] = pd.Series([_team([row.label, *row.terms], teams or {}) for row in rows.itertuples()], dtype=object)
    return rows.sort_values(["items", "theme_id"], ascending=[False, True]).reset_index(drop=True)


def _team(said: list[str], teams: dict[str, list[str]]) -> str | None:
    words = fold(" ".join(said)).split()
    for team, signs in teams.items():
        if any(word.startswith(fold(sign)) for sign in signs if sign.strip() for word in words):
            return team
    return None
