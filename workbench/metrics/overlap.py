"""Who is on several platforms, as far as an identity map says so."""

import pandas as pd

from workbench.engine import Community
from workbench.period import Month


def platform_overlap(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How many people are on two platforms or more?

    One row: `platform_overlap` (people who count, with accounts on at least two platforms by the identity map),
    `people` (all who count, a person with several accounts once), `at_least` and `at_most` (between which `people` lies
    whatever a map may say: the largest platform's people, and those of all platforms added up), `platforms`, `why`.
    Without a map who is who is unknown: `platform_overlap` and `people` are null, the bounds remain. Accounts are never
    joined by their names; whom the map forgets counts once a platform, so the overlap is a lower bound.

    >>> frame = platform_overlap(_small(), month="2026-03")
    >>> frame[["platform_overlap", "people", "at_least", "at_most"]].values.tolist()
    [[1, 2, 2, 3]]
    """
    answer = community.ask("platform_overlap", month=month)
    return answer.astype({"platform_overlap": "Int64", "people": "Int64"})


def _small() -> Community:
    """Ana writes in two chats, Bo in one."""
    from workbench.engine import community_of_rows

    rows = {
        "imports": [{"import_id": "a", "platform": "chat"}, {"import_id": "b", "platform": "forum"}],
        "coverage": [{"platform": name, "from_at": "2026-03-01", "to_at": "2026-03-31"} for name in ("chat", "forum")],
        "members": [
            {"member_id": "chat:ana", "platform": "chat", "display_name": "Ana"},
            {"member_id": "chat:bo", "platform": "chat", "display_name": "Bo"},
            {"member_id": "forum:7", "platform": "forum", "display_name": "ana", "person_id": "chat:ana"},
        ],
    }
    return community_of_rows(rows)
