"""Responses and dialogue: who asks, how soon another human answers, whether members or staff do, what stays open.

An opener is, in forums, mailing lists and topic-based chat, a post by an eligible member that starts a topic; in other
chat, one at top level that reads like a question, French or English (`base/month/openers.sql`). Option
`questions_only` asks the latter everywhere. A response is a message in its thread, or in explicit reply to it, by
another human, staff included. Where an export links no message to another, nothing can be said: the numbers are null.
"""

import re
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from math import log

import numpy as np
import pandas as pd

from workbench.engine import Community
from workbench.metrics.intervals import median_wait, rate
from workbench.period import Month, midnight

LOOP_DAYS = 90
SIMILAR_DAYS = 180
SIMILAR_PAIRS = 20_000  # as in may_know.sql
ASKED, BEST = 3, 3  # people named with an unanswered opener; openers of each that speak for them


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
    median = median_wait(hours, answered, waiting)
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
    """Which openers of the month still wait for an answer, the oldest first, and who may know?

    One row an opener without an answer at the month's end, 24 hours old or more: `event_id`, `opened_at` (UTC),
    `opened_at_local` (in the community's time zone), `waiting_hours`, `waiting_over_hours` (24, 72 or 168: the last
    mark passed), `member_id` (the person who asks), `display_name`, `group_id`, `group_name`, `platform`, `text` (the
    first 160 characters, unmasked, for `actions.xlsx` and no page; null when the export has none); and up to three
    members who answered similar openers, the most fitting first, as lists of equal length: `may_know` (member ids),
    `may_know_names`, `may_know_words` (for each, the words that the opener shares with those they answered). An answer
    given elsewhere, or by a reaction, is not seen.

    Similar: at least two words and a third of what the opener is about in common with an opener of the last 180 days,
    where a word weighs more the rarer it is, and one that more than one opener in fifty uses nothing; of each member
    the three most similar ones speak. Those named are members who count, are still here and were active in the last 90
    days; never the one who asks, nobody whom the settings exclude. Words are compared, not meanings.

    >>> found = unanswered(_asked(), month="2026-01")
    >>> found[["event_id", "member_id", "waiting_over_hours", "may_know"]].values.tolist()
    [['2', 'discourse:b', 168, []]]
    """
    waiting = community.ask("unanswered", month=month, questions_only=questions_only)
    lists: dict[str, list] = {"may_know": [], "may_know_names": [], "may_know_words": []}
    suggest = _suggest(community, Month.parse(month)) if len(waiting) else None
    for row in waiting.itertuples():
        named = suggest(row.text, row.member_id) if isinstance(row.text, str) else []
        for column, values in zip(lists, zip(*named, strict=True) if named else ((), (), ()), strict=True):
            lists[column].append(list(values))
    return waiting.assign(**{column: pd.Series(values, dtype=object) for column, values in lists.items()})


def _suggest(community: Community, month: Month):
    """Text and asker → [(member_id, display_name, words)], from the openers that members answered lately."""
    for days in (14, SIMILAR_DAYS):  # where so much is answered, the newest pairs are all of the last days
        answered = community.ask(
            "may_know",
            month=month,
            similar_start_at=midnight(month.end - timedelta(days=days), community.settings.timezone),
            ninety_days_before=month.end - timedelta(days=90),
        )
        if len(answered) >= SIMILAR_PAIRS:
            break
    answered = answered[answered["text"].notna()]
    texts = answered.drop_duplicates("event_id").set_index("event_id")["text"]
    words = {event: _words(text) for event, text in texts.items()}
    used = Counter(word for found in words.values() for word in found)
    rare = {word: log(len(words) / n) + 1 for word, n in used.items() if n <= max(2, len(words) / 50)}
    holding = defaultdict(list)
    for event, found in words.items():
        for word in found & rare.keys():
            holding[word].append(event)
    people = answered.groupby("event_id")["member_id"].agg(list).to_dict()
    names = dict(zip(answered["member_id"], answered["display_name"], strict=True))

    def suggest(text: str, asker: str) -> list[tuple]:
        about = _words(text) & rare.keys()
        shared = defaultdict(set)
        for word in about:
            for event in holding[word]:
                shared[event].add(word)
        similar = defaultdict(list)  # member → (weight of the words in common, those words), an opener each
        for event, common in shared.items():
            weight = sum(rare[word] for word in sorted(common))
            if len(common) >= 2 and 3 * weight >= sum(rare[word] for word in sorted(about)):
                for member in people[event]:
                    similar[member].append((weight, sorted(common)))
        best = {member: sorted(found, reverse=True)[:BEST] for member, found in similar.items() if member != asker}
        order = sorted(best, key=lambda member: (-sum(weight for weight, _ in best[member]), member))
        return [(member, names[member], _told(best[member], rare)) for member in order[:ASKED]]

    return suggest


def _told(openers: list[tuple], rare: dict[str, float]) -> str:
    """The words that some openers share with another, the rarest first; at most four."""
    words = {word for _, common in openers for word in common}
    return ", ".join(sorted(words, key=lambda word: (-rare[word], word))[:4])


def _words(text: str) -> set[str]:
    """The words of a text that may tell what it is about: four letters or more, without links and mentions."""
    plain = re.sub(r"https?://\S+|<[^>]*>|[@#]\S+", " ", text.lower())
    return set(re.findall(r"[^\W\d_]{4,}", plain))


def inferred_links(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Where are the answers inferred, and not told by the export?

    One row a platform of un-threaded chat: `platform`, `messages` (of the month, by humans), `links` (those that the
    conversation rule takes to answer another person; who goes on after an own message is not counted). No row: nothing
    is inferred. Source: the rule replies 2, a conditional logit (`base/month/inferred_replies.sql`), measured in
    benchmarks/REPLIES.md.

    >>> inferred_links(_asked(), month="2026-01").empty
    True
    """
    return community.ask("inferred_links", month=month)


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


def reply_rate(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How many threads get a reply?

    One row: `reply_rate` (share), `numerator` (threads with a message by another human, staff included, within 72
    hours), `denominator` (threads that eligible members started in the month, at least 72 hours old at its end), `low`,
    `high` (95 % Wilson), `why`. A thread is any post at top level, whether it asks or not: in chat most want no reply,
    so the share is low there. In un-threaded chat a thread is what begins something, and answers are inferred
    (`inferred_links`). Threads of other platforms whose export links no answers are in neither.

    >>> float(reply_rate(_asked(), month="2026-01")["reply_rate"].iloc[0])
    0.5
    """
    return rate(community.ask("reply_rate", month=month), "reply_rate")


def reaction_rate(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How many messages meet a reaction?

    One row: `reaction_rate` (share), `numerator` (messages to which another human reacted before the month's end),
    `denominator` (posts and replies of eligible members in the month), `low`, `high` (95 % Wilson), `why`. Where the
    export counts reactions without their givers, one by the author cannot be told apart, and counts. Messages of
    platforms whose exports hold no reaction at all are in neither. A reaction may be a laugh, a thanks or a protest.

    >>> reaction_rate(_asked(), month="2026-01")["why"].iloc[0]
    'why.dialogue_no_reactions'
    """
    return rate(community.ask("reaction_rate", month=month), "reaction_rate")


def open_loops(community: Community, *, month: str | Month) -> pd.DataFrame:
    """What did the team promise, or note, that nobody has closed?

    One row a loop still open at the month's end, the oldest first: `loop_id`, `kind` (promise, outreach, routing,
    incident), `opened_at` (UTC), `opened_at_local`, `age_days`, `member_id` and `display_name` (who promised; of an
    entry of the log, whom it is about), `group_id`, `group_name`, `text` (the first 160 characters of the promise or
    the note, unmasked, for the work list and no page).

    A promise is a message of the team (staff, moderators, ambassadors) of the 90 local days before the month's end that
    says so in French or English ("I'll get back to you", "je reviens vers vous", "je fais remonter"). It is closed by
    the team's next message in the same thread that is no promise itself. An entry is closed by its date or a status
    such as "closed", "answered", « clos »; open ones stay on the list however old. A promise in other words, or kept
    in private, is not seen.

    >>> open_loops(_promised(), month="2026-01")[["loop_id", "kind", "age_days"]].values.tolist()
    [['2', 'promise', 26.0]]
    """
    loops = _loops(community, month)
    still = loops[~loops["is_closed"].astype(bool)]
    return still.drop(columns=["closed_at", "is_closed", "closed_days"]).reset_index(drop=True)


def loops_closed(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How many of its promises and notes does the team close, and how fast?

    One row: `loops_closed` (share), `numerator` (closed before the month's end), `denominator` (promises and entries of
    the log, as in `open_loops`, of the 90 local days before it), `low`, `high` (95 % Wilson), `why`, `median_days`
    (Kaplan–Meier median of the days to closing; the open ones have waited until the month's end; entries closed without
    a date are left out of it; null when fewer than half are closed).

    >>> loops_closed(_promised(), month="2026-01")[["loops_closed", "median_days"]].values.tolist()
    [[0.5, 2.0]]
    """
    loops = _loops(community, month)
    loops = loops[loops["opened_at"] >= _loops_start_at(community, month)]
    closed = loops["is_closed"].astype(bool)
    counts = pd.DataFrame(
        {"numerator": [int(closed.sum())], "denominator": [len(loops)], "why": ["why.dialogue_no_loops"]}
    )
    dated = loops[~closed | loops["closed_days"].notna()]
    waits = dated.assign(days=dated["closed_days"].fillna(dated["age_days"]), ended=dated["closed_days"].notna())
    table = waits.groupby("days", as_index=False)["ended"].agg(["sum", "count"])
    waiting = table["count"][::-1].cumsum()[::-1]
    median = median_wait(table["days"].to_numpy(), table["sum"].to_numpy(), waiting.to_numpy())
    return rate(counts, "loops_closed").assign(median_days=pd.Series([median], dtype="float64"))


def _loops(community: Community, month: str | Month) -> pd.DataFrame:
    return community.ask("open_loops", month=month, loops_start_at=_loops_start_at(community, month))


def _loops_start_at(community: Community, month: str | Month) -> datetime:
    return midnight(Month.parse(month).end - timedelta(days=LOOP_DAYS), community.settings.timezone)


def owner_effort(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How much time, at least, do owners and the team give each group?

    One row a group and ISO week of the month (a week belongs to the month of its Thursday): `group_id`, `group_name`,
    `week` (its Monday), `minutes` (a lower bound, over all of them), `people`, `sessions`, `actions`, `partial` (not
    all days of the week are covered, or it ends after the month), `under_an_hour` (under 60 minutes; null for a partial
    week), `why`. Weeks without any action are there with 0. Ordered by name of the group and week.

    Who: the group's owners where the export names them, staff and moderators. Their messages, reactions with a time of
    their own, visits and acts of moderation; those of one person in one group at most 30 minutes apart are a session,
    which lasts from the first to the last, at least 5 minutes. Reading, preparing and private talks are not seen. Left
    out: archived and read-only groups, private conversations, groups nobody ever wrote in. Null where nobody is known
    as owner, staff or moderator.

    >>> owner_effort(_promised(), month="2026-01")[["week", "minutes", "sessions"]].astype(str).values.tolist()[1]
    ['2026-01-05', '15.0', '3']
    """
    month = Month.parse(month)
    start, end = _monday_of_first_thursday(month), _monday_of_first_thursday(month.next)
    zone = community.settings.timezone
    return community.ask(
        "owner_effort",
        month=month,
        weeks_start=start,
        weeks_end=end,
        weeks_start_at=midnight(start, zone),
        weeks_end_at=midnight(end, zone),
    )


def _monday_of_first_thursday(month: Month) -> date:
    """The Monday of the first ISO week that belongs to a month."""
    thursday = month.start + timedelta(days=(3 - month.start.weekday()) % 7)
    return thursday - timedelta(days=3)


def _promised() -> Community:
    """A chat in which the host promises two answers and gives one of them two days later."""
    from workbench.engine import community_of_rows

    shared = {"platform": "chat", "group_id": "chat:help"}
    said = [
        ("1", "ana", None, "2026-01-04 10:00", "Can we print it?"),
        ("2", "host", "1", "2026-01-06 00:00", "I'll get back to you."),
        ("3", "ana", None, "2026-01-07 10:00", "Et la date ?"),
        ("4", "host", "3", "2026-01-07 11:00", "Je reviens vers vous demain."),
        ("5", "host", "3", "2026-01-09 11:00", "Le 12 mars."),
    ]
    return community_of_rows(
        {
            "coverage": [{"platform": "chat", "from_at": "2025-11-01", "to_at": "2026-01-31"}],
            "members": [{"member_id": "chat:host", "platform": "chat", "role": "owner"}],
            "groups": [{**shared, "name": "help"}],
            "events": [
                {"event_id": event, "kind": "reply" if thread else "post", "member_id": f"chat:{member}",
                 "thread_id": thread or event, "occurred_at": at, **shared}
                for event, member, thread, at, _ in said
            ],
            "messages": [{"event_id": event, "occurred_at": at, "text": text} for event, _, _, at, text in said],
        }
    )  # fmt: skip


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
