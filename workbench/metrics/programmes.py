"""Programmes: the events, prompts, polls, contests and rule changes of the log, who took part, and what it changed."""

import numpy as np
import pandas as pd

from workbench.engine import Community
from workbench.period import Month, midnight

KINDS = ("event", "prompt", "poll", "contest", "rule_change")
FEW_PARTICIPANTS = 10
"""With fewer participants who have controls, no effect is given."""


def programmes(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Who took part in what the team set up this month, and did a conversation follow?

    One row an entry of the log of the month, in order of time: `entry_id`, `kind` (event, prompt, poll, contest,
    rule_change), `noted_at_local`, `group_id`, `group_name`, `note`, `participants` (people who count), `known_by`
    (named: by the log; votes: of a poll, within 72 hours; attendance: recorded on that day; answers: to the team's
    message in the group, within 72 hours; messages: in the group within 72 hours; null when nobody took part),
    `follow_up` (a conversation with an answer began in the group within 72 hours; null without a group or before 72
    hours are over), `why` (of null participants: the entry names neither people nor a group, and nobody voted or is
    recorded as attending).
    Entries of one kind, time, group and note are one. Who only read, or took part elsewhere, is not seen.

    >>> programmes(_garden_party(), month="2026-03")[["kind", "participants", "known_by", "follow_up"]].values.tolist()
    [['prompt', 1, 'answers', True]]
    """
    month = Month.parse(month)
    rows = _rows(community, month, month)
    once = ["entry_id", "kind", "noted_at_local", "group_id", "group_name", "note", "follow_up"]
    entries = rows[once].drop_duplicates("entry_id").set_index("entry_id", drop=False)
    people = rows.groupby("entry_id")["member_id"].nunique()
    ways = rows.groupby("entry_id")["known_by"].min()
    known = (people > 0).reindex(entries.index) | entries["group_id"].notna()
    frame = entries.assign(
        participants=people.reindex(entries.index).astype("Int64").where(known),
        known_by=ways.reindex(entries.index).astype(object),
        follow_up=entries["follow_up"].astype("boolean"),
        why=pd.Series(None, index=entries.index, dtype=object).where(known, "why.programme_no_trace"),
    )
    for name in ("known_by", "why"):
        frame[name] = frame[name].astype(object).where(frame[name].notna(), None)
    first = [column for column in once if column != "follow_up"]
    return frame[[*first, "participants", "known_by", "follow_up", "why"]].reset_index(drop=True)


def programme_effect(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Do people contribute more after an event, prompt, poll, contest or rule change than others like them?

    Five rows, one a kind: `kind`, `programme_effect` (contributions in the 14 local days after less those in the 14
    before, mean over participants, less the same of their controls), `low`, `high` (95 %, Student's t over the
    participants), `why`, `entries` (in the log, of the twelve months before the month's end), `judged` (of them, with
    all days covered and over, and participants), `participants` (people in the mean; who took part several times counts
    once, by the mean of the times), `unmatched` (people with nobody like them, or silent all along), `before`, `after`,
    `controls_before`, `controls_after` (means of contributions), `follow_up_share` (entries followed by a conversation
    within 72 hours), `followed`, `follow_up_known` (its counts).

    The four local days that 72 hours touch are in neither window: taking part is no effect of it. Controls did not take
    part, had contributed as much in the same 14 days before, a fifth (or one) more or less, and wrote in the four days
    if the participant did. Null under 10 participants. An association: who takes part may have been about to be active.

    Source: difference in differences with matching; Heckman, Ichimura & Todd 1997, Review of Economic Studies 64.

    >>> effects = programme_effect(_garden_party(), month="2026-04").set_index("kind")
    >>> effects.loc[["prompt"], ["entries", "participants", "why"]].values.tolist()
    [[1, 1, 'why.programme_few']]
    """
    month = Month.parse(month)
    rows = _rows(community, month, month.back(11))
    frame = pd.DataFrame([_effect(kind, rows[rows["kind"] == kind]) for kind in KINDS])
    why = frame["why"].astype(object)
    return frame.assign(why=why.where(why.notna(), None))


def _rows(community: Community, month: Month, first: Month) -> pd.DataFrame:
    """Entries since a month and their participants, a row each."""
    return community.ask(
        "programme_effect", month=month, entries_start_at=midnight(first.start, community.settings.timezone)
    )


def _effect(kind: str, rows: pd.DataFrame) -> dict:
    entries = rows.drop_duplicates("entry_id")
    judged = rows[rows["judged"].astype(bool) & rows["member_id"].notna()]
    parts = ["before", "after", "controls_before", "controls_after"]
    matched = judged[judged["controls"] > 0]
    each = matched.astype(dict.fromkeys(parts, "float64")).groupby("member_id")[parts].mean()
    changes = (each["after"] - each["before"]) - (each["controls_after"] - each["controls_before"])
    n = len(changes)
    enough = n >= FEW_PARTICIPANTS
    effect = changes.mean() if enough else np.nan
    half = _half_width(changes) if enough else np.nan
    followed = entries["follow_up"].dropna().astype(bool)
    if enough:
        why = None
    elif entries.empty:
        why = "why.programme_none"
    elif rows["member_id"].isna().all():
        why = "why.programme_no_participants"
    elif judged.empty:
        why = "why.programme_too_young"
    else:
        why = "why.programme_few"
    return {
        "kind": kind,
        "programme_effect": effect,
        "low": effect - half,
        "high": effect + half,
        "why": why,
        "entries": len(entries),
        "judged": judged["entry_id"].nunique(),
        "participants": n,
        "unmatched": judged["member_id"].nunique() - n,
        **{name: each[name].mean() if n else np.nan for name in parts},
        "follow_up_share": followed.mean() if len(followed) else np.nan,
        "followed": int(followed.sum()),
        "follow_up_known": len(followed),
    }


def _half_width(changes: pd.Series) -> float:
    """Half the 95 % interval of a mean."""
    from scipy.special import stdtrit

    return float(stdtrit(len(changes) - 1, 0.975) * changes.std(ddof=1) / len(changes) ** 0.5)


def _garden_party() -> Community:
    """The host asks what grows; Ana answers, Bo writes of something else that day."""
    from workbench.engine import community_of_rows

    shared = {"platform": "chat", "group_id": "chat:plot"}
    said = [
        ("1", "host", None, "2026-03-09 10:00"),
        ("2", "ana", "1", "2026-03-09 12:00"),
        ("3", "bo", None, "2026-03-09 13:00"),
        ("4", "ana", None, "2026-03-20 10:00"),
    ]
    return community_of_rows(
        {
            "coverage": [{"platform": "chat", "from_at": "2026-02-01", "to_at": "2026-04-30"}],
            "members": [{"member_id": "chat:host", "platform": "chat", "role": "owner"}],
            "log": [{"entry_id": "a", "kind": "prompt", "noted_at": "2026-03-09 10:00", "group_id": "chat:plot"}],
            "events": [
                {"event_id": event, "kind": "reply" if thread else "post", "member_id": f"chat:{member}",
                 "thread_id": thread or event, "occurred_at": at, **shared}
                for event, member, thread, at in said
            ],
        }
    )  # fmt: skip
