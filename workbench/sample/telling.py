"""STORY.md and HISTOIRE.md: what happened in the sample community, told with its dates and numbers."""

import tomllib
from collections import Counter
from datetime import date
from functools import cache
from importlib.resources import files

from workbench.period import Month
from workbench.sample.plan import Plan
from workbench.sample.slack import native_id

NAMES = {"en": "STORY.md", "fr": "HISTOIRE.md"}
COMMANDS = """\
workbench import slack.zip tables/*.csv --community . --timezone Europe/Paris
workbench report --community . --month 2026-10"""
_MONTHS = {
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
        "décembre",
    ),
}  # fmt: skip


@cache
def _texts() -> dict:
    return tomllib.loads(files("workbench.sample").joinpath("texts", "stories.toml").read_text(encoding="utf-8"))


def story(plan: Plan, truth: dict, *, language: str) -> str:
    """The page, in French or English."""
    frame = _texts()["frame"][language]
    said = f"{len(plan.messages) // 1000},000"
    slots = {
        "members": len(plan.people),
        "asked": plan.members,
        "months": len(plan.months),
        "seed": plan.seed,
        "first": _month(plan.months[0], language),
        "last": _month(plan.months[-1], language),
        "messages": said.replace(",", "\u202f") if language == "fr" else said,
        "shared": truth["together"]["on_several"],
        "commands": COMMANDS,
    }
    parts = [frame["title"], frame["intro"].strip().format(**slots)]
    for number, name in enumerate(plan.planted, 1):
        title, told, see = _texts()[name][language]
        facts = _facts(name, plan, truth, language)
        parts.append(
            f"## {number}. {title}\n\n{told.format(**facts)}\n\n{frame['see']}{' :' if language == 'fr' else ':'} {see}"
        )
    parts.append(frame["outro"].strip().format(**slots))
    return "\n\n".join(parts) + "\n"


def _facts(name: str, plan: Plan, truth: dict, language: str) -> dict:
    planted, told, numbers = plan.planted[name], truth["stories"][name], truth["numbers"]
    last, names = str(plan.months[-1]), {f"slack:{native_id(p, plan.seed)}": p.name for p in plan.people}
    before = numbers.get(str(Month.parse(planted.starts).back(1)), {})
    facts = {
        "starts": _day(planted.starts, language),
        "ends": _day(planted.ends, language),
        "size": planted.size,
        "people": len(told["people"]),
        "names": ", ".join(sorted(names[member] for member in told["people"])),
        "name": next((names[member] for member in told["people"]), ""),
    }
    if name == "spam_wave":
        done = Counter(action.action for action in plan.actions if "spammer" in action.person.tags)
        facts |= {"bans": done["ban"], "warnings": done["warn"], "removals": done["remove"]}
    elif name == "welcome_programme":
        calm = {month: one for month, one in numbers.items() if month != _of("viral_post", plan)}
        facts["before"] = _pooled(calm, lambda month: Month.parse(month).start < planted.starts, language)
        facts["after"] = _pooled(calm, lambda month: Month.parse(month).start >= planted.starts, language)
    elif name == "staff_favours":
        facts |= _team_answers(told, language)
    elif name == "silent_group":
        facts["answered_by"] = told["answered_by"]
    elif name == "viral_post":
        facts["gone"] = sum("viral" in person.tags and person.left is not None for person in plan.people)
    elif name == "sync_bug":
        span = [Month.parse(planted.starts).back(-n) for n in range(5)]
        facts["texts"] = ", ".join(f"{_about('sync', str(m), truth)} ({_month(m, language)})" for m in span)
        facts["fixed"] = _day(date.fromisoformat(told["fixed"]), language)
    elif name == "small_circle":
        span = [m for m in plan.months if m.end > planted.starts]
        span = [Month.parse(planted.starts).back(1), *span]
        facts["factors"] = ", ".join(f"{numbers[str(m)]['absence_factor']} ({_month(m, language)})" for m in span)
    elif name == "moderator_leaves":
        facts["before"] = _percent(_number(before, "answered_24h"), language)
        facts["after"] = _percent(_number(numbers[last], "answered_24h"), language)
        facts["unanswered"] = _percent(_number(numbers[last], "unanswered_7d"), language)
    elif name == "price_change":
        facts["rises"] = _day(date.fromisoformat(told["rises"]), language)
        facts["texts"] = _about("price", last, truth)
        for key, month in (("before", plan.months[-2]), ("after", plan.months[-1])):
            nps = numbers[str(month)]["nps"]
            facts[key] = f"{round(nps['value'])}".replace("-", "−") if nps else "–"
    return facts


def _team_answers(told: dict, language: str) -> dict:
    facts = {}
    for who in ("core", "others"):
        for when, key in (("since", f"{who}_share"), ("before", f"{who}_before")):
            one = told.get(f"{who}_{when}")
            facts[key] = _percent(one["answered"] / one["asked"] if one else None, language)
        hours = told.get(f"{who}_since", {}).get("median_hours")
        shown = "–" if hours is None else f"{hours:.1f}"
        facts[f"{who}_hours"] = shown.replace(".", ",") if language == "fr" else shown
    return facts


def _of(name: str, plan: Plan) -> str:
    return str(Month.parse(plan.planted[name].starts)) if name in plan.planted else ""


def _about(theme: str, month: str, truth: dict) -> int:
    return sum(one["texts"] for one in truth["themes"] if one["theme"] == theme and one["month"] == month)


def _pooled(numbers: dict, chosen, language: str) -> str:
    rates = [one["activation_rate"] for month, one in numbers.items() if chosen(month) and one["activation_rate"]]
    asked = sum(rate["denominator"] for rate in rates)
    return _percent(sum(rate["numerator"] for rate in rates) / asked if asked else None, language)


def _number(numbers: dict, key: str) -> float | None:
    return numbers[key]["value"] if numbers.get(key) else None


def _percent(share: float | None, language: str) -> str:
    return "–" if share is None else f"{100 * share:.0f}{chr(0xA0) if language == 'fr' else ''}%"


def _day(day: date, language: str) -> str:
    number = "1er" if day.day == 1 and language == "fr" else day.day
    return f"{number} {_MONTHS[language][day.month - 1]} {day.year}"


def _month(month: Month, language: str) -> str:
    return f"{_MONTHS[language][month.number - 1]} {month.year}"
