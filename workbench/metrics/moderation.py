"""Safety: who looks like a spammer, what moderators removed, whether bans follow warnings, how incidents were handled.

Numbers of moderation and of incidents come from the moderation table and the managers' log, and are of the whole
community, whatever part of it is asked for. Without such a table, or in months that it does not reach, they are null.
"""

from datetime import timedelta

import pandas as pd

from workbench.engine import Community
from workbench.metrics.activity import unusual_days
from workbench.metrics.intervals import rate
from workbench.period import Month, midnight

REASONS = ("first_link", "same_text_groups", "same_text_accounts", "same_site", "burst")
"""Why somebody is on the list of `spam_suspects`; two of them are needed."""
DAYS_OF_LINKS = 56  # days before the month in which a site that somebody else named is a known one
LEAST_SPIKE = 5  # contributions; a day with fewer needs no cause, however quiet the others were


def spam_suspects(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Who looks like a spammer this month, and why?

    One row a person for whom at least two of five reasons hold, most reasons first: `member_id` (the person),
    `display_name`, `n_reasons`, `first_link` (the first message of all leads to a site that only new people have
    named), `same_text_groups` (the same text with a link or address in 3 groups or more), `same_text_accounts` (the
    same by 2 people or more), `same_site` (a site named by 3 people or more, all of them new), `burst` (5 messages or
    more in 3 groups or more in the 24 hours after the first one), `first_at_local`, `messages` (of the month),
    `leading_away` (those with a link, e-mail address or international phone number), `moderated` (moderators' actions
    on this person in the month), `banned` (in the month), `text` (the first 160 characters of the first message that
    leads away, unmasked, for `actions.xlsx` and no page).

    A suspicion for a human to look at, never a verdict: a newcomer who shows the own project everywhere looks the
    same. Spam without an address, by private message, or removed before the export was made is not seen; nor are
    newcomers in the first 28 days of the data, unless they joined on a known date. Staff and bots are left out.
    Source: Heymann, Koutrika & Garcia-Molina 2007, IEEE Internet Computing 11(6), 36–45, on such signals; the
    thresholds are our own, measured on three real communities: nobody of 3,000 authors was listed.

    >>> found = spam_suspects(_advertised(), month="2026-02")
    >>> found[["member_id", "n_reasons", "first_link", "same_text_groups"]].values.tolist()
    [['chat:spam', 2, True, True]]
    """
    start = Month.parse(month).start - timedelta(days=DAYS_OF_LINKS)
    return community.ask("spam_suspects", month=month, links_start_at=midnight(start, community.settings.timezone))


def spam_rate(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How many of a thousand messages did moderators have to remove or flag, and how soon were they gone?

    One row: `spam_rate` (messages per 1000), `numerator` (messages removed or flagged in the month, each once),
    `denominator` (messages of humans in the month, removed ones included), `low`, `high` (null: the removed messages of
    a month need not be of that month), `why`, `removed`, `flagged` (and not removed), `removal_hours` (median elapsed
    hours from post to removal), `removals_timed` (how many of the removed have a known time), `removal_hours_why`.

    It counts what moderators did, for whatever rule: it rises with spam and with diligence alike. Source: actions per
    thousand posts, as in the transparency reports of large platforms.

    >>> spam_rate(_advertised(), month="2026-02")[["spam_rate", "numerator", "removal_hours"]].values.tolist()
    [[200.0, 1.0, 2.0]]
    """
    counts = community.ask("spam_rate", month=month)
    why = _unknown(community, month)
    removals_why = why or ("why.removed_not_in_data" if counts["removed"].iloc[0] else "why.nothing_removed")
    if why is not None:
        counts[["numerator", "removed", "flagged", "removals_timed"]] = None
        counts = counts.assign(why=why)
    made = rate(counts, "spam_rate", why_empty="why.empty", interval=False)
    made["spam_rate"] = 1000 * made["spam_rate"]
    known = made["removal_hours"].notna()
    return made.assign(removal_hours_why=pd.Series([removals_why], dtype=object).where(~known, None))


def warn_ladder(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Two warnings, then a ban: were the people banned this month warned before?

    One row: `warn_ladder` (share), `numerator` (bans with two warnings or more in the 180 days before), `denominator`
    (bans of the month that are not exempt), `low`, `high` (95 % Wilson), `why`, `exempt` (bans whose rule or reason
    names a scam or illegal content: no warning is owed), `third_offences` (people with two warnings, a further offence
    in the month, and no ban since). The rows behind it: `warned_bans`, `third_offences`.

    A warning given in a private message and not logged is not seen. Source: graduated sanctions, Ostrom 1990,
    Governing the Commons, 94–100.

    >>> warn_ladder(_advertised(), month="2026-02")[["numerator", "denominator", "exempt"]].values.tolist()
    [[0, 1, 0]]
    """
    bans = warned_bans(community, month=month)
    owed = bans[~bans["exempt"]]
    counts = pd.DataFrame({"numerator": [int(owed["after_two_warnings"].sum())], "denominator": [len(owed)]})
    counts["exempt"] = len(bans) - len(owed)
    counts["third_offences"] = len(third_offences(community, month=month))
    why = _unknown(community, month)
    if why is not None:
        counts = counts.assign(why=why)
        counts[["numerator", "denominator", "exempt", "third_offences"]] = None
    return rate(counts, "warn_ladder", why_empty="why.no_bans")


def warned_bans(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Who was banned this month, and after how many warnings?

    One row a ban, the oldest first: `member_id` (the person), `display_name`, `banned_at_local`, `earlier_warnings`
    (in the 180 days before), `exempt` (the rule or reason names a scam or illegal content), `after_two_warnings`,
    `rule`, `reason`. Bans that only a list of members tells have no row here.

    >>> warned_bans(_advertised(), month="2026-02")[["member_id", "earlier_warnings"]].values.tolist()
    [['chat:spam', 1]]
    """
    return community.ask("warn_ladder", month=month)


def third_offences(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Who went on after two warnings, and was not banned?

    One row a person, the oldest first: `member_id` (the person), `display_name`, `offended_at_local` (the last such
    offence of the month), `offences` (such offences in the month), `earlier_warnings` (in the 180 days before the last
    one), `rule`, `reason`. An offence is what a moderator answered with a warning, removal or mute; several actions on
    one message are one offence, a flag is none. A mute may have been the right answer: a human decides.

    >>> len(third_offences(_advertised(), month="2026-02"))
    0
    """
    return community.ask("third_offences", month=month)


def incidents(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Which incidents were there, and how soon did the team acknowledge and close them?

    Six rows, one a `type` (scam, spam, impersonation, technical, unhappy, unexpected: by the words of the note, in this
    order): `incidents` (noted in the month), `acknowledged`, `closed` (in the month, whenever noted),
    `hours_to_acknowledge`, `hours_to_close` (medians of those, elapsed hours from the note), `still_open` (at the end
    of the month, whenever noted), `why`. Every acknowledgement and end is in the month in which it happened, so a long
    incident is not lost. Nothing is known of what nobody logged: see `unlogged_spikes`.
    Source: time to acknowledge and time to resolve, the common measures of incident management, as medians.

    >>> frame = incidents(_advertised(), month="2026-02")
    >>> frame.loc[frame["type"] == "spam", ["incidents", "hours_to_acknowledge", "still_open"]].values.tolist()
    [[1.0, 1.0, 1.0]]
    """
    return community.ask("incidents", month=month)


def open_incidents(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Which incidents has nobody closed by the end of the month?

    One row an incident, the oldest first: `entry_id`, `noted_at_local`, `open_hours` (elapsed, up to the end of the
    month), `acknowledged`, `member_id`, `display_name` (of the person it is about, where the log names one),
    `group_id`, `group_name`, `status`, `text` (the note, for `actions.xlsx` and no page).

    >>> open_incidents(_advertised(), month="2026-02")[["text", "open_hours"]].values.tolist()
    [['spam wave', 444.0]]
    """
    return community.ask("open_incidents", month=month)


def unlogged_spikes(
    community: Community, *, month: str | Month, negative_days: pd.DataFrame | None = None
) -> pd.DataFrame:
    """On which days was there more talk than usual, or were more texts negative, and nobody noted why?

    One row a day and `kind` ("volume", "negative"): `day`, `value` (contributions, or negative texts), `median` (of
    that weekday in the 8 weeks before), `high` (the most that is usual). Days of 5 contributions or more, above the
    band of `unusual_days`, for which the managers' log holds no cause: no incident from the day before its note to its
    end, or a week after the note if it lasts longer; no event, contest, poll or change of rules on the day or the day
    before. `negative_days`
    as `models.negative_days` gives it. With no log at all every spike is one that nobody logged; of thirty days two
    or three stand out by chance.

    >>> len(unlogged_spikes(_advertised(), month="2026-02"))
    0
    """
    volume = unusual_days(community, month=month).rename(columns={"contributions": "value"})
    kinds = [(volume[volume["value"] >= LEAST_SPIKE], "volume")]
    if negative_days is not None:
        kinds.append((negative_days.rename(columns={"negative": "value"}), "negative"))
    columns = ["day", "kind", "value", "median", "high"]
    spikes = [frame[frame["unusual"].astype(bool) & (frame["value"] > frame["high"])] for frame, _ in kinds]
    found = pd.concat(
        [frame.assign(kind=kind)[columns] for frame, (_, kind) in zip(spikes, kinds, strict=True)], ignore_index=True
    )
    spans = community.ask("logged_spans", month=month)
    told = [bool(((spans["from_day"] <= day) & (day <= spans["to_day"])).any()) for day in found["day"]]
    found = found[~pd.Series(told, index=found.index, dtype=bool)]
    return found.sort_values(["day", "kind"], ascending=[True, False], ignore_index=True)


def _unknown(community: Community, month: str | Month) -> str | None:
    """Why nothing is known of the month's moderation; none where it is known."""
    return community.ask("moderation_known", month=month)["why"].iloc[0]


def _advertised() -> Community:
    """An account of 10 February 2026 that advertised in three groups, was warned and banned, and an open incident."""
    from workbench.engine import community_of_rows

    groups = ("a", "b", "c")
    spam = [
        {"event_id": f"s{group}", "member_id": "chat:spam", "kind": "post", "group_id": f"chat:{group}",
         "platform": "chat", "occurred_at": f"2026-02-10 1{place}:00"}
        for place, group in enumerate(groups)
    ]  # fmt: skip
    talk = [
        {"event_id": f"t{day}", "member_id": "chat:ana", "kind": "post", "group_id": "chat:a", "platform": "chat",
         "occurred_at": f"2026-0{month}-{day} 09:00"}
        for month, day in ((1, "05"), (2, "06"), (2, "07"))
    ]  # fmt: skip
    text = "Win a thousand a day with my method https://win.example/"
    acted = {"member_id": "chat:spam", "reason": "advertising", "event_id": "sa"}
    return community_of_rows(
        {
            "coverage": [{"platform": "chat", "from_at": "2026-01-01", "to_at": "2026-02-28"}],
            "events": [*talk, *spam],
            "messages": [
                {"event_id": one["event_id"], "occurred_at": one["occurred_at"], "text": text} for one in spam
            ],
            "moderation": [
                {"action_id": "1", "action": "remove", "acted_at": "2026-02-10 12:00", **acted},
                {"action_id": "2", "action": "warn", "acted_at": "2026-02-10 12:01", **acted},
                {"action_id": "3", "action": "ban", "acted_at": "2026-02-10 18:00", **acted},
            ],
            "log": [
                {"entry_id": "1", "kind": "incident", "noted_at": "2026-02-10 12:00", "note": "spam wave",
                 "acknowledged_at": "2026-02-10 13:00"}
            ],
        }
    )  # fmt: skip
