"""What waits on a day: incidents, spam, questions, newcomers, promises, groups and members gone quiet, urgent first.

`look` asks the metrics for the 28 local days that end with the day, so nothing dated after it is used. `lists` are the
work lists with names and texts, for `today.xlsx`; `age` and `waiting` are what a page or a notebook shows.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from workbench import actions, show
from workbench.engine import Community
from workbench.errors import SettingsError
from workbench.period import Days
from workbench.words import say

if TYPE_CHECKING:
    from workbench.settings import Settings

WINDOW_DAYS = 28
FRESH_DAYS = 7
"""What began to wait within so many days stands before what has waited for longer."""
SPIKE_DAYS = 3
"""A day of much talk is news for so long: a weekend."""
ROWS = 12
"""Rows that a page shows at once, of all lists together: about one screen."""
ASKED = (
    "open_incidents", "spam_suspects", "unlogged_spikes", "unanswered", "unwelcomed", "open_loops", "quiet_spells",
    "at_risk",
)  # fmt: skip


@dataclass(frozen=True)
class Today:
    """What waits at the end of a local day, as frames of the metrics of these names, the urgent rows first."""

    day: date
    """The last covered day up to the one asked for; everything is as of its end."""
    asked: date | None
    last_active_on: date | None
    """The last day up to then with any activity, of whomever."""
    data_end: date
    """The last day that the data cover at all."""
    behind: dict[str, date]
    """Platforms whose data end before `day`, each with its last covered day."""
    frames: dict[str, pd.DataFrame] = field(repr=False)
    unknown: dict[str, str]
    """Lists of which nothing can be known, each with the key of the reason."""
    settings: "Settings" = field(repr=False)


def look(community: Community, *, day: "date | str | None" = None) -> Today:
    """What waits for the team at the end of a day: whom to answer, welcome, write to, what to look at?

    `day` is a local day, such as "2026-10-17"; without it, or when it lies after the data, their last covered day.

    `frames`: the metrics of the names in `ASKED`, over the 28 days that end with the day. Left out of them: suspects
    who are banned; questions and newcomers among the suspects; silences that are over, and those of more than 60 days,
    which are for the month's report; spikes older than 3 days; promises younger than a day, and incidents among the
    open loops, which stand in a list of their own. What began to wait within 7 days stands first. As each list looks
    at one day, what is repaired on the next morning is not seen before the next export.

    >>> from workbench.engine import community_of_rows
    >>> rows = {
    ...     "coverage": [{"platform": "discourse", "from_at": "2026-01-01", "to_at": "2026-01-31"}],
    ...     "events": [{"event_id": "1", "member_id": "discourse:a", "kind": "post", "platform": "discourse",
    ...                 "thread_id": "1", "occurred_at": "2026-01-05 10:00"}],
    ... }
    >>> seen = look(community_of_rows(rows), day="2026-01-07")
    >>> seen.day, len(seen.frames["unanswered"]), seen.unknown["incidents"]
    (datetime.date(2026, 1, 7), 1, 'why.no_log')
    """
    from workbench import metrics

    asked = _day(day)
    if community.first_day is None:
        raise SettingsError(
            "the community holds no activity yet, so nothing is known of any day. Import an export first."
        )
    if asked is not None and asked < community.first_day:
        raise SettingsError(
            f"{asked} lies before the data, which cover {community.first_day} to {community.last_day}. "
            "Choose a day in them."
        )
    last = community.last_day
    if asked is not None and asked < last:
        sql = "SELECT max(day) AS day FROM covered_days WHERE day < $month_end"
        last = pd.Timestamp(community.run(sql, month=Days.until(asked, days=1))["day"].iloc[0]).date()
    window = Days.until(last, days=WINDOW_DAYS)
    frames = {name: getattr(metrics, name)(community, month=window) for name in ASKED}
    active = community.run("SELECT max(day) AS day FROM account_day WHERE day < $month_end", month=window)["day"].iloc[
        0
    ]
    ends = community.run(
        "SELECT platform, max(day) AS last_day FROM platform_days WHERE day < $month_end "
        "GROUP BY platform ORDER BY platform",
        month=window,
    )
    ends = {one.platform: pd.Timestamp(one.last_day).date() for one in ends.itertuples()}
    return Today(
        day=last,
        asked=asked,
        last_active_on=None if pd.isna(active) else pd.Timestamp(active).date(),
        data_end=community.last_day,
        behind={platform: end for platform, end in ends.items() if end < last},
        frames=_due(frames, last, community.settings.thresholds.quiet_amber_days),
        unknown=_unknown(community, window),
        settings=community.settings,
    )


def lists(seen: Today, *, language: str) -> dict[str, pd.DataFrame]:
    """The lists on which anything stands, the most urgent first: incidents, spam, spikes, questions, newcomers,
    promises, groups, members.

    Each row says who or where, `why`, what to `do`, and its evidence. With names, accounts and texts: for the work
    sheet, never for a page.
    """
    frames, common = seen.frames, {"settings": seen.settings, "language": language}
    made = {
        "incidents": actions.incidents(frames["open_incidents"], **common),
        "spam": actions.suspects(frames["spam_suspects"], **common),
        "spikes": _spikes(frames["unlogged_spikes"], language),
        "questions": actions.answer(frames["unanswered"], **common),
        "newcomers": _newcomers(frames["unwelcomed"], **common),
        "promises": _promises(frames["open_loops"], **common),
        "groups": _groups(frames["quiet_spells"], language),
        "members": actions.contact(frames["at_risk"], **common),
    }
    return {kind: frame for kind, frame in made.items() if len(frame)}


def age(seen: Today, *, language: str, on: date | None = None, by_clock: bool = False) -> list[str]:
    """How old what is shown is, in sentences; to be said before anything else.

    `on` is the day from which the age is counted (default: the day asked for); `by_clock` says that it is the
    computer's date and not one that somebody gave.

    >>> seen = Today(date(2026, 1, 7), None, date(2026, 1, 7), date(2026, 1, 7), {}, {}, {}, None)
    >>> age(seen, language="en", on=date(2026, 1, 19))
    ['The data end 12 days before 19 January 2026, on 7 January 2026. Import a newer export to see what waits now.']
    """
    on = on or seen.asked or seen.data_end
    old = (on - seen.data_end).days
    told = []
    if seen.day < seen.data_end:
        told.append(say("today.past", language, day=seen.day, last=seen.data_end))
        if seen.asked and seen.asked > seen.day:
            told.append(say("today.gap", language, asked=seen.asked, day=seen.day))
    else:
        told.append(
            say("today.old" if old > 1 else "today.fresh", language, count=max(old, 0), on=on, last=seen.data_end)
        )
        if by_clock:
            told.append(say("today.clock", language, on=on))
    if seen.last_active_on is not None and seen.last_active_on < seen.day:
        told.append(say("today.last_active", language, last=seen.last_active_on))
    told += [say("today.behind", language, platform=name, last=last) for name, last in seen.behind.items()]
    return [str(one) for one in told]


def waiting(seen: Today, *, language: str) -> show.Shown:
    """What waits, the most urgent first, about one screen of it, and the rest folded; pseudonyms as in the reports.

    Below it, of which lists nothing can be known, and why.
    """
    made = lists(seen, language=language)
    most = max(1, min(4, ROWS // max(1, len(made))))
    items, lines = [], []
    for kind, frame in made.items():
        rows = _page_rows(kind, frame, seen, language)
        html, text = _item(kind, rows, most, language)
        items.append(html)
        lines += text
    if items:
        body = f'<ol class="wb-waits">{"".join(items)}</ol>'
    else:
        lines.append(str(say("today.nothing", language, day=seen.day)))
        body = f'<p class="wb-note">{escape(lines[-1])}</p>'
    for kind, why in seen.unknown.items():
        name = say(f"today.{kind}.name", language)
        lines.append(str(say("today.unknown", language, list=name, why=say(why, language))))
        body += f'<p class="wb-small">{escape(lines[-1])}</p>'
    return show.Shown(f'<div class="workbench">{body}</div>', "\n".join(lines))


def _day(given: "date | str | None") -> date | None:
    if given is None or isinstance(given, date):
        return given
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        raise SettingsError(f'"{given}" is not a day. Write year, month and day as in 2026-10-17.') from None


def _due(frames: dict[str, pd.DataFrame], day: date, amber_days: int) -> dict[str, pd.DataFrame]:
    """What of the metrics' rows is work for this day, with what began to wait lately first."""
    suspects = set(frames["spam_suspects"]["member_id"])
    spam = frames["spam_suspects"]
    spikes = frames["unlogged_spikes"]
    questions = frames["unanswered"]
    newcomers = frames["unwelcomed"]
    loops = frames["open_loops"]
    quiet = frames["quiet_spells"]
    silent = frames["at_risk"]
    quiet = quiet[quiet["is_current"].astype(bool) & (quiet["days"] <= actions.DEAD_DAYS)]
    # Where the export has no name for a group, its id says where.
    questions, loops = (
        one.assign(group_name=one["group_name"].where(one["group_name"].notna(), one["group_id"]))
        for one in (questions, loops)
    )
    # A newcomer waits from the first message on, or from joining.
    began = pd.to_datetime(newcomers["first_message_at_local"]).fillna(pd.to_datetime(newcomers["joined_on"]))
    # A member enters the list on the day after this silence.
    limit = (3 * silent["usual_gap_days"].astype(float)).clip(lower=28)
    return {
        "open_incidents": frames["open_incidents"],
        "spam_suspects": spam[~spam["banned"].astype(bool)].reset_index(drop=True),
        "unlogged_spikes": _first(spikes, pd.to_datetime(spikes["day"]) == pd.Timestamp(day))[
            lambda rows: pd.to_datetime(rows["day"]) > pd.Timestamp(day - timedelta(days=SPIKE_DAYS))
        ].reset_index(drop=True),
        "unanswered": _first(questions, questions["waiting_hours"] < 24 * FRESH_DAYS)[
            lambda rows: ~rows["member_id"].isin(suspects)
        ].reset_index(drop=True),
        "unwelcomed": _first(newcomers, began > pd.Timestamp(day - timedelta(days=FRESH_DAYS)))[
            lambda rows: ~rows["member_id"].isin(suspects)
        ].reset_index(drop=True),
        "open_loops": _first(loops, loops["age_days"] < FRESH_DAYS)[
            lambda rows: (rows["kind"] != "incident") & (rows["age_days"] >= 1)
        ].reset_index(drop=True),
        "quiet_spells": _first(quiet, quiet["days"] < amber_days + FRESH_DAYS),
        "at_risk": _first(silent, silent["silent_days"] - limit <= FRESH_DAYS),
    }


def _first(frame: pd.DataFrame, fresh: pd.Series) -> pd.DataFrame:
    """The fresh rows before the others, each as the metric ordered them."""
    return pd.concat([frame[fresh], frame[~fresh]]).reset_index(drop=True) if len(frame) else frame


def _unknown(community: Community, window: Days) -> dict[str, str]:
    """List → why nothing can be known of it."""
    told = community.run(
        "SELECT (SELECT count(*) FROM log WHERE noted_at < $month_end_at) AS noted, "
        "(SELECT count(*) FROM messages WHERE occurred_at >= $month_start_at AND occurred_at < $month_end_at) "
        "AS texts, "
        "(SELECT count(*) FROM openers) AS openers, "
        "(SELECT count(*) FROM openers WHERE can_be_answered) AS openers_seen, "
        "(SELECT count(*) FROM newcomers) AS newcomers, "
        "(SELECT count(*) FROM newcomers WHERE can_be_seen) AS newcomers_seen",
        month=window,
    ).iloc[0]
    reasons = {
        "incidents": None if told["noted"] else "why.no_log",
        "spam": None if told["texts"] else "why.today_no_texts",
        "questions": "why.responses_no_links" if told["openers"] and not told["openers_seen"] else None,
        "newcomers": "why.responses_no_links" if told["newcomers"] and not told["newcomers_seen"] else None,
        "promises": None if told["texts"] or told["noted"] else "why.today_no_texts",
    }
    return {kind: why for kind, why in reasons.items() if why}


def _spikes(spikes: pd.DataFrame, language: str) -> pd.DataFrame:
    rows = spikes.assign(
        why=[
            say("today.spikes.why", language, count=int(row.value), median=float(row.median))
            for row in spikes[["value", "median"]].itertuples(index=False)
        ],
        do=str(say("today.spikes.do", language)),
    )
    return rows[["day", "why", "do", "value", "median", "high"]]


def _newcomers(unwelcomed: pd.DataFrame, *, settings: "Settings", language: str) -> pd.DataFrame:
    rows = actions.to_welcome(unwelcomed, settings=settings, language=language)
    forms = ["written" if written else "silent" for written in unwelcomed["has_written"]]
    days = unwelcomed["days_since_joining"]
    return rows.assign(
        why=[
            str(say(f"today.newcomers.{form}", language, count=int(count)))
            for form, count in zip(forms, days, strict=True)
        ]
    )


def _promises(open_loops: pd.DataFrame, *, settings: "Settings", language: str) -> pd.DataFrame:
    rows = actions.promises(open_loops, settings=settings, language=language)
    forms = ["promise" if kind == "promise" else "entry" for kind in open_loops["kind"]]
    return rows.assign(
        why=[
            str(say(f"today.promises.{form}", language, count=int(days)))
            for form, days in zip(forms, open_loops["age_days"], strict=True)
        ]
    )


def _groups(quiet_spells: pd.DataFrame, language: str) -> pd.DataFrame:
    rows = quiet_spells.assign(
        why=[
            str(say(f"today.groups.{row.level}", language, count=int(row.days), before=int(row.contributions_before)))
            for row in quiet_spells.itertuples()
        ],
        do=str(say("actions.watch.silent_do", language)),
    )
    return rows[["group_name", "why", "do", "level", "days", "start_on", "contributions_before"]]


def _page_rows(kind: str, frame: pd.DataFrame, seen: Today, language: str) -> pd.DataFrame:
    """A list as a page may show it: `head` (who, else where, else when), `place`, `why`, `level` (or "plain")."""
    rows = actions.on_page(frame, settings=seen.settings) if "member" in frame else frame
    nothing = pd.Series(None, index=frame.index, dtype=object)
    member, group = (rows.get(name, nothing) for name in ("member", "group_name"))
    when = rows["day"] if kind == "spikes" else rows["noted_at_local"] if kind == "incidents" else nothing
    dated = [str(say("today.of", language, day=one)) if not pd.isna(one) else None for one in when]
    head = member.where(member.notna(), group).where(
        lambda one: one.notna(), pd.Series(dated, frame.index, dtype=object)
    )
    why = [str(one) for one in rows["why"]]
    if kind == "questions":
        known = actions.may_know(seen.frames["unanswered"], settings=seen.settings, language=language)["may_know"]
        why = [
            f"{one} {say('today.questions.may_know', language, people=people)}" if isinstance(people, str) else one
            for one, people in zip(why, known, strict=True)
        ]
    return pd.DataFrame(
        {
            "head": head,
            "place": group.where(member.notna(), None),
            "why": why,
            "level": rows.get("level", "plain"),
        }
    ).astype(object)


def _item(kind: str, rows: pd.DataFrame, most: int, language: str) -> tuple[str, list[str]]:
    """One list as HTML and as lines: what waits, what to do, the first rows, the others folded."""
    title, do = str(say(f"today.{kind}.title", language, count=len(rows))), str(say(f"today.{kind}.do", language))
    top, rest = rows.head(most), rows.iloc[most:]
    shown, lines = [], [title, f"  → {do}"]
    for row in top.itertuples():
        place = row.place if isinstance(row.place, str) else ""
        lines.append(f"  {row.head}{f' · {place}' if place else ''} – {row.why}")
        shown.append(
            f'<li class="wb-{row.level}"><b>{escape(str(row.head))}</b>'
            + (f' <span class="wb-place">{escape(place)}</span>' if place else "")
            + f" – {escape(row.why)}</li>"
        )
    more = ""
    if len(rest):
        summary = str(say("today.more", language, count=len(rest)))
        lines.append(f"  {summary}")
        titles = {name: str(say(f"column.{name}", language)) for name in ("head", "place", "why")}
        if rest["place"].isna().all():
            del titles["place"]
        table = show.table(rest, titles=titles, language=language, rows=100)
        more = f"<details><summary>{escape(summary)}</summary>{table.html}</details>"
    what = f'<p class="wb-what">{escape(title)}</p><p class="wb-do">{escape(do)}</p>'
    return f'<li class="wb-{kind}">{what}<ul>{"".join(shown)}</ul>{more}</li>', lines
