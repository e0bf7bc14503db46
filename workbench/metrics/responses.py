"""Responses: who asks, how soon another human answers, and whether members or staff do.

An opener is, in forums, mailing lists and topic-based chat, a post by an eligible member that starts a topic; in other
chat, one at top level that reads like a question, French or English (`base/month/openers.sql`). Option
`questions_only` asks the latter everywhere. A response is a message in its thread, or in explicit reply to it, by
another human, staff included. Where an export links no message to another, nothing can be said: the numbers are null.
"""

import numpy as np
import pandas as pd

from workbench.engine import Community
from workbench.metrics.intervals import rate
from workbench.period import Month


def first_response_hours(community: Community, *, month: str | Month, questions_only: bool = False) -> pd.DataFrame:
    """How long does somebody who asks wait for a first answer?

    One row: `first_response_hours` (Kaplan–Meier median over all openers of the month, in elapsed hours; those without
    an answer at the month's end have waited that long and count as such), `why`, `openers`, `answered`,
    `answered_mean_hours`, `answered_median_hours` (of the answered only: they look better the more is left
    unanswered). Null when fewer than half are answered. Nights and weekends are in it.
    Source: Kaplan & Meier 1958, JASA 53, 457–481; the median is the first time at which the share still waiting is
    one half or less.

    >>> round(float(first_response_hours(_asked(), month="2026-01")["first_response_hours"].iloc[0]), 2)
    5.0
    """
    waits = community.ask("first_response_hours", month=month, questions_only=questions_only)
    hours, answered, waiting = (waits[name].to_numpy() for name in ("hours", "answered", "waiting"))
    openers, n_answered = int(waiting[0]) if len(waits) else 0, int(answered.sum())
    median = _median(hours, answered, waiting)
    if median is not None:
        why = None
    elif openers:
        why = "why.responses_half_unanswered"
    else:
        why = answered_24h(community, month=month, questions_only=questions_only)["why"].iloc[0]
    each = np.repeat(hours, answered.astype(int))
    return pd.DataFrame(
        {
            "first_response_hours": pd.Series([median], dtype="float64"),
            "why": pd.Series([why], dtype=object),
            "openers": [openers],
            "answered": [n_answered],
            "answered_mean_hours": [float(each.mean()) if n_answered else None],
            "answered_median_hours": [float(np.median(each)) if n_answered else None],
        }
    )


def _median(hours: np.ndarray, answered: np.ndarray, waiting: np.ndarray) -> float | None:
    """First time at which the Kaplan–Meier estimate of the share still waiting is one half or less."""
    still_waiting = np.cumprod(1 - answered / np.maximum(waiting, 1))
    reached = np.flatnonzero(still_waiting <= 0.5 + 1e-12)
    return float(hours[reached[0]]) if len(reached) else None


def answered_within(community: Community, *, month: str | Month, questions_only: bool = False) -> pd.DataFrame:
    """What share of openers is answered by another human within 30 minutes, 4 hours, a day, a week?

    Four rows: `within_hours` (0.5, 4, 24, 168; elapsed), `answered_within` (share), `numerator`, `denominator`
    (openers of the month at least that old at its end; the unanswered stay in it), `low`, `high` (95 % Wilson), `why`.
    Says nothing on whether the answer helped.

    >>> answered_within(_asked(), month="2026-01")["answered_within"].tolist()
    [0.0, 0.0, 0.5, 0.5]
    """
    found = rate(community.ask("answered_within", month=month, questions_only=questions_only), "answered_within")
    return found[["within_hours", *(column for column in found.columns if column != "within_hours")]]


def answered_24h(community: Community, *, month: str | Month, questions_only: bool = False) -> pd.DataFrame:
    """What share of openers is answered by another human within 24 hours?

    One row: `answered_24h` (share), `numerator`, `denominator`, `low`, `high`, `why`: the third row of
    `answered_within`.

    >>> float(answered_24h(_asked(), month="2026-01")["answered_24h"].iloc[0])
    0.5
    """
    four = answered_within(community, month=month, questions_only=questions_only)
    one = four[four["within_hours"] == 24].rename(columns={"answered_within": "answered_24h"})
    return one.drop(columns="within_hours").reset_index(drop=True)


def unanswered_7d(community: Community, *, month: str | Month, questions_only: bool = False) -> pd.DataFrame:
    """What share of openers got no answer by another human within a week?

    One row: `unanswered_7d` (share), `numerator`, `denominator` (openers of the month at least 7 days old at its end),
    `low`, `high` (95 % Wilson), `why`. Openers of the month's last week are in no month's share.

    >>> float(unanswered_7d(_asked(), month="2026-01")["unanswered_7d"].iloc[0])
    0.5
    """
    return rate(community.ask("unanswered_7d", month=month, questions_only=questions_only), "unanswered_7d")


def unanswered(community: Community, *, month: str | Month, questions_only: bool = False) -> pd.DataFrame:
    """Which openers of the month still wait for an answer, the oldest first?

    One row an opener without an answer at the month's end, 24 hours old or more: `event_id`, `opened_at` (UTC),
    `opened_at_local` (in the community's time zone), `waiting_hours`, `waiting_over_hours` (24, 72 or 168: the last
    mark passed), `member_id` (the person who asks), `display_name`, `group_id`, `group_name`, `platform`, `text` (the
    first 160 characters, unmasked, for `actions.xlsx` and no page; null when the export has none). An answer given
    elsewhere, or by a reaction, is not seen.

    >>> unanswered(_asked(), month="2026-01")[["event_id", "member_id", "waiting_over_hours"]].values.tolist()
    [['2', 'discourse:b', 168]]
    """
    return community.ask("unanswered", month=month, questions_only=questions_only)


def peer_answer_share(community: Community, *, month: str | Month, questions_only: bool = False) -> pd.DataFrame:
    """When somebody is answered, how often is a peer first, and not the team?

    One row: `peer_answer_share` (share), `numerator` (openers of the month first answered by somebody who is not
    staff), `denominator` (openers answered before the month's end), `low`, `high` (95 % Wilson), `why`. Moderators are
    peers. First by time, then by member id. High where staff is slow, too: read it beside `answered_24h`.

    >>> float(peer_answer_share(_asked(), month="2026-01")["peer_answer_share"].iloc[0])
    1.0
    """
    return rate(community.ask("peer_answer_share", month=month, questions_only=questions_only), "peer_answer_share")


def staff_share_of_voice(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How much of what people say here does the team say?

    One row: `staff_share_of_voice` (share), `numerator` (posts and replies of staff), `denominator` (posts and replies
    of all humans), `low`, `high` (95 % Wilson), `why`. Messages of bots, excluded people and deleted accounts are in
    neither. Counts messages, not their length.

    >>> float(staff_share_of_voice(_asked(), month="2026-01")["staff_share_of_voice"].iloc[0])
    0.0
    """
    return rate(
        community.ask("staff_share_of_voice", month=month),
        "staff_share_of_voice",
        why_empty="why.responses_no_messages",
    )


def _asked() -> Community:
    """Two topics in a forum, of which one is answered by another member after five hours."""
    from workbench.engine import community_of_rows

    shared = {"platform": "discourse"}
    return community_of_rows(
        {
            "coverage": [{**shared, "from_at": "2026-01-01", "to_at": "2026-01-31"}],
            "events": [
                {"event_id": "1", "kind": "post", "member_id": "discourse:a", "thread_id": "1",
                 "occurred_at": "2026-01-05 10:00", **shared},
                {"event_id": "2", "kind": "post", "member_id": "discourse:b", "thread_id": "2",
                 "occurred_at": "2026-01-06 10:00", **shared},
                {"event_id": "3", "kind": "reply", "member_id": "discourse:b", "thread_id": "1",
                 "occurred_at": "2026-01-05 15:00", **shared},
            ],
        }
    )  # fmt: skip
