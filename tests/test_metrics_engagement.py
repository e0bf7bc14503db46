"""The engagement score and who is highly engaged: hand tables, an oracle, laws, attacks."""

from datetime import date, datetime, timedelta
from fractions import Fraction
from math import ceil, log

import made
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import CONTRIBUTIONS, Oracle

from workbench import figures, metrics, sentences
from workbench.engine import community_of_rows
from workbench.period import Month

FEW = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
END = date(2026, 4, 1)  # of March 2026, the month of the hand tables
FRIENDS = ("ana", "ben", "cleo", "dov")


def said(member, day, number=0, *, kind="post", to=None, thread=None):
    return {
        "event_id": f"{member}-{day}-{number}-{kind}-{to}",
        "platform": "chat",
        "member_id": f"chat:{member}",
        "occurred_at": f"{day} 12:00",
        "kind": kind,
        "target_member_id": to and f"chat:{to}",
        "thread_id": thread,
    }


def opened(events, **more):
    coverage = [{"platform": "chat", "from_at": "2025-09-01", "to_at": "2026-04-30"}]
    return community_of_rows({"coverage": coverage, "events": events, **more})


def week(ago, weekday=0):
    """A day in the week that ended so many weeks before the month's end."""
    return END - timedelta(days=7 * ago + 7 - weekday)


def scores(events, **more):
    return metrics.engagement_score(opened(events, **more), month="2026-03").set_index("member_id")


# Hand tables


def test_a_week_counts_once_however_often_somebody_writes_in_it():
    found = scores([said("ana", week(0), n) for n in range(9)] + [said("ben", week(ago)) for ago in (0, 5, 11)])
    assert found.loc["chat:ana", "active_weeks"] == 1
    assert found.loc["chat:ben", "points_weeks"] == 12.5


def test_the_window_is_84_local_days_and_nothing_after_the_month():
    inside, outside = END - timedelta(days=84), END - timedelta(days=85)
    found = scores([said("ana", inside), said("ben", outside), said("cleo", END)])
    assert list(found.index) == ["chat:ana"]


def test_helping_one_person_twice_is_helping_one_person():
    events = [said("ben", week(0)), said("cleo", week(0))]
    events += [said("ana", week(0), n, kind="reply", to="ben") for n in range(5)]
    assert scores(events).loc["chat:ana", "people_helped"] == 1


def test_nobody_helps_or_answers_themselves():
    own = [
        said("ana", week(0)),
        said("ana", week(0), kind="reply", to="ana"),
        said("ana", week(0), 2, kind="reaction", to="ana"),
    ]
    found = scores(own).loc["chat:ana"]
    assert (found["people_helped"], found["people_responded"]) == (0, 0)


def test_two_accounts_of_one_person_do_not_answer_each_other():
    people = [{"member_id": f"chat:{name}", "platform": "chat", "person_id": "p"} for name in ("ana", "ana2")]
    events = [said("ana", week(0)), said("ana2", week(0), kind="reply", to="ana")]
    found = scores(events, members=people)
    assert list(found.index) == ["p"] and found.loc["p", "people_helped"] == 0


def test_a_reaction_is_a_response_but_neither_help_nor_a_contribution():
    events = [said("ana", week(0)), said("ben", week(0), kind="reaction", to="ana")]
    found = scores(events)
    assert found.loc["chat:ana", "people_responded"] == 1
    assert "chat:ben" not in found.index


def test_answers_by_staff_make_nobody_more_engaged():
    staff = [{"member_id": "chat:boss", "platform": "chat", "role": "staff"}]
    events = [said("ana", week(0)), said("boss", week(0), kind="reply", to="ana")]
    found = scores(events, members=staff)
    assert found.loc["chat:ana", "people_responded"] == 0 and list(found.index) == ["chat:ana"]


def test_where_nobody_is_named_the_author_of_the_message_answered_is_helped():
    opener = said("ben", week(1))
    reply = said("ana", week(0), kind="reply", thread=opener["event_id"])
    assert scores([opener, reply]).loc["chat:ana", "people_helped"] == 1


def test_a_deleted_message_gives_no_points_but_one_deleted_later_does():
    gone = said("ana", week(0)) | {"deleted_at": "2026-03-31 13:00"}
    later = said("ben", week(0)) | {"deleted_at": "2026-04-01 00:00"}
    assert list(scores([gone, later]).index) == ["chat:ben"]


def test_who_left_or_is_banned_at_the_end_of_the_month_has_no_score():
    events = [said(name, week(0)) for name in FRIENDS]
    tells = {"imports": [{"import_id": "a", "platform": "chat", "tells_leaves": True, "tells_joins": False}]}
    left = [{"membership_id": "1", "member_id": "chat:ana", "end_at": "2026-03-30", "end_reason": "left"}]
    ban = [{"action_id": "1", "member_id": "chat:ben", "acted_at": "2026-03-30", "action": "ban"}]
    assert list(scores(events, memberships=left, moderation=ban, **tells).index) == ["chat:cleo", "chat:dov"]


def test_ten_contributions_a_day_are_all_the_volume_that_counts():
    flood = [said("ana", week(0), n) for n in range(500)]
    steady = [said("ben", week(0, n % 2), n) for n in range(20)]
    found = scores(flood + steady)
    assert found.loc["chat:ana", "points_volume"] < found.loc["chat:ben", "points_volume"]


def test_without_replies_and_reactions_in_the_export_nobody_is_punished_for_silence_around_them():
    found = scores([said(name, week(ago), n) for name in FRIENDS for ago in range(12) for n in range(4)])
    assert (found["response_factor"] == 1).all()
    assert (found["points_helped"] == 0).all()


def test_who_writes_much_and_meets_no_response_keeps_40_per_cent():
    events = [said(a, week(ago), kind="reply", to=b) for a in FRIENDS for b in FRIENDS if a != b for ago in range(12)]
    events += [said("drip", week(ago), n, kind="reply", to="ana") for ago in range(12) for n in range(20)]
    found = scores(events)
    assert found.loc["chat:drip", "response_factor"] == pytest.approx(0.4)
    assert (found.drop("chat:drip")["response_factor"] == 1).all()
    assert found.index[-1] == "chat:drip"


def test_a_ring_of_newcomers_counts_less_than_people_who_were_there_before():
    old = [said(name, week(ago)) for name in FRIENDS for ago in range(24)]
    old += [said(a, week(ago), kind="reply", to=b) for a in FRIENDS for b in FRIENDS if a != b for ago in range(12)]
    ring = [f"bad{n}" for n in range(4)]
    new = [said(name, week(ago)) for name in ring for ago in range(12)]
    new += [said(a, week(ago), kind="reply", to=b) for a in ring for b in ring if a != b for ago in range(12)]
    found = scores(old + new)
    assert found.loc["chat:ana", "people_helped"] == found.loc["chat:bad0", "people_helped"]
    assert found.loc["chat:ana", "points_helped"] > 2 * found.loc["chat:bad0", "points_helped"]


def test_highly_engaged_are_a_tenth_of_the_active_rounded_up_ties_included():
    steady = [said(f"m{n:02d}", week(ago)) for n in range(11) for ago in (0, 1)]
    found = metrics.highly_engaged(opened(steady), month="2026-03")
    assert len(found) == 11  # all scores are equal: nobody is left out by the order of their names
    ranked = [*steady, said("m03", week(2)), said("m05", week(2)), said("m05", week(3))]
    found = metrics.highly_engaged(opened(ranked), month="2026-03")
    assert list(found["member_id"]) == ["chat:m05", "chat:m03"]
    assert list(found["rank"]) == [1, 2]


def test_one_busy_week_makes_nobody_highly_engaged():
    burst = [said("ana", week(0, n % 7), n) for n in range(70)]
    before = [said("ana", week(ago)) for ago in range(5, 12)]
    few = [said("ben", "2026-03-02"), said("ben", "2026-03-12")]
    assert list(metrics.highly_engaged(opened(burst[:7] + before + few), month="2026-03")["member_id"]) in (
        [["chat:ana"], ["chat:ben"]]
    )
    sunday, monday = said("cleo", "2026-03-08"), said("cleo", "2026-03-09")
    assert "chat:cleo" in set(metrics.highly_engaged(opened([sunday, monday]), month="2026-03")["member_id"])
    same_week = [said("dov", "2026-03-09"), said("dov", "2026-03-15")]
    assert metrics.highly_engaged(opened(same_week), month="2026-03").empty


def test_kept_new_and_lost_are_told_apart_with_both_scores():
    kept = [said("kept", week(ago)) for ago in range(12)]
    new = [said("new", week(ago)) for ago in (0, 1, 2)]
    lost = [said("lost", week(ago)) for ago in range(5, 14)]
    community = opened(kept + new + lost)
    changes = metrics.hem_changes(community, month="2026-03", share=0.99).set_index("member_id")
    assert changes["change"].to_dict() == {"chat:kept": "kept", "chat:new": "new", "chat:lost": "lost"}
    assert changes.loc["chat:lost", "score"] < changes.loc["chat:lost", "score_before"]
    stability = metrics.hem_stability(community, month="2026-03", share=0.99).iloc[0]
    assert stability[["kept", "new", "lost", "numerator", "denominator"]].tolist() == [1, 1, 1, 1, 3]
    assert stability["hem_stability"] == pytest.approx(1 / 3)


def test_stability_without_an_earlier_month_is_null_with_its_reason():
    span = [{"platform": "chat", "from_at": "2026-03-01", "to_at": "2026-03-31"}]
    events = [said("ana", "2026-03-02"), said("ana", "2026-03-12")]
    found = metrics.hem_stability(community_of_rows({"coverage": span, "events": events}), month="2026-03").iloc[0]
    assert pd.isna(found["hem_stability"]) and found["why"] == "why.no_earlier_month"
    quiet = metrics.hem_stability(opened([]), month="2026-03").iloc[0]
    assert pd.isna(quiet["hem_stability"]) and quiet["why"] == "why.nobody"


def test_an_empty_month_has_no_scores_and_says_so_in_both_languages():
    community = opened([])
    score, few = (f(community, month="2026-03") for f in (metrics.engagement_score, metrics.highly_engaged))
    assert score.empty and few.empty
    for language in ("en", "fr"):
        assert sentences.engagement_score(score, language=language)
        assert sentences.highly_engaged(few, language=language)
        assert sentences.score_coverage(score, language=language)
        for draw in (figures.engagement_score, figures.hem_changes, figures.score_spread):
            frame = metrics.hem_changes(community, month="2026-03") if draw is figures.hem_changes else score
            draw(frame, title="", language=language)


def test_a_one_member_community_has_its_score():
    found = scores([said("ana", week(0))])
    assert found.loc["chat:ana", "rank"] == 1
    # Nobody to compare with: a hundredth of the best is oneself, but nobody was helped and nobody responded.
    assert found.loc["chat:ana", "score"] == pytest.approx(50 / 12 + 5 + 10)


# The definition again, in plain Python


def oracle_scores(given, month):
    known, month = Oracle(given, month), Month.parse(month)
    start, trust_start = month.end - timedelta(days=84), month.end - timedelta(days=168)
    days = [(person, day) for person, day in known.contributions if day >= trust_start]
    weeks = {}
    for person, day in days:
        if day >= start:
            weeks.setdefault(person, set()).add((month.end - day - timedelta(days=1)).days // 7)
    covered = {(start - day - timedelta(days=1)).days // 7 for day in known.covered if trust_start <= day < start}
    full = min(6, 1 + len(covered))

    def trust(person):
        before = {(start - day - timedelta(days=1)).days // 7 for who, day in days if who == person and day < start}
        return min(6, 1 + len(before)) / full

    author = {event["event_id"]: event["member_id"] for event in given.rows["events"]}
    threads, helped, responded = {}, {}, {}
    for event in given.rows["events"]:
        if not known.counted(event) or event["kind"] not in (*CONTRIBUTIONS, "reaction"):
            continue
        if known.day(event["occurred_at"]) < start:
            continue
        person, wrote = known.person(event), event["kind"] != "reaction"
        if wrote:
            threads.setdefault(person, set()).add(event.get("thread_id") or event["event_id"])
        to = event.get("target_member_id") or author.get(event.get("reply_to") or event.get("thread_id"))
        other = known.accounts[to]["person"] if to in known.accounts else None
        if other is None or other == person:
            continue
        responded.setdefault(other, set()).add(person)
        if wrote and other in known.eligible:
            helped.setdefault(person, set()).add(other)

    banned = Oracle(given, str(month.next)).banned_at_opening
    rows = []
    for person, active_weeks in weeks.items():
        if not known.month_members.get(person, {}).get("at_closing") or person in banned:
            continue
        own = [day for who, day in days if who == person and day >= start]
        rows.append(
            {
                "member_id": person,
                "active_weeks": len(active_weeks),
                "contributions": len(own),
                "volume": log(1 + sum(min(10, own.count(day)) for day in set(own))),
                "threads": log(1 + len(threads[person])),
                "helped": log(1 + sum(map(trust, helped.get(person, ())))),
                "responded": log(1 + sum(map(trust, responded.get(person, ())))),
                "responders": sum(map(trust, responded.get(person, ()))),
            }
        )
    table = pd.DataFrame(rows)
    if table.empty:
        return {}
    table["score"] = 50 * table["active_weeks"] / 12
    for part, points in (("volume", 5), ("threads", 10), ("helped", 20), ("responded", 15)):
        best = np.percentile(table[part], 99)
        table["score"] += points * (table[part] / best).clip(upper=1) if best else 0
    busy = table[table["contributions"] >= 20]
    usual = busy["responders"].median() if len(busy) else 0
    if usual:
        factor = 0.4 + 0.6 * (table["responders"] / (usual / 4)).clip(upper=1)
        table["score"] *= factor.where(table["contributions"] >= 20, 1)
    return table.set_index("member_id")["score"].to_dict()


@FEW
@given(made.communities(max_events=40), st.sampled_from(made.MONTHS))
def test_the_score_is_the_definition_in_plain_python(given, month):
    found = metrics.engagement_score(given.open(), month=month).set_index("member_id")["score"].to_dict()
    assert found == pytest.approx(oracle_scores(given, month))


@FEW
@given(made.communities(max_events=40), st.sampled_from(made.MONTHS), st.randoms())
def test_the_order_of_rows_and_later_events_change_nothing(given, month, chance):
    # An account closed without a date is a member until its last trace, whenever that is.
    given = given.with_rows(memberships=[row for row in given.rows["memberships"] if row["start_at"] or row["end_at"]])
    before = metrics.engagement_score(given.open(), month=month)
    events = list(given.rows["events"])
    chance.shuffle(events)
    writers = [event["member_id"] for event in events if event["member_id"]]
    later = [
        {"event_id": f"later-{n}", "platform": "chat", "member_id": writer, "kind": "reply",
         "occurred_at": datetime(2026, 7, 1) + timedelta(days=n), "group_id": "chat:general", "deleted_at": None}
        for n, writer in enumerate(writers)
    ]  # fmt: skip
    after = metrics.engagement_score(given.with_rows(events=events + later).open(), month=month)
    pd.testing.assert_frame_equal(before, after)


@FEW
@given(made.communities(max_events=40), st.sampled_from(made.MONTHS))
def test_the_parts_add_up_and_stay_within_their_points(given, month):
    found = metrics.engagement_score(given.open(), month=month)
    parts = sum(found[f"points_{part}"] for part in metrics.SCORE_PARTS)
    assert np.allclose(found["score"], found["response_factor"] * parts)
    for part, most in metrics.SCORE_PARTS.items():
        assert found[f"points_{part}"].between(0, most + 1e-9).all()
    assert found["response_factor"].between(0.4, 1).all()
    assert list(found["rank"]) == list(range(1, len(found) + 1))
    engaged = metrics.highly_engaged(given.open(), month=month)
    assert set(engaged["member_id"]) <= set(found["member_id"])


def circle(given, month, share):
    """The highly engaged of a month: of who was active in two of its weeks, the ⌈share · mau⌉ best scores and ties."""
    known, weeks = Oracle(given, month), {}
    for person, day in known.contributions:
        if known.in_month(day):
            weeks.setdefault(person, set()).add(day.isocalendar()[:2])
    scores = pd.Series(oracle_scores(given, month), dtype=float).round(9)
    scores = scores[[person for person in scores.index if len(weeks.get(person, ())) >= 2]]
    best = scores.nlargest(ceil(Fraction(share) * len(weeks)), keep="all")
    return set(best.index)


@settings(FEW, max_examples=6)
@given(made.busy(), st.sampled_from(("0.1", "0.34", "0.6", "0.99")))
def test_the_circle_and_its_stability_are_what_the_definitions_read(given, share):
    now, before = circle(given, "2026-03", share), circle(given, "2026-02", share)
    if not any(day.month == 2 for day in Oracle(given, "2026-03").covered):
        now = before = set()
    with given.open() as community:
        stable = metrics.hem_stability(community, month="2026-03", share=float(share)).iloc[0]
        changes = metrics.hem_changes(community, month="2026-03", share=float(share))
    kinds = {"kept": now & before, "new": now - before, "lost": before - now}
    assert {kind: set(changes.loc[changes["change"] == kind, "member_id"]) for kind in kinds} == kinds
    assert {kind: stable[kind] for kind in kinds} == {kind: len(people) for kind, people in kinds.items()}
    assert (stable["numerator"], stable["denominator"]) == (len(now & before), len(now | before))
    if now | before:
        assert stable["hem_stability"] == pytest.approx(len(now & before) / len(now | before))
    else:
        assert pd.isna(stable["hem_stability"])
