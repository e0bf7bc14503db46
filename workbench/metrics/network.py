"""The network: who answers whom."""

from datetime import timedelta

import pandas as pd

from workbench.engine import Community
from workbench.period import Month, midnight

WINDOW_DAYS = 28


def reply_edges(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Who answers whom?

    One row a pair, over the 28 local days before the end of the month: `member_id` (who replied), `author_id` (whose
    message, else whose thread, was answered), `replies` (messages), `threads` (distinct threads in which it happened:
    a weight that a quarrel in one thread cannot raise). Ordered by both ids; the edges of the directed graph on which
    influence is estimated, replier → author.

    Members only: staff and bots are at neither end, nobody answers themselves. In a chat whose export tells no
    replies they are inferred (`inferred_links`), turn by turn, an estimate; a mention without a reply is none.

    Source: the reply graph of Zhang, Ackerman & Adamic 2007, Expertise networks in online communities.

    >>> from workbench.metrics.responses import _asked
    >>> reply_edges(_asked(), month="2026-01").values.tolist()
    [['discourse:b', 'discourse:a', 1, 1]]
    """
    start = Month.parse(month).end - timedelta(days=WINDOW_DAYS)
    since = midnight(start, community.settings.timezone)
    return community.ask("reply_edges", month=month, window_start_at=since)
