"""The mood of groups, weeks and days, from the polarity of many texts by several people; never of a person."""

import numpy as np
import pandas as pd

from workbench.models.sentiment import NEUTRAL, sentiment
from workbench.period import Month

LEAST_TEXTS = 30  # fewer texts of a group in a week say nothing
LEAST_AUTHORS = 5  # a mood of fewer people would be the mood of persons
LEAST_NEGATIVE = 10  # a day with fewer negative texts is no spike, however quiet the others were
Z = 1.959963984540054  # 97.5 % quantile of the normal distribution


def with_polarity(texts: pd.DataFrame, *, languages=("fr", "en")) -> pd.DataFrame:
    """The frame of `metrics.sentiment_texts` with a column `polarity`, -1 to 1, in the place of the text.

    `languages`: those the community writes in. The column `text` is dropped: a mood needs it no longer.

    >>> texts = pd.DataFrame({"text_id": ["1"], "text": ["Ça plante, c'est nul"]})
    >>> with_polarity(texts)["polarity"].lt(0).tolist()
    [True]
    """
    from workbench.models.language import language

    polarity = sentiment(texts["text"], language(texts["text"], languages=languages)) if len(texts) else []
    return texts.drop(columns="text").assign(polarity=np.asarray(polarity, dtype=float))


def sentiment_by_week(scored: pd.DataFrame) -> pd.DataFrame:
    """What share of the texts of each group and week is positive, what share negative?

    One row a group and ISO week with at least one text: `group_id`, `group_name` (null: answers and reviews), `week`
    (its Monday), `texts`, `positive_share`, `negative_share`, `negative_low`, `negative_high` (95 % Wilson), `why`. The
    shares are null where a group wrote fewer than 30 texts that week, or fewer than 5 people wrote them: a mood is
    never shown of a person. A week that the end of the month cuts holds the texts up to it. `scored` as `with_polarity`
    gives it. The method's accuracy is that of `sentiment`: compare weeks, and read the texts before you act. One person
    writes several texts, so the interval is rather too narrow.

    >>> texts = pd.DataFrame({"group_id": ["a"] * 30, "group_name": "help", "week": pd.Timestamp("2026-02-02"),
    ...                       "member_id": [str(n % 6) for n in range(30)], "polarity": [0.5] * 24 + [-0.5] * 6})
    >>> sentiment_by_week(texts)[["texts", "positive_share", "negative_share"]].values.tolist()
    [[30.0, 0.8, 0.2]]
    """
    counts = (
        scored.assign(
            positive=scored["polarity"] > NEUTRAL,
            negative=scored["polarity"] < -NEUTRAL,
            anonymous=scored["member_id"].isna(),
        )
        .groupby(["group_id", "group_name", "week"], dropna=False)
        .agg(
            texts=("polarity", "size"),
            positive=("positive", "sum"),
            negative=("negative", "sum"),
            people=("member_id", "nunique"),
            anonymous=("anonymous", "sum"),
        )
        .reset_index()
        .sort_values(["group_name", "group_id", "week"], ignore_index=True, na_position="last")
    )
    few, by_few = counts["texts"] < LEAST_TEXTS, counts["people"] + counts["anonymous"] < LEAST_AUTHORS
    n = counts["texts"].where(~few & ~by_few).astype("float64")
    negative = counts["negative"] / n
    centre = (negative + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * (negative * (1 - negative) / n + Z**2 / (4 * n**2)) ** 0.5
    why = pd.Series(None, index=counts.index, dtype=object)
    return counts[["group_id", "group_name", "week", "texts"]].assign(
        positive_share=counts["positive"] / n,
        negative_share=negative,
        negative_low=(centre - half).clip(lower=0),
        negative_high=(centre + half).clip(upper=1),
        why=why.mask(by_few, "why.few_authors").mask(few, "why.few_texts"),
    )


def turned_negative(weeks: pd.DataFrame) -> pd.DataFrame:
    """Which groups were more negative in the last week than in their weeks before?

    The rows of that week whose negative share is above `before` by three standard errors, the farthest (`gap`) first:
    at the usual two, one group in twenty would be here by chance. `group` is "" for answers and reviews. `weeks` as
    `sentiment_by_week` gives them; groups and weeks of few texts or people are left out.

    >>> weeks = pd.DataFrame({"group_name": "help", "week": pd.to_datetime(["2026-02-02", "2026-02-09"]), "texts": 100,
    ...                       "negative_share": [0.1, 0.3]})
    >>> turned_negative(weeks)[["group", "before", "gap"]].values.tolist()
    [['help', 0.1, 0.19999999999999998]]
    """
    known = weeks[weeks["negative_share"].notna()]
    known = known.assign(group=known["group_name"].fillna(""), negative=known["negative_share"] * known["texts"])
    now = known[known["week"] == known["week"].max()]
    earlier = known[known["week"] < known["week"].max()].groupby("group")[["negative", "texts"]].sum()
    before = now["group"].map(earlier["negative"] / earlier["texts"])
    gap = now["negative_share"] - before
    worse = now.assign(before=before, gap=gap)[gap > 3 * (before * (1 - before) / now["texts"]) ** 0.5]
    return worse.sort_values(["gap", "group"], ascending=[False, True])


def negative_days(scored: pd.DataFrame, *, month: str | Month) -> pd.DataFrame:
    """On which days of the month were there far more negative texts than usual on that weekday?

    One row a day of the month: `day`, `negative` (texts), `median` (of the same weekday in the 8 weeks before), `mad`
    (median absolute deviation from it), `high` (median + 3 MAD), `unusual` (above it, and at least 10 texts). With
    fewer than 6 earlier days since the first text the band is null and nothing is unusual. `scored` as `with_polarity`
    gives it. Days that the data do not cover look like days without a text.

    >>> days = pd.date_range("2025-12-01", "2026-02-28").repeat(10)
    >>> int(negative_days(pd.DataFrame({"day": days, "polarity": -0.5}), month="2026-02")["unusual"].sum())
    0
    """
    month = Month.parse(month)
    at = pd.to_datetime(scored["day"])
    of_the_month = pd.date_range(month.start, month.end, inclusive="left")
    first = at.min() if len(at) else of_the_month[0]
    everyday = pd.date_range(first, of_the_month[-1])
    counts = at[(scored["polarity"] < -NEUTRAL).to_numpy()].value_counts().reindex(everyday, fill_value=0)
    rows = []
    for day in of_the_month:
        before = counts.reindex([day - pd.Timedelta(weeks=week) for week in range(1, 9)]).dropna()
        known = len(before) >= 6
        median = float(before.median()) if known else None
        mad = float((before - median).abs().median()) if known else None
        rows.append((day, int(counts.get(day, 0)), median, mad, median + 3 * mad if known else None))
    made = pd.DataFrame(rows, columns=["day", "negative", "median", "mad", "high"])
    made[["median", "mad", "high"]] = made[["median", "mad", "high"]].astype("float64")
    return made.assign(unusual=(made["negative"] > made["high"]) & (made["negative"] >= LEAST_NEGATIVE))
