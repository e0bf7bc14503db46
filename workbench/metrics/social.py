"""Social networks: what the posts of scheduling tools met with, by network, type and hour."""

from datetime import timedelta

import pandas as pd

from workbench.engine import Community
from workbench.metrics.intervals import rate
from workbench.period import Month, midnight

USUAL_DAYS = 90


def social_posts(community: Community, *, month: str | Month, months: int = 1) -> pd.DataFrame:
    """Which networks, kinds of posts and hours meet most engagement for each time a post is seen?

    One row for all, each network, each type of post, each local hour: `cut_by` (all, network, type, hour), `part` (the
    network or type; null where the export gives no type), `hour` (0 to 23), `posts`, `n` (those with known impressions
    and engagements), `social_posts` (engagements ÷ impressions), `numerator` (reactions + comments + shares),
    `denominator` (impressions), `why`, `median_rate` (of each post's own rate: the typical post), `clicks`. Of the
    month, or of the `months` up to it. No row when there are no posts.

    No interval: one person may engage several times, and posts seen most weigh most; a viral one carries the rate, so
    read it beside the median and n. Networks count impressions and engagements each in their own way: compare within
    one. Clicks are apart, for few networks count them. A post's numbers are those of the day of its export.

    >>> social_posts(_posted(), month="2026-03")[["cut_by", "part", "n", "social_posts"]].values.tolist()[:2]
    [['all', None, 2, 0.05], ['network', 'mastodon', 2, 0.05]]
    """
    month = Month.parse(month)
    start = midnight(month.back(months - 1).start, community.settings.timezone)
    found = rate(community.ask("social_posts", month=month, posts_start_at=start), "social_posts", interval=False)
    found["hour"] = found["hour"].astype("Int64")
    found["part"] = found["part"].astype(object).where(found["part"].notna(), None)
    first = ["cut_by", "part", "hour", "posts", "n"]
    rest = [column for column in found.columns if column not in (*first, "low", "high")]
    return found[[*first, *rest]]


def social_standouts(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Which posts of the month were seen far more, or less, than usual?

    One row a post of the month, the farthest above the usual first: `post_id`, `network`, `post_type`,
    `posted_at_local`, `impressions`, `engagements` (reactions + comments + shares), `engagement_rate` (÷ impressions),
    `usual_impressions` (median of the network's posts of the 90 days before the month; null under 5), `times_usual`,
    `text` (the first 160 characters).

    >>> social_standouts(_posted(), month="2026-03")["post_id"].tolist()
    ['b', 'a']
    """
    month = Month.parse(month)
    start = midnight(month.start - timedelta(days=USUAL_DAYS), community.settings.timezone)
    return community.ask("social_standouts", month=month, usual_start_at=start)


def _posted() -> Community:
    """Two posts on one network."""
    from workbench.engine import community_of_rows

    shared = {"network": "mastodon", "post_type": "image", "comments": 0, "shares": 0}
    return community_of_rows(
        {
            "coverage": [{"platform": "chat", "from_at": "2026-03-01", "to_at": "2026-03-31"}],
            "social_posts": [
                {"post_id": "a", "posted_at": "2026-03-05 08:00", "impressions": 100, "reactions": 10, **shared},
                {"post_id": "b", "posted_at": "2026-03-06 08:00", "impressions": 300, "reactions": 10, **shared},
            ],
        }
    )
