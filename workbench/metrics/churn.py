"""Churn: who leaves, by four definitions that hide different things."""

from datetime import timedelta

import pandas as pd

from workbench.engine import Community
from workbench.metrics.intervals import rate
from workbench.period import Month


def churn_of_current(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How many members left this month, for every member who is here at its end?

    One row: `churn_of_current` (ratio, can exceed 1), `numerator` (dated leaves of the month, bans included),
    `denominator` (members at its end), `low`, `high` (always null: it is no proportion of people), `why`.
    Null when the exports do not tell leaves. Departures without a date are in no churn. It looks small in a month in
    which many join and large in one in which many left, as the leavers are missing below the line.
    Source: the definition of the community-management course this project starts from.

    >>> float(churn_of_current(_left(), month="2026-03")["churn_of_current"].iloc[0])
    0.5
    """
    return rate(community.ask("churn_of_current", month=month), "churn_of_current", interval=False)


def churn_of_opening(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Of the members at the beginning of the month, what share left during it?

    One row: `churn_of_opening` (share, 0 to 1), `numerator` (people), `denominator` (members at the beginning),
    `low`, `high` (95 % Wilson), `why`. Null when the exports do not tell leaves. Who joined and left within the month
    is not in it: see `bounced_joiners`. Source: Gupta & Zeithaml 2006, Marketing Science 25, 718–739 (attrition of a
    period's opening base).

    >>> round(float(churn_of_opening(_left(), month="2026-03")["churn_of_opening"].iloc[0]), 3)
    0.333
    """
    return rate(community.ask("churn_of_opening", month=month), "churn_of_opening")


def bounced_joiners(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Of the people who joined this month, what share left again within it?

    One row: `bounced_joiners` (share), `numerator`, `denominator` (people), `low`, `high` (95 % Wilson), `why`.
    First joins with a date only: rejoiners and joins known from a first trace are left out. A leave taken back within
    7 days is no leave. Who joined late in the month had little time to leave, so compare months, not days.

    >>> bounced_joiners(_left(), month="2026-03")["why"].iloc[0]
    'why.churn_no_dated_joins'
    """
    return rate(community.ask("bounced_joiners", month=month), "bounced_joiners")


def churn_exposure(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How many leave per month of membership, whoever joined or left when?

    One row: `churn_exposure` (leaves per member-month), `numerator` (dated leaves), `denominator` (member-months: days
    spent as a member ÷ days in the month, at least one day a member), `low`, `high` (always null), `why`. The fairest
    of the formal churns in months with many joins or leaves; it treats a newcomer's day like a veteran's.
    Source: occurrence–exposure rate (Preston, Heuveline & Guillot 2001, Demography, ch. 1).

    >>> churn_exposure(_left(), month="2026-03")[["numerator", "denominator"]].round(3).values.tolist()
    [[1.0, 2.323]]
    """
    return rate(community.ask("churn_exposure", month=month), "churn_exposure", interval=False)


def churn_activity(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Of the people active last month, what share was not active this month?

    One row: `churn_activity` (share), `numerator`, `denominator` (people), `low`, `high` (95 % Wilson), `why`, and
    `partial`: the month before is not wholly covered. It needs no record of leaves. It counts as gone who only pauses
    (a holiday, a month without need), and who left on paper last month but wrote is in it too. Months differ by up to
    three days: see `churn_activity_28`.

    >>> churn_activity(_left(), month="2026-03")["why"].iloc[0]
    'why.no_earlier_month'
    """
    return rate(community.ask("churn_activity", month=month), "churn_activity")


def churn_activity_28(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Of the people active in the 28 days before the last 28 days, what share was not active in the last 28?

    One row: `churn_activity_28` (share), `numerator`, `denominator` (people), `low`, `high` (95 % Wilson), `why`,
    `partial`. Both windows hold four of each weekday, so this is the one for trends.

    >>> churn_activity_28(_left(), month="2026-03")["churn_activity_28"].isna().iloc[0].item()
    True
    """
    before = Month.parse(month).end - timedelta(days=56)
    return rate(community.ask("churn_activity_28", month=month, window_before=before), "churn_activity_28")


def churn_activity_by_month(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How did the share of active people who fall silent develop?

    One row a covered month up to this one: `month` (its first day), `churn_activity` (share), `numerator`,
    `denominator` (people), `low`, `high`, `why`. All months are seen from this one: who is banned today counts in
    none of them. A partly covered month (often the first and the last) is too high or too low.

    >>> len(churn_activity_by_month(_left(), month="2026-03"))
    1
    """
    found = rate(community.ask("churn_activity_by_month", month=month), "churn_activity")
    return found[["month", *(column for column in found.columns if column != "month")]]


def retention_period(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Of the people active last month, what share was active this month too?

    One row: `retention_period` (share; 1 − `churn_activity`), `numerator`, `denominator` (people), `low`, `high`
    (95 % Wilson), `why`, `partial`.

    >>> retention_period(_left(), month="2026-03")["retention_period"].isna().iloc[0].item()
    True
    """
    return rate(community.ask("retention_period", month=month), "retention_period")


def churns(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Four answers to "how many do we lose?", side by side.

    Four rows: `id` (churn_of_current, churn_of_opening, churn_exposure, churn_activity), `value`, `numerator`,
    `denominator`, `low`, `high`, `why`. What each hides is the text `<id>.hides` of the catalogue.

    >>> churns(_left(), month="2026-03")["id"].tolist()
    ['churn_of_current', 'churn_of_opening', 'churn_exposure', 'churn_activity']
    """
    four = (churn_of_current, churn_of_opening, churn_exposure, churn_activity)
    columns = ["id", "value", "numerator", "denominator", "low", "high", "why"]
    rows = [
        {"id": one.__name__, **found.rename(columns={one.__name__: "value"}).iloc[0].to_dict()}
        for one in four
        for found in [one(community, month=month)]
    ]
    frame = pd.DataFrame(rows, columns=columns)
    numbers = ["value", "numerator", "denominator", "low", "high"]
    return frame.astype(dict.fromkeys(numbers, "float64"))


def _left() -> Community:
    """Three members at the beginning of March 2026, of whom one leaves on the 11th: for the examples above."""
    from workbench.engine import community_of_rows

    stay = {"start_at": "2026-02-01"}
    return community_of_rows(
        {
            "imports": [{"import_id": "x", "platform": "chat", "tells_joins": True, "tells_leaves": True}],
            "coverage": [{"platform": "chat", "from_at": "2026-03-01", "to_at": "2026-03-31"}],
            "memberships": [
                {"membership_id": "1", "member_id": "chat:a", **stay},
                {"membership_id": "2", "member_id": "chat:b", **stay},
                {"membership_id": "3", "member_id": "chat:c", **stay, "end_at": "2026-03-11", "end_reason": "left"},
            ],
        }
    )
