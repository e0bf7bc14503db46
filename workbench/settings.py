"""`community.toml`: what a manager decides about a community, validated."""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from workbench.errors import SettingsError, did_you_mean
from workbench.period import Month

Share = Annotated[float, msgspec.Meta(gt=0, le=1)]
Days = Annotated[int, msgspec.Meta(ge=1, le=3650)]
AMOUNT_OF_MEMORY = r"\d+(\.\d+)? ?[MG]i?B"


class _Frozen(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class People(_Frozen):
    """Who counts, per member_id, over what the export says."""

    staff: list[str] = []
    bots: list[str] = []
    members: list[str] = []
    excluded: list[str] = []


class Thresholds(_Frozen):
    quiet_amber_days: Days = 5
    quiet_red_days: Days = 7
    highly_engaged_share: Share = 0.10
    few: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 10


class Privacy(_Frozen):
    names: Literal["pseudonyms", "shown"] = "pseudonyms"


class Goal(_Frozen):
    metric: str
    target: float
    by: str


class Settings(_Frozen):
    name: str
    timezone: str
    purpose: str = ""
    language: Literal["en", "fr"] = "en"
    spoken: list[Literal["en", "fr"]] = msgspec.field(default_factory=lambda: ["en", "fr"])
    people: People = People()
    thresholds: Thresholds = Thresholds()
    privacy: Privacy = Privacy()
    goals: list[Goal] = []
    teams: dict[str, list[str]] = {}
    memory: Annotated[str, msgspec.Meta(pattern=f"^({AMOUNT_OF_MEMORY})?$")] = ""


TEMPLATE = """\
# What you decide about this community. Every key has a default, except name and timezone.

name = {name}
purpose = ""                # one sentence; it opens the report
timezone = {timezone}  # IANA name; days, weeks and months are cut here
language = {language}             # language of the reports: "en" or "fr"
spoken = ["en", "fr"]       # languages your members write in
# memory = "2GB"            # how much of it a report may take, then the disk; default: half of it, at most 2.5 GiB

[people]                    # member_ids (`workbench check --members` lists them), over what the export says
staff = []                  # your team and owners: their activity is not the community's
bots = []
members = []                # count these as members whatever the export says
excluded = []               # count these nowhere (test accounts)

[thresholds]
quiet_amber_days = 5        # a group silent for so many days is shown in amber …
quiet_red_days = 7          # … and in red
highly_engaged_share = 0.10 # share of the active members called highly engaged (5 to 10 % is usual)
few = 10                    # rates on fewer people than this are shown as counts

[privacy]
names = "pseudonyms"        # in report.html: "pseudonyms" or "shown"; actions.xlsx always has the names

# Goals open the front page. Any number of blocks like this one:
# [[goals]]
# metric = "mau"            # a number of the report (see docs/metrics.md)
# target = 150
# by = "2027-06"

# Words by which a theme finds its team:
# [teams]
# product = ["bug", "crash", "bogue", "lent"]
# billing = ["price", "invoice", "prix", "facture"]
"""


def check_timezone(zone: str, where: str = "timezone") -> str:
    """The zone itself, if it is a name of the IANA database."""
    if zone not in available_timezones():
        near = did_you_mean(zone, available_timezones()).split(" Allowed:")[0] if zone else ""
        hint = near if near.startswith("Did you mean") else "Write an IANA name such as Europe/Paris or UTC."
        raise SettingsError(f'{where} = "{zone}" is not a time zone. {hint}')
    ZoneInfo(zone)
    return zone


def create(file: Path, *, name: str, timezone: str, language: str = "en") -> None:
    """Write a commented `community.toml`; an existing one is left alone."""
    if file.exists():
        return
    check_timezone(timezone, "--timezone")
    given = {"name": name, "timezone": timezone, "language": language}
    quoted = {key: _quoted(value) for key, value in given.items()}
    file.write_text(TEMPLATE.format(**quoted), encoding="utf-8")


def _quoted(text: str) -> str:
    return '"' + re.sub(r'["\\\x00-\x1f\x7f]', " ", text) + '"'


def load(file: Path) -> Settings:
    """The settings in `file`. Raises `SettingsError` that names the file, the key and the allowed values."""
    try:
        given = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(
            f"{file} does not exist, so this folder is no community. "
            "Import an export first: workbench import FILE --community DIR --timezone Europe/Paris"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} is not valid TOML: {error}. Correct that line and try again.") from None
    try:
        settings = msgspec.convert(given, Settings)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{file}: {_explain(str(error))}") from None
    check_timezone(settings.timezone, f"{file}: timezone")
    for goal in settings.goals:
        Month.parse(goal.by)
    return settings


def _explain(complaint: str) -> str:
    """msgspec's sentence with the key first and the allowed words spelt out."""
    found = re.fullmatch(r"(.*?)(?: - at `\$\.?(.*)`)?", complaint)
    what, key = found[1], found[2] or ""
    unknown = re.search(r"unknown field `(.*)`", what)
    section = {"people": People, "thresholds": Thresholds, "privacy": Privacy, "goals[...]": Goal}.get(key, Settings)
    if unknown:
        where = f"[{key}] " if key else ""
        return f'{where}"{unknown[1]}" is not a key. {did_you_mean(unknown[1], section.__struct_fields__)}'
    missing = re.search(r"missing required field `(.*)`", what)
    if missing:
        return f'the key "{missing[1]}" is missing. Add it, for instance: {missing[1]} = "…"'
    choices = {
        "language": '"en" or "fr"',
        "spoken[...]": '"en", "fr"',
        "privacy.names": '"pseudonyms" or "shown"',
        "memory": 'an amount such as "2GB" or "500MB"',
    }
    allowed = f" Allowed: {choices[key]}." if key in choices else ""
    return f'the key "{key}" is not right: {what}.{allowed}'
