"""Groups: how each one lives, which of its pinned resources are old, and what deserves to be pinned."""

from datetime import timedelta

import numpy as np
import pandas as pd

from workbench.engine import Community
from workbench.metrics.intervals import rate
from workbench.metrics.responses import owner_effort
from workbench.period import Month, midnight

STALE_DAYS = 180
PIN_DAYS = 90
PIN_PEOPLE = 3
"""With fewer people who reacted or answered, a message is no candidate."""
TREND_WEEKS = 12
FEWEST_WEEKS = 8


def group_health(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How does each group live?

    One row a group, by name and not by rank: `group_id`, `group_name`, `platform`, `members` (who belong to it at the
    month's end), `active` (people who contributed there in the month), `contributions`, `engagement_rate` (share),
    `numerator`, `denominator` (who belonged to it on a day of the month, and of them the active), `low`, `high` (95 %
    Wilson), `why`; `silent_days` (covered days without a contribution up to the month's end; null when its last day is
    not covered), `level` (amber, red: the thresholds of `quiet_spells`); `openers`, `unanswered` (those at least 24
    hours old, and of them the ones still waiting; null where the export links no answers); `owner_minutes` (mean over
    the month's whole weeks of `owner_effort`, a lower bound); `trend` (change of the people active a week, in four
    weeks: least squares over the last 12 weeks of 7 days), `trend_low`, `trend_high` (95 %, Student's t), `trend_why`
    (fewer than 8 covered weeks), `weeks`.

    A member of a group is who a line of the export says joined it, else who left a trace there, until leaving the group
    or the community. No single score: a quiet group can serve its members well. Left out: archived and read-only
    groups, private conversations.

    >>> group_health(_kitchen(), month="2026-03")[["group_name", "members", "active", "silent_days"]].values.tolist()
    [['bread', 2, 2, 1], ['soup', 1, 0, 57]]
    """
    month = Month.parse(month)
    chosen = community.settings.thresholds
    found = community.ask(
        "group_health", month=month, amber_days=chosen.quiet_amber_days, red_days=chosen.quiet_red_days
    )
    found["level"] = found["level"].astype(object).where(found["level"].notna(), None)
    frame = rate(found, "engagement_rate")
    first = ["group_id", "group_name", "platform", "members", "active", "contributions"]
    frame = frame[[*first, *(column for column in frame.columns if column not in first)]]
    effort = owner_effort(community, month=month)
    minutes = effort[~effort["partial"].astype(bool)].groupby("group_id")["minutes"].mean()
    trends = {group: _trend(weeks) for group, weeks in group_weeks(community, month=month).groupby("group_id")}
    told = pd.DataFrame(
        [trends.get(group, _trend(None)) for group in frame["group_id"]],
        columns=["trend", "trend_low", "trend_high", "trend_why", "weeks"],
    ).astype({"trend_why": object})
    told["trend_why"] = told["trend_why"].where(told["trend_why"].notna(), None)
    return frame.assign(owner_minutes=frame["group_id"].map(minutes).astype("float64"), **told)


def group_weeks(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How many people were active in each group, week by week?

    One row a group and wholly covered week of the last twelve in which the group was there: `group_id`, `week` (0 = the
    7 local days that end with the month, 11 = the earliest), `people`.

    >>> group_weeks(_kitchen(), month="2026-03").query("group_id == 'chat:bread'")["people"].tolist()[-3:]
    [1, 1, 2]
    """
    month = Month.parse(month)
    start = month.end - timedelta(days=7 * TREND_WEEKS)
    return community.ask("group_weeks", month=month, weeks_start=start)


def _trend(weeks: pd.DataFrame | None) -> tuple:
    """Slope of a group's weekly people times four, with its 95 % interval, the reason of a null, and the weeks."""
    n = 0 if weeks is None else len(weeks)
    if n < FEWEST_WEEKS:
        return np.nan, np.nan, np.nan, "why.group_few_weeks", n
    from scipy.special import stdtrit

    time, people = -weeks["week"].to_numpy(float), weeks["people"].to_numpy(float)
    apart = time - time.mean()
    spread = (apart**2).sum()
    slope = (apart * people).sum() / spread
    rest = people - people.mean() - slope * apart
    half = stdtrit(n - 2, 0.975) * ((rest**2).sum() / (n - 2) / spread) ** 0.5
    return 4 * slope, 4 * (slope - half), 4 * (slope + half), None, n


def freshness(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Which pinned and key resources are old enough to be read again?

    One row a resource that was there by the month's end, the longest unchanged first: `resource_id`, `title`, `url`,
    `group_id`, `group_name`, `pinned`, `views`, `changed_on` (local day of the last change, else of creation),
    `age_days` (at the month's last day), `stale` (older than 180 days; null where the age is not known), `why` (of a
    null). Old is not wrong: a good guide may need no change.

    >>> freshness(_kitchen(), month="2026-03")[["title", "age_days", "stale"]].values.tolist()
    [['House rules', 300, True]]
    """
    frame = community.ask("freshness", month=month)
    ages = frame["age_days"].astype("Int64")
    return frame.assign(age_days=ages, stale=(ages > STALE_DAYS).astype("boolean"))


def pin_candidates(community: Community, *, month: str | Month, most: int = 10) -> pd.DataFrame:
    """Which messages of the last 90 days met so much interest that they deserve to be pinned?

    One row a message, at most `most`: `rank`, `event_id`, `written_on` (local day), `member_id` (the author),
    `display_name`, `group_id`, `group_name`, `people` (others who reacted to it or answered it, each once), `reacted`,
    `answered`, `text` (the first 160 characters, unmasked, for work lists and no page). By `reacted`, then `answered`,
    then the older. From 3 `people` on; resources are left out. Where the export counts reactions without their givers,
    the count of the most frequent one stands for people, a lower bound. Much answered can mean useful, funny or angry.

    >>> len(pin_candidates(_kitchen(), month="2026-03"))
    0
    """
    since = midnight(Month.parse(month).end - timedelta(days=PIN_DAYS), community.settings.timezone)
    return community.ask("pin_candidates", month=month, since_at=since, most=most, least=PIN_PEOPLE)


def _kitchen() -> Community:
    """Ana and Bo talk in a group on bread; nobody has written in the one on soup since February."""
    from workbench.engine import community_of_rows

    shared = {"platform": "chat", "kind": "post"}
    said = [("ana", "bread", f"2026-03-{day:02d}") for day in (5, 12, 19, 26)] + [("bo", "bread", "2026-03-30")]
    said += [("ana", "soup", "2026-02-02")]
    return community_of_rows(
        {
            "coverage": [{"platform": "chat", "from_at": "2026-01-01", "to_at": "2026-03-31"}],
            "groups": [{"group_id": f"chat:{name}", "platform": "chat", "name": name} for name in ("bread", "soup")],
            "resources": [{"resource_id": "1", "title": "House rules", "created_at": "2025-06-04", "pinned": True}],
            "events": [
                {"event_id": str(number), "member_id": f"chat:{member}", "group_id": f"chat:{group}",
                 "occurred_at": day, **shared}
                for number, (member, group, day) in enumerate(said)
            ],
        }
    )  # fmt: skip
