"""How much hangs on how few: hand tables, published values, an oracle, laws."""

from math import ceil

import made
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import Oracle

from workbench import figures, metrics, sentences
from workbench.engine import community_of_rows

FEW = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
MONTH = "2026-03"
QUESTIONS = (metrics.hem_share, metrics.absence_factor, metrics.gini, metrics.lorenz, metrics.top_contributors)


def talk(*counts, silent=0):
    """One member a number, who contributed so many times in March; `silent` members never did."""
    people = [{"member_id": f"chat:{n:03d}", "platform": "chat"} for n in range(len(counts) + silent)]
    events = [
        {
            "event_id": f"{n}-{one}",
            "platform": "chat",
            "member_id": f"chat:{n:03d}",
            "kind": "post",
            "occurred_at": "2026-03-05",
        }
        for n, count in enumerate(counts)
        for one in range(count)
    ]
    coverage = [{"platform": "chat", "from_at": "2026-03-01", "to_at": "2026-03-31"}]
    return community_of_rows({"members": people, "events": events, "coverage": coverage})


def value(frame, column):
    return frame[column].iloc[0]


# Hand tables


def test_the_few_per_cent_are_of_all_members_the_silent_included():
    found = metrics.hem_share(talk(6, 3, 1, silent=17), month=MONTH, share=0.10).iloc[0]
    assert (found["people"], found["members"], found["numerator"], found["denominator"]) == (2, 20, 9, 10)
    assert found["hem_share"] == 0.9 and found["low"] is None


def test_the_number_of_people_is_rounded_up_but_ten_per_cent_of_thirty_is_three():
    # 0.1 · 30 in binary is a little more than 3.
    assert value(metrics.hem_share(talk(*[1] * 30), month=MONTH, share=0.10), "people") == 3
    assert value(metrics.hem_share(talk(*[1] * 31), month=MONTH, share=0.10), "people") == 4
    assert value(metrics.hem_share_5(talk(*[1] * 31), month=MONTH), "hem_share_5") == pytest.approx(2 / 31)


def test_the_absence_factor_counts_people_up_to_half_and_not_beyond_it():
    assert value(metrics.absence_factor(talk(4, 3, 2, 1), month=MONTH), "absence_factor") == 2
    assert value(metrics.absence_factor(talk(5, 3, 2), month=MONTH), "absence_factor") == 1  # exactly half is enough
    assert value(metrics.absence_factor(talk(1, 1, 1, 1, silent=9), month=MONTH), "absence_factor") == 2


def test_gini_of_equals_is_zero_and_of_one_who_makes_everything_is_one_minus_one_over_n():
    even = metrics.gini(talk(3, 3, 3), month=MONTH)
    assert value(even, "gini_members") == value(even, "gini_contributors") == 0
    alone = metrics.gini(talk(7, silent=9), month=MONTH)
    assert value(alone, "gini_members") == pytest.approx(0.9)
    assert value(alone, "gini_contributors") == 0


def test_gini_of_one_to_five_is_four_fifteenths():
    # The textbook value for 1, 2, 3, 4, 5: mean absolute difference 1.6 over twice the mean 3.
    assert value(metrics.gini(talk(1, 2, 3, 4, 5), month=MONTH), "gini_members") == pytest.approx(1.6 / 6)


def test_a_month_without_contributions_has_reasons_instead_of_zeros():
    community = talk(silent=4)
    for metric, column in ((metrics.hem_share, "hem_share"), (metrics.absence_factor, "absence_factor")):
        frame = metric(community, month=MONTH)
        assert pd.isna(value(frame, column)) and value(frame, "why") == "why.empty"
    frame = metrics.gini(community, month=MONTH)
    assert pd.isna(value(frame, "gini_members")) and pd.isna(value(frame, "gini_contributors"))
    assert metrics.top_contributors(community, month=MONTH).empty
    assert metrics.lorenz(community, month=MONTH)["contributions_share"].isna().all()
    nobody = community_of_rows({})
    for metric in QUESTIONS:
        metric(nobody, month=MONTH)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_sentence_and_figure_can_be_made_of_any_month(language):
    for community in (talk(), talk(silent=3), talk(5), talk(9, 1, 1, silent=40), talk(*[2] * 30)):
        for share in (0.05, 0.10):
            assert sentences.hem_share(
                metrics.hem_share(community, month=MONTH, share=share), share=share, language=language
            )
        for name in ("absence_factor", "gini", "top_contributors"):
            assert getattr(sentences, name)(getattr(metrics, name)(community, month=MONTH), language=language)
        history = metrics.trend(metrics.hem_share_10, community, month=MONTH, months=3)
        assert sentences.hem_share_by_month(history, language=language)
        figures.hem_share(history, title="", language=language)
        figures.lorenz(metrics.lorenz(community, month=MONTH), title="", language=language)


def test_where_the_few_per_cent_are_everybody_who_writes_the_sentence_says_so():
    frame = metrics.hem_share(talk(2, 1, silent=97), month=MONTH)
    assert sentences.hem_share(frame, language="en") == "All contributions came from 2 people, 2.0% of the 99 members."


def test_the_figure_marks_the_shares_that_the_numbers_give():
    community = talk(9, 5, 3, 2, 1, 1, 1, 1, 1, 1, silent=37)
    drawn = figures.lorenz(metrics.lorenz(community, month=MONTH), title="", language="en")
    points = next(trace for trace in drawn.data if trace.mode == "markers")
    shares = [value(metrics.hem_share(community, month=MONTH, share=share), "hem_share") for share in (0.05, 0.10)]
    assert [1 - one for one in points.y] == pytest.approx(shares)


# The definitions again, in plain Python


def counts_of(given, month):
    known = Oracle(given, month)
    made_ = pd.Series([person for person, day in known.contributions if known.in_month(day)], dtype=object)
    made_ = made_.value_counts()
    members = [int(made_.get(person, 0)) for person in known.month_members]
    return sorted(made_.tolist(), reverse=True), members


def gini_by_pairs(x):
    x = np.array(x, dtype=float)
    return np.abs(x[:, None] - x[None, :]).sum() / (2 * len(x) ** 2 * x.mean()) if x.sum() else None


@FEW
@given(made.communities(max_members=8), st.sampled_from(made.MONTHS), st.sampled_from((0.05, 0.10, 0.34)))
def test_concentration_is_the_definition_in_plain_python(given, month, share):
    community = given.open()
    contributions, members = counts_of(given, month)
    found = metrics.hem_share(community, month=month, share=share).iloc[0]
    people = ceil(round(share * len(members), 6))
    assert (found["people"], found["denominator"]) == (people, sum(contributions))
    assert found["numerator"] == sum(contributions[:people])
    half = [k for k in range(1, len(contributions) + 1) if 2 * sum(contributions[:k]) >= sum(contributions)]
    factor = value(metrics.absence_factor(community, month=month), "absence_factor")
    assert (None if pd.isna(factor) else factor) == (half[0] if half else None)
    for column, x in (("gini_members", members), ("gini_contributors", contributions)):
        gini, expected = value(metrics.gini(community, month=month), column), gini_by_pairs(x)
        assert pd.isna(gini) if expected is None else gini == pytest.approx(expected)
    lorenz = metrics.lorenz(community, month=month)
    assert lorenz["members"].sum() == len(members)
    if sum(members):
        assert lorenz["contributions_share"].iloc[-1] == pytest.approx(1)
        assert lorenz["contributions_share"].is_monotonic_increasing
    top = metrics.top_contributors(community, month=month)
    assert top["contributions"].tolist() == contributions[:10]
    assert top["share_so_far"].between(0, 1 + 1e-12).all()
