"""Feedback: which texts there are to look for themes and moods in, and what becomes of what people said."""

from datetime import timedelta

import pandas as pd

from workbench.engine import Community
from workbench.metrics.intervals import rate
from workbench.period import Month, midnight

MONTHS = 4  # the month and the three before: enough to tell what is new
LEAST_CHARACTERS = 12  # "thanks!" and "+1" have no theme
DAYS_BEFORE = 56  # eight weeks: what is usual on a weekday


def feedback_texts(community: Community, *, month: str | Month) -> pd.DataFrame:
    """What did people write, in answers, reviews and conversations, in the month and the three before?

    One row a text: `text_id`, `member_id` (the person; null = anonymous), `at` (UTC), `month` (its first day, local),
    `source` (name of the survey or shop, "conversation"), `text`, `group_id`. Left out: texts by staff, bots and banned
    people, deleted ones, and those under 12 characters. Texts are personal data.

    >>> from workbench.engine import community_of_rows
    >>> answer = {"feedback_id": "1", "given_at": "2026-01-05", "source": "survey", "text": "The search is slow."}
    >>> feedback_texts(community_of_rows({"feedback": [answer]}), month="2026-02")["source"].tolist()
    ['survey']
    """
    start = Month.parse(month).back(MONTHS - 1).start
    return community.ask(
        "feedback_texts",
        month=month,
        texts_start_at=midnight(start, community.settings.timezone),
        least_characters=LEAST_CHARACTERS,
    )


def covered_months(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Which months do the data cover wholly, up to this one?

    One row a month: `month` (its first day). Months covered in part are no comparison.

    >>> from workbench.engine import community_of_rows
    >>> span = {"platform": "chat", "from_at": "2026-01-15", "to_at": "2026-02-28"}
    >>> len(covered_months(community_of_rows({"coverage": [span]}), month="2026-02"))
    1
    """
    return community.ask("covered_months", month=month)


def sentiment_texts(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Which texts is the mood of groups and weeks read from?

    One row a text of the month and of the eight weeks and more before it, from a Monday on: `text_id`, `member_id` (the
    person; null = anonymous), `day`, `week` (its Monday), both local, `group_id`, `group_name` (null for answers and
    reviews), `text`. Left out: texts by staff, bots and banned people, deleted ones. Short ones are in: "Thanks!" has
    a mood. Texts are personal data; moods are for groups and weeks, never for a person.

    >>> from workbench.engine import community_of_rows
    >>> answer = {"feedback_id": "1", "given_at": "2026-02-05", "source": "survey", "text": "Great!"}
    >>> frame = sentiment_texts(community_of_rows({"feedback": [answer]}), month="2026-02")
    >>> str(frame["week"].iloc[0].date())
    '2026-02-02'
    """
    start = Month.parse(month).start - timedelta(days=DAYS_BEFORE)
    monday = start - timedelta(days=start.weekday())
    return community.ask("sentiment_texts", month=month, texts_start_at=midnight(monday, community.settings.timezone))


def feedback_closure(community: Community, *, month: str | Month, themes: pd.DataFrame | None = None) -> pd.DataFrame:
    """Of what people told us, how much reached a team, and how much of that was answered?

    Two rows, `step` "routed" and "answered": `feedback_closure` (share), `numerator`, `denominator`, `low`, `high`
    (95 % Wilson), `why`, `median_days` (from routing to answer, of the answered with a date), `median_days_why`. An
    item is a theme of the month, or an entry of the kind routing in the month's log that names no such theme: one
    remark passed on. A theme is routed when an entry names its `theme_id`, in this month or earlier. Routed ÷ items
    needs `themes` (`theme_id`), as `models.theme_table` gives them; null without. Answered: closed by the end of the
    month or, without a date of closing, a status that says so.

    It says nothing on whether the answer pleased, and a theme counts as one item however many people it is about.
    Source: closing the feedback loop, Markey, Reichheld & Dullweber 2009, Harvard Business Review 87(12), 43–47.

    >>> from workbench.engine import community_of_rows
    >>> entry = {"kind": "routing", "noted_at": "2026-02-05", "theme_id": "t01"}
    >>> rows = {"log": [{"entry_id": "1", "closed_at": "2026-02-09", **entry}]}
    >>> themes = pd.DataFrame({"theme_id": ["t01", "t02"]})
    >>> found = feedback_closure(community_of_rows(rows), month="2026-02", themes=themes)
    >>> found[["step", "numerator", "denominator"]].values.tolist(), float(found["median_days"].iloc[1])
    ([['routed', 1, 2], ['answered', 1, 1]], 4.0)
    """
    entries = community.ask("feedback_closure", month=month)
    known = set() if themes is None else set(themes["theme_id"])
    on_theme = entries["theme_id"].isin(known)
    single = entries[entries["is_new"] & ~on_theme]
    # Of several entries on a theme the one that was answered first, else any, speaks for it.
    of_themes = entries[on_theme].sort_values(["answered", "days"], ascending=[False, True], kind="stable")
    routed = pd.concat([of_themes.drop_duplicates("theme_id"), single])
    answered = routed[routed["answered"].astype(bool)]
    days = answered["days"].astype("float64").median()
    made = rate(
        pd.DataFrame(
            {
                "numerator": [len(routed), len(answered)],
                "denominator": [None if themes is None else len(known) + len(single), len(routed)],
                "why": ["why.no_themes_given" if themes is None else "why.no_feedback_items", "why.nothing_routed"],
            }
        ).astype({"denominator": "Int64"}),
        "feedback_closure",
    )
    made.insert(0, "step", ["routed", "answered"])
    reason = "why.no_answer_dates" if len(answered) else "why.nothing_answered" if len(routed) else "why.nothing_routed"
    return made.assign(
        median_days=pd.Series([None, days], dtype="float64"),
        median_days_why=pd.Series([None, reason if pd.isna(days) else None], dtype=object),
    )
