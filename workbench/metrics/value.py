"""Value: what members pay, and how many begin to. Amounts are summed as exact decimals in one currency.

Payments in several currencies are summed only with `exchange_rates`, texts such as "1 USD = 0.92 EUR": how much a unit
of each other currency is worth in one and the same. Without them the amounts are null.
"""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

import pandas as pd

from workbench.engine import Community
from workbench.errors import SettingsError
from workbench.metrics.intervals import rate
from workbench.metrics.population import members_closing, members_opening
from workbench.period import Month


def revenue(community: Community, *, month: str | Month, exchange_rates: Sequence[str] = ()) -> pd.DataFrame:
    """How much did members pay this month, refunds deducted?

    One row: `revenue` (net payments, refunds negative), `currency` (ISO 4217), `why`, `refunds` (their sum, 0 or
    negative), `payers` (people with a payment above 0), `currencies` (those of the payments, as in "EUR, USD"),
    `left_out` (payments of staff, bots and excluded people, which are in no number). By the day on which it was paid,
    whatever time it pays for; people who are on no roster count too. Null with the reason in a month without any
    payment, for nobody can tell whether nobody paid or the payments were not imported; and with several currencies
    where `exchange_rates` does not say what each is worth.

    >>> float(revenue(_paying(), month="2026-02")["revenue"].iloc[0])
    10.5
    """
    found = community.ask("revenue", month=month)
    currency, worth = _common(found["currency"], exchange_rates)
    why = "why.value_no_payments" if found.empty else "why.value_currencies" if currency is None else None
    row = {
        "revenue": None if why else _sum(found["amount"], found["currency"], worth),
        "currency": currency,
        "why": why,
        "refunds": None if why else _sum(found["refunds"], found["currency"], worth),
        "payers": None if found.empty else found["payers"].iloc[0],
        "currencies": ", ".join(found["currency"]),
        "left_out": 0 if found.empty else int(found["left_out"].iloc[0]),
    }
    return pd.DataFrame([row], dtype=object).astype(dict.fromkeys(("revenue", "refunds", "payers"), "float64"))


def revenue_by_month(community: Community, *, month: str | Month, exchange_rates: Sequence[str] = ()) -> pd.DataFrame:
    """How did revenue and the number of people who pay develop?

    One row a month from the first payment to this month, or this month alone: `month` (its first day), `revenue` (net
    payments), `currency`, `payers` (people with a payment above 0), `why`. All months are in the currency of the last
    one with payments: one with payments in another currency is null, with the reason, as is one without any payment.

    >>> revenue_by_month(_paying(), month="2026-02")["revenue"].tolist()
    [5.0, 10.5]
    """
    month = Month.parse(month)
    found = community.ask("revenue_by_month", month=month)
    paid = {Month.parse(first.date()): part for first, part in found.groupby("month")}
    currency = _common(paid[max(paid)]["currency"], exchange_rates)[0] if paid else None
    rows = []
    for one in _months(min(paid, default=month), month):
        amount, payers, why = None, None, "why.value_no_payments"
        if one in paid:
            payers, why = paid[one]["payers"].max(), "why.value_currencies"
            same, worth = _common(paid[one]["currency"], exchange_rates)
            if same is not None and same == currency:
                amount, why = _sum(paid[one]["amount"], paid[one]["currency"], worth), None
        rows.append((pd.Timestamp(one.start), amount, currency, payers, why))
    frame = pd.DataFrame(rows, columns=["month", "revenue", "currency", "payers", "why"], dtype=object)
    return frame.astype({"month": "datetime64[us]", "revenue": "float64", "payers": "float64"})


def arpu(community: Community, *, month: str | Month, exchange_rates: Sequence[str] = ()) -> pd.DataFrame:
    """How much does a member bring in on average this month (average revenue per user)?

    One row: `arpu` (revenue per member), `numerator` (`revenue`), `denominator` (mean of the members at the beginning
    and at the end of the month), `low`, `high` (always null: it is no proportion of people), `why`, `currency`,
    `currencies`. Members who pay nothing are in it, so it is far below what a payer pays. Where leaves are unknown the
    departed stay in the denominator, and it sinks with age.

    >>> float(arpu(_paying(), month="2026-02")["arpu"].iloc[0])
    5.25
    """
    paid = revenue(community, month=month, exchange_rates=exchange_rates)
    opening, closing = (one(community, month=month) for one in (members_opening, members_closing))
    members = (opening["members_opening"].astype("float64") + closing["members_closing"].astype("float64")) / 2
    why = paid["why"].iloc[0] or closing["why"].iloc[0]
    counts = pd.DataFrame({"numerator": paid["revenue"], "denominator": members, "why": [why]})
    made = rate(counts, "arpu", why_empty="why.no_members", interval=False)
    return made.assign(currency=paid["currency"], currencies=paid["currencies"])


def paid_conversion(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Of the members who had never paid, what share paid for the first time this month?

    One row: `paid_conversion` (share), `numerator` (of them, those whose first payment above 0 is in the month),
    `denominator` (members at the beginning of the month without any payment before it), `low`, `high` (95 % Wilson),
    `why`, `first_payers` (all who paid for the first time this month: those who joined in it, or are on no roster,
    too). Who stopped paying and pays again is in neither number; a payment that was refunded still counts. Null in a
    month without any payment, and in the first month with payments, when nobody knows who paid before.

    >>> paid_conversion(_paying(), month="2026-02")[["numerator", "denominator"]].values.tolist()
    [[1, 1]]
    """
    return rate(community.ask("paid_conversion", month=month), "paid_conversion")


def ltv_observed(community: Community, *, month: str | Month, exchange_rates: Sequence[str] = ()) -> pd.DataFrame:
    """How much has a member of each cohort brought in so far, by months since joining (observed lifetime value)?

    One row a cohort (month of the first join) and `k` (months since then, 0 = the month of joining) up to this month:
    `cohort` (first day), `k`, `size` (people who joined; who left or never paid stays in it), `paid` (net payments of
    the cohort in that month), `ltv_observed` (all its net payments up to then ÷ `size`), `currency`, `currencies`,
    `why`. What was paid before joining counts in the month of joining. Nothing else is in it: no margin, no discount,
    no forecast. Null for cohorts older than the first payment in the data, for months after the last one, and with
    several currencies without `exchange_rates`. Later cohorts are younger: compare them at the same `k`.

    >>> ltv_observed(_paying(), month="2026-02")[["k", "size", "ltv_observed"]].values.tolist()
    [[0.0, 2.0, 2.5], [1.0, 2.0, 7.75]]
    """
    month = Month.parse(month)
    found = community.ask("ltv_observed", month=month)
    currencies = found["currency"].dropna()
    currency, worth = _common(currencies, exchange_rates)
    mixed = currency is None and len(currencies) > 0
    rows = []
    for first, cohort in found.groupby("cohort"):
        joined, size, total = Month.parse(first.date()), int(cohort["size"].iloc[0]), Decimal(0)
        span = cohort[["first_month", "last_month"]].iloc[0]
        known = [Month.parse(end.date()) if pd.notna(end) else None for end in span]
        paid: dict[int, Decimal] = {}
        for row in cohort[cohort["month"].notna()].itertuples() if not mixed else ():
            k = max(0, _apart(joined, Month.parse(row.month.date())))
            paid[k] = paid.get(k, Decimal(0)) + Decimal(row.amount) * worth[row.currency]
        for k, when in enumerate(_months(joined, month)):
            why = _why_unknown(joined, when, *known) or ("why.value_currencies" if mixed else None)
            here = paid.get(k, Decimal(0))
            total += here
            values = (None, None) if why else (float(here), float(total / size))
            rows.append((first, k, size, *values, currency, ", ".join(sorted(currencies.unique())), why))
    columns = ["cohort", "k", "size", "paid", "ltv_observed", "currency", "currencies", "why"]
    types = {"cohort": "datetime64[us]", "k": "int64", "size": "int64", "paid": "float64", "ltv_observed": "float64"}
    return pd.DataFrame(rows, columns=columns, dtype=object).astype(types)


def ltv_curve(community: Community, *, month: str | Month, exchange_rates: Sequence[str] = ()) -> pd.DataFrame:
    """How much has a member brought in so many months after joining, all cohorts together?

    One row a `k` (months since joining) that any cohort has reached: `k`, `value` (for each month of age up to `k`,
    what the cohorts that have reached it paid in it ÷ the people in them; summed), `size` (people in the cohorts that
    have reached `k`), `cohorts`, `currency`, `currencies`, `why`. Where nothing is known, one row with `k` 0 and the
    reason. So a cohort too young for an age bends nothing; but high ages rest on the few that have reached them.

    >>> ltv_curve(_paying(), month="2026-02")[["k", "value", "size"]].values.tolist()
    [[0.0, 2.5, 2.0], [1.0, 7.75, 2.0]]
    """
    cells = ltv_observed(community, month=month, exchange_rates=exchange_rates)
    known = cells[cells["ltv_observed"].notna()]
    columns = ["k", "value", "size", "cohorts", "currency", "currencies", "why"]
    if known.empty:
        last = cells.iloc[-1] if len(cells) else {"currencies": "", "why": "why.onboarding_no_joins"}
        none = (0, None, 0, 0, None, last["currencies"], last["why"])
        return pd.DataFrame([none], columns=columns, dtype=object).astype({"value": "float64"})
    ages = known.groupby("k", as_index=False).agg(paid=("paid", "sum"), size=("size", "sum"), cohorts=("size", "size"))
    return ages.assign(
        value=(ages["paid"] / ages["size"]).cumsum(),
        currency=known["currency"].iloc[0],
        currencies=known["currencies"].iloc[0],
        why=pd.Series(None, index=ages.index, dtype=object),
    )[columns]


def _why_unknown(joined: Month, when: Month, first: Month | None, last: Month | None) -> str | None:
    """Why nobody can tell what a cohort paid in a month, given from when to when payments are known."""
    if first is None or when > last:
        return "why.value_no_payments"
    return "why.value_before_payments" if joined < first else None


def _common(currencies: Iterable[str], exchange_rates: Sequence[str]) -> tuple[str | None, dict[str, Decimal]]:
    """The currency in which all of these can be summed, and what one unit of each is worth in it; null without one.

    >>> _common(["EUR", "USD"], ["1 USD = 0.92 EUR"])
    ('EUR', {'USD': Decimal('0.92'), 'EUR': Decimal('1')})
    >>> _common(["EUR", "USD"], [])
    (None, {})
    """
    met, worth = set(currencies), _stated(exchange_rates)
    if not worth:
        worth = {one: Decimal(1) for one in met} if len(met) == 1 else {}
    if not met or not met <= worth.keys():
        return None, {}
    return list(worth)[-1], worth  # rates are worth so much in the last of them


def _stated(exchange_rates: Sequence[str]) -> dict[str, Decimal]:
    """What one unit of each currency is worth in the last of them; nothing where nothing is stated."""
    worth: dict[str, Decimal] = {}
    common = None
    for text in [exchange_rates] if isinstance(exchange_rates, str) else exchange_rates:
        found = re.fullmatch(r"\s*1\s+([A-Za-z]{3})\s*=\s*(\d+(?:\.\d+)?)\s*([A-Za-z]{3})\s*", str(text))
        if not found or not Decimal(found[2]):
            raise SettingsError(
                f'exchange_rates: "{text}" is no exchange rate. Write what one unit is worth, as in "1 USD = 0.92 EUR".'
            )
        one, amount, other = found[1].upper(), Decimal(found[2]), found[3].upper()
        if common not in (None, other):
            raise SettingsError(
                f'exchange_rates: "{text}" gives a worth in {other}, another rate one in {common}. '
                "State all rates in one currency, the one that the report is to use."
            )
        if one == other or one in worth:
            raise SettingsError(
                f'exchange_rates: "{text}" states a rate of {one} that is stated already. State one rate a currency.'
            )
        common, worth[one] = other, amount
    return {**worth, common: Decimal(1)} if common else {}


def _sum(amounts: pd.Series, currencies: pd.Series, worth: dict[str, Decimal]) -> float:
    """The sum of exact decimals, given as text, in the common currency."""
    return float(sum(Decimal(amount) * worth[one] for amount, one in zip(amounts, currencies, strict=True)))


def _apart(first: Month, second: Month) -> int:
    return 12 * (second.year - first.year) + second.number - first.number


def _months(first: Month, last: Month) -> list[Month]:
    return [first.back(-k) for k in range(_apart(first, last) + 1)]


def _paying() -> Community:
    """Two people join in January 2026; one pays 5 euros then, the other 10.50 in February: for the examples above."""
    from workbench.engine import community_of_rows

    return community_of_rows(
        {
            "coverage": [{"platform": "chat", "from_at": "2026-01-01", "to_at": "2026-02-28"}],
            "members": [
                {"member_id": "chat:a", "platform": "chat", "joined_at": "2026-01-05"},
                {"member_id": "chat:b", "platform": "chat", "joined_at": "2026-01-06"},
            ],
            "payments": [
                {"payment_id": "1", "member_id": "chat:a", "paid_at": "2026-01-09", "amount": "5", "currency": "EUR"},
                {"payment_id": "2", "member_id": "chat:b", "paid_at": "2026-02-09", "amount": "10.5",
                 "currency": "EUR"},
            ],
        }
    )  # fmt: skip
