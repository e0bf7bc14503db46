"""Programmes of the log and what they changed: hand tables, plain Python, laws."""

import random
from datetime import date, datetime, timedelta
from itertools import pairwise

import pandas as pd
import pytest

from workbench import figures, metrics, sentences
from workbench.engine import community_of_rows

MARCH = "2026-03"


def said(member, at, group="plot", number=0, *, kind="post", thread=None):
    at = str(at) if " " in str(at) else f"{at} 12:00"
    event = f"{member} {at} {number} {kind}"
    return {
        "event_id": event,
        "platform": "chat",
        "group_id": group and f"chat:{group}",
        "member_id": f"chat:{member}",
        "occurred_at": at,
        "kind": kind,
        "thread_id": thread or (event if kind == "post" else None),
    }


def noted(at, kind="prompt", group="plot", member=None, note="a note", number=0):
    return {
        "entry_id": f"{kind} {at} {member} {number}",
        "kind": kind,
        "noted_at": at,
        "group_id": group and f"chat:{group}",
        "member_id": member and f"chat:{member}",
        "note": note,
    }


def opened(events, log, *, coverage=("2025-01-01", "2026-06-30"), **tables):
    return community_of_rows(
        {
            "coverage": [{"platform": "chat", "from_at": coverage[0], "to_at": coverage[1]}],
            "members": [{"member_id": "chat:host", "platform": "chat", "role": "staff"}],
            "groups": [{"group_id": "chat:plot", "platform": "chat", "name": "plot"}],
            "events": events,
            "log": log,
            **tables,
        }
    )


def row_of(community, month=MARCH):
    (row,) = metrics.programmes(community, month=month).to_dict("records")
    return row


# Who took part


def test_who_answered_the_team_s_message_took_part_and_who_wrote_of_something_else_did_not():
    prompt = said("host", "2026-03-09 10:20")
    thread = prompt["event_id"]
    events = [
        prompt,
        said("ana", "2026-03-09 11:00", kind="reply", thread=thread),
        said("ana", "2026-03-10 11:00", kind="reply", thread=thread),  # twice is once
        said("ben", "2026-03-12 10:19", kind="reply", thread=thread),
        said("cleo", "2026-03-12 10:20", kind="reply", thread=thread),  # 72 hours are over
        said("dov", "2026-03-09 12:00"),
        said("host", "2026-03-09 13:00", kind="reply", thread=thread),
    ]
    row = row_of(opened(events, [noted("2026-03-09 10:00")]))
    assert (row["participants"], row["known_by"], row["follow_up"]) == (2, "answers", True)


def test_without_a_message_of_the_team_within_an_hour_whoever_wrote_in_the_group_took_part():
    events = [
        said("host", "2026-03-09 11:01"),
        said("ana", "2026-03-09 11:30", kind="reply", thread="host 2026-03-09 11:01 0 post"),
        said("ben", "2026-03-10", "elsewhere"),
        said("cleo", "2026-03-11"),
    ]
    row = row_of(opened(events, [noted("2026-03-09 10:00")]))
    assert (row["participants"], row["known_by"]) == (2, "messages")


def test_those_whom_the_log_names_took_part_and_the_entries_are_one_programme():
    log = [noted("2026-03-09 18:00", "event", None, member) for member in ("ana", "ben", "host")]
    row = row_of(opened([said("ana", "2026-03-01"), said("ben", "2026-03-01"), said("cleo", "2026-03-09")], log))
    assert (row["participants"], row["known_by"]) == (2, "named")  # the team is nobody's participant
    assert pd.isna(row["follow_up"])  # of no group


def test_votes_count_for_polls_and_attendance_of_the_day_for_events():
    events = [
        said("ana", "2026-03-09 09:59", None, kind="poll_vote"),
        said("ben", "2026-03-11 12:00", None, kind="poll_vote"),
        said("cleo", "2026-03-09 23:00", None, kind="attend"),
        said("dov", "2026-03-10 01:00", None, kind="attend"),
    ]
    poll = row_of(opened(events, [noted("2026-03-09 10:00", "poll", None)]))
    assert (poll["participants"], poll["known_by"]) == (1, "votes")
    event = row_of(opened(events, [noted("2026-03-09 18:00", "event", None)]))
    assert (event["participants"], event["known_by"]) == (1, "attendance")


def test_what_leaves_no_trace_is_unknown_and_not_nobody():
    row = row_of(opened([said("ana", "2026-03-09")], [noted("2026-03-09 18:00", "event", None)]))
    assert pd.isna(row["participants"]) and row["why"] == "why.programme_no_trace"
    silent = row_of(opened([said("ana", "2026-02-09")], [noted("2026-03-09 18:00")]))
    assert silent["participants"] == 0 and silent["why"] is None and silent["follow_up"] is False


def test_what_is_not_72_hours_old_has_no_follow_up_yet():
    assert pd.isna(row_of(opened([], [noted("2026-03-29 00:01")]))["follow_up"])
    assert row_of(opened([], [noted("2026-03-29 00:00")]))["follow_up"] is False


def test_other_kinds_and_other_months_are_no_programmes_of_the_month():
    log = [noted("2026-03-09", kind) for kind in ("reward", "outreach", "incident", "training", "routing")]
    assert metrics.programmes(opened([], [*log, noted("2026-04-01"), noted("2026-02-28")]), month=MARCH).empty


# What it changed

DAY = date(2026, 2, 2)


def spread(member, before, during, after):
    """So many contributions in the 14 days before, the four days of taking part, and the 14 days after."""
    events = [said(member, DAY - timedelta(days=1 + n % 14), "else", n) for n in range(before)]
    events += [said(member, DAY + timedelta(days=n % 4), "else", n) for n in range(during)]
    return events + [said(member, DAY + timedelta(days=4 + n % 14), "else", n) for n in range(after)]


def joined(*people):
    """A community in which ten members `p0` … took part; `people`: (name, before, during, after)."""
    log = [noted(f"{DAY} 18:00", "event", None, f"p{n}") for n in range(10)]
    return opened([event for one in people for event in spread(*one)], log)


def effect(community, kind="event", month=MARCH):
    return metrics.programme_effect(community, month=month).set_index("kind").loc[kind]


def test_the_days_of_taking_part_are_no_effect_of_it():
    # All write 10 before and after; participants pour out 30 in the four days, controls 1. Nothing has changed.
    people = [(f"p{n}", 10, 30, 10) for n in range(10)] + [(f"c{n}", 10, 1, 10) for n in range(3)]
    found = effect(joined(*people))
    assert found[["programme_effect", "low", "high"]].tolist() == [0, 0, 0]
    assert (found["participants"], found["judged"], found["unmatched"]) == (10, 1, 0)


def test_the_effect_is_the_change_beyond_that_of_controls_alike():
    people = [(f"p{n}", 10, 1, 16 + n % 2) for n in range(10)] + [("c0", 8, 1, 10), ("c1", 12, 1, 12)]
    people += [("c2", 13, 1, 99), ("c3", 7, 1, 99)]  # more than a fifth away
    found = effect(joined(*people))
    assert found["programme_effect"] == pytest.approx(6.5 - 1)
    assert found["low"] < 5.5 < found["high"] and found["controls_after"] == 11


def test_who_wrote_in_those_days_is_compared_with_who_wrote_too():
    # The silent ones of those days are about to be gone: compared with them every participant would look lifted.
    people = [(f"p{n}", 10, 2, 10) for n in range(10)] + [("c0", 10, 3, 10)] + [(f"s{n}", 10, 0, 0) for n in range(9)]
    assert effect(joined(*people))["programme_effect"] == 0


def test_who_took_part_twice_counts_once_and_is_nobody_s_control():
    people = [(f"p{n}", 10, 2, 10) for n in range(10)] + [("c0", 10, 3, 10)]
    log = [noted(f"{DAY} 18:00", "event", None, f"p{n}", number=n) for n in range(10)]
    again = [noted(f"{DAY} 19:00", "event", None, f"p{n}", number=20 + n) for n in range(10)]
    found = effect(opened([event for one in people for event in spread(*one)], [*log, *again]))
    assert (found["entries"], found["participants"]) == (2, 10)


def test_under_ten_participants_or_days_not_covered_there_is_no_effect_but_a_reason():
    people = [(f"p{n}", 10, 2, 10) for n in range(9)] + [("c0", 10, 3, 10)]
    assert effect(joined(*people, ("p9", 0, 0, 5)))["why"] == "why.programme_few"
    full = [event for one in [(f"p{n}", 10, 2, 10) for n in range(10)] for event in spread(*one)]
    log = [noted(f"{DAY} 18:00", "event", None, f"p{n}") for n in range(10)]
    late = opened(full, log, coverage=(str(DAY - timedelta(days=13)), "2026-06-30"))
    assert effect(late)["why"] == "why.programme_too_young"
    alike = [*full, *spread("c0", 10, 3, 10)]
    assert effect(opened(alike, log), month="2026-02")["why"] is None  # 2 February and 18 days lie in the month
    assert effect(opened(alike, log), month="2026-01")["why"] == "why.programme_none"
    assert effect(opened([], []))["why"] == "why.programme_none"
    assert effect(opened([], [noted("2026-02-02", "event", None)]))["why"] == "why.programme_no_participants"


def test_the_effect_is_the_definition_in_plain_python():
    draw = random.Random(7)
    people = [f"m{n}" for n in range(60)]
    first = datetime(2025, 12, 1)
    minutes = [draw.randrange(110 * 1440) for _ in range(3000)]
    events = [
        said(draw.choice(people[: 5 + n % 55]), f"{first + timedelta(minutes=minute):%Y-%m-%d %H:%M}", "else", n)
        for n, minute in enumerate(minutes)
    ]
    days = [date(2026, 1, 10), date(2026, 2, 3), date(2026, 3, 25)]
    taking = {day: set(draw.sample(people, 20)) for day in days}
    log = [noted(f"{day} 18:00", "contest", None, person) for day in days for person in sorted(taking[day])]
    found = effect(opened(events, log), "contest")

    def written(person, start, end):
        return sum(e["member_id"] == f"chat:{person}" and start <= e["occurred_at"][:10] < end for e in events)

    changes = {}
    for day in days[:2]:  # 25 March is too young
        edges = [str(day + timedelta(days=n)) for n in (-14, 0, 4, 18)]
        counts = {p: [written(p, a, b) for a, b in pairwise(edges)] for p in people}
        for person in taking[day]:
            before, during, after = counts[person]
            alike = [
                c
                for p, c in counts.items()
                if p not in taking[day]
                and c[0] + c[1] > 0
                and (c[1] > 0) == (during > 0)
                and (abs(c[0] - before) <= before / 5 or abs(c[0] - before) <= 1)
            ]
            if alike and before + during > 0:
                others = sum(c[2] - c[0] for c in alike) / len(alike)
                changes.setdefault(person, []).append(after - before - others)
    means = pd.Series([sum(one) / len(one) for one in changes.values()])
    assert found["participants"] == len(means) > 10
    assert found["programme_effect"] == pytest.approx(means.mean())
    assert found["high"] - found["low"] == pytest.approx(2 * _t(len(means)) * means.std() / len(means) ** 0.5)


def _t(n: int) -> float:
    from scipy.stats import t

    return float(t.ppf(0.975, n - 1))


def test_later_events_change_no_earlier_month():
    people = [(f"p{n}", 10, 2, 10) for n in range(10)] + [("c0", 10, 3, 10)]
    events = [event for one in people for event in spread(*one)]
    log = [noted(f"{DAY} 18:00", "event", None, f"p{n}") for n in range(10)]
    later = [said(f"p{n}", "2026-04-05") for n in range(10)]
    plain, more = (
        metrics.programme_effect(opened(e, entries), month=MARCH)
        for e, entries in ((events, log), (events + later, [*log, noted("2026-04-05")]))
    )
    pd.testing.assert_frame_equal(plain, more)


# Words and pictures


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_note_that_names_somebody_is_masked_and_every_case_is_said(language):
    log = [noted("2026-03-09 18:00", "event", None, note="Ana <b>Orme</b> sang, ana@x.org")]
    programmes = metrics.programmes(opened([], log), month=MARCH)
    rows = sentences.programme_rows(programmes, language=language, names=["Ana"])
    assert "Ana" not in rows.to_string() and "ana@" not in rows.to_string()
    people = [(f"p{n}", 10, 1, 16 + n % 2) for n in range(10)] + [("c0", 10, 1, 10)]
    effects = metrics.programme_effect(joined(*people), month=MARCH)
    for frame in (effects, metrics.programme_effect(opened([], []), month=MARCH)):
        title = sentences.programme_effect(frame, language=language)
        assert title.endswith(".") and "nan" not in title
        assert figures.programme_effect(frame, title=title, language=language).to_json()
        assert len(sentences.programme_effect_rows(frame, language=language)) == (frame["entries"] > 0).sum()
    for frame in (programmes, programmes.head(0)):
        assert sentences.programmes(frame, language=language).endswith(".")
