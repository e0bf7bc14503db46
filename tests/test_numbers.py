"""numbers.json: every id of the contract is answered by a metric; a null has its reason; nothing that JSON lacks."""

import json
import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench import metrics
from workbench.engine import community_of_rows
from workbench.period import Month
from workbench.report import numbers

OCTOBER = Month(2026, 10)


@pytest.fixture(scope="module")
def club():
    posts = [
        {"event_id": str(n), "occurred_at": f"2026-{month:02}-0{n}", "member_id": f"chat:{n}", "kind": "post"}
        for month in (9, 10)
        for n in (1, 2)
    ]
    rows = {
        "imports": [{"import_id": "a", "platform": "chat", "tells_joins": False, "tells_leaves": False}],
        "coverage": [{"platform": "chat", "from_at": "2026-09-01", "to_at": "2026-10-31T23:59:59"}],
        "events": [{**post, "event_id": str(n)} for n, post in enumerate(posts)],
    }
    return community_of_rows(rows)


@pytest.mark.parametrize("one", numbers.everything())
def test_every_id_is_answered_in_a_column_of_its_name(club, one):
    frame = numbers.metric(numbers.ANSWERED_BY.get(one, one))(club, month=OCTOBER)
    wanted = (numbers.SERIES | numbers.FURTHER_SERIES).get(one, {one: one})
    assert set(wanted.values()) <= set(frame.columns)


def test_the_contract_holds_what_metrics_md_promises():
    promised = """members_opening members_closing new_members rejoined leavers net_growth mau mau28 dau_mean stickiness
    engagement_rate posts_per_active contributions churn_of_current churn_of_opening churn_exposure churn_activity
    churn_activity_28 bounced_joiners new retained resurrected dormant activation_rate hem_share_5 hem_share_10
    absence_factor gini_members gini_contributors first_response_hours answered_24h unanswered_7d peer_answer_share
    staff_share_of_voice themes_covered_share nps csat dau mau_by_month retention_cohort at_risk highly_engaged"""
    assert set(numbers.contract()) == set(promised.split())


def test_a_null_has_its_reason_in_the_language_of_the_report_and_a_number_has_none(club):
    for language, word in (("en", "leave"), ("fr", "départs")):
        found = numbers.collect(club, month=OCTOBER, language=language)
        assert found["leavers"] is None and word in found["leavers__why"].lower()
        assert found["mau"] == 2 and "mau__why" not in found
        for one, value in found.items():
            scalar = one in (*numbers.SCALARS, *numbers.FURTHER)
            if scalar and (value["value"] if isinstance(value, dict) else value) is None:
                assert found[f"{one}__why"].strip() and not found[f"{one}__why"].startswith("why.")


def test_a_rate_has_its_parts_and_a_count_is_a_number(club):
    found = numbers.collect(club, month=OCTOBER, language="en")
    assert found["churn_activity"].keys() == {"value", "numerator", "denominator", "low", "high"}
    assert found["churn_activity"]["value"] == 0 and found["churn_activity"]["denominator"] == 2
    for one in ("posts_per_active", "gini_members", "gini_contributors", "contributions"):
        assert isinstance(found[one], int | float)


def test_series_are_records_with_iso_dates(club):
    found = numbers.collect(club, month=OCTOBER, language="en")
    assert len(found["dau"]) == 31 and found["dau"][0] == {"date": "2026-10-01", "value": 1}
    assert found["mau_by_month"] == [{"month": "2026-09", "value": 2}, {"month": "2026-10", "value": 2}]


def test_the_document_says_what_it_is_about_and_is_sorted(club):
    text = numbers.written(numbers.document(club, {"b": 1, "a": None}, month=OCTOBER))
    read = json.loads(text)
    assert read == {
        "community": "example",
        "month": "2026-10",
        "timezone": "UTC",
        "partial": False,
        "metrics": {"a": None, "b": 1},
    }
    assert text.index('"a"') < text.index('"b"')


def test_a_metric_that_answers_two_rows_is_a_fault_not_a_guess():
    with pytest.raises(ValueError, match="one row"):
        numbers._scalar("mau", pd.DataFrame({"mau": [1, 2]}), "en")


def test_a_contract_id_without_a_metric_is_an_error(club, monkeypatch):
    monkeypatch.delattr(metrics, "nps")
    with pytest.raises(AttributeError, match="nps"):
        numbers.collect(club, month=OCTOBER, language="en", ids=["nps"])


@given(st.floats() | st.none() | st.integers() | st.datetimes() | st.dates() | st.booleans() | st.text())
def test_any_value_of_a_frame_can_be_written(value):
    plain = numbers.plain(value)
    json.dumps(plain, allow_nan=False)
    if isinstance(value, float) and math.isfinite(value):
        assert json.loads(json.dumps(plain)) == value


@pytest.mark.parametrize("nothing", [None, float("nan"), float("inf"), pd.NA, pd.NaT])
def test_every_kind_of_nothing_is_null(nothing):
    assert numbers.plain(nothing) is None
