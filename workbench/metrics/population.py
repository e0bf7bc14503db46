"""Population and growth: how many members there are, who came, who went."""

import pandas as pd

from workbench.engine import Community
from workbench.metrics.intervals import rate
from workbench.period import Month


def members_opening(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How many members did the month begin with?

    One row: `members_opening` (people), `why` (null when no day of the month is covered). Eligible people who joined
    before the first midnight and had not left before it. Who is on the roster without a date counts from the first
    trace, or from the beginning of the data. Lurkers count like everybody else.

    >>> int(members_opening(_small(), month="2026-03")["members_opening"].iloc[0])
    2
    """
    return community.ask("members_opening", month=month)


def members_closing(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How many members did the month end with?

    One row: `members_closing` (people), `why`. As `members_opening`, at the midnight that ends the month. An account
    closed without a date is a member until its last trace. Where the exports do not tell leaves, nobody ever leaves
    and the number only grows.

    >>> int(members_closing(_small(), month="2026-03")["members_closing"].iloc[0])
    2
    """
    return community.ask("members_closing", month=month)


def new_members(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How many people joined for the first time this month?

    One row: `new_members` (people), `imputed` (of them, those whose join is the first trace, as the export gives no
    date), `busiest_day`, `busiest_day_joins`, `mass_import` (more than 20 % of the opening members joined on one day:
    probably a list of people loaded by hand), `why`. Who comes back is in `rejoined`. Imputed joins count people when
    they first speak, not when they come.

    >>> new_members(_small(), month="2026-03")[["new_members", "imputed"]].iloc[0].tolist()
    [1, 0]
    """
    return community.ask("new_members", month=month)


def rejoined(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How many people came back this month after having left?

    One row: `rejoined` (returns more than 7 days after the leave; a shorter absence is no leave), `why`. Null where
    the exports do not tell leaves.

    >>> int(rejoined(_small(), month="2026-03")["rejoined"].iloc[0])
    0
    """
    return community.ask("rejoined", month=month)


def leavers(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How many members left this month, and how?

    One row: `leavers` (dated leaves, bans included), the same by reason (`leavers_left`, `leavers_removed`,
    `leavers_banned`, `leavers_deactivated`, `leavers_deleted`, `leavers_unknown`), `why`. A leave with a return within
    7 days is none; an account closed without a date is an undated departure and not in it. Null where the exports of
    a platform do not tell leaves, never 0.

    >>> leavers(_small(), month="2026-03")[["leavers", "leavers_left"]].iloc[0].tolist()
    [1, 1]
    """
    return community.ask("leavers", month=month)


def net_growth(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Did the community gain or lose members this month?

    One row: `net_growth` (new members + rejoined − leavers; negative when more left), `why`. Null where leaves are
    unknown: joins alone are no growth.

    >>> int(net_growth(_small(), month="2026-03")["net_growth"].iloc[0])
    0
    """
    return community.ask("net_growth", month=month)


def growth_rate(community: Community, *, month: str | Month) -> pd.DataFrame:
    """By what share of its members did the community grow or shrink this month?

    One row: `growth_rate` (net growth ÷ members at the beginning), `numerator`, `denominator`, `low`, `high` (always
    null: it is no proportion of people), `why`. Null without opening members. In a young community a few joins make
    a large rate.

    >>> float(growth_rate(_small(), month="2026-03")["growth_rate"].iloc[0])
    0.0
    """
    return rate(community.ask("growth_rate", month=month), "growth_rate", why_empty="why.no_members", interval=False)


def reconciliation(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Do the members of the beginning, those who came and those who went make the members of the end?

    One row: `members_opening`, `new_members`, `rejoined`, `leavers`, `undated_departures`, `members_closing`,
    `residual` (opening + new + rejoined − leavers − undated − closing: 0, or a number on the page is wrong). No row
    when no day of the month is covered. `leavers` holds the leaves that are known; those that no export tells are 0.

    >>> int(reconciliation(_small(), month="2026-03")["residual"].iloc[0])
    0
    """
    return community.ask("reconciliation", month=month)


def growth_by_month(community: Community, *, month: str | Month, months: int = 13) -> pd.DataFrame:
    """How did the number of members develop, and who made the change?

    One row a month of which a day is covered: `month`, `members_opening`, `new_members`, `rejoined`, `leavers`,
    `undated_departures`, `members_closing`, `partial` (not wholly covered). Each month as its own report gives it.

    >>> growth_by_month(_small(), month="2026-03", months=2)[["month", "members_closing"]].astype(str).values.tolist()
    [['2026-02-01', '2'], ['2026-03-01', '2']]
    """
    month = Month.parse(month)
    parts = []
    for one in (month.back(back) for back in reversed(range(months))):
        answer = reconciliation(community, month=one).drop(columns="residual")
        if len(answer):
            answer.insert(0, "month", pd.Timestamp(one.start))
            answer["partial"] = community.partial(one)
            parts.append(answer)
    if not parts:
        empty = reconciliation(community, month=month).drop(columns="residual")
        return empty.assign(month=pd.Series(dtype="datetime64[us]"), partial=pd.Series(dtype=bool))
    return pd.concat(parts, ignore_index=True)


def joins_by_source(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Where did the new members of the month come from?

    One row a source: `source` ("invite" when a member invited them, else as the export names it, "unknown" when it
    does not; last), `joins` (people). The sources add up to `new_members`.

    >>> joins_by_source(_small(), month="2026-03").values.tolist()
    [['invite', 1]]
    """
    return community.ask("joins_by_source", month=month)


def referral_share(community: Community, *, month: str | Month) -> pd.DataFrame:
    """What share of the new members did members bring?

    One row: `referral_share`, `numerator` (invited by a member), `denominator` (new members whose source is known),
    `low`, `high` (95 % Wilson), `why`. Platforms note invitations, not recommendations: it is a lower bound.

    >>> float(referral_share(_small(), month="2026-03")["referral_share"].iloc[0])
    1.0
    """
    counts = community.ask("referral_share", month=month)
    return rate(counts, "referral_share", why_empty="why.population_no_source")


def leavers_by_tenure(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How long had those who left been members?

    One row a band of days (0–1, 2–7, 8–30, 31–90, 91–180, 181–365, more, and "unknown" where the join has no date):
    `band`, `leavers` (people, null where leaves are unknown), `why`. Newcomers leave most everywhere: compare with
    the months before, not the bands with each other.

    >>> frame = leavers_by_tenure(_small(), month="2026-03")
    >>> frame[frame["leavers"] > 0][["band", "leavers"]].values.tolist()
    [['31-90', 1]]
    """
    return community.ask("leavers_by_tenure", month=month)


def population_waterfall(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Who counts: how do the accounts in the data become the people in the numbers?

    Seven rows: `step` (accounts, bots, staff, excluded, banned, same_person, eligible), `change` (what the step takes
    away, negative; the first and last the whole), `remaining`. Accounts until `banned`, people from `same_person` on:
    it takes away the further accounts of one person. Accounts first seen after the month are left out.

    >>> frame = population_waterfall(_small(), month="2026-03")
    >>> dict(zip(frame["step"], frame["change"]))["eligible"]
    3
    """
    return community.ask("population_waterfall", month=month)


def _small() -> Community:
    """Three members, one of whom came and one of whom left in March 2026."""
    from workbench.engine import community_of_rows

    stay = {"platform": "chat", "role": "member"}
    return community_of_rows(
        {
            "imports": [{"import_id": "a", "platform": "chat", "tells_joins": True, "tells_leaves": True}],
            "coverage": [{"platform": "chat", "from_at": "2026-01-01", "to_at": "2026-03-31"}],
            "members": [
                {"member_id": "chat:ana", "joined_at": "2026-01-05", **stay},
                {"member_id": "chat:bo", "joined_at": "2026-02-01", **stay},
                {"member_id": "chat:cy", "joined_at": "2026-03-10", "invited_by": "chat:ana", **stay},
            ],
            "memberships": [
                {"membership_id": "1", "member_id": "chat:bo", "end_at": "2026-03-20", "end_reason": "left"}
            ],
        }
    )
