"""Feedback: which texts there are to look for themes in."""

import pandas as pd

from workbench.engine import Community
from workbench.period import Month, midnight

MONTHS = 4  # the month and the three before: enough to tell what is new
LEAST_CHARACTERS = 12  # "thanks!" and "+1" have no theme


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
