"""Activity: how many people take part, how often, when, where it went quiet."""

import pandas as pd

from workbench.engine import Community
from workbench.metrics.intervals import rate
from workbench.period import Month


def mau(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How many different people contributed in the month (monthly active users)?

    One row: `mau` (people), `why` (null when no day of the month is covered). Eligible people with at least one post,
    reply or poll vote; reactions and visits do not count. A month not wholly covered by the data is lower than the
    truth. One message is enough: it says nothing on how much people take part.

    >>> int(mau(_small(), month="2026-01")["mau"].iloc[0])
    2
    """
    return community.ask("mau", month=month)


def mau28(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How many different people contributed in the last 28 days of the month?

    One row: `mau28` (people), `why`. 28 days hold four of each weekday, so that months of different length compare.

    >>> int(mau28(_small(), month="2026-01")["mau28"].iloc[0])
    2
    """
    return community.ask("mau28", month=month)


def mau_by_month(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How did the number of monthly active users develop?

    One row a month up to this one of which a day is covered: `month` (its first day), `mau` (people, 0 where nobody
    contributed), `partial` (not wholly covered). All months are seen from the end of this one: what was deleted by
    then, and who was banned before it, is in none of them.
    """
    return community.ask("mau_by_month", month=month)


def dau(community: Community, *, month: str | Month, presence: bool = False) -> pd.DataFrame:
    """How many people were active on each day of the month (daily active users)?

    One row a local day: `day`, `dau` (people; null on days that the data do not cover). With `presence=True` those
    who visited or attended, whether they wrote or not; null, with `why`, where the exports do not tell visits.

    >>> dau(_small(), month="2026-01")["dau"].head(6).tolist()
    [0, 0, 0, 0, 2, 1]
    """
    return community.ask("dau_presence" if presence else "dau", month=month)


def dau_mean(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How many people are active on an average day?

    One row: `dau_mean` (people a day, over all covered days, silent ones included), `why`.

    >>> round(float(dau_mean(_small(), month="2026-01")["dau_mean"].iloc[0]), 4)
    0.0968
    """
    return community.ask("dau_mean", month=month)


def wau(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How many people were active in each week (weekly active users)?

    One row an ISO week whose Thursday is in the month: `week` (its Monday), `wau` (people), `days` (covered, before
    the end of the month), `complete` (all seven). A week that ends after the month is counted up to its end.

    >>> wau(_small(), month="2026-01")["wau"].tolist()
    [0, 2, 0, 0, 0]
    """
    return community.ask("wau", month=month)


def rolling_active(community: Community, *, month: str | Month, days: int = 7) -> pd.DataFrame:
    """How many people were active in the week (or any span) that ends with each day?

    One row a local day of the month: `day`, `active` (distinct people in the last `days` days, this one included; null
    on days not covered), `complete` (whether the data cover the whole window).

    >>> rolling_active(_small(), month="2026-01", days=2)["active"].head(8).tolist()
    [0, 0, 0, 0, 2, 2, 1, 0]
    """
    return community.ask("rolling_active", month=month, days=days)


def stickiness(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How often do active members come: on what share of days is the average one active?

    One row: `stickiness` (mean daily over monthly active users), `numerator`, `denominator`, `low`, `high` (always
    null: it is no proportion of people), `why`. It rises when occasional members stay away.

    >>> round(float(stickiness(_small(), month="2026-01")["stickiness"].iloc[0]), 4)
    0.0484
    """
    return rate(community.ask("stickiness", month=month), "stickiness", interval=False)


def stickiness_rolling(community: Community, *, month: str | Month) -> pd.DataFrame:
    """The same with a sliding month, as Discourse computes it.

    One row: `stickiness_rolling` (mean over days of: people active on the day ÷ people active in the 30 days that end
    with it), `days` (that entered the mean), `why`. Not comparable with `stickiness`.

    >>> float(stickiness_rolling(_small(), month="2026-01")["stickiness_rolling"].iloc[0]).__round__(4)
    0.0556
    """
    return community.ask("stickiness_rolling", month=month)


def engagement_rate(community: Community, *, month: str | Month) -> pd.DataFrame:
    """What share of the members took part this month?

    One row: `engagement_rate`, `numerator` (members with a contribution), `denominator` (people who were members on
    at least one day of the month, joiners included), `low`, `high` (95 % Wilson), `why`. Where leaves are unknown the
    departed stay in the denominator, and the rate sinks with age.

    >>> float(engagement_rate(_small(), month="2026-01")["engagement_rate"].iloc[0])
    1.0
    """
    return rate(community.ask("engagement_rate", month=month), "engagement_rate", why_empty="why.no_members")


def actions_per_member(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How many actions are there per member?

    One row: `actions_per_member` ((posts + replies + reactions + shares) ÷ members at the end of the month; can exceed
    1 and is no share), `numerator`, `denominator`, `low`, `high` (always null), `why`. A few busy members lift it.

    >>> float(actions_per_member(_small(), month="2026-01")["actions_per_member"].iloc[0])
    2.0
    """
    return rate(community.ask("actions_per_member", month=month), "actions_per_member", interval=False)


def silent_share(community: Community, *, month: str | Month) -> pd.DataFrame:
    """What share of the members did not contribute in the last 28 days?

    One row: `silent_share`, `numerator`, `denominator` (members at the end of the month), `low`, `high` (95 % Wilson),
    `why`. Silent is not absent: most members of most communities read (see `lurker_share` where visits are known).

    >>> float(silent_share(_small(), month="2026-01")["silent_share"].iloc[0])
    0.0
    """
    return rate(community.ask("silent_share", month=month), "silent_share")


def lurker_share(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Of the people who were there, what share only read?

    One row: `lurker_share`, `numerator`, `denominator` (people who visited or contributed in the last 28 days of the
    month), `low`, `high` (95 % Wilson), `why`. Null where the exports do not tell visits.

    >>> lurker_share(_small(), month="2026-01")["why"].iloc[0]
    'why.no_visits'
    """
    return rate(community.ask("lurker_share", month=month), "lurker_share")


def active_days(community: Community, *, month: str | Month) -> pd.DataFrame:
    """On how many days of the month were people active?

    One row a number of days that occurs: `active_days` (local days with a contribution), `people`. The people add up
    to `mau`.

    >>> active_days(_small(), month="2026-01").values.tolist()
    [[1, 1], [2, 1]]
    """
    return community.ask("active_days", month=month)


def posts_per_active(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How much does an active member contribute?

    One row: `posts_per_active` (mean contributions per active person), `median`, `p90` (90 % of active people have at
    most so many; interpolated), `why`. A few people write most, so the mean is far above the median.

    >>> posts_per_active(_small(), month="2026-01")[["posts_per_active", "median"]].iloc[0].tolist()
    [1.5, 1.5]
    """
    return community.ask("posts_per_active", month=month)


def contributions(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How much was contributed?

    One row: `contributions` (posts + replies + poll votes of eligible people, not deleted by the end of the month),
    `posts`, `replies`, `poll_votes`, and beside them `reactions`, which are no contributions; `why`.

    >>> contributions(_small(), month="2026-01")[["contributions", "reactions"]].iloc[0].tolist()
    [3, 1]
    """
    return community.ask("contributions", month=month)


def contributions_deleted_accounts(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How much was contributed by accounts that no longer exist?

    One row: `contributions_deleted_accounts` (contributions without author), `why`. They are in no other number: the
    more there are, the lower all numbers of that time.

    >>> int(contributions_deleted_accounts(_small(), month="2026-01").iloc[0, 0])
    0
    """
    return community.ask("contributions_deleted_accounts", month=month)


def activity_heatmap(community: Community, *, month: str | Month) -> pd.DataFrame:
    """At what hours of which weekdays does the community live?

    168 rows: `weekday` (1 = Monday), `hour` (local, 0 to 23), `days` (covered occurrences of the weekday),
    `contributions`, `people` (distinct, in the month), `contributions_per_day`, `people_per_day` (both per occurrence
    of the weekday; null where it was never covered). The hours are those of the community's time zone, not of each
    member's.

    >>> frame = activity_heatmap(_small(), month="2026-01")
    >>> frame.query("weekday == 1 and hour == 9")[["contributions", "people", "contributions_per_day"]].values.tolist()
    [[2.0, 2.0, 0.5]]
    """
    return community.ask("activity_heatmap", month=month)


def reply_by_hour(community: Community, *, month: str | Month) -> pd.DataFrame:
    """At what hour does a question have the best chance of an answer within a day?

    One row a local hour at which something was opened: `hour`, `reply_by_hour` (share answered by another human within
    24 hours), `numerator`, `denominator` (openers at least 24 hours old at the end of the month), `low`, `high` (95 %
    Wilson), `why`. Hours with few openers say little: read the interval.

    >>> list(reply_by_hour(_small(), month="2026-01").columns)
    ['reply_by_hour', 'numerator', 'denominator', 'low', 'high', 'why', 'hour']
    """
    return rate(community.ask("reply_by_hour", month=month), "reply_by_hour")


def quiet_spells(community: Community, *, month: str | Month, group: str | None = None) -> pd.DataFrame:
    """Which groups have gone quiet, for how long, and did a prompt wake them?

    One row a run of days without an eligible contribution that touches the month and is at least as long as the amber
    threshold of the settings: `group_id`, `group_name`, `start_on`, `end_on` (last silent day), `days`, `is_current`
    (still silent at the end of the month), `level` (of a current one: "amber", "red"), `contributions_before` (in the
    28 days before it), `ended_by_prompt` (a message of the team, or a prompt in the log, came at most 72 hours before
    the first contribution), `prompt_replies` (people who replied to it within 72 hours; where only the log tells of
    the prompt, people who wrote in the group). The current ones first, then those of livelier groups.
    Left out: archived and read-only groups, private conversations, groups younger than 14 days. Days that the data do
    not cover end a run. `group` keeps one group.

    >>> frame = quiet_spells(_small(), month="2026-01")
    >>> frame[["group_id", "days", "level"]].values.tolist()
    [['chat:general', 25, 'red']]
    """
    thresholds = community.settings.thresholds
    frame = community.ask(
        "quiet_spells", month=month, amber_days=thresholds.quiet_amber_days, red_days=thresholds.quiet_red_days
    )
    return frame if group is None else frame[frame["group_id"] == group].reset_index(drop=True)


def unusual_days(community: Community, *, month: str | Month) -> pd.DataFrame:
    """On which days was there much more or much less activity than usual on that weekday?

    One row a covered day: `day`, `contributions`, `median` (of the same weekday in the 8 weeks before), `mad` (median
    absolute deviation from it), `low`, `high` (median ± 3 MAD), `unusual`. With fewer than 6 earlier days the band is
    null and nothing is unusual. In a quiet community most medians are small and any burst stands out.

    >>> bool(unusual_days(_small(), month="2026-01")["unusual"].any())
    False
    """
    return community.ask("unusual_days", month=month)


def lifecycle(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Who among the active is new, stayed, came back, and who of last month's fell silent?

    One row, people: `new` (first contribution ever), `retained` (active in the month before too), `resurrected` (active
    earlier, not in the month before), `dormant` (active in the month before, not now), `partial` (the month before is
    not wholly covered), `why`. new + retained + resurrected = `mau`. Null when the month before is not covered at all.

    >>> lifecycle(_small(), month="2026-02")[["new", "retained", "resurrected", "dormant"]].iloc[0].tolist()
    [0, 1, 0, 1]
    """
    return community.ask("lifecycle", month=month)


def lifecycle_by_month(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How did the groups of the lifecycle develop?

    One row a month up to this one with a covered month before it: `month`, `new`, `retained`, `resurrected`,
    `dormant` (people), `partial`. All months are seen from the end of this one.

    >>> lifecycle_by_month(_small(), month="2026-02")[["new", "retained", "dormant"]].values.tolist()
    [[0, 1, 1]]
    """
    return community.ask("lifecycle_by_month", month=month)


def _small() -> Community:
    """Two members of a group that wrote on 5 and 6 January 2026, one of them again in February."""
    from workbench.engine import community_of_rows

    def event(number, member, when, kind):
        return {
            "event_id": f"chat:{number}",
            "platform": "chat",
            "group_id": "chat:general",
            "member_id": f"chat:{member}",
            "occurred_at": when,
            "kind": kind,
        }

    return community_of_rows(
        {
            "imports": [{"import_id": "a", "platform": "chat", "tells_joins": False, "tells_leaves": False}],
            "coverage": [{"platform": "chat", "from_at": "2026-01-01", "to_at": "2026-02-28"}],
            "groups": [{"group_id": "chat:general", "platform": "chat", "name": "general"}],
            "events": [
                event(1, "ana", "2026-01-05 09:00", "post"),
                event(2, "bo", "2026-01-05 09:30", "reply"),
                event(3, "bo", "2026-01-05 09:31", "reaction"),
                event(4, "ana", "2026-01-06 20:00", "post"),
                event(5, "ana", "2026-02-03 20:00", "post"),
            ],
        }
    )
