"""Onboarding: what becomes of people who join, and how far the way from visitor to regular is walked."""

import pandas as pd

from workbench.engine import Community
from workbench.metrics.intervals import difference_interval, rate
from workbench.period import Month, midnight


def welcome_coverage(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Of the people who joined this month, what share did another human welcome within 48 hours?

    One row: `welcome_coverage` (share), `numerator` (newcomers to whose first message another human replied within 48
    hours, or whom one mentioned within 48 hours of joining or of that message; staff are humans), `denominator`
    (newcomers whose 48 hours, by both clocks, are over at the month's end), `low`, `high` (95 % Wilson), `why`,
    `greeted_by_bot` (of the denominator, whom a bot replied to or mentioned in that time), `greeted_by_bot_only`,
    `imputed` (of the denominator, whose join is their first trace). Newcomers: first joins, dated or imputed. The first
    message is a post or reply, for nobody can reply to a vote; in somebody else's thread only an explicit reply or a
    mention answers it. Null where the export tells neither replies nor mentions. Where joins are not dated nobody is
    new before speaking, so the share is too high; a reaction, a private message or a call is not seen.

    >>> welcome_coverage(_joined(), month="2026-01")[["numerator", "denominator"]].values.tolist()
    [[1, 2]]
    """
    return rate(community.ask("welcome_coverage", month=month), "welcome_coverage")


def welcome_hours(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How long did newcomers wait for a first word from another human?

    One row: `welcome_hours` (median, in elapsed hours, from what the newcomer did last before it, joining or the first
    message, to the first welcome within 48 hours), `welcomed` (people whose wait is in it), `newcomers` (the
    denominator of `welcome_coverage`), `why`. Who was never welcomed is not in it: the median looks good where few are
    welcomed soon and the others never, so read it beside `welcome_coverage`. Where a roster gives the day of joining
    only, waits for a mention count from its first hour.

    >>> float(welcome_hours(_joined(), month="2026-01")["welcome_hours"].iloc[0])
    3.0
    """
    return community.ask("welcome_hours", month=month)


def unwelcomed(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Who joined this month and has had no word from another human yet?

    One row a newcomer who is a member at the month's end, those who have written first: `member_id`, `display_name`,
    `joined_on`, `days_since_joining`, `has_written`, `greeted_by_bot` (within 48 hours), `first_message_at` (UTC),
    `first_message_at_local` (in the community's time zone), `group_name`, `text` (the first 160 characters, unmasked,
    for `actions.xlsx` and no page; null when the export has none), `event_id` (the first message). Newcomers and
    welcomes as in `welcome_coverage`, whatever the hours; who is banned is not listed.

    >>> unwelcomed(_joined(), month="2026-01")[["member_id", "has_written"]].values.tolist()
    [['chat:c', False]]
    """
    return community.ask("unwelcomed", month=month)


def activation_rate(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Of the people who joined this month, what share contributed within their first week?

    One row: `activation_rate` (share), `numerator` (joiners with a contribution by the end of the 7th local day after
    the day of joining), `denominator` (joiners whose 7th day is over at the month's end), `low`, `high` (95 %
    Wilson), `why`. First joins with a date only; null without them. Who joined in the month's last week is in no
    month's rate. A contribution on the day of joining counts whatever the hour.

    >>> from workbench.engine import community_of_rows
    >>> rows = {
    ...     "members": [{"member_id": "chat:a", "platform": "chat", "joined_at": "2026-01-05"},
    ...                 {"member_id": "chat:b", "platform": "chat", "joined_at": "2026-01-06"}],
    ...     "events": [{"event_id": "1", "member_id": "chat:a", "kind": "post", "occurred_at": "2026-01-12"}],
    ... }
    >>> float(activation_rate(community_of_rows(rows), month="2026-01")["activation_rate"].iloc[0])
    0.5
    """
    return rate(community.ask("activation_rate", month=month), "activation_rate")


def stay_day7(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Of the people who joined a week before, what share is still a member on the 7th day?

    One row: `stay_day7` (share), `numerator` (members at the midnight that ends the 7th local day after the day of
    joining), `denominator` (joiners for whom that midnight lies in the month), `low`, `high` (95 % Wilson), `why`. So
    everybody counts in exactly one month, most often that of joining. First joins with a date only; who left and was
    back by then is a member. Null where the exports do not tell leaves. It says who stays on the list, not who takes
    part: see `activation_rate`. Who was banned before the month counts nowhere, which lifts it.

    >>> stay_day7(_joined(), month="2026-01")[["numerator", "denominator"]].values.tolist()
    [[2, 2]]
    """
    return rate(community.ask("stay_day7", month=month), "stay_day7")


def stay_day30(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Of the people who joined a month before, what share is still a member on the 30th day?

    One row as of `stay_day7`, with the 30th day after joining: most of these people joined in the month before.

    >>> stay_day30(_joined(), month="2026-02")[["numerator", "denominator"]].values.tolist()
    [[1, 2]]
    """
    return rate(community.ask("stay_day30", month=month), "stay_day30")


def onboarding(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How far do newcomers get: are they welcomed, do they speak, do they stay?

    Four rows, in the order in which it happens: `id` (welcome_coverage, activation_rate, stay_day7, stay_day30),
    `value` (share), `numerator`, `denominator`, `low`, `high` (95 % Wilson), `why`. Each has its own newcomers, those
    for whom the time is over, so the rows are no funnel.

    >>> onboarding(_joined(), month="2026-01")["id"].tolist()
    ['welcome_coverage', 'activation_rate', 'stay_day7', 'stay_day30']
    """
    columns = ["id", "value", "numerator", "denominator", "low", "high", "why"]
    rows = [
        {"id": one.__name__, **found.rename(columns={one.__name__: "value"}).iloc[0].to_dict()}
        for one in (welcome_coverage, activation_rate, stay_day7, stay_day30)
        for found in [one(community, month=month)]
    ]
    return pd.DataFrame(rows, columns=columns, dtype=object).astype(dict.fromkeys(columns[1:-1], "float64"))


def first_reply_effect(community: Community, *, month: str | Month, months: int = 12) -> pd.DataFrame:
    """Do newcomers whose first message is answered within a day come back more often than the others?

    One row: `first_reply_effect` (difference of two shares, answered − not answered, −1 to 1), `low`, `high` (95 %,
    Newcombe), `why`, `answered` (newcomers to whose first message another human replied within 24 elapsed hours),
    `answered_active` (of them, those with a contribution in the local days 8 to 35 after it), `answered_share`,
    `answered_low`, `answered_high` (95 % Wilson), and the same of the others: `unanswered`, `unanswered_active`, ….
    Newcomers: people who joined for the first time in the last `months` months, and not before the data begin, and
    whose 35th day is over at the month's end. It is an association and no effect: who writes what others like to
    answer might have come back without an answer. Null when either group is empty, or where the export links no
    replies. Source: Newcombe 1998, Statistics in Medicine 17, 873–890, method 10; the question after Joyce & Kraut
    2006, Journal of Computer-Mediated Communication 11, 723–747.

    >>> first_reply_effect(_joined(), month="2026-03")[["answered", "unanswered", "why"]].values.tolist()
    [[1, 0, 'why.onboarding_one_group']]
    """
    since = Month.parse(month).back(months - 1).start
    values = {"since": since, "since_at": midnight(since, community.settings.timezone)}
    found = community.ask("first_reply_effect", month=month, **values).iloc[0]
    groups = ("answered", "unanswered")
    counts = pd.DataFrame({"numerator": [found[f"{one}_active"] for one in groups], "denominator": found[[*groups]]})
    shares = rate(counts, "value").set_index(pd.Index(groups))
    known = shares["value"].notna().all()
    low, high = difference_interval(shares.loc["answered"], shares.loc["unanswered"]) if known else (None, None)
    why = found["why"] if isinstance(found["why"], str) else "why.onboarding_one_group"
    row = {
        "first_reply_effect": shares["value"]["answered"] - shares["value"]["unanswered"] if known else None,
        "low": low,
        "high": high,
        "why": None if known else why,
    }
    for one in groups:
        row |= {one: int(found[one]), f"{one}_active": int(found[f"{one}_active"])}
        row |= {f"{one}_share": shares["value"][one]} | {f"{one}_{end}": shares[end][one] for end in ("low", "high")}
    numbers = [name for name in row if name == "first_reply_effect" or name.endswith(("low", "high", "share"))]
    return pd.DataFrame([row], dtype=object).astype(dict.fromkeys(numbers, "float64"))


def conversion(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How many come by, are members, contribute, and do so regularly; and what share takes each step?

    Four rows, of the 28 local days that end with the month: `step` (visitors, members, contributors, regular),
    `people`, `conversion` (share of the step before who took this one), `numerator`, `denominator`, `low`, `high`
    (95 % Wilson), `why` (of a null share, or of null people). Visitors: people who visited and were no members when
    these days began; the share of them is that of those known to have joined in these days. Members: on at least one of
    these days. Contributors: of them, with a contribution. Regular: with one in 3 of the 4 weeks or more. Where the
    exports do not tell visits, or no visit names a member, the first share is null. A visitor with two devices is two;
    where only members' visits are recorded, the first share says nothing.

    >>> conversion(_joined(), month="2026-01")[["step", "people"]].values.tolist()
    [['visitors', nan], ['members', 3.0], ['contributors', 2.0], ['regular', 0.0]]
    """
    found = rate(community.ask("conversion", month=month), "conversion")
    visits_known = (found["step"] == "visitors") & found["people"].notna()
    found["why"] = found["why"].astype(object).where(~visits_known, None)
    found["people"] = found["people"].astype("float64")
    return found[["step", "people", "conversion", "numerator", "denominator", "low", "high", "why"]]


def _joined() -> Community:
    """A member of old welcomes one newcomer after three hours; another one says nothing and leaves after 19 days."""
    from workbench.engine import community_of_rows

    shared = {"platform": "chat"}
    return community_of_rows(
        {
            "imports": [{"import_id": "x", **shared, "tells_joins": True, "tells_leaves": True}],
            "coverage": [{**shared, "from_at": "2026-01-01", "to_at": "2026-03-31"}],
            "members": [
                {"member_id": "chat:a", **shared, "joined_at": "2025-06-01"},
                {"member_id": "chat:b", **shared, "joined_at": "2026-01-12 08:00"},
                {"member_id": "chat:c", **shared, "joined_at": "2026-01-13 08:00"},
            ],
            "memberships": [{"membership_id": "1", "member_id": "chat:c", "end_at": "2026-02-01 09:00"}],
            "events": [
                {"event_id": "1", "kind": "post", "member_id": "chat:b", "thread_id": "1",
                 "occurred_at": "2026-01-12 09:00", **shared},
                {"event_id": "2", "kind": "reply", "member_id": "chat:a", "thread_id": "1", "reply_to": "1",
                 "occurred_at": "2026-01-12 12:00", **shared},
            ],
        }
    )  # fmt: skip
