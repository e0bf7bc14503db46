"""Population and growth, and the base tables stays and month_members under them: hand tables, oracle, laws."""

from collections import Counter

import made
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import Oracle

from workbench import metrics, sentences
from workbench.engine import Part, community_of_rows
from workbench.period import Month

SOME = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
FLOWS = ["members_opening", "new_members", "rejoined", "leavers", "undated_departures", "members_closing"]


def member(name, joined=None, **more):
    return {"member_id": f"chat:{name}", "platform": "chat", "joined_at": joined, **more}


def stay(name, start=None, end=None, reason=None, group=None):
    return {
        "membership_id": f"{name}{start}{end}{group}",
        "member_id": f"chat:{name}",
        "group_id": group,
        "start_at": start,
        "end_at": end,
        "end_reason": reason,
    }


def post(name, at, **more):
    return {
        "event_id": f"chat:{name}{at}",
        "platform": "chat",
        "member_id": f"chat:{name}",
        "occurred_at": at,
        "kind": "post",
        "group_id": "chat:general",
        **more,
    }


def rows_of(
    members=(), memberships=(), events=(), moderation=(), tells_leaves=True, coverage=("2026-01-01", "2026-05-31")
):
    return {
        "imports": [{"import_id": "a", "platform": "chat", "tells_joins": True, "tells_leaves": tells_leaves}],
        "coverage": [{"platform": "chat", "from_at": coverage[0], "to_at": coverage[1]}],
        "members": list(members),
        "memberships": list(memberships),
        "events": list(events),
        "moderation": list(moderation),
    }


def flows(rows, month="2026-03", **chosen):
    """members_opening, new_members, rejoined, leavers, undated_departures, members_closing."""
    frame = metrics.reconciliation(community_of_rows(rows, **chosen), month=month)
    assert frame["residual"].iloc[0] == 0
    return frame[FLOWS].iloc[0].tolist()


# Who is a member when


def test_a_join_at_the_first_midnight_is_new_and_not_opening():
    assert flows(rows_of([member("a", "2026-03-01 00:00")])) == [0, 1, 0, 0, 0, 1]


def test_a_join_a_second_before_the_first_midnight_is_opening():
    assert flows(rows_of([member("a", "2026-02-28 23:59:59")])) == [1, 0, 0, 0, 0, 1]


def test_a_leave_at_the_first_midnight_is_a_leave_of_this_month():
    assert flows(rows_of([member("a", "2026-01-05")], [stay("a", None, "2026-03-01 00:00", "left")])) == [
        1,
        0,
        0,
        1,
        0,
        0,
    ]


def test_a_leave_at_the_last_midnight_is_one_of_the_next_month():
    rows = rows_of([member("a", "2026-01-05")], [stay("a", None, "2026-04-01 00:00", "left")])
    assert flows(rows) == [1, 0, 0, 0, 0, 1]
    assert flows(rows, month="2026-04") == [1, 0, 0, 1, 0, 0]


def test_midnights_are_those_of_the_community():
    rows = rows_of([member("a", "2026-02-28 23:30")])
    assert flows(rows, timezone="Europe/Paris") == [0, 1, 0, 0, 0, 1]
    assert flows(rows, timezone="UTC") == [1, 0, 0, 0, 0, 1]


def test_who_joins_and_leaves_on_one_day_is_new_and_a_leaver():
    # Day and day: with dates only, both have the same midnight; the tempting mistake is to sort the leave first.
    assert flows(rows_of([member("a", "2026-03-05")], [stay("a", None, "2026-03-05", "left")])) == [0, 1, 0, 1, 0, 0]


def test_who_leaves_and_comes_back_in_the_same_moment_never_left():
    stays = [stay("a", "2026-01-05", "2026-03-05", "left"), stay("a", "2026-03-05")]
    assert flows(rows_of([member("a")], stays)) == [1, 0, 0, 0, 0, 1]


def test_a_return_within_seven_days_is_no_leave_and_one_after_eight_is_a_rejoin():
    for back, expected in (("2026-03-17", [1, 0, 0, 0, 0, 1]), ("2026-03-18", [1, 0, 1, 1, 0, 1])):
        stays = [stay("a", "2026-01-05", "2026-03-10", "left"), stay("a", back)]
        assert flows(rows_of([member("a")], stays)) == expected


def test_a_return_after_the_month_does_not_undo_its_leave():
    stays = [stay("a", "2026-01-05", "2026-03-30", "left"), stay("a", "2026-04-02")]
    assert flows(rows_of([member("a")], stays)) == [1, 0, 0, 1, 0, 0]
    assert flows(rows_of([member("a")], stays), month="2026-04") == [1, 0, 0, 0, 0, 1]


def test_a_rejoiner_is_not_a_new_member():
    stays = [stay("a", "2026-01-05", "2026-01-20", "left"), stay("a", "2026-03-05")]
    assert flows(rows_of([member("a")], stays)) == [0, 0, 1, 0, 0, 1]


def test_a_second_leave_in_a_row_tells_nothing():
    leaves = [stay("a", None, "2026-03-05", "left"), stay("a", None, "2026-03-20", "removed")]
    rows = rows_of([member("a", "2026-01-05")], leaves)
    assert flows(rows) == [1, 0, 0, 1, 0, 0]
    assert metrics.leavers(community_of_rows(rows), month="2026-03")["leavers_left"].iloc[0] == 1


def test_leaving_one_of_two_accounts_is_no_leave():
    members = [member("a", "2026-01-05", person_id="ana"), member("b", "2026-01-05", person_id="ana")]
    assert flows(rows_of(members, [stay("a", None, "2026-03-05", "left")])) == [1, 0, 0, 0, 0, 1]


def test_a_new_account_of_somebody_who_is_here_is_no_new_member():
    members = [member("a", "2026-01-05", person_id="ana"), member("b", "2026-03-05", person_id="ana")]
    assert flows(rows_of(members)) == [1, 0, 0, 0, 0, 1]


def test_a_roster_read_on_a_later_platform_does_not_undo_a_dated_join():
    # Joined the chat in January; the forum's roster, first covered in February, gives no dates.
    rows = rows_of(
        [member("a", "2026-01-20", person_id="ana"), {"member_id": "forum:a", "platform": "forum", "person_id": "ana"}]
    )
    rows["coverage"].append({"platform": "forum", "from_at": "2026-02-10", "to_at": "2026-05-31"})
    assert flows(rows, month="2026-01") == [0, 1, 0, 0, 0, 1]


# Joins and departures without a date


def test_a_first_trace_on_the_first_covered_day_is_opening_and_a_later_one_a_join():
    rows = rows_of(events=[post("a", "2026-01-01 10:00"), post("b", "2026-01-02 10:00")])
    assert flows(rows, month="2026-01") == [1, 1, 0, 0, 0, 2]
    new = metrics.new_members(community_of_rows(rows), month="2026-01")
    assert new[["new_members", "imputed"]].iloc[0].tolist() == [1, 1]


def test_somebody_on_the_roster_without_a_trace_was_there_from_the_beginning_of_the_data():
    rows = rows_of([member("a")], coverage=("2026-03-10", "2026-05-31"))
    assert flows(rows) == [1, 0, 0, 0, 0, 1]


def test_a_line_that_says_who_joined_a_channel_is_a_trace_and_no_join_of_the_community():
    rows = rows_of([member("a")], [stay("a", "2026-03-05", group="chat:help")], [post("a", "2026-03-20")])
    community = community_of_rows(rows)
    stays = community.run("SELECT joined_on, join_kind FROM stays", month="2026-03")
    assert stays.astype(str).values.tolist() == [["2026-03-05", "imputed"]]


def test_an_account_closed_without_a_date_is_a_member_until_its_last_trace_and_no_leaver():
    closed = stay("a", reason="deactivated")
    rows = rows_of([member("a")], [closed], [post("a", "2026-01-01"), post("a", "2026-03-12")])
    assert flows(rows) == [1, 0, 0, 0, 1, 0]
    assert flows(rows, month="2026-02") == [1, 0, 0, 0, 0, 1]
    assert metrics.leavers(community_of_rows(rows), month="2026-03")["leavers"].iloc[0] == 0


def test_who_is_active_after_the_export_that_told_the_account_closed_came_back():
    """The tempting mistake: to end the stay at the last trace, which is the proof that the account is open."""
    closed = {**stay("a", reason="deactivated"), "import_id": "a"}
    span = {"import_id": "a", "platform": "chat", "from_at": "2026-01-01", "to_at": "2026-03-20 12:00"}
    for last, expected in (("2026-03-20", [1, 0, 0, 0, 1, 0]), ("2026-03-21", [1, 0, 0, 0, 0, 1])):
        rows = rows_of([member("a")], [closed], [post("a", "2026-01-01"), post("a", f"{last} 18:00")])
        rows["coverage"].append(span)
        assert flows(rows) == expected, last


def test_an_account_that_a_later_export_tells_open_has_not_left():
    closed, posted = stay("a", reason="deactivated"), [post("a", "2026-01-01"), post("a", "2026-03-12")]
    for told, expected in ((None, [1, 0, 0, 0, 1, 0]), (True, [1, 0, 0, 0, 1, 0]), (False, [1, 0, 0, 0, 0, 1])):
        assert flows(rows_of([member("a", deactivated=told)], [closed], posted)) == expected, told


def test_a_place_in_a_group_without_dates_is_no_departure():
    rows = rows_of([member("a")], [stay("a", group="chat:general")], [post("a", "2026-01-01"), post("a", "2026-03-12")])
    rows["groups"] = [{"group_id": "chat:general", "platform": "chat"}]
    assert flows(rows, part=Part(groups=("chat:general",))) == [1, 0, 0, 0, 0, 1]


def test_a_departure_that_another_import_dates_is_dated():
    # One export only says that the account is closed, another one when.
    lines = [stay("a", reason="deactivated"), stay("a", None, "2026-04-10", "deactivated")]
    rows = rows_of([member("a", "2026-01-05")], lines)
    assert flows(rows) == [1, 0, 0, 0, 0, 1]
    assert flows(rows, month="2026-04") == [1, 0, 0, 1, 0, 0]


def test_a_closed_account_without_any_trace_was_never_seen():
    assert flows(rows_of([member("a")], [stay("a", reason="deactivated")])) == [0, 0, 0, 0, 0, 0]


def test_a_leave_without_a_join_ends_a_stay_that_began_before_the_data():
    assert flows(rows_of([member("a")], [stay("a", None, "2026-03-12", "left")])) == [1, 0, 0, 1, 0, 0]


def test_who_joins_after_the_month_is_not_yet_on_its_roster():
    assert flows(rows_of([member("a", "2026-04-02")])) == [0, 0, 0, 0, 0, 0]


def test_who_leaves_after_the_month_without_ever_having_joined_was_here_in_it():
    # Also when a later return is dated: the first line tells that the stay began before.
    stays = [stay("a", None, "2026-04-03", "left"), stay("a", "2026-05-05")]
    assert flows(rows_of([member("a")], stays)) == [1, 0, 0, 0, 0, 1]


# Bans


def test_a_ban_in_the_month_is_a_leave_and_one_before_it_takes_the_person_out():
    rows = rows_of(
        [member("a", "2026-01-05")],
        moderation=[{"action_id": "1", "acted_at": "2026-03-12", "member_id": "chat:a", "action": "ban"}],
    )
    assert flows(rows) == [1, 0, 0, 1, 0, 0]
    assert metrics.leavers(community_of_rows(rows), month="2026-03")["leavers_banned"].iloc[0] == 1
    assert flows(rows, month="2026-04") == [0, 0, 0, 0, 0, 0]


def test_a_ban_that_was_lifted_before_the_month_keeps_nobody_out():
    actions = [("2026-02-05", "ban"), ("2026-02-20", "unban")]
    rows = rows_of(
        [member("a", "2026-01-05")],
        [stay("a", "2026-02-21")],
        moderation=[
            {"action_id": at, "acted_at": at, "member_id": "chat:a", "action": action} for at, action in actions
        ],
    )
    assert flows(rows) == [1, 0, 0, 0, 0, 1]


# What cannot be known


def test_without_leave_records_the_leavers_are_unknown_and_never_zero():
    community = community_of_rows(rows_of([member("a", "2026-01-05")], tells_leaves=False))
    for metric in ("leavers", "rejoined", "net_growth", "growth_rate"):
        frame = getattr(metrics, metric)(community, month="2026-03")
        assert pd.isna(frame[metric].iloc[0]) and frame["why"].iloc[0] == "why.no_leaves"
    bands = metrics.leavers_by_tenure(community, month="2026-03")
    assert bands["leavers"].isna().all() and set(bands["why"]) == {"why.no_leaves"}


def test_leaves_of_one_platform_only_are_not_the_leaves_of_the_community():
    rows = rows_of([member("a", "2026-01-05"), {"member_id": "forum:b", "platform": "forum"}])
    rows["imports"].append({"import_id": "b", "platform": "forum", "tells_leaves": False})
    frame = metrics.leavers(community_of_rows(rows), month="2026-03")
    assert pd.isna(frame["leavers"].iloc[0]) and frame["why"].iloc[0] == "why.leaves_partly_known"


def test_leave_lines_of_an_export_that_does_not_tell_leaves_end_no_stay():
    # A bot's log of a few departures is no record of departures.
    rows = rows_of([member("a", "2026-01-05")], [stay("a", None, "2026-03-12", "left")], tells_leaves=False)
    assert flows(rows) == [1, 0, 0, 0, 0, 1]


def test_a_community_without_members_has_no_growth_rate():
    frame = metrics.growth_rate(community_of_rows(rows_of([member("a", "2026-03-05")])), month="2026-03")
    assert pd.isna(frame["growth_rate"].iloc[0]) and frame["why"].iloc[0] == "why.no_members"


# Sources, tenure, who counts


def test_the_source_of_a_join_is_shown_in_words_and_without_anybodys_name():
    frame = pd.DataFrame({"source": ["invite", "link of Zoé Exemple", "unknown"], "joins": [3, 1, 1]})
    rows = sentences.joins_by_source_rows(frame, language="fr", names=["Zoé Exemple"])
    assert rows["source"].tolist() == ["invitation par un membre", "link of [name]", "non indiquée"]
    assert rows["joins"].tolist() == [3, 1, 1]


def test_joins_by_source_add_up_and_unknown_comes_last():
    members = [
        member("a", "2026-03-02", invited_by="chat:x"),
        member("b", "2026-03-03", join_source="link"),
        member("c", "2026-03-03", join_source="link"),
        *(member(name, "2026-03-04") for name in "defg"),
    ]
    community = community_of_rows(rows_of(members))
    found = metrics.joins_by_source(community, month="2026-03").values.tolist()
    assert found == [["link", 2], ["invite", 1], ["unknown", 4]]
    share = metrics.referral_share(community, month="2026-03")
    # The four of unknown source are in neither.
    assert share[["numerator", "denominator"]].iloc[0].tolist() == [1, 3]


def test_many_joins_on_one_day_look_like_an_import():
    old = [member(f"old{n}", "2026-01-05") for n in range(10)]
    for joins, flagged in ((2, False), (3, True)):
        new = [member(f"new{n}", "2026-03-05") for n in range(joins)]
        frame = metrics.new_members(community_of_rows(rows_of(old + new)), month="2026-03")
        assert bool(frame["mass_import"].iloc[0]) is flagged


def test_leavers_fall_into_bands_of_tenure_and_undated_joins_apart():
    members = [member("a", "2026-03-01"), member("b", "2026-03-01"), member("c", "2026-01-01"), member("d")]
    ends = {"a": "2026-03-02", "b": "2026-03-03", "c": "2026-03-31", "d": "2026-03-05"}
    leaves = [stay(name, None, end, "left") for name, end in ends.items()]
    frame = metrics.leavers_by_tenure(community_of_rows(rows_of(members, leaves)), month="2026-03")
    found = {band: count for band, count in zip(frame["band"], frame["leavers"], strict=True) if count}
    assert found == {"0-1": 1, "2-7": 1, "31-90": 1, "unknown": 1}


def test_the_waterfall_takes_each_account_away_once():
    members = [
        member("a", person_id="ana"),
        member("a2", person_id="ana"),
        member("bot", role="bot"),
        member("boss", role="owner"),
        member("boss2", person_id="chat:boss"),
        member("test"),
        member("bad"),
        member("mod", role="moderator"),
        member("later", "2026-04-05"),
    ]
    rows = rows_of(
        members, moderation=[{"action_id": "1", "acted_at": "2026-02-02", "member_id": "chat:bad", "action": "ban"}]
    )
    community = community_of_rows(rows, people={"excluded": ["chat:test"]})
    frame = metrics.population_waterfall(community, month="2026-03")
    assert dict(zip(frame["step"], frame["change"], strict=True)) == {
        "accounts": 8, "bots": -1, "staff": -2, "excluded": -1, "banned": -1, "same_person": -1, "eligible": 2,
    }  # fmt: skip
    assert frame["remaining"].tolist() == [8, 7, 5, 4, 3, 2, 2]


def test_settings_decide_over_the_export_who_counts():
    rows = rows_of([member("a", role="owner"), member("b")])
    assert flows(rows, people={"members": ["chat:a"], "staff": ["chat:b"]})[0] == 1
    community = community_of_rows(rows, people={"members": ["chat:a"], "staff": ["chat:b"]})
    assert community.run("SELECT person_id FROM eligible", month="2026-03")["person_id"].tolist() == ["chat:a"]


# Oracle and laws


def records(frame):
    plain = [
        {k: None if pd.isna(v) else v.date() if hasattr(v, "date") else v for k, v in row.items()}
        for row in frame.to_dict("records")
    ]
    return plain


@settings(SOME, max_examples=80)
@given(made.communities(max_members=4, max_events=6), st.sampled_from(made.MONTHS))
def test_stays_and_month_members_equal_sets_of_half_days(given, month):
    oracle = Oracle(given, month)
    with given.open() as community:
        stays = community.run("SELECT * FROM stays ORDER BY person_id, stay", month=month)
        members = community.run("SELECT * FROM month_members ORDER BY person_id", month=month)
        people = community.run("SELECT person_id FROM eligible", month=month)["person_id"]
    assert set(people) == oracle.eligible
    assert records(stays) == oracle.stays
    assert {row.pop("person_id"): row for row in members.to_dict("records")} == oracle.month_members


@SOME
@given(made.communities(), st.sampled_from(made.MONTHS))
def test_every_number_of_population_equals_the_one_counted_by_hand(given, month):
    oracle = Oracle(given, month)
    covered = any(oracle.in_month(day) for day in oracle.covered)
    known = covered and oracle.leaves_known
    first = [
        s for s in oracle.stays if s["stay"] == 1 and s["join_kind"] != "opening" and oracle.in_month(s["joined_on"])
    ]
    again = [
        s for s in oracle.stays if s["stay"] > 1 and s["join_kind"] != "opening" and oracle.in_month(s["joined_on"])
    ]
    left = [s for s in oracle.stays if s["end_kind"] == "dated" and oracle.in_month(s["left_on"])]
    opening = sum(facts["at_opening"] for facts in oracle.month_members.values())
    expected = {
        "members_opening": opening if covered else None,
        "members_closing": sum(f["at_closing"] for f in oracle.month_members.values()) if covered else None,
        "new_members": len(first) if covered else None,
        "rejoined": len(again) if known else None,
        "leavers": len(left) if known else None,
        "net_growth": len(first) + len(again) - len(left) if known else None,
    }
    with given.open() as community:
        found = {name: getattr(metrics, name)(community, month=month)[name].iloc[0] for name in expected}
        rate = metrics.growth_rate(community, month=month)["growth_rate"].iloc[0]
        reasons = metrics.leavers(community, month=month).iloc[0]
        sources = metrics.joins_by_source(community, month=month)
        invited = metrics.referral_share(community, month=month).iloc[0]
        bands = metrics.leavers_by_tenure(community, month=month)
        sums = metrics.reconciliation(community, month=month)
    assert {name: None if pd.isna(value) else value for name, value in found.items()} == expected
    assert (pd.isna(rate)) == (not known or opening == 0)
    came = Counter(source_of(given, s["person_id"]) for s in first)
    assert dict(sources.itertuples(index=False, name=None)) == came
    assert (invited["numerator"], invited["denominator"]) == (came["invite"], len(first) - came["unknown"])
    assert sums["residual"].tolist() == ([0] if covered else [])
    if known:
        by_reason = Counter(s["end_reason"] for s in left)
        assert {r: reasons[f"leavers_{r}"] for r in ("left", "removed", "banned", "unknown")} == {
            r: by_reason[r] for r in ("left", "removed", "banned", "unknown")
        }
        tenures = Counter(band_of(s) for s in left)
        assert {band: n for band, n in zip(bands["band"], bands["leavers"], strict=True) if n} == tenures


def source_of(given, person):
    """How the account that joined first came, of a person's."""
    own = [row for row in given.rows["members"] if person in (row["person_id"] or row["member_id"],)]
    own = sorted(own, key=lambda row: (row["joined_at"] is None, row["joined_at"] or 0, row["member_id"]))
    return (own[0]["join_source"] if own else None) or "unknown"


def band_of(stay):
    if stay["join_kind"] != "dated":
        return "unknown"
    days = (stay["left_on"] - stay["joined_on"]).days
    edges = {"0-1": 1, "2-7": 7, "8-30": 30, "31-90": 90, "91-180": 180, "181-365": 365, ">365": 99999}
    return next(band for band, most in edges.items() if days <= most)


@SOME
@given(made.communities(), st.sampled_from(made.MONTHS))
def test_the_waterfall_ends_with_those_who_count(given, month):
    with given.open() as community:
        frame = metrics.population_waterfall(community, month=month).set_index("step")["change"]
        eligible = set(community.run("SELECT person_id FROM eligible", month=month)["person_id"])
        active = set(community.run("SELECT DISTINCT person_id FROM active_days", month=month)["person_id"])
        members = set(community.run("SELECT person_id FROM stays", month=month)["person_id"])
    assert frame.drop("eligible").sum() == frame["eligible"] <= len(eligible)
    assert frame["eligible"] >= len(active | members)


@SOME
@given(made.communities(max_members=3), st.sampled_from(made.MONTHS), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(given, month, random):
    shuffled = {name: random.sample(rows, len(rows)) for name, rows in given.rows.items()}
    query = "SELECT * FROM stays ORDER BY person_id, stay"
    with given.open() as community, given.with_rows(**shuffled).open() as other:
        assert community.run(query, month=month).equals(other.run(query, month=month))


@settings(SOME, max_examples=15)
@given(made.communities(tells_leaves=True), st.sampled_from(("2026-03", "2026-04")))
def test_the_members_at_the_end_of_a_month_are_those_at_the_beginning_of_the_next(given, month):
    def people(condition, month):
        query = f"SELECT DISTINCT person_id FROM {condition}"
        return set(community.run(query, month=month)["person_id"])

    following = str(Month.parse(month).next)
    with given.open() as community:
        closing = people("month_members WHERE at_closing", month)
        opening = people("month_members WHERE at_opening", following)
        # Who is banned in between does not count in the next month; who left in the last days of the month and came
        # back within 7 days, in the next month, never left; who was kept out by a ban may be back.
        gone = closing - people("eligible", following)
        back = people("stays WHERE left_on >= $month_end - 7", month) | (opening - people("eligible", month))
    assert closing - opening <= gone
    assert opening - closing <= back


def test_who_was_banned_before_the_export_tells_a_join_is_in_the_waterfall():
    rows = {
        "imports": [{"import_id": "x", "platform": "chat", "tells_joins": True, "tells_leaves": True}],
        "coverage": [{"platform": "chat", "from_at": "2026-01-01", "to_at": "2026-05-31"}],
        "members": [{"member_id": "chat:a", "platform": "chat", "joined_at": "2026-05-02"}],
        "moderation": [
            {"action_id": "1", "action": "ban", "member_id": "chat:a", "acted_at": "2026-02-10"},
            {"action_id": "2", "action": "unban", "member_id": "chat:a", "acted_at": "2026-02-20"},
        ],
    }
    community = community_of_rows(rows)
    assert len(community.run("SELECT person_id FROM stays", month="2026-03")) == 1
    found = metrics.population_waterfall(community, month="2026-03").set_index("step")["change"]
    assert found["eligible"] == 1
