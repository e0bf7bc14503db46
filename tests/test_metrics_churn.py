"""The churns: hand tables, the definitions in plain Python, laws."""

import random
from datetime import timedelta
from types import SimpleNamespace

import made
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import Oracle

from workbench import figures, metrics, sentences
from workbench.engine import community_of_rows
from workbench.words import catalogue

RATES = (
    "churn_of_current", "churn_of_opening", "bounced_joiners", "churn_exposure", "churn_activity",
    "churn_activity_28", "retention_period",
)  # fmt: skip


def opened(*, leaves=True, **tables):
    rows = {
        "imports": [{"import_id": "x", "platform": "chat", "tells_joins": True, "tells_leaves": leaves}],
        "coverage": [{"platform": "chat", "from_at": "2026-01-01", "to_at": "2026-04-30"}],
        **tables,
    }
    return community_of_rows(rows)


def stays(*given):
    """Rows of memberships from (member, start, end)."""
    return [
        {"membership_id": str(number), "member_id": f"chat:{member}", "start_at": start, "end_at": end}
        | ({"end_reason": "left"} if end else {})
        for number, (member, start, end) in enumerate(given)
    ]


def posts(*given):
    """Rows of events from (member, day)."""
    return [
        {"event_id": str(number), "member_id": f"chat:{member}", "kind": "post", "occurred_at": day, "platform": "chat"}
        for number, (member, day) in enumerate(given)
    ]


def row(community, name, month="2026-03"):
    return getattr(metrics, name)(community, month=month).iloc[0]


def counts(community, name, month="2026-03"):
    found = row(community, name, month)
    return found["numerator"], found["denominator"]


MARCH = stays(
    ("stays", "2026-01-05", None),
    ("leaves", "2026-01-05", "2026-03-11"),
    ("left before", "2026-01-05", "2026-02-20"),
    ("comes", "2026-03-02", None),
    ("comes and goes", "2026-03-05", "2026-03-25"),
)


def test_the_churns_of_a_month_counted_by_hand():
    community = opened(memberships=MARCH)
    assert counts(community, "churn_of_current") == (2, 2)
    # Who came and went within the month was no opening member: counting that leaver here would be tempting.
    assert counts(community, "churn_of_opening") == (1, 2)
    assert counts(community, "bounced_joiners") == (1, 2)
    # Days as a member: 31, the 10 before the 11th, 30 from the 2nd, 20 from the 5th to the 24th.
    found = row(community, "churn_exposure")
    assert (found["numerator"], found["denominator"]) == (2, pytest.approx(91 / 31))
    assert found["churn_exposure"] == pytest.approx(2 / (91 / 31))


def test_churn_of_current_can_exceed_one():
    community = opened(
        memberships=stays(
            ("a", "2026-01-05", "2026-03-10"), ("b", "2026-01-05", "2026-03-10"), ("c", "2026-01-05", None)
        )
    )
    assert row(community, "churn_of_current")["churn_of_current"] == 2.0
    assert pd.isna(row(community, "churn_of_current")["high"])


def test_without_records_of_leaves_the_formal_churns_are_null_and_not_zero():
    community = opened(leaves=False, memberships=MARCH, events=posts(("stays", "2026-02-03"), ("stays", "2026-03-03")))
    for name in ("churn_of_current", "churn_of_opening", "bounced_joiners", "churn_exposure"):
        found = row(community, name)
        assert pd.isna(found[name]) and pd.isna(found["numerator"])
        assert found["why"] == "why.no_leaves"
    assert row(community, "churn_activity")["churn_activity"] == 0.0


def test_a_leave_taken_back_within_a_week_is_no_leave():
    community = opened(memberships=stays(("a", "2026-01-05", "2026-03-10"), ("a", "2026-03-15", None)))
    assert counts(community, "churn_of_opening") == (0, 1)


def test_a_departure_without_a_date_is_in_no_churn():
    closed = [{"membership_id": "closed", "member_id": "chat:gone", "end_reason": "deactivated"}]
    community = opened(
        memberships=[*stays(("stays", "2026-01-05", None)), *closed], events=posts(("gone", "2026-03-09"))
    )
    assert counts(community, "churn_of_current") == (0, 1)


def test_who_rejoins_and_leaves_at_once_has_not_bounced_as_a_joiner():
    community = opened(memberships=stays(("a", "2026-01-05", "2026-01-20"), ("a", "2026-03-05", "2026-03-20")))
    assert row(community, "bounced_joiners")["why"] == "why.churn_no_dated_joins"


def test_activity_churn_looks_one_month_back_only():
    events = posts(("both", "2026-02-10"), ("both", "2026-03-10"), ("gone", "2026-02-28"), ("older", "2026-01-10"),
                   ("new", "2026-03-01"))  # fmt: skip
    community = opened(events=events)
    # "older" was silent before February already: she is no loss of March.
    assert counts(community, "churn_activity") == (1, 2)
    assert counts(community, "retention_period") == (1, 2)


def test_the_28_day_windows_meet_on_the_right_day():
    # The last 28 days of March begin on the 4th, the 28 before them on 4 February.
    events = posts(("a", "2026-02-03"), ("b", "2026-02-04"), ("c", "2026-03-03"), ("c", "2026-03-04"))
    assert counts(opened(events=events), "churn_activity_28") == (1, 2)


def test_a_month_cut_by_the_beginning_of_the_data_is_flagged_and_still_answered():
    coverage = [{"platform": "chat", "from_at": "2026-02-10", "to_at": "2026-04-30"}]
    events = posts(("a", "2026-02-11"))
    found = row(opened(coverage=coverage, events=events), "churn_activity")
    assert (found["churn_activity"], bool(found["partial"])) == (1.0, True)
    assert not row(opened(events=events), "churn_activity")["partial"]


@pytest.mark.parametrize(
    ("month", "why"),
    [
        ("2026-01", "why.no_earlier_month"),
        ("2026-03", "why.churn_nobody_active_before"),
        ("2027-03", "why.not_covered"),
    ],
)
def test_activity_churn_is_null_with_the_reason(month, why):
    found = row(opened(events=posts(("a", "2026-01-10"))), "churn_activity", month)
    assert pd.isna(found["churn_activity"]) and found["why"] == why


def test_the_series_by_month_ends_with_the_number_of_the_month():
    events = posts(
        ("a", "2026-01-10"), ("b", "2026-01-12"), ("a", "2026-02-10"), ("c", "2026-02-10"), ("a", "2026-03-01")
    )
    series = metrics.churn_activity_by_month(opened(events=events), month="2026-04")
    assert series["churn_activity"].round(3).tolist()[1:] == [0.5, 0.5, 1.0]
    assert series["why"].iloc[0] == "why.no_earlier_month" and pd.isna(series["churn_activity"].iloc[0])


def test_a_gap_in_the_data_is_no_churn():
    coverage = [
        {"platform": "chat", "from_at": "2026-01-01", "to_at": "2026-01-31"},
        {"platform": "chat", "from_at": "2026-03-01", "to_at": "2026-04-30"},
    ]
    events = posts(("a", "2026-01-10"), ("a", "2026-03-10"), ("a", "2026-04-10"))
    series = metrics.churn_activity_by_month(opened(coverage=coverage, events=events), month="2026-04")
    assert series["month"].dt.month.tolist() == [1, 3, 4]
    assert series["why"].tolist() == ["why.no_earlier_month", "why.no_earlier_month", None]


def test_an_empty_community_has_no_churn_and_every_reason_has_a_text():
    community = opened()
    for name in RATES:
        found = row(community, name)
        assert pd.isna(found[name]) and found["why"] in catalogue()


def expected(oracle: Oracle) -> dict:
    """Every churn as METRICS.md reads, as (numerator, denominator)."""
    left = [s for s in oracle.stays if s["end_kind"] == "dated" and oracle.in_month(s["left_on"])]
    opening = {p for p, facts in oracle.month_members.items() if facts["at_opening"]}
    closing = [p for p, facts in oracle.month_members.items() if facts["at_closing"]]
    joiners = [
        s for s in oracle.stays if s["stay"] == 1 and s["join_kind"] == "dated" and oracle.in_month(s["joined_on"])
    ]
    exposed = sum(facts["exposed_days"] for facts in oracle.month_members.values())
    leavers_at_opening = {s["person_id"] for s in left if s["joined_on"] < oracle.start or s["join_kind"] == "opening"}
    before = oracle.active((oracle.start - timedelta(days=1)).replace(day=1), oracle.start)
    now = oracle.active(oracle.start, oracle.end)
    middle, first = oracle.end - timedelta(days=28), oracle.end - timedelta(days=56)
    before_28, now_28 = oracle.active(first, middle), oracle.active(middle, oracle.end)
    return {
        "churn_of_current": (len(left), len(closing)),
        "churn_of_opening": (len(leavers_at_opening & opening), len(opening)),
        "bounced_joiners": (sum(s["end_kind"] == "dated" for s in joiners), len(joiners)),
        "churn_exposure": (len(left), exposed / len(oracle.month_days)),
        "churn_activity": (len(before - now), len(before)),
        "retention_period": (len(before & now), len(before)),
        "churn_activity_28": (len(before_28 - now_28), len(before_28)),
    }


@settings(max_examples=15, deadline=None)
@given(made.communities(), st.sampled_from(made.MONTHS[1:]))
def test_every_churn_is_what_the_definition_reads(given, month):
    oracle = Oracle(given, month)
    community = given.open()
    for name, (numerator, denominator) in expected(oracle).items():
        found = row(community, name, month)
        if name in ("churn_of_current", "churn_of_opening", "bounced_joiners", "churn_exposure"):
            known = oracle.leaves_known and denominator
        else:
            known = denominator and any(oracle.in_month(day) for day in oracle.covered)
        if not known:
            assert pd.isna(found[name]) and found["why"] in catalogue(), name
            continue
        assert (found["numerator"], found["denominator"]) == (numerator, pytest.approx(denominator)), name
        assert found[name] == pytest.approx(numerator / denominator)
        if name not in ("churn_of_current", "churn_exposure"):
            assert 0 <= found["low"] <= found[name] <= found["high"] <= 1
    if any(oracle.in_month(day) for day in oracle.covered):
        last = metrics.churn_activity_by_month(community, month=month).iloc[-1]
        assert (last["numerator"], last["denominator"]) == expected(oracle)["churn_activity"]


@settings(max_examples=6, deadline=None)
@given(made.communities(), st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_later_messages_change_a_churn(given, chance: random.Random):
    month = "2026-03"
    later = [
        {"event_id": f"later:{n}", "occurred_at": "2026-05-20", "member_id": member["member_id"], "kind": "post",
         "group_id": None, "platform": member["platform"], "deleted_at": None}
        for n, member in enumerate(given.rows["members"])
        if any(event["member_id"] == member["member_id"] for event in given.rows["events"])
    ]  # fmt: skip
    dated = {r["member_id"] for r in given.rows["memberships"] if r["start_at"] is None and r["end_at"] is None}
    events = [*given.rows["events"], *(event for event in later if event["member_id"] not in dated)]
    tables = {name: chance.sample(rows, len(rows)) for name, rows in {**given.rows, "events": events}.items()}
    before, after = given.open(), given.with_rows(**tables).open()
    for name in RATES:
        pd.testing.assert_frame_equal(
            getattr(metrics, name)(before, month=month), getattr(metrics, name)(after, month=month)
        )


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("leaves", [True, False])
def test_page_texts_and_figures_work_whether_leaves_are_known_or_not(language, leaves):
    events = posts(*(("stays", f"2026-0{month}-10") for month in (1, 2, 3)), ("leaves", "2026-02-02"))
    community = opened(leaves=leaves, memberships=MARCH, events=events)
    for name in RATES:
        assert getattr(sentences, name)(getattr(metrics, name)(community, month="2026-03"), language=language)
    four = metrics.churns(community, month="2026-03")
    title = sentences.churns(four, language=language)
    drawn = figures.churns(four, title=title, language=language)
    assert len(drawn.data[0].y) == (4 if leaves else 1)  # what is not known has no bar, not a bar of nothing
    reasons = sentences.churn_rows(four, language=language)["why_or_count"]
    assert reasons.str.contains("export").sum() == (0 if leaves else 3)
    series = metrics.churn_activity_by_month(community, month="2026-03")
    said = sentences.churn_activity_by_month(series, language=language)
    assert figures.churn_activity_by_month(series, title=said, language=language).data


def test_a_month_unlike_the_others_is_called_so_and_one_within_its_interval_is_not():
    base = {"numerator": 20, "denominator": 100, "churn_activity": 0.2, "low": 0.13, "high": 0.29}
    frame = pd.DataFrame([base, base, base | {"numerator": 25, "churn_activity": 0.25, "low": 0.18, "high": 0.34}])
    assert "much like" in sentences.churn_activity_by_month(frame, language="en")
    frame = pd.DataFrame([base, base, base | {"numerator": 60, "churn_activity": 0.6, "low": 0.5, "high": 0.69}])
    assert "more than" in sentences.churn_activity_by_month(frame, language="en")


def test_the_oracle_itself_counts_the_hand_table():
    given = SimpleNamespace(
        rows={
            "imports": [{"platform": "chat", "tells_leaves": True}],
            "coverage": [{"platform": "chat", "from_at": "2026-01-01", "to_at": "2026-04-30"}],
            "memberships": [
                row
                | {"group_id": None}
                | {k: pd.Timestamp(row[k]).to_pydatetime() if row[k] else None for k in ("start_at", "end_at")}
                for row in MARCH
            ],
        },
        timezone="UTC",
        settings={},
    )
    assert expected(Oracle(given, "2026-03"))["churn_of_opening"] == (1, 2)
