"""Cohorts, curves and the list of regulars gone quiet: hand tables, the definitions in plain Python, laws."""

from datetime import date, timedelta
from itertools import pairwise
from statistics import median

import importing
import made
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import Oracle

from workbench import figures, metrics, sentences
from workbench.engine import community_of_rows
from workbench.sources import slack


def opened(*, joins=(), days=(), timezone="UTC", **tables):
    """A community from (member, day of joining) and (member, day of a post)."""
    rows = {
        "imports": [{"import_id": "x", "platform": "chat", "tells_joins": True, "tells_leaves": True}],
        "coverage": [{"platform": "chat", "from_at": "2026-01-01", "to_at": "2026-06-30"}],
        "members": [
            {"member_id": f"chat:{name}", "platform": "chat", "display_name": name, "joined_at": joined}
            for name, joined in joins
        ],
        "events": [
            {"event_id": str(n), "member_id": f"chat:{name}", "kind": "post", "occurred_at": day, "platform": "chat"}
            for n, (name, day) in enumerate(days)
        ],
        **tables,
    }
    return community_of_rows(rows, timezone=timezone)


def cells(frame):
    return {
        (c.cohort.strftime("%Y-%m"), c.k): (c.active, c.size_)
        for c in frame.rename(columns={"size": "size_"}).itertuples()
    }


JOINS = (("a", "2026-01-05"), ("b", "2026-01-20"), ("c", "2026-02-10"))
DAYS = (("a", "2026-01-06"), ("a", "2026-03-01"), ("b", "2026-02-28"), ("c", "2026-03-31"), ("c", "2026-04-01"))


def test_a_cohort_matrix_counted_by_hand():
    found = cells(metrics.retention_cohort(opened(joins=JOINS, days=DAYS), month="2026-03"))
    known = {key: value for key, value in found.items() if not pd.isna(value[0])}
    assert known == {
        ("2026-01", 0): (1, 2), ("2026-01", 1): (1, 2), ("2026-01", 2): (1, 2),
        ("2026-02", 0): (0, 1), ("2026-02", 1): (1, 1),
    }  # fmt: skip


def test_a_month_that_is_not_over_is_null_and_not_zero():
    found = metrics.retention_cohort(opened(joins=JOINS, days=DAYS), month="2026-03")
    young = found[(found["cohort"] == "2026-02-01") & (found["k"] == 2)].iloc[0]
    assert pd.isna(young["active"]) and pd.isna(young["value"]) and young["size"] == 1


def test_a_month_outside_the_data_is_null_and_not_zero():
    coverage = [
        {"platform": "chat", "from_at": "2026-01-01", "to_at": "2026-01-31"},
        {"platform": "chat", "from_at": "2026-03-01", "to_at": "2026-06-30"},
    ]
    found = cells(metrics.retention_cohort(opened(joins=JOINS, days=DAYS, coverage=coverage), month="2026-03"))
    assert pd.isna(found[("2026-01", 1)][0]) and found[("2026-01", 2)] == (1, 2)


def test_a_leaver_stays_in_the_size_of_the_cohort():
    left = [{"membership_id": "1", "member_id": "chat:b", "end_at": "2026-02-15", "end_reason": "left"}]
    found = cells(metrics.retention_cohort(opened(joins=JOINS, days=DAYS, memberships=left), month="2026-03"))
    # Dividing by those who are still here would make every cohort look better with age.
    assert found[("2026-01", 2)] == (1, 2)


def test_unbounded_counts_who_comes_back_later():
    found = cells(metrics.retention_cohort(opened(joins=JOINS, days=DAYS), month="2026-03", unbounded=True))
    assert found[("2026-01", 0)] == (2, 2)  # b wrote nothing in January, but later
    assert found[("2026-01", 1)] == (2, 2)
    assert found[("2026-01", 2)] == (1, 2)


def test_cohorts_by_first_contribution_begin_full():
    found = cells(metrics.retention_cohort(opened(joins=JOINS, days=DAYS), month="2026-04", first_contribution=True))
    assert found[("2026-01", 0)] == (1, 1) and found[("2026-02", 0)] == (1, 1) and found[("2026-03", 1)] == (1, 1)


def test_members_from_before_the_data_are_in_no_cohort():
    community = opened(days=(("old", "2026-01-01"), ("old", "2026-02-01"), ("new", "2026-02-03")))
    assert cells(metrics.retention_cohort(community, month="2026-02")) == {("2026-02", 0): (1, 1)}


def test_a_cohort_from_years_before_the_data_keeps_its_age():
    found = metrics.retention_cohort(opened(joins=(("a", "2019-12-31"),), days=(("a", "2026-01-05"),)), month="2026-02")
    known = found[found["value"].notna()]
    assert known[["k", "active"]].values.tolist() == [[73, 1], [74, 0]]


def test_the_curve_adds_up_the_cells_that_are_old_enough():
    curve = metrics.retention_curve(opened(joins=JOINS, days=DAYS), month="2026-03")
    assert curve[["k", "active", "size", "cohorts"]].values.tolist() == [[0, 1, 3, 2], [1, 2, 3, 2], [2, 1, 2, 1]]


def test_a_community_without_anybody_has_an_empty_matrix():
    community = opened()
    frame = metrics.retention_cohort(community, month="2026-03")
    assert frame.empty and metrics.retention_curve(community, month="2026-03").empty
    assert metrics.at_risk(community, month="2026-03").empty
    assert sentences.retention_cohort(frame, language="fr").startswith("Aucune cohorte")


REGULAR = (("r", "2026-02-01"), ("r", "2026-02-03"), ("r", "2026-02-05"))


@pytest.mark.parametrize(
    ("last", "listed"),
    [("2026-03-03", True), ("2026-03-04", False)],  # silent for 29 and for 28 days at the end of March
)
def test_regulars_are_listed_after_more_than_28_days_of_silence(last, listed):
    found = metrics.at_risk(opened(days=(*REGULAR, ("r", last))), month="2026-03")
    assert len(found) == listed


@pytest.mark.parametrize(("to_at", "silent_days"), [("2026-04-11", [32]), ("2026-04-07", []), ("2026-03-31", [])])
def test_nobody_is_silent_on_days_that_the_data_do_not_cover(to_at, silent_days):
    covered = [{"platform": "chat", "from_at": "2026-01-01", "to_at": to_at}]
    community = opened(days=(*REGULAR, ("r", "2026-03-11")), coverage=covered)
    assert metrics.at_risk(community, month="2026-04")["silent_days"].tolist() == silent_days


def test_who_fell_silent_in_the_first_days_of_a_long_month_is_both_highly_engaged_in_it_and_at_risk():
    """1 March 2026 was a Sunday: it and the day after lie in two weeks. No page may take the two lists for disjoint."""
    community = opened(days=(*REGULAR, ("r", "2026-03-01"), ("r", "2026-03-02")))
    for metric in (metrics.highly_engaged, metrics.at_risk):
        assert metric(community, month="2026-03")["member_id"].tolist() == ["chat:r"]


def test_who_always_came_at_long_intervals_is_not_listed_yet():
    # Every 16 days, silent for 47: less than three times the usual gap.
    slow = tuple(("s", day) for day in ("2026-01-12", "2026-01-28", "2026-02-13"))
    assert metrics.at_risk(opened(days=slow), month="2026-03").empty
    # The usual gap is taken from all history, not from the 90 days.
    earlier = tuple(("s", f"2025-12-{day:02d}") for day in range(1, 11))
    assert metrics.at_risk(opened(days=(*slow, *earlier)), month="2026-03")["usual_gap_days"].tolist() == [1.0]


def test_two_active_days_make_no_regular_and_two_posts_make_no_second_day():
    days = (("x", "2026-02-01 08:00"), ("x", "2026-02-01 09:00"), ("x", "2026-02-05"))
    assert metrics.at_risk(opened(days=days), month="2026-03").empty


def test_who_left_or_is_banned_or_closed_the_account_is_not_listed():
    everybody = ("r", "left", "banned", "closed", "excluded")
    days = tuple((name, day) for name in everybody for _, day in REGULAR)
    rows = {
        "memberships": [
            {"membership_id": "1", "member_id": "chat:left", "end_at": "2026-03-20", "end_reason": "left"},
            {"membership_id": "2", "member_id": "chat:closed", "end_reason": "deactivated"},
        ],
        "moderation": [
            {"action_id": "1", "member_id": "chat:banned", "acted_at": "2026-03-20", "action": "ban"},
        ],
    }
    community = opened(days=days, **rows)
    assert metrics.at_risk(community, month="2026-03")["member_id"].tolist() == ["chat:excluded", "chat:r"]
    # A ban counts even where the export tells no leaves.
    silent = [{"import_id": "x", "platform": "chat", "tells_joins": True, "tells_leaves": False}]
    found = metrics.at_risk(opened(days=days, **rows, imports=silent), month="2026-03")["member_id"].tolist()
    assert "chat:banned" not in found


def test_the_most_prolific_come_first_and_ties_go_by_id():
    days = tuple((name, day) for name in ("b", "a") for _, day in REGULAR) + tuple(
        ("c", day) for _, day in (*REGULAR, ("c", "2026-02-05 10:00"))
    )
    found = metrics.at_risk(opened(days=days), month="2026-03")
    assert found[["member_id", "rank", "contributions"]].values.tolist() == [
        ["chat:c", 1, 4], ["chat:a", 2, 3], ["chat:b", 3, 3],
    ]  # fmt: skip


def number(day: date) -> int:
    return 12 * day.year + day.month


def expected_cells(oracle: Oracle, *, first_contribution: bool, unbounded: bool) -> dict:
    months = {}
    for person, day in oracle.contributions:
        months.setdefault(person, set()).add(number(day))
    if first_contribution:
        cohorts = {person: min(active) for person, active in months.items()}
    else:
        first = [s for s in oracle.stays if s["stay"] == 1 and s["join_kind"] != "opening"]
        cohorts = {s["person_id"]: number(s["joined_on"]) for s in first}
    covered = {number(day) for day in oracle.covered if day < oracle.end}
    made = {}
    for cohort in set(cohorts.values()):
        people = [person for person in cohorts if cohorts[person] == cohort]
        for seen in covered:
            if seen >= cohort:
                active = [
                    person
                    for person in people
                    if any(m >= seen if unbounded else m == seen for m in months.get(person, ()))
                ]
                made[(f"{(cohort - 1) // 12}-{(cohort - 1) % 12 + 1:02d}", seen - cohort)] = (len(active), len(people))
    return made


def expected_at_risk(oracle: Oracle) -> list[tuple]:
    found = []
    banned_later = {
        oracle.accounts[r["member_id"]]["person"]
        for r in oracle.rows["moderation"]
        if r["action"] == "ban" and oracle.day(r["acted_at"]) < oracle.end
    }
    for person, facts in oracle.month_members.items():
        days = sorted({day for who, day in oracle.contributions if who == person})
        recent = [day for day in days if day >= oracle.end - timedelta(days=90)]
        if not facts["at_closing"] or len(recent) < 3 or person in banned_later:
            continue
        usual = median((later - day).days for day, later in pairwise(days))
        if (oracle.end - days[-1]).days > max(28, 3 * usual):
            found.append((-sum(who == person for who, _ in oracle.contributions), person))
    return [person for _, person in sorted(found)]


@settings(max_examples=15, deadline=None)
@given(made.communities(), st.sampled_from(made.MONTHS[1:]), st.booleans(), st.booleans())
def test_every_cell_is_what_the_definition_reads(given, month, first, unbounded):
    frame = metrics.retention_cohort(given.open(), month=month, first_contribution=first, unbounded=unbounded)
    known = {key: value for key, value in cells(frame).items() if not pd.isna(value[0])}
    assert known == expected_cells(Oracle(given, month), first_contribution=first, unbounded=unbounded)
    assert frame["value"].dropna().between(0, 1).all()


@settings(max_examples=15, deadline=None)
@given(made.communities(max_members=3, max_events=40, tells_leaves=True), st.sampled_from(("2026-04", "2026-05")))
def test_the_list_of_regulars_gone_quiet_is_what_the_definition_reads(given, month):
    # Bans lifted later are left to the hand table.
    moderation = [row for row in given.rows["moderation"] if row["action"] != "unban"]
    given = given.with_rows(moderation=moderation, memberships=[
        row for row in given.rows["memberships"] if row.get("end_reason") != "banned"
    ])  # fmt: skip
    found = metrics.at_risk(given.open(), month=month)
    assert found["member_id"].tolist() == expected_at_risk(Oracle(given, month))


@settings(max_examples=6, deadline=None)
@given(made.communities(), st.booleans())
def test_later_months_change_no_earlier_cell(given, first):
    community = given.open()
    before = cells(metrics.retention_cohort(community, month="2026-03", first_contribution=first))
    if given.rows["moderation"] or any(r.get("end_reason") == "banned" for r in given.rows["memberships"]):
        return  # who is banned by the later month counts in none of its cells
    if any(event["deleted_at"] is not None for event in given.rows["events"]):
        return
    after = cells(metrics.retention_cohort(community, month="2026-05", first_contribution=first))
    for key, value in before.items():
        if not pd.isna(value[0]):
            assert after[key] == value


def matrix(cohorts: int) -> pd.DataFrame:
    """Made-up cells of so many cohorts."""
    months = pd.date_range("2021-01-01", periods=cohorts, freq="MS")
    rows = [
        {"cohort": month, "k": k, "size": 40 + 3 * place, "active": None, "value": None}
        | ({"active": 20 // (k + 1), "value": 20 // (k + 1) / (40 + 3 * place)} if place + k < cohorts else {})
        for place, month in enumerate(months)
        for k in range(cohorts)
    ]
    return pd.DataFrame(rows).astype({"active": "Int64", "value": "float64"})


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("cohorts", [1, 3, 60])
def test_the_matrix_is_drawn_with_few_and_with_many_cohorts(cohorts, language):
    frame = matrix(cohorts)
    title = sentences.retention_cohort(frame, language=language)
    drawn = figures.retention_cohort(frame, title=title, language=language)
    heat = drawn.data[0]
    assert len(heat.y) == cohorts and heat.z.shape == (cohorts, cohorts)
    assert (heat.text is not None) == (cohorts <= 12)  # numbers in the cells only while they can be read
    assert drawn.layout.height <= 920  # with a title of two lines
    newest = pd.Series(heat.z[-1])
    assert newest.notna().tolist() == [True] + [False] * (cohorts - 1)  # months not over are blank


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_hostile_name_stays_text_in_what_is_said(language):
    days = tuple(("<script>", day) for _, day in REGULAR)
    frame = metrics.at_risk(opened(days=days), month="2026-03")
    said = sentences.at_risk(frame, language=language)
    assert "<script>" not in said and "55" in said
    curve = metrics.retention_curve(opened(joins=JOINS, days=DAYS), month="2026-03")
    assert figures.retention_curve(
        curve, title=sentences.retention_curve(curve, language=language), language=language
    ).data


def test_cohorts_and_regulars_of_a_real_slack_community_are_what_the_definitions_read():
    rows, reading = importing.read(slack.SOURCE, importing.shared("slack-10academy.zip"))
    rows["imports"] = [
        {"import_id": "x", "platform": "slack", "tells_joins": reading.tells_joins, "tells_leaves": False}
    ]
    rows["memberships"] = [
        {"start_at": None, "end_at": None, "group_id": None, **row} for row in rows["memberships"]
    ]  # fmt: skip
    del rows["messages"]
    given = made.Made(dict(rows), "Africa/Addis_Ababa")
    community, oracle = given.open(), Oracle(given, "2022-10")
    known = {
        key: value
        for key, value in cells(metrics.retention_cohort(community, month="2022-10")).items()
        if not pd.isna(value[0])
    }
    assert known == expected_cells(oracle, first_contribution=False, unbounded=False)
    assert sum(size for (_, k), (_, size) in known.items() if k == 0) > 50
    assert metrics.at_risk(community, month="2022-10")["member_id"].tolist() == expected_at_risk(oracle)
