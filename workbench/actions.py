"""The lists: whom to contact, answer, thank and watch, and which feedback to pass on; each row with its reason.

Pure functions from frames of metrics to frames for `actions.xlsx` and for the pages. Each row says who (`member`, as
the page calls them, `display_name`, `member_id`), `why` in one sentence with its counts, what to `do`, and evidence.
"""

import pandas as pd

from workbench.privacy import pseudonym
from workbench.settings import Settings
from workbench.words import say

FALL = 0.75
"""A highly engaged member counts as lost when the score is under so much of last month's; less is chance."""
WATCHED = 5
"""When at most so many people make half of the conversation, it hangs on them."""
DEAD_DAYS = 60
"""A group silent for longer is to be closed or relaunched, not woken."""
SPAM_REASONS = ("first_link", "same_text_groups", "same_text_accounts", "same_site", "burst")
"""The columns of `spam_suspects` that say why somebody is on it."""

WHO = ["member", "display_name", "member_id"]


def lists(
    *,
    settings: Settings,
    language: str,
    at_risk: pd.DataFrame | None = None,
    hem_changes: pd.DataFrame | None = None,
    unanswered: pd.DataFrame | None = None,
    unwelcomed: pd.DataFrame | None = None,
    open_loops: pd.DataFrame | None = None,
    role_candidates: pd.DataFrame | None = None,
    top_contributors: pd.DataFrame | None = None,
    absence_factor: pd.DataFrame | None = None,
    quiet_spells: pd.DataFrame | None = None,
    themes: pd.DataFrame | None = None,
    spam_suspects: pd.DataFrame | None = None,
    open_incidents: pd.DataFrame | None = None,
    third_offences: pd.DataFrame | None = None,
) -> dict[str, pd.DataFrame]:
    """All lists that the given frames allow, by their title, the most urgent first: the sheets of `actions.xlsx`.

    Those of promises, roles and safety only where somebody or something is on them.
    """
    common = {"settings": settings, "language": language}
    made: dict[str, pd.DataFrame] = {}
    if at_risk is not None or hem_changes is not None:
        made["contact"] = contact(at_risk, hem_changes, **common)
    if unanswered is not None:
        made["answer"] = answer(unanswered, **common)
    if unwelcomed is not None:
        made["to_welcome"] = to_welcome(unwelcomed, **common)
    if open_loops is not None and len(loops := promises(open_loops, **common)):
        made["open_loops"] = loops
    if hem_changes is not None:
        made["thank"] = thank(hem_changes, **common)
    if role_candidates is not None and len(role_candidates):
        made["role_candidates"] = candidates(role_candidates, **common)
    if top_contributors is not None or quiet_spells is not None:
        made["watch"] = watch(top_contributors, absence_factor, quiet_spells, **common)
    if themes is not None:
        made["feedback"] = feedback(themes, language=language)
    safety = {
        "spam_suspects": suspects(spam_suspects, **common) if spam_suspects is not None else (),
        "open_incidents": incidents(open_incidents, **common) if open_incidents is not None else (),
        "third_offences": offences(third_offences, **common) if third_offences is not None else (),
    }
    made |= {name: frame for name, frame in safety.items() if len(frame)}
    return {str(say(f"actions.{name}.name", language)): frame for name, frame in made.items()}


def contact(
    at_risk: pd.DataFrame | None = None,
    hem_changes: pd.DataFrame | None = None,
    *,
    settings: Settings,
    language: str,
) -> pd.DataFrame:
    """Whom to write to personally: highly engaged members who were lost, then regulars who have gone quiet.

    `at_risk` and `hem_changes` as the metrics of these names give them. One row a member: `member`, `display_name`,
    `member_id`, `why`, `do`, `score_before`, `score`, `contributions`, `silent_days`, `last_active_on`. Who is on both
    lists stands here once. A lost member whose score hardly fell (see `FALL`) is not listed.
    """
    evidence = ["score_before", "score", "contributions", "silent_days", "last_active_on"]
    columns = ["member_id", "display_name", "why", "do", *evidence]
    gone = fallen(hem_changes).drop(columns="contributions", errors="ignore")  # here: of all time, as for the others
    lost = gone.assign(
        why=[
            str(say("actions.contact.lost", language, before=round(row.score_before), now=_whole(row.score)))
            for row in gone.itertuples()
        ],
        do=say("actions.contact.lost_do", language),
    )
    quiet = pd.DataFrame(columns=columns) if at_risk is None else at_risk
    quiet = quiet.assign(
        why=[
            str(
                say(
                    "actions.contact.quiet",
                    language,
                    count=int(row.silent_days),
                    days=int(row.active_days_90),
                    gap=float(row.usual_gap_days),
                )
            )
            for row in quiet.itertuples()
        ],
        do=say("actions.contact.quiet_do", language),
    )
    rows = pd.concat([frame.reindex(columns=columns).astype(object) for frame in (lost, quiet)])
    once = dict.fromkeys(columns[1:], "first") | {"why": " ".join}
    return _listed(rows.groupby("member_id", sort=False, as_index=False).agg(once), evidence, settings)


def answer(unanswered: pd.DataFrame, *, settings: Settings, language: str) -> pd.DataFrame:
    """Which questions and topics wait for an answer, the oldest first.

    `unanswered` as the metric of this name gives it. One row an opener: who asked, `why`, `do`, `group_name`,
    `opened_at_local` (in the community's time zone), `waiting_hours`, `text` (its beginning), `may_know` (members who
    answered similar ones, each with the words in common), `event_id`.
    """
    rows = unanswered.assign(
        why=[
            say("actions.answer.waits", language, count=int(row.waiting_hours // 24), hours=round(row.waiting_hours))
            for row in unanswered.itertuples()
        ],
        do=[
            say("actions.answer.old_do" if row.waiting_over_hours >= 168 else "actions.answer.do", language)
            for row in unanswered.itertuples()
        ],
    )
    if "may_know" in rows:
        rows["may_know"] = [
            "; ".join(f"{name} ({words})" for name, words in zip(names, shared, strict=True)) or None
            for names, shared in zip(rows["may_know_names"], rows["may_know_words"], strict=True)
        ]
    evidence = ["group_name", "opened_at_local", "waiting_hours", "text", "may_know", "event_id"]
    return _listed(rows, evidence, settings)


def may_know(unanswered: pd.DataFrame, *, settings: Settings, language: str) -> pd.DataFrame:
    """Who may know what is still unanswered, as a page may show it: no account, no text, names as the settings say.

    `unanswered` as the metric of this name gives it. One row an opener: `member` (who asks), `group_name`,
    `waiting` (in words: hours up to two days, then whole days), `may_know` (members who answered similar ones).
    """
    people = unanswered[["may_know", "may_know_names"]].explode(["may_know", "may_know_names"])
    people = people.set_axis(["member_id", "display_name"], axis=1)
    called = named(people, settings=settings)["member"].dropna().groupby(level=0).agg(", ".join)
    rows = on_page(unanswered, settings=settings, columns=["group_name"])
    waiting = [_lasting(hours, language) for hours in unanswered["waiting_hours"]]
    return rows.assign(waiting=waiting, may_know=called.reindex(rows.index))


def _lasting(hours: float, language: str) -> str:
    """
    >>> _lasting(47.9, "en"), _lasting(720, "fr")
    ('47 hours', '30 jours')
    """
    if hours < 48:
        return str(say("actions.lasting.hours", language, hours=int(hours)))
    return str(say("actions.lasting.days", language, days=int(hours // 24)))


def to_welcome(unwelcomed: pd.DataFrame, *, settings: Settings, language: str) -> pd.DataFrame:
    """Which newcomers of the month have had no word from a human yet, those who have written first.

    `unwelcomed` as the metric of this name gives it. One row a newcomer: who, `why`, `do`, `joined_on`,
    `greeted_by_bot`, `group_name`, `first_message_at_local` (in the community's time zone), `text` (its beginning),
    `event_id`.
    """
    forms = ["written" if written else "silent" for written in unwelcomed["has_written"]]
    rows = unwelcomed.assign(
        why=[
            say(f"actions.to_welcome.{form}", language, count=int(days))
            for form, days in zip(forms, unwelcomed["days_since_joining"], strict=True)
        ],
        do=[say(f"actions.to_welcome.{form}_do", language) for form in forms],
    )
    evidence = ["joined_on", "greeted_by_bot", "group_name", "first_message_at_local", "text", "event_id"]
    return _listed(rows, evidence, settings)


def thank(hem_changes: pd.DataFrame, *, settings: Settings, language: str) -> pd.DataFrame:
    """Whom to thank and support: the highly engaged members, new ones first; support is no favour.

    `hem_changes` as the metric of this name gives it. One row a member: who, `why`, `do`, `change` (new, kept),
    `score_before`, `score`, `active_weeks`, `contributions`, `people_helped`.
    """
    kept = hem_changes[hem_changes["change"] != "lost"].sort_values("change", ascending=False, kind="stable")
    why, do = [], []
    for row in kept.itertuples():
        counts = {"count": int(row.people_helped), "weeks": int(row.active_weeks), "now": round(row.score)}
        if row.change == "new":
            why.append(say("actions.thank.new", language, before=_whole(row.score_before), **counts))
        else:
            why.append(say("actions.thank.kept", language, **counts))
        do.append(say(f"actions.thank.{row.change}_do", language))
    rows = kept.assign(why=why, do=do, change=[say(f"hem_changes.{change}", language) for change in kept["change"]])
    evidence = ["change", "score_before", "score", "active_weeks", "contributions", "people_helped"]
    return _listed(rows, evidence, settings)


def promises(open_loops: pd.DataFrame, *, settings: Settings, language: str) -> pd.DataFrame:
    """Which promises of the team and entries of its log are to be kept or closed, the oldest first.

    `open_loops` as the metric of this name gives it; its incidents are left out, as they have a list of their own. One
    row a loop: who promised (of an entry: whom it is about), `why`, `do`, `group_name`, `opened_at_local`, `text` (the
    beginning of the promise or the note), `loop_id`.
    """
    rows = open_loops[open_loops["kind"] != "incident"]
    forms = ["promise" if kind == "promise" else "entry" for kind in rows["kind"]]
    rows = rows.assign(
        why=[
            str(say(f"actions.open_loops.{form}", language, count=int(days)))
            for form, days in zip(forms, rows["age_days"], strict=True)
        ],
        do=[str(say(f"actions.open_loops.{form}_do", language)) for form in forms],
    )
    return _listed(rows, ["group_name", "opened_at_local", "text", "loop_id"], settings)


def candidates(role_candidates: pd.DataFrame, *, settings: Settings, language: str) -> pd.DataFrame:
    """Whom to ask whether they want a role: people to think about, in order of their names, without rank or score.

    `role_candidates` as the metric of this name gives it. One row a member: who, `why`, `do`, `weeks_of_4`,
    `people_helped`.
    """
    order = role_candidates["display_name"].fillna("").str.casefold()
    rows = role_candidates.assign(order=order).sort_values(["order", "member_id"])
    rows = rows.assign(
        why=[
            say(
                f"actions.role_candidates.{'why' if row.sanctions_known else 'unchecked'}",
                language,
                count=int(row.people_helped),
                weeks=int(row.weeks_of_4),
            )
            for row in rows.itertuples()
        ],
        do=say("actions.role_candidates.do", language),
    )
    return _listed(rows, ["weeks_of_4", "people_helped"], settings)


def watch(
    top_contributors: pd.DataFrame | None = None,
    absence_factor: pd.DataFrame | None = None,
    quiet_spells: pd.DataFrame | None = None,
    *,
    settings: Settings,
    language: str,
) -> pd.DataFrame:
    """What to keep an eye on: the few people on whom half of the conversation hangs, and groups that fell silent.

    Frames as the metrics of these names give them. One row a person or a group: who (null for a group), `group_name`
    (null for a person), `why`, `do`, `share`, `days`. People are listed when at most `WATCHED` make half of it all.
    """
    few = carriers(top_contributors, absence_factor)
    people = few.assign(
        why=[
            say("actions.watch.carries", language, share=float(row.share), count=len(few)) for row in few.itertuples()
        ],
        do=say("actions.watch.carries_do", language),
    )
    silent = pd.DataFrame(columns=["group_name", "days"]) if quiet_spells is None else _current(quiet_spells)
    groups = silent.assign(
        why=[
            say("actions.watch.silent", language, count=int(row.days), group=row.group_name)
            for row in silent.itertuples()
        ],
        do=[
            say("actions.watch.silent_do" if days <= DEAD_DAYS else "actions.watch.dead_do", language)
            for days in silent["days"]
        ],
    )
    rows = pd.concat([frame for frame in (people, groups) if len(frame)] or [people], ignore_index=True)
    return _listed(rows, ["group_name", "share", "days"], settings)


def feedback(themes: pd.DataFrame, *, language: str) -> pd.DataFrame:
    """Which feedback to pass to which team.

    `themes` as `models.trends.theme_table` gives it. One row a theme of the month: `label`, `team` (or
    null), `why`, `do`, `items`, `authors`, `trend`, `theme_id`.
    """
    rows = themes.assign(
        why=[
            say("actions.feedback.said", language, count=int(row.authors), items=int(row.items))
            for row in themes.itertuples()
        ],
        do=[
            say("actions.feedback.do", language, team=team)
            if isinstance(team, str)
            else say("actions.feedback.nobody_do", language)
            for team in themes["team"]
        ],
        trend=[say(f"trend.{trend if isinstance(trend, str) else 'unknown'}", language) for trend in themes["trend"]],
    )
    return rows.reindex(columns=["label", "team", "why", "do", "items", "authors", "trend", "theme_id"])


def suspects(spam_suspects: pd.DataFrame, *, settings: Settings, language: str) -> pd.DataFrame:
    """Whose messages to look at because they look like spam; who is banned already is left out.

    `spam_suspects` as the metric of this name gives it. One row a person, most reasons first: who, `why`, `do`,
    `messages`, `leading_away`, `moderated`, `first_at_local`, `text` (the beginning of one message).
    """
    rows = spam_suspects[~spam_suspects["banned"].astype(bool)]
    reasons = [
        [str(say(f"spam_suspects.{one}", language)) for one in SPAM_REASONS if row[one]]
        for row in rows[list(SPAM_REASONS)].to_dict("records")
    ]
    rows = rows.assign(
        why=[say("actions.spam_suspects.why", language, count=len(of), reasons=", ".join(of)) for of in reasons],
        do=say("actions.spam_suspects.do", language),
    )
    return _listed(rows, ["messages", "leading_away", "moderated", "first_at_local", "text"], settings)


def incidents(open_incidents: pd.DataFrame, *, settings: Settings, language: str) -> pd.DataFrame:
    """Which incidents are open, the oldest first.

    `open_incidents` as the metric of this name gives it. One row an incident: whom it is about where the log says so,
    `why`, `do`, `group_name`, `noted_at_local`, `open_hours`, `text` (the note), `entry_id`.
    """
    rows = open_incidents.assign(
        why=[
            say(f"actions.open_incidents.{'why' if row.acknowledged else 'unseen'}", language,
                count=int(row.open_hours // 24))
            for row in open_incidents.itertuples()
        ],
        do=say("actions.open_incidents.do", language),
    )  # fmt: skip
    return _listed(rows, ["group_name", "noted_at_local", "open_hours", "text", "entry_id"], settings)


def offences(third_offences: pd.DataFrame, *, settings: Settings, language: str) -> pd.DataFrame:
    """About whom moderators have to decide: a further offence after two warnings, and no ban.

    `third_offences` as the metric of this name gives it. One row a person, the oldest first: who, `why`, `do`,
    `offended_at_local`, `offences`, `earlier_warnings`, `rule`, `reason`.
    """
    rows = third_offences.assign(
        why=[
            say("actions.third_offences.why", language, count=int(row.offences), warnings=int(row.earlier_warnings))
            for row in third_offences.itertuples()
        ],
        do=say("actions.third_offences.do", language),
    )
    return _listed(rows, ["offended_at_local", "offences", "earlier_warnings", "rule", "reason"], settings)


def fallen(hem_changes: pd.DataFrame | None) -> pd.DataFrame:
    """The lost ones of `metrics.hem_changes` whose score is under `FALL` of last month's, the highest before first.

    Nobody where it rests on fewer covered weeks than last month's: it would be lower by that alone.
    """
    if hem_changes is None:
        return pd.DataFrame(columns=["member_id", "display_name", "score", "score_before"])
    lost = hem_changes[hem_changes["change"] == "lost"]
    lost = lost[lost["score"].fillna(0) < FALL * lost["score_before"]]
    lost = lost[lost["covered_weeks"] >= lost["covered_weeks_before"]]
    return lost.sort_values(["score_before", "member_id"], ascending=[False, True])


def on_page(frame: pd.DataFrame, *, settings: Settings, columns: list[str] | None = None) -> pd.DataFrame:
    """A list, or a metric's frame of people, as a page may show it: `member` first, no account, other name or text.

    `columns` chooses what follows; by default all.
    """
    personal = ["display_name", "member_id", "text", "may_know", "may_know_names", "may_know_words"]
    page = named(frame, settings=settings).drop(columns=personal, errors="ignore")
    return page if columns is None else page[["member", *columns]]


def carriers(top_contributors: pd.DataFrame | None, absence_factor: pd.DataFrame | None) -> pd.DataFrame:
    """Those who make half of the contributions, when they are at most `WATCHED` and under half of the contributors."""
    if top_contributors is None or absence_factor is None:
        return pd.DataFrame(columns=["member_id", "display_name", "share"])
    people = absence_factor["absence_factor"].iloc[0]
    carries = pd.notna(people) and people <= WATCHED and absence_factor["contributors"].iloc[0] > 2 * people
    return top_contributors.head(int(people) if carries else 0)


def named(frame: pd.DataFrame, *, settings: Settings) -> pd.DataFrame:
    """A frame with `member_id` and `display_name`, and the column `member` before them: what pages call the person.

    A pseudonym, unless the settings say that names are shown; the same in every report of the community.

    >>> frame = pd.DataFrame({"member_id": ["chat:1"], "display_name": ["Ana"]})
    >>> named(frame, settings=Settings(name="club", timezone="UTC"))["member"].tolist()
    ['M-140145']
    """
    shown = settings.privacy.names == "shown"
    members = [
        (name if shown and isinstance(name, str) else pseudonym(member_id, salt=settings.name))
        if isinstance(member_id, str)
        else None
        for member_id, name in zip(frame["member_id"], frame["display_name"], strict=True)
    ]
    others = [column for column in frame.columns if column != "member"]
    return frame.assign(member=pd.Series(members, index=frame.index, dtype=object))[["member", *others]]


def _current(quiet_spells: pd.DataFrame) -> pd.DataFrame:
    return quiet_spells[quiet_spells["is_current"].astype(bool)]


def _listed(rows: pd.DataFrame, evidence: list[str], settings: Settings) -> pd.DataFrame:
    rows = rows.reindex(columns=[*WHO[1:], "why", "do", *evidence]).reset_index(drop=True)
    return named(rows.infer_objects(), settings=settings)[[*WHO, "why", "do", *evidence]]


def _whole(value: float) -> int:
    return 0 if pd.isna(value) else round(value)
