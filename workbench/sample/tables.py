"""What is known beside the talk, as CSV files, each with the mapping that says how to read it."""

from importlib.resources import files
from pathlib import Path

from workbench.sample import discord, discourse, whatsapp
from workbench.sample.calendar import SECOND, local, utc
from workbench.sample.packing import as_csv
from workbench.sample.people import Person
from workbench.sample.plan import Plan
from workbench.sample.slack import archived_on, channel_id, event_id, groups_of, native_id

NATIVE = {"whatsapp": whatsapp.native_id, "discord": discord.native_id, "discourse": discourse.native_id}


def write(plan: Plan, folder: Path) -> None:
    """The tables and their mappings."""
    folder.mkdir(parents=True, exist_ok=True)
    mappings = files("workbench.sample").joinpath("mappings")
    for name, make in TABLES.items():
        (folder / f"{name}.csv").write_bytes(make(plan))
        (folder / f"{name}.csv.mapping.toml").write_bytes(mappings.joinpath(f"{name}.toml").read_bytes())


def utc_text(instant: int | None) -> str:
    return "" if instant is None else f"{utc(instant - instant % SECOND):%Y-%m-%dT%H:%M:%S}Z"


def paris_text(instant: int | None) -> str:
    return "" if instant is None else f"{local(instant):%d/%m/%Y %H:%M}"


def _id(person: Person | None, plan: Plan) -> str:
    return "" if person is None else native_id(person, plan.seed)


def _roster(plan: Plan) -> bytes:
    rows = []
    for person in plan.people:
        paid = any(stop is None for _, stop in person.paid) and person.left is None
        rows.append(
            (
                _id(person, plan), person.name, person.role, utc_text(person.joined), utc_text(person.left),
                person.reason or "", _id(person.inviter, plan), person.source, "plus" if paid else "free",
                person.country, person.language,
            )
        )  # fmt: skip
    headers = (
        "id",
        "name",
        "role",
        "joined",
        "left",
        "why_left",
        "invited_by",
        "source",
        "plan",
        "country",
        "language",
    )
    return as_csv(headers, rows)


def _channels(plan: Plan) -> bytes:
    rows = []
    for group, use in groups_of(plan).items():
        archived = archived_on(plan, group)
        rows.append((channel_id(group, plan.seed), group, "yes" if use == "news" else "no", archived or ""))
    return as_csv(("id", "name", "read_only", "archived"), rows)


def _earlier_stays(plan: Plan) -> bytes:
    rows = [
        (_id(person, plan), utc_text(start), utc_text(end), "left")
        for person in plan.people
        for start, end in person.earlier
    ]
    return as_csv(("member", "from", "to", "why"), rows)


def _payments(plan: Plan) -> bytes:
    rows = [
        (
            f"P{number:05d}",
            paris_text(one.at),
            _id(one.person, plan),
            f"{one.cents / 100:.2f}".replace(".", ","),
            "EUR",
            one.plan,
        )
        for number, one in enumerate(plan.payments, 1)
    ]
    headers = ("facture", "date de paiement", "membre", "montant", "devise", "offre")
    return as_csv(headers, rows, delimiter=";", mark=True)


def _surveys(plan: Plan) -> bytes:
    rows = [
        (f"A{number:05d}", utc_text(one.at), _id(one.person, plan), one.survey, one.score, one.scale, one.text)
        for number, one in enumerate(plan.answers, 1)
    ]
    return as_csv(("answer", "date", "member", "survey", "score", "scale", "text"), rows)


def _moderation(plan: Plan) -> bytes:
    rows = [
        (
            f"M{number:05d}", utc_text(one.at), _id(one.person, plan), _id(one.by, plan), one.action, one.rule,
            one.reason,
            event_id(one.about, plan.seed) if one.about else "",
        )
        for number, one in enumerate(plan.actions, 1)
    ]  # fmt: skip
    return as_csv(("id", "date", "member", "moderator", "action", "rule", "reason", "message"), rows)


def _visits(plan: Plan) -> bytes:
    rows = [
        (f"{number}", utc_text(one.at), one.visitor, one.source, _id(one.person, plan))
        for number, one in enumerate(plan.visits, 1)
    ]
    return as_csv(("visit", "date", "visitor", "source", "member"), rows)


def _log(plan: Plan) -> bytes:
    rows = [
        (
            paris_text(one.at), one.kind, _id(one.person, plan),
            channel_id(one.group, plan.seed) if one.group else "", one.status,
            paris_text(one.acknowledged), paris_text(one.closed), one.text,
        )
        for one in plan.notes
    ]  # fmt: skip
    headers = ("date", "nature", "membre", "groupe", "statut", "pris en compte le", "clos le", "note")
    return as_csv(headers, rows, delimiter=";")


def _social_posts(plan: Plan) -> bytes:
    rows = [
        (
            utc_text(one.at), one.network, one.native, one.form, one.impressions, one.reach, one.reactions,
            one.comments, one.shares, one.clicks, one.text,
        )
        for one in plan.social_posts
    ]  # fmt: skip
    headers = (
        "date", "network", "post id", "type", "impressions", "reach", "reactions", "comments", "shares", "clicks",
        "text",
    )  # fmt: skip
    return as_csv(headers, rows)


def identities(plan: Plan) -> bytes:
    """Who is the same person on several platforms: the identity map."""
    rows = []
    for platform, other in plan.others.items():
        for person in other.people:
            if same := other.same.get(person.number):
                member_id = f"slack:{native_id(same, plan.seed)}"
                rows.append((member_id, f"{platform}:{NATIVE[platform](person, plan.seed)}"))
    rows += [(person, person) for person in dict.fromkeys(person for person, _ in rows)]
    return as_csv(("person", "account"), sorted(rows))


TABLES = {
    "roster": _roster,
    "channels": _channels,
    "earlier-stays": _earlier_stays,
    "payments": _payments,
    "surveys": _surveys,
    "moderation": _moderation,
    "visits": _visits,
    "log": _log,
    "social-posts": _social_posts,
}
"""The files, in the order in which they are best imported."""
