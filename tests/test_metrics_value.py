"""Revenue, first payments and value so far: hand tables, the definitions in plain Python, CDNOW in plain pandas."""

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import made
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import Oracle

from workbench import figures, metrics, sentences, show
from workbench.engine import community_of_rows
from workbench.errors import SettingsError
from workbench.words import catalogue

SHARED = Path(__file__).parents[1].parent / "shared" / "data"
AMOUNTS = ("revenue", "arpu", "revenue_by_month", "ltv_observed", "ltv_curve")


def paying(*payments, joins=(("a", "2026-01-05"), ("b", "2026-01-20"), ("c", "2026-03-02")), roles=(), **options):
    """A community of people (member, time of joining) and payments (member, time, amount, currency = EUR)."""
    rows = {
        "imports": [{"import_id": "x", "platform": "chat", "tells_joins": True, "tells_leaves": True}],
        "coverage": [{"platform": "chat", "from_at": "2026-01-01", "to_at": "2026-04-30"}],
        "members": [
            {"member_id": name, "platform": "chat", "joined_at": at, "role": dict(roles).get(name)}
            for name, at in joins
        ],
        "payments": [
            {"payment_id": str(n), "member_id": one[0], "paid_at": one[1], "amount": one[2],
             "currency": one[3] if len(one) > 3 else "EUR"}
            for n, one in enumerate(payments)
        ],
    }  # fmt: skip
    return community_of_rows(rows, **options)


def row(name, *given, month="2026-03", exchange_rates=None, **options):
    stated = {} if exchange_rates is None else {"exchange_rates": exchange_rates}
    return getattr(metrics, name)(paying(*given, **options), month=month, **stated).iloc[0]


# Revenue


def test_refunds_are_deducted_and_cents_add_up_exactly():
    # In binary 0.1 + 0.2 − 0.3 is not nought.
    found = row("revenue", ("a", "2026-03-02", "0.1"), ("b", "2026-03-03", "0.2"), ("a", "2026-03-04", "-0.3"))
    assert (found["revenue"], found["refunds"], found["payers"]) == (0.0, -0.3, 2)


def test_a_month_without_payments_is_unknown_and_not_nought():
    found = row("revenue", ("a", "2026-02-02", "5"), ("a", "2026-04-02", "5"))
    assert pd.isna(found["revenue"]) and found["why"] == "why.value_no_payments"


def test_a_payment_belongs_to_the_local_month():
    paid = (("a", "2026-02-28 23:30", "5"), ("a", "2026-03-31 21:59", "7"), ("a", "2026-03-31 22:00", "100"))
    assert row("revenue", *paid, timezone="Europe/Paris")["revenue"] == 12


def test_payments_of_staff_and_tests_are_no_revenue_and_are_counted():
    paid = (("a", "2026-03-02", "5"), ("boss", "2026-03-02", "50"), ("test", "2026-03-02", "500"))
    joins = (("a", "2026-01-05"), ("boss", "2026-01-05"), ("test", "2026-01-05"))
    chosen = {"people": {"excluded": ["test"]}}
    found = row("revenue", *paid, joins=joins, roles=(("boss", "owner"),), **chosen)
    assert (found["revenue"], found["left_out"], found["payers"]) == (5, 2, 1)


def test_who_is_on_no_roster_or_banned_still_paid():
    found = row("revenue", ("stranger", "2026-03-02", "5"), ("a", "2026-03-02", "6"))
    assert (found["revenue"], found["payers"]) == (11, 2)


def test_several_currencies_without_rates_are_null_and_named():
    paid = (("a", "2026-03-02", "5"), ("b", "2026-03-02", "5", "usd "), ("c", "2026-03-09", "5", "EUR"))
    found = row("revenue", *paid)
    assert pd.isna(found["revenue"]) and found["currency"] is None
    assert (found["why"], found["currencies"], found["payers"]) == ("why.value_currencies", "EUR, USD", 3)
    for name in ("revenue", "arpu"):
        frame = getattr(metrics, name)(paying(*paid), month="2026-03")
        assert "EUR, USD" in getattr(sentences, name)(frame, language="en")
    curve = metrics.ltv_curve(paying(*paid), month="2026-03")
    assert "EUR, USD" in sentences.ltv_curve(curve, language="fr")


def test_stated_rates_convert_to_the_currency_they_are_stated_in():
    paid = (("a", "2026-03-02", "5"), ("b", "2026-03-02", "10", "USD"), ("c", "2026-03-02", "100", "SEK"))
    rates = ["1 USD = 0.92 EUR", "1 sek = 0.1 eur"]
    found = row("revenue", *paid, exchange_rates=rates)
    assert (found["revenue"], found["currency"]) == (24.2, "EUR")
    assert row("arpu", *paid, exchange_rates=rates)["numerator"] == 24.2
    missing = row("revenue", *paid, exchange_rates=rates[:1])
    assert pd.isna(missing["revenue"]) and missing["why"] == "why.value_currencies"


@pytest.mark.parametrize(
    ("rates", "complaint"),
    [
        (["USD 0.92"], 'USD 0.92" is no exchange rate'),
        (["1 USD = 0 EUR"], "is no exchange rate"),
        (["1 USD = 0.92 EUR", "1 SEK = 0.1 USD"], "in one currency"),
        (["1 USD = 0.92 EUR", "1 USD = 0.93 EUR"], "one rate a currency"),
        (["1 EUR = 2 EUR"], "one rate a currency"),
    ],
)
def test_a_rate_that_cannot_be_is_refused(rates, complaint):
    with pytest.raises(SettingsError, match=complaint):
        row("revenue", ("a", "2026-03-02", "5"), exchange_rates=rates)


def test_months_in_another_currency_are_no_comparison():
    paid = (("a", "2026-01-09", "5", "USD"), ("a", "2026-03-09", "6"))
    series = metrics.revenue_by_month(paying(*paid), month="2026-03")
    assert series["revenue"].fillna(-1).tolist() == [-1, -1, 6]
    assert series["why"].tolist() == ["why.value_currencies", "why.value_no_payments", None]
    assert "month before is not known" in sentences.revenue_by_month(series, language="en")


def test_revenue_per_member_divides_by_the_mean_of_opening_and_closing_members():
    # Two members at the beginning, three at the end: 5 ÷ 2.5. Dividing by payers would give 5.
    found = row("arpu", ("a", "2026-03-02", "5"))
    assert (found["arpu"], found["denominator"]) == (2, 2.5) and pd.isna(found["low"])


# First payments


def test_only_members_at_the_beginning_who_never_paid_can_convert():
    # a paid before, c joined in the month, d left; b is the one free member, and pays. A refund is no payment.
    joins = (("a", "2026-01-05"), ("b", "2026-01-20"), ("c", "2026-03-02"), ("e", "2026-01-01"))
    paid = (
        ("a", "2026-02-05", "5"), ("a", "2026-03-05", "5"), ("b", "2026-03-06", "5"), ("b", "2026-03-07", "-5"),
        ("c", "2026-03-08", "5"), ("e", "2026-03-08", "-5"),
    )  # fmt: skip
    found = row("paid_conversion", *paid, joins=joins)
    assert (found["numerator"], found["denominator"], found["first_payers"]) == (1, 2, 2)


def test_in_the_first_month_with_payments_nobody_knows_who_is_new():
    found = row("paid_conversion", ("a", "2026-03-05", "5"), ("a", "2026-04-05", "5"))
    assert pd.isna(found["paid_conversion"]) and found["why"] == "why.value_no_earlier_payments"
    found = row("paid_conversion", ("a", "2026-02-05", "5"))
    assert pd.isna(found["paid_conversion"]) and found["why"] == "why.value_no_payments"


# Value so far


def test_who_never_paid_or_left_stays_in_the_cohort():
    paid = (("a", "2026-01-10", "4"), ("a", "2026-03-10", "6"), ("a", "2026-03-12", "-2"), ("c", "2026-03-10", "3"))
    cells = metrics.ltv_observed(paying(*paid), month="2026-03")
    assert cells[["k", "size", "paid", "ltv_observed"]].values.tolist() == [
        [0, 2, 4, 2], [1, 2, 0, 2], [2, 2, 4, 4], [0, 1, 3, 3],
    ]  # fmt: skip
    curve = metrics.ltv_curve(paying(*paid), month="2026-03")
    # Month 0: 7 of three people; month 1: nothing; month 2: 4 of the two old enough.
    assert curve["value"].round(9).tolist() == [round(7 / 3, 9), round(7 / 3, 9), round(7 / 3 + 2, 9)]


def test_cohorts_older_than_the_payments_and_months_after_them_are_unknown():
    paid = (("a", "2026-02-10", "4"), ("b", "2026-03-10", "4"))
    cells = metrics.ltv_observed(paying(*paid, joins=(("a", "2026-01-05"), ("b", "2026-02-05"))), month="2026-04")
    assert cells["why"].tolist() == [
        "why.value_before_payments", "why.value_before_payments", "why.value_before_payments", "why.value_no_payments",
        None, None, "why.value_no_payments",
    ]  # fmt: skip


def test_what_was_paid_before_joining_counts_in_the_month_of_joining():
    cells = metrics.ltv_observed(
        paying(("z", "2026-01-02", "1"), ("a", "2026-01-31", "5"), joins=(("a", "2026-02-01"),)), month="2026-01"
    )
    assert cells.empty  # nobody has joined yet
    paid = (("z", "2026-01-02", "1"), ("a", "2026-01-31", "5"), ("z", "2026-02-02", "1"))
    cells = metrics.ltv_observed(paying(*paid, joins=(("a", "2026-02-01"),)), month="2026-02")
    assert cells["ltv_observed"].tolist() == [5]


def test_value_so_far_of_cdnow_is_what_plain_pandas_finds():
    file = SHARED / "cdnow" / "CDNOW_sample.txt"
    if not file.is_file():
        pytest.skip("needs ../shared/data/cdnow/CDNOW_sample.txt, the purchases of the CDNOW sample")
    bought = pd.read_csv(file, sep=r"\s+", header=None, names=["_", "customer", "day", "discs", "dollars"], dtype=str)
    bought["day"] = pd.to_datetime(bought["day"], format="%Y%m%d")
    first = bought.groupby("customer")["day"].min()
    community = paying(
        *((one.customer, one.day.to_pydatetime(), one.dollars, "USD") for one in bought.itertuples()),
        joins=[(customer, day.to_pydatetime()) for customer, day in first.items()],
    )
    found = metrics.ltv_observed(community, month="1998-06")
    bought["cohort"] = bought["customer"].map(first).dt.to_period("M")
    bought["k"] = (bought["day"].dt.to_period("M") - bought["cohort"]).map(lambda months: months.n)
    paid = bought.assign(dollars=bought["dollars"].astype(float)).groupby(["cohort", "k"])["dollars"].sum()
    sizes = bought.groupby("cohort")["customer"].nunique()
    assert sizes.sum() == 2357 and len(found) == 18 + 17 + 16
    for cell in found.itertuples():
        cohort = pd.Period(cell.cohort, "M")
        so_far = sum(paid.get((cohort, k), 0.0) for k in range(cell.k + 1))
        assert cell.ltv_observed == pytest.approx(so_far / sizes[cohort], rel=1e-12)


# On made communities


@st.composite
def with_payments(draw):
    community = draw(made.communities(max_events=6))
    payers = [one["member_id"] for one in community.rows["members"]] + ["chat:stranger"]
    rows = []
    for number in range(draw(st.integers(0, 8))):
        at = draw(made.instants(community.timezone))
        amount = draw(st.sampled_from(("5", "0.10", "-5", "12.3456")))
        currency = draw(st.sampled_from(("EUR", "EUR", "EUR", "USD")))
        member = draw(st.sampled_from(payers))
        rows.append(
            {"payment_id": str(number), "paid_at": at, "member_id": member, "amount": amount, "currency": currency}
        )
    return community.with_rows(payments=rows)


def counted(oracle, payments):
    """(person, day, amount, currency) of the payments up to the month's end that are nobody's of the team."""
    kept = []
    for one in payments:
        account = oracle.accounts.get(one["member_id"])
        person = account["person"] if account else one["member_id"]
        roles = {a["role"] for a in oracle.accounts.values() if a["person"] == person}
        if not roles & {"staff", "owner", "bot", "excluded"} and oracle.day(one["paid_at"]) < oracle.end:
            kept.append((person, oracle.day(one["paid_at"]), Decimal(one["amount"]), one["currency"]))
    return kept


@settings(max_examples=15, deadline=None)
@given(with_payments(), st.sampled_from(made.MONTHS))
def test_amounts_and_first_payments_are_what_the_definitions_read(given, month):
    oracle, community = Oracle(given, month), given.open()
    paid = counted(oracle, given.rows["payments"])
    here = [one for one in paid if oracle.in_month(one[1])]
    found = metrics.revenue(community, month=month).iloc[0]
    if len({one[3] for one in here}) == 1:
        assert found["revenue"] == float(sum(one[2] for one in here))
        assert found["payers"] == len({one[0] for one in here if one[2] > 0})
    else:
        assert pd.isna(found["revenue"]) and found["why"] in catalogue()
    both = metrics.revenue(community, month=month, exchange_rates=["1 USD = 0.5 EUR"]).iloc[0]
    if here:
        worth = {"EUR": 1, "USD": Decimal("0.5")}
        assert both["revenue"] == float(sum(one[2] * worth[one[3]] for one in here))
    each = metrics.arpu(community, month=month, exchange_rates=["1 USD = 0.5 EUR"]).iloc[0]
    ends = sum(facts["at_opening"] + facts["at_closing"] for facts in oracle.month_members.values()) / 2
    covered = any(map(oracle.in_month, oracle.covered))
    if covered:
        assert each["denominator"] == ends
    if here and covered and ends:
        assert each["arpu"] * ends == pytest.approx(both["revenue"]) and each["why"] is None
    else:
        reasons = (not here, "why.value_no_payments"), (not covered, "why.not_covered"), (True, "why.no_members")
        assert pd.isna(each["arpu"]) and each["why"] == next(why for holds, why in reasons if holds)

    first = {}
    for person, day, amount, _ in sorted(paid, key=lambda one: one[1]):
        if amount > 0:
            first.setdefault(person, day)
    opening = {person for person, facts in oracle.month_members.items() if facts["at_opening"]}
    free = {person for person in opening if first.get(person, oracle.end) >= oracle.start}
    conversion = metrics.paid_conversion(community, month=month).iloc[0]
    assert conversion["denominator"] == len(free)
    days = [oracle.day(one["paid_at"]) for one in given.rows["payments"]]
    if any(map(oracle.in_month, days)) and any(day < oracle.start for day in days):
        assert conversion["numerator"] == len({p for p in free if first.get(p, oracle.end) < oracle.end})
    else:
        assert pd.isna(conversion["numerator"]) and conversion["why"] in catalogue()


@settings(max_examples=15, deadline=None)
@given(with_payments(), st.sampled_from(made.MONTHS))
def test_value_so_far_is_what_the_definition_reads(given, month):
    oracle = Oracle(given, month)
    found = metrics.ltv_observed(given.open(), month=month)
    joined = {s["person_id"]: s["joined_on"] for s in oracle.stays if s["stay"] == 1 and s["join_kind"] != "opening"}
    sizes = defaultdict(int)
    for day in joined.values():
        sizes[day.year, day.month] += 1
    assert dict(sizes) == {(c.year, c.month): n for c, n in zip(found["cohort"], found["size"], strict=True)}
    payments = [one for one in given.rows["payments"] if oracle.day(one["paid_at"]) < oracle.end]
    months = [(oracle.day(one["paid_at"]).year, oracle.day(one["paid_at"]).month) for one in payments]
    mine = [(oracle.accounts.get(p["member_id"], {}).get("person"), p) for p in payments]
    mine = [(person, p) for person, p in mine if person in joined]
    mixed = len({p["currency"] for _, p in mine}) > 1
    for cell in found.to_dict("records"):
        cohort = (cell["cohort"].year, cell["cohort"].month)
        at = cohort[0] * 12 + cohort[1] + cell["k"]
        known = months and not mixed and cohort >= min(months) and at <= max(y * 12 + m for y, m in months)
        if not known:
            assert pd.isna(cell["ltv_observed"]) and cell["why"] in catalogue()
            continue
        so_far = Decimal(0)
        for person, p in mine:
            day = oracle.day(p["paid_at"])
            if (joined[person].year, joined[person].month) == cohort and day.year * 12 + day.month <= at:
                so_far += Decimal(p["amount"])
        assert cell["ltv_observed"] == pytest.approx(float(so_far) / cell["size"], abs=1e-9)


@settings(max_examples=5, deadline=None)
@given(with_payments(), st.sampled_from(made.MONTHS[:3]))
def test_later_payments_change_no_earlier_month(given, month):
    end = Oracle(given, month).end_at
    fewer = given.with_rows(payments=[one for one in given.rows["payments"] if one["paid_at"] < end])
    for name in ("revenue_by_month", "ltv_curve", "paid_conversion"):
        before, after = (getattr(metrics, name)(one.open(), month=month) for one in (fewer, given))
        pd.testing.assert_frame_equal(before, after)


def test_a_tile_of_money_bears_its_currency():
    series = metrics.revenue_by_month(paying(("a", "2026-02-02", "12.5"), ("a", "2026-03-02", "10")), month="2026-03")
    tile = show.tile(series, "revenue", language="fr", currency="EUR")
    assert (tile.value, tile.month_change) == ("10\xa0€", "▼ 2,50\xa0€ (−20\xa0%) sur un mois")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_community_gets_sentences_and_figures(language):
    year = [("a", datetime(2025, 1, 5) + timedelta(days=30 * n), "5") for n in range(15)]
    for payments in ((), (("a", "2026-03-02", "5"),), (("a", "2026-03-02", "-5"),), year):
        community = paying(*payments, joins=(("a", "2025-01-05"), ("b", "2026-03-05")))
        frames = {name: getattr(metrics, name)(community, month="2026-03") for name in (*AMOUNTS, "paid_conversion")}
        for name in ("revenue", "arpu", "revenue_by_month", "ltv_curve", "paid_conversion"):
            said = getattr(sentences, name)(frames[name], language=language)
            assert said.endswith(".") and "nan" not in said and "None" not in said
        options = {"title": "a < b", "language": language}
        drawn = figures.revenue_by_month(frames["revenue_by_month"], **options)
        assert drawn.layout.title.text == "a &lt; b"
        assert figures.ltv_observed(frames["ltv_observed"], frames["ltv_curve"], **options).to_json()
