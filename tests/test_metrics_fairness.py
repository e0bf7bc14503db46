"""Layers, ladder, roles, whom the team answers, rewards, replies: hand tables, plain Python, laws."""

from datetime import date, timedelta

import made
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import Oracle

from workbench import figures, metrics, sentences
from workbench.engine import community_of_rows
from workbench.metrics.fairness import ASKERS
from workbench.words import catalogue

FEW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
END = date(2026, 4, 1)  # of March 2026, the month of the hand tables


def said(member, at, number=0, *, kind="post", thread=None, to=None):
    at = str(at) if " " in str(at) else f"{at} 12:00"
    return {
        "event_id": f"{member} {at} {number} {kind}",
        "platform": "forum",
        "member_id": f"forum:{member}",
        "occurred_at": at,
        "kind": kind,
        "thread_id": thread or (f"{member} {at} {number} {kind}" if kind == "post" else None),
        "target_member_id": to and f"forum:{to}",
    }


def opened(events, *, joined=(), left=(), roles=(), **more):
    """A forum from January on; `joined` and `left`: (member, day); `roles`: (member, role)."""
    names = {event["member_id"].removeprefix("forum:") for event in events}
    names |= {name for name, _ in (*joined, *left, *roles)}
    stays = [{"member_id": f"forum:{name}", "start_at": at, "membership_id": f"{name} in"} for name, at in joined]
    stays += [
        {"member_id": f"forum:{name}", "end_at": at, "end_reason": "left", "membership_id": f"{name} out"}
        for name, at in left
    ]
    rows = {
        "coverage": [{"platform": "forum", "from_at": "2026-01-01", "to_at": "2026-04-30"}],
        "imports": [{"import_id": "a", "source": "discourse", "platform": "forum", "tells_leaves": True}],
        "members": [
            {"member_id": f"forum:{name}", "platform": "forum", "role": dict(roles).get(name)} for name in sorted(names)
        ],
        "memberships": stays,
        "events": events,
        **more,
    }
    return community_of_rows(rows)


# Onion


def layers(*counts):
    events = [said(f"m{person:02d}", "2026-03-05", n) for person, count in enumerate(counts) for n in range(count)]
    return metrics.onion(opened(events), month="2026-03").set_index("layer")


def test_the_core_is_the_fewest_people_who_reach_80_per_cent():
    # 80 + 15 + 5: the first alone reaches exactly 80 %, the second exactly 95 %. Taking "more than" would add one.
    found = layers(80, 15, 5)
    assert found["people"].to_dict() == {"core": 1, "regular": 1, "casual": 1}
    assert layers(79, 16, 5)["people"].to_dict() == {"core": 2, "regular": 0, "casual": 1}
    assert found["contributions_share"].tolist() == [0.8, 0.15, 0.05]


def test_a_month_without_contributions_has_no_shares():
    found = metrics.onion(opened([said("a", "2026-02-05")]), month="2026-03")
    assert found["people"].sum() == 0 and found["people_share"].isna().all()


# Ladder


def test_every_step_of_the_ladder_by_hand():
    events = [said("core", f"2026-02-{day:02d}") for day in range(1, 21)]
    events += [said("core", f"2026-03-{day:02d}") for day in range(1, 21)]
    events += [said("falls", "2026-02-11", n) for n in range(20)] + [said("falls", "2026-03-11")]
    events += [said("new", "2026-03-12"), said("last", "2026-02-12")]
    joined = [("new", "2026-03-10"), ("last", "2026-02-10"), ("mute", "2025-06-01"), ("bounced", "2026-03-02")]
    left = [("bounced", "2026-03-20"), ("gone", "2026-03-05")]
    joined += [("gone", "2025-06-01"), ("core", "2025-06-01"), ("falls", "2025-06-01")]
    found = metrics.ladder(opened(events, joined=joined, left=left), month="2026-03")
    moves = found[found["numerator"] > 0].set_index(["step_before", "step"])["numerator"].to_dict()
    assert moves == {
        ("core", "core"): 1,
        ("core", "regular"): 1,  # "falls": 20 of 41 contributions before, 1 of 22 now, up to 95 % with the core's 20
        ("newcomer", "silent"): 1,  # who joined last month is no newcomer any more, though the last 28 days hold more
        ("silent", "silent"): 1,
        ("silent", "left"): 1,
        ("outside", "newcomer"): 1,
        ("outside", "left"): 1,  # joined and left within the month
    }


def test_without_any_day_of_last_month_nobody_moved_and_the_reason_is_given():
    found = metrics.ladder(opened([said("a", "2026-01-05")]), month="2026-01")
    assert found["ladder"].isna().all() and set(found["why"]) == {"why.no_earlier_month"}
    assert found["numerator"].isna().all()  # and not 0


@FEW
@given(made.communities(max_events=40), st.sampled_from(made.MONTHS[1:]))
def test_the_ladder_and_the_onion_are_their_definitions_in_plain_python(given, month):
    known, community = Oracle(given, month), given.open()
    before_start = (known.start - timedelta(days=1)).replace(day=1)

    def onion(first, end):
        counts = {}
        for person, day in known.contributions:
            if first <= day < end:
                counts[person] = counts.get(person, 0) + 1
        total, so_far, made_of = sum(counts.values()), 0, {}
        for person in sorted(counts, key=lambda one: (-counts[one], one)):
            made_of[person] = "core" if so_far < 0.8 * total - 1e-9 else "regular"
            if so_far >= 0.95 * total - 1e-9:
                made_of[person] = "casual"
            so_far += counts[person]
        return made_of

    now, then = onion(known.start, known.end), onion(before_start, known.start)
    found = metrics.onion(community, month=month).set_index("layer")["people"].to_dict()
    assert found == {layer: list(now.values()).count(layer) for layer in ("core", "regular", "casual")}
    moves = metrics.ladder(community, month=month)
    if not any(before_start <= day < known.start for day in known.covered):
        assert moves["numerator"].isna().all()
        return
    first = {
        stay["person_id"]: stay["joined_on"]
        for stay in known.stays
        if stay["stay"] == 1 and stay["join_kind"] != "opening"
    }
    expected = {}
    for person, facts in known.month_members.items():
        joined = first.get(person, date.min)
        old = "newcomer" if joined >= before_start else then.get(person, "silent")
        new = "newcomer" if joined >= known.start else now.get(person, "silent")
        pair = (old if facts["at_opening"] else "outside", new if facts["at_closing"] else "left")
        expected[pair] = expected.get(pair, 0) + 1
    counts = moves[moves["numerator"] > 0].set_index(["step_before", "step"])["numerator"].to_dict()
    assert counts == expected
    assert moves.groupby("step_before")["ladder"].sum().round(9).isin([0, 1]).all()


# Roles

HELPERS = ("ana", "ben", "cleo", "dov")


def helping(**more):
    """Ana helps five people each week, Ben one; Cleo and Dov only write."""
    asked = [said(f"asker{n}", "2026-03-02") for n in range(5)]
    weeks = [END - timedelta(days=7 * ago + 3) for ago in range(4)]
    events = asked + [said(name, day) for name in HELPERS for day in weeks]
    events += [said("ana", day, n, kind="reply", to=f"asker{n}") for day in weeks for n in range(5)]
    events += [said("ben", day, kind="reply", to="asker0") for day in weeks]
    return opened(events, **more)


def candidates(community):
    return set(metrics.role_candidates(community, month="2026-03")["member_id"])


def test_only_the_quarter_who_help_most_are_candidates():
    assert candidates(helping()) == {"forum:ana", "forum:ben"}  # of nine with a score, seven help nobody


@pytest.mark.parametrize(
    ("action", "acted_at", "keeps_out"),
    [
        ("warn", "2026-03-20", True),
        ("flag", "2026-03-20", False),  # somebody's report is no sanction
        ("warn", "2025-10-03 00:00", True),  # the first of the 180 days
        ("warn", "2025-10-02 23:59", False),
        ("warn", "2026-04-01", False),  # not known yet
    ],
)
def test_a_sanction_in_180_days_keeps_out(action, acted_at, keeps_out):
    act = {"action_id": "1", "member_id": "forum:ana", "acted_at": acted_at, "action": action}
    assert ("forum:ana" not in candidates(helping(moderation=[act]))) == keeps_out


def test_who_has_a_role_or_rests_in_two_of_four_weeks_is_no_candidate():
    assert candidates(helping(roles=[("ana", "moderator")])) == {"forum:ben"}
    burst = [said("eve", END - timedelta(days=7 * ago + 3), kind="reply", to="a") for ago in (0, 2)]
    assert candidates(opened([said("a", "2026-03-02"), *burst])) == set()


def test_without_any_moderation_in_the_data_nobody_s_record_is_known():
    assert not metrics.role_candidates(helping(), month="2026-03")["sanctions_known"].any()


ACTS = ("warn", "remove", "mute", "ban", "unban", "flag")


@settings(FEW, max_examples=8)
@given(
    made.busy(),
    st.lists(
        st.tuples(st.sampled_from(ACTS), st.sampled_from((-181, -180, -180, -1, 0)), st.integers(0, 3)),
        min_size=2,
        max_size=5,
    ),
    st.sampled_from((None, "moderator", "ambassador")),
)
def test_candidates_for_a_role_are_what_the_definition_reads(given, acts, role):
    known = Oracle(given, "2026-03")
    moderation = given.rows["moderation"] + [
        {"action_id": f"act {n}", "acted_at": known.instant(known.end + timedelta(days=days)), "action": action,
         "member_id": f"chat:busy-{who}"}
        for n, (action, days, who) in enumerate(acts)
    ]  # fmt: skip
    members = [*given.rows["members"], {"member_id": "chat:busy-0", "platform": "chat", "role": role}]
    given = given.with_rows(moderation=moderation, members=members)
    known = Oracle(given, "2026-03")
    with given.open() as community:
        scores = metrics.engagement_score(community, month="2026-03").set_index("member_id")
        found = metrics.role_candidates(community, month="2026-03")
    days = pd.DataFrame(known.contributions, columns=["person", "day"])
    days["ago"] = [(known.end - day).days for day in days["day"]]
    weeks = days[days["ago"] <= 28].groupby("person")["ago"].agg(lambda ago: len(set((ago - 1) // 7)))
    acted = pd.DataFrame(moderation, columns=["member_id", "acted_at", "action"])
    late = acted["acted_at"].map(lambda at: timedelta() < known.end_at - at)
    since = known.instant(known.end - timedelta(days=180))
    punished = acted[late & (acted["acted_at"] >= since) & acted["action"].isin(["warn", "remove", "mute", "ban"])]
    sanctioned = {known.accounts[one]["person"] for one in punished["member_id"] if one in known.accounts}
    roled = {facts["person"] for facts in known.accounts.values() if facts["role"] != "member"}
    helped = scores["points_helped"]
    chosen = scores[(helped >= helped.quantile(0.75)) & (helped > 0) & (weeks.reindex(scores.index) >= 3)]
    chosen = chosen.drop(index=sanctioned | roled, errors="ignore").reset_index()
    chosen = chosen.sort_values(["points_helped", "people_helped", "member_id"], ascending=[False, False, True])
    assert found["member_id"].tolist() == chosen["member_id"].tolist()
    assert found["rank"].tolist() == list(range(1, len(chosen) + 1))
    assert found["weeks_of_4"].tolist() == weeks.reindex(chosen["member_id"]).tolist()
    assert (found["sanctions_known"] == late.any()).all()


# Whom the team answers


def asked_and_answered(team, *, newcomer_joined="2026-03-01"):
    """The star (highly engaged) asks 20 times, the new one once, the other 20 times; `team`: (who, number, hours)."""
    asks = [said("star", f"2026-03-{1 + n:02d} 08:00") for n in range(20)]
    asks += [said("other", f"2026-03-{1 + n // 4:02d} 09:0{n % 4}") for n in range(20)]
    asks += [said("new", "2026-03-20 10:00")]
    of = {name: [one for one in asks if one["member_id"] == f"forum:{name}"] for name in ("star", "other", "new")}
    answers = []
    for place, (who, number, hours) in enumerate(team):
        opener = of[who][number]
        at = pd.Timestamp(opener["occurred_at"]) + pd.Timedelta(hours=hours)
        answers.append(said("boss", str(at), place, kind="reply", thread=opener["event_id"]))
    joined = [("star", "2025-06-01"), ("other", "2025-06-01"), ("new", newcomer_joined)]
    return opened(asks + answers, joined=joined, roles=[("boss", "staff")])


def gaps(community, month="2026-03"):
    return metrics.favouritism_gap(community, month=month).set_index("askers")


def test_the_gap_counts_answers_of_the_team_within_72_hours():
    team = [("star", n, 1) for n in range(10)] + [("star", 11, 72), ("star", 12, 73), ("other", 0, 2), ("new", 0, 1)]
    found = gaps(asked_and_answered(team))
    assert found["numerator"].tolist() == [11, 1, 1]
    assert found["denominator"].tolist() == [20, 1, 20]
    assert found.loc["highly_engaged", "favouritism_gap"] == pytest.approx(0.5)
    assert found.loc["highly_engaged", "gap_low"] < 0.5 < found.loc["highly_engaged", "gap_high"]
    # 12 of 20 answered at all, ten of them after an hour: the median of all waits is an hour.
    assert found.loc["highly_engaged", "median_hours"] == 1
    assert pd.isna(found.loc["others", "median_hours"]) and found.loc["others", "answered_median_hours"] == 2


def test_under_twenty_openers_there_is_a_share_but_no_gap():
    found = gaps(asked_and_answered([("new", 0, 1)]))
    assert found.loc["newcomers", "answered_share"] == 1
    assert pd.isna(found.loc["newcomers", "favouritism_gap"])
    assert found.loc["newcomers", "why"] == "why.fairness_few_openers"


def test_who_joined_29_days_before_asking_is_no_newcomer():
    assert gaps(asked_and_answered([], newcomer_joined="2026-02-20"))["openers"].tolist() == [20, 1, 20]
    assert gaps(asked_and_answered([], newcomer_joined="2026-02-19"))["openers"].tolist() == [20, 0, 21]


def test_a_peer_s_answer_is_none_of_the_team():
    asks = [said("a", "2026-03-02"), said("b", "2026-03-03", kind="reply", thread="a 2026-03-02 12:00 0 post")]
    assert gaps(opened([*asks, said("boss", "2026-03-20")], roles=[("boss", "staff")]))["answered"].sum() == 0


def test_without_a_team_nothing_is_said_of_it():
    found = gaps(opened([said("a", "2026-03-02")]))
    assert found["answered_share"].isna().all() and set(found["why"]) == {"why.fairness_no_staff"}


@FEW
@given(made.communities(max_events=40), st.sampled_from(made.MONTHS[1:]))
def test_the_shares_of_the_team_are_the_definition_in_plain_python(given, month):
    given = given.with_rows(groups=[{**group, "kind": "forum"} for group in given.rows["groups"]])
    known, community = Oracle(given, month), given.open()
    staff = {a["person"] for a in known.accounts.values() if a["role"] in ("staff", "owner")}
    staff -= {a["person"] for a in known.accounts.values() if a["role"] == "bot"}
    if not staff:
        return
    engaged = set(metrics.highly_engaged(community, month=month)["member_id"])
    first = {s["person_id"]: s["joined_on"] for s in known.stays if s["stay"] == 1 and s["join_kind"] != "opening"}
    alive = [
        event
        for event in given.rows["events"]
        if event["member_id"] is not None
        and known.day(event["occurred_at"]) < known.end
        and not (event["deleted_at"] is not None and known.day(event["deleted_at"]) < known.end)
    ]
    expected = {askers: [0, 0, 0, 0] for askers in ASKERS}  # openers, answered, old enough, of them in time
    for event in alive:
        if event["kind"] != "post" or not known.in_month(known.day(event["occurred_at"])):
            continue
        person = known.person(event)
        if person not in known.eligible:
            continue
        is_new = first.get(person, date.min) >= known.day(event["occurred_at"]) - timedelta(days=28)
        counts = expected["highly_engaged" if person in engaged else "newcomers" if is_new else "others"]
        waits = [
            answer["occurred_at"] - event["occurred_at"]
            for answer in alive
            if answer["kind"] in ("post", "reply")
            and answer.get("thread_id") == event["event_id"]
            and known.person(answer) in staff
            and answer["occurred_at"] >= event["occurred_at"]
        ]
        old = known.end_at - event["occurred_at"] >= timedelta(hours=72)
        counts[0] += 1
        counts[1] += bool(waits)
        counts[2] += old
        counts[3] += old and bool(waits) and min(waits) <= timedelta(hours=72)
    found = metrics.favouritism_gap(community, month=month).set_index("askers")
    columns = ["openers", "answered", "denominator", "numerator"]
    assert {askers: found.loc[askers, columns].astype(int).tolist() for askers in ASKERS} == expected


# Rewards

DAY = date(2026, 3, 1)  # of every reward


def rewarding(pairs, *, rewards=None):
    """(before, after) of each rewarded member and, for the names with a c, of who got none."""
    events = []
    for name, (before, after) in pairs.items():
        events += [said(name, DAY - timedelta(days=28), n) for n in range(before)]
        events += [said(name, DAY + timedelta(days=28), n) for n in range(after)]
        events += [said(name, DAY, 99)]  # on the day itself: in neither
    given = [name for name in pairs if not name.startswith("c")] if rewards is None else rewards
    log = [
        {"entry_id": name, "noted_at": f"{DAY} 15:00", "kind": "reward", "member_id": f"forum:{name}"} for name in given
    ]
    return opened(events, log=log)


def effect(community, month="2026-03"):
    return metrics.reward_effect(community, month=month).iloc[0]


def test_the_effect_is_the_change_less_that_of_others_like_them():
    rewarded = {f"r{n}": (4, 7) for n in range(10)}
    others = {"c1": (4, 5), "c2": (5, 8), "c3": (9, 0)}  # c3 was too active before to be like them
    found = effect(rewarding(rewarded | others))
    # +3 each; c1 +1, c2 +3, together +2: the effect is 1, whoever compares with all three gets 3 + 5/3.
    assert found["reward_effect"] == pytest.approx(1)
    assert (found["rewarded"], found["unmatched"], found["controls"]) == (10, 0, 2)
    assert (found["low"], found["high"]) == (pytest.approx(1), pytest.approx(1))


def test_alike_is_a_fifth_more_or_less():
    found = effect(rewarding({f"r{n}": (20, 20) for n in range(10)} | {"c1": (24, 20), "c2": (25, 0), "c3": (15, 0)}))
    assert (found["controls"], found["reward_effect"]) == (1, 4)  # c1 alone fell by 4; the others were not alike


def test_the_interval_is_student_s():
    # Changes 0 … 9 against controls without change: mean 4.5, s 3.0277, t(9) 2.2622 → 4.5 ± 2.1659.
    found = effect(rewarding({f"r{n}": (2, 2 + n) for n in range(10)} | {"c": (2, 2)}))
    assert found["reward_effect"] == pytest.approx(4.5)
    assert found["high"] - found["low"] == pytest.approx(2 * 2.1659, abs=1e-3)


def test_nine_are_too_few_and_who_was_silent_before_is_left_out_and_counted():
    nine = {f"r{n}": (4, 7) for n in range(9)}
    found = effect(rewarding(nine | {"rs": (0, 7), "c": (4, 4)}))
    assert pd.isna(found["reward_effect"]) and found["why"] == "why.fairness_few_rewards"
    assert (found["rewarded"], found["unmatched"]) == (9, 1)


def test_a_reward_whose_28_days_are_not_over_is_not_judged_yet():
    assert effect(rewarding({"r": (4, 7), "c": (4, 4)}), month="2026-02")["why"] == "why.fairness_no_rewards"
    late = {"entry_id": "x", "noted_at": "2026-03-04", "kind": "reward", "member_id": "forum:r"}
    found = effect(opened([said("r", "2026-02-20"), said("c", "2026-02-20")], log=[late]))
    assert found["why"] == "why.fairness_no_rewards"


def test_who_was_rewarded_at_the_time_is_no_control():
    found = effect(rewarding({f"r{n}": (4, 7) for n in range(10)}))
    assert (found["rewarded"], found["unmatched"]) == (0, 10)


@FEW
@given(
    st.dictionaries(st.sampled_from([*"abcdefghijklmn", *(f"c{n}" for n in range(6))]),
                    st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1)
)  # fmt: skip
def test_the_effect_is_the_definition_in_plain_pandas(pairs):
    found = effect(rewarding(pairs))
    changes = []
    for name, (before, after) in pairs.items():
        if name.startswith("c") or not before:
            continue
        alike = [
            pair
            for other, pair in pairs.items()
            if other.startswith("c") and pair[0] and (abs(pair[0] - before) <= max(1, before / 5))
        ]
        if alike:
            changes.append(after - before - np.mean([b - a for a, b in alike]))
    assert found["rewarded"] == len(changes)
    if len(changes) >= 10:
        assert found["reward_effect"] == pytest.approx(np.mean(changes))


# Replies


def test_an_edge_goes_from_who_replied_to_who_was_answered():
    events = [said("a", "2026-03-10"), said("b", "2026-03-11", kind="reply", thread="a 2026-03-10 12:00 0 post")]
    events += [said("c", "2026-03-12", kind="reply", thread="a 2026-03-10 12:00 0 post", to="b")]
    events += [said("a", "2026-03-12", kind="reply", thread="a 2026-03-10 12:00 0 post")]  # to herself
    events += [said("c", "2026-03-13", kind="reply", thread="a 2026-03-10 12:00 0 post", to="b")]
    events += [said("boss", "2026-03-13", kind="reply", to="a"), said("b", "2026-03-13", 5, kind="reply", to="boss")]
    events += [said("b", "2026-03-03", kind="reply", to="c")]  # the day before the 28 begin
    found = metrics.reply_edges(opened(events, roles=[("boss", "staff")]), month="2026-03")
    assert found.values.tolist() == [["forum:b", "forum:a", 1, 1], ["forum:c", "forum:b", 2, 1]]


@FEW
@given(made.communities(max_events=40), st.sampled_from(made.MONTHS))
def test_the_edges_are_the_definition_in_plain_python(given, month):
    known = Oracle(given, month)
    expected = {}
    for event in given.rows["events"]:
        if event["kind"] == "reply" and known.counted(event) and event.get("target_member_id"):
            pair = known.person(event), known.accounts[event["target_member_id"]]["person"]
            late = known.day(event["occurred_at"]) >= known.end - timedelta(days=28)
            if late and pair[0] != pair[1] and pair[1] in known.eligible:
                expected.setdefault(pair, []).append(event["thread_id"])
    found = metrics.reply_edges(given.open(), month=month)
    assert list(found[["member_id", "author_id"]].itertuples(index=False, name=None)) == sorted(expected)
    for row in found.itertuples():
        threads = expected[row.member_id, row.author_id]
        assert (row.replies, row.threads) == (len(threads), len(set(threads)))


# Laws and pages

NAMES = ("onion", "ladder", "role_candidates", "favouritism_gap", "reward_effect", "reply_edges")


@settings(max_examples=5, deadline=None)
@given(made.communities(max_events=30))
def test_the_order_of_rows_does_not_matter(given):
    turned = given.with_rows(**{name: rows[::-1] for name, rows in given.rows.items()}).open()
    community = given.open()
    for name in NAMES:
        question = getattr(metrics, name)
        pd.testing.assert_frame_equal(question(community, month="2026-03"), question(turned, month="2026-03"))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_page_texts_and_figures_work_with_and_without_anything_to_say(language):
    full = asked_and_answered([("star", n, 1) for n in range(20)] + [("other", 0, 2)])
    for community in (full, helping(), rewarding({f"r{n}": (4, 7) for n in range(10)} | {"c": (4, 4)}), opened([])):
        for month in ("2026-01", "2026-03"):
            frames = {name: getattr(metrics, name)(community, month=month) for name in NAMES}
            for name, frame in frames.items():
                title = getattr(sentences, name)(frame, language=language)
                assert title
                if hasattr(figures, name):
                    assert getattr(figures, name)(frame, title=title, language=language).data
                for why in frame.get("why", pd.Series(dtype=object)).dropna():
                    assert why in catalogue()
            assert len(sentences.favouritism_gap_rows(frames["favouritism_gap"], language=language)) == 3


def test_the_sentence_tells_more_fewer_and_no_difference_apart():
    def told(star, other):
        team = [("star", n, 1) for n in range(star)] + [("other", n, 1) for n in range(other)]
        return sentences.favouritism_gap(
            metrics.favouritism_gap(asked_and_answered(team), month="2026-03"), language="en"
        )

    assert "80 points more" in told(18, 2) and "80 points fewer" in told(2, 18)
    assert "no difference that could not be chance" in told(5, 5)
