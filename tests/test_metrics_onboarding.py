"""Activation: hand tables, the definition in plain Python."""

from datetime import timedelta

import made
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import Oracle

from workbench import metrics, sentences
from workbench.engine import community_of_rows
from workbench.words import catalogue


def activation(joins, days, *, timezone="UTC", month="2026-03"):
    """The rate's row, of people (member, time of joining) and posts (member, time)."""
    rows = {
        "imports": [{"import_id": "x", "platform": "chat", "tells_joins": True, "tells_leaves": True}],
        "coverage": [{"platform": "chat", "from_at": "2026-01-01", "to_at": "2026-04-30"}],
        "members": [{"member_id": name, "platform": "chat", "joined_at": at} for name, at in joins],
        "events": [
            {"event_id": str(n), "member_id": name, "kind": kind, "occurred_at": at}
            for n, (name, at, kind) in enumerate((*day, "post")[:3] for day in days)
        ],
    }
    return metrics.activation_rate(community_of_rows(rows, timezone=timezone), month=month).iloc[0]


def counts(*given, **options):
    found = activation(*given, **options)
    return found["numerator"], found["denominator"]


def test_the_seventh_day_still_counts_and_the_eighth_does_not():
    joins = (("a", "2026-03-02 15:00"), ("b", "2026-03-02 15:00"), ("c", "2026-03-02 15:00"))
    days = (("a", "2026-03-09 23:59"), ("b", "2026-03-10 00:00"), ("c", "2026-03-04", "reaction"))
    assert counts(joins, days) == (1, 3)


def test_joiners_whose_seventh_day_is_not_over_are_in_neither_number():
    # Day 7 of the 24th is the 31st, over at the month's end; that of the 25th is not, however soon she wrote.
    joins = (("a", "2026-03-24"), ("b", "2026-03-25"))
    assert counts(joins, (("b", "2026-03-25"),)) == (0, 1)


def test_the_day_of_joining_is_a_local_day_when_the_clock_changes():
    # 22:30 UTC is the 23rd in Paris; its seventh day ends at 22:00 UTC on the 30th, after the change to summer time.
    joins = (("a", "2026-03-22 23:30"), ("b", "2026-03-22 23:30"))
    days = (("a", "2026-03-30 21:59"), ("b", "2026-03-30 22:00"))
    assert counts(joins, days, timezone="Europe/Paris") == (1, 2)


def test_without_dated_joins_the_rate_is_null_with_the_reason():
    found = activation((), (("a", "2026-03-05"),))
    assert pd.isna(found["activation_rate"]) and found["why"] == "why.onboarding_no_dated_joins"
    found = activation((("a", "2026-03-30"),), ())
    assert pd.isna(found["activation_rate"]) and found["why"] == "why.onboarding_too_young"


@settings(max_examples=15, deadline=None)
@given(made.communities(), st.sampled_from(made.MONTHS))
def test_activation_is_what_the_definition_reads(given, month):
    oracle = Oracle(given, month)
    joined = {
        s["person_id"]: s["joined_on"]
        for s in oracle.stays
        if s["stay"] == 1 and s["join_kind"] == "dated" and oracle.in_month(s["joined_on"])
    }
    mature = {p: day for p, day in joined.items() if day + timedelta(days=8) <= oracle.end}
    active = {
        p for p, day in mature.items() if any(q == p and 0 <= (d - day).days <= 7 for q, d in oracle.contributions)
    }
    found = metrics.activation_rate(given.open(), month=month).iloc[0]
    assert (found["numerator"], found["denominator"]) == (len(active), len(mature))
    if not mature:
        assert pd.isna(found["activation_rate"]) and found["why"] in catalogue()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_activation_is_said_known_or_not(language):
    for joins in ((), (("a", "2026-03-02"),), tuple((str(n), "2026-03-02") for n in range(12))):
        frame = activation(joins, (("0", "2026-03-03"),)).to_frame().T
        assert sentences.activation_rate(frame, language=language)
