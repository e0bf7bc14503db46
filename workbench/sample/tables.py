"""What is known beside the talk, as CSV files, each with the mapping that says how to read it."""

from pathlib import Path

from workbench.sample.calendar import SECOND, local, utc
from workbench.sample.packing import as_csv
from workbench.sample.people import Person
from workbench.sample.plan import Plan
from workbench.sample.slack import archived_on, channel_id, event_id, groups_of, native_id


def write(plan: Plan, folder: Path) -> None:
    """The tables and their mappings."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in TABLES.items():
        content, mapping = make(plan)
        (folder / f"{name}.csv").write_bytes(content)
        (folder / f"{name}.csv.mapping.toml").write_text(mapping, encoding="utf-8", newline="\n")


def utc_text(instant: int | None) -> str:
    return "" if instant is None else f"{utc(instant - instant % SECOND):%Y-%m-%dT%H:%M:%S}Z"


def paris_text(instant: int | None) -> str:
    return "" if instant is None else f"{local(instant):%d/%m/%Y %H:%M}"


def _id(person: Person | None, plan: Plan) -> str:
    return "" if person is None else native_id(person, plan.seed)


def _roster(plan: Plan):
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
    headers = ("id", "name", "role", "joined", "left", "why_left", "invited_by", "source", "plan", "country", "language")
    return as_csv(headers, rows), (
        "# The roster of the community, from the membership desk.\n"
        f'table = "members"\nplatform = "slack"\nexported_at = "{plan.months[-1].end}T00:00:00Z"\n\n[columns]\n'
        'member_id = "id"\ndisplay_name = "name"\nrole = "role"\njoined_at = "joined"\nleft_at = "left"\n'
        'end_reason = "why_left"\ninvited_by = "invited_by"\njoin_source = "source"\nplan = "plan"\ncountry = "country"\n'
        'language = "language"\n'
    )


def _channels(plan: Plan):
    rows = []
    for group, use in groups_of(plan).items():
        archived = archived_on(plan, group)
        rows.append((channel_id(group, plan.seed), group, "yes" if use == "news" else "no", archived or ""))
    return as_csv(("id", "name", "read_only", "archived"), rows), (
        "# What the export of Slack does not tell of its channels: where only the team writes, and since when one is closed.\n"
        f'table = "groups"\nplatform = "slack"\ntimezone = "Europe/Paris"\nexported_at = "{plan.months[-1].end}T00:00:00Z"\n\n'
        '[columns]\ngroup_id = "id"\nname = "name"\nread_only = "read_only"\narchived_at = "archived"\n'
    )


def _earlier_stays(plan: Plan):
    rows = [
        (_id(person, plan), utc_text(start), utc_text(end), "left")
        for person in plan.people
        for start, end in person.earlier
    ]
    return as_csv(("member", "from", "to", "why"), rows), (
        "# Earlier stays of members who left and came back; the roster has their present one.\n"
        'table = "memberships"\nplatform = "slack"\n\n[columns]\n'
        'member_id = "member"\nstart_at = "from"\nend_at = "to"\nend_reason = "why"\n'
    )


def _payments(plan: Plan):
    rows = [
        (f"P{number:05d}", paris_text(one.at), _id(one.person, plan), f"{one.cents / 100:.2f}".replace(".", ","), "EUR", one.plan)
        for number, one in enumerate(plan.payments, 1)
    ]
    headers = ("facture", "date de paiement", "membre", "montant", "devise", "offre")
    return as_csv(headers, rows, delimiter=";", mark=True), (
        "# Paiements et remboursements (négatifs), heure de Paris, tels que le tableur les enregistre.\n"
        'table = "payments"\nplatform = "slack"\ntimezone = "Europe/Paris"\ntime_format = "%d/%m/%Y %H:%M"\ndecimal = ","\n'
        'delimiter = ";"\n\n[columns]\npayment_id = "facture"\npaid_at = "date de paiement"\nmember_id = "membre"\n'
        'amount = "montant"\ncurrency = "devise"\nplan = "offre"\n'
    )


def _surveys(plan: Plan):
    rows = [
        (f"A{number:05d}", utc_text(one.at), _id(one.person, plan), one.survey, one.score, one.scale, one.text)
        for number, one in enumerate(plan.answers, 1)
    ]
    return as_csv(("answer", "date", "member", "survey", "score", "scale", "text"), rows), (
        "# Answers to surveys; no member means that the answer is anonymous.\n"
        'table = "feedback"\nplatform = "slack"\n\n[columns]\n'
        'feedback_id = "answer"\ngiven_at = "date"\nmember_id = "member"\nsource = "survey"\nscore = "score"\n'
        'scale = "scale"\ntext = "text"\n'
    )


def _moderation(plan: Plan):
    rows = [
        (
            f"M{number:05d}", utc_text(one.at), _id(one.person, plan), _id(one.by, plan), one.action, one.rule, one.reason,
            event_id(one.about, plan.seed) if one.about else "",
        )
        for number, one in enumerate(plan.actions, 1)
    ]  # fmt: skip
    return as_csv(("id", "date", "member", "moderator", "action", "rule", "reason", "message"), rows), (
        "# What moderators did.\n"
        'table = "moderation"\nplatform = "slack"\n\n[columns]\n'
        'action_id = "id"\nacted_at = "date"\nmember_id = "member"\nmoderator_id = "moderator"\naction = "action"\n'
        'rule = "rule"\nreason = "reason"\nevent_id = "message"\n'
    )


def _visits(plan: Plan):
    rows = [
        (f"{number}", utc_text(one.at), one.visitor, one.source, _id(one.person, plan))
        for number, one in enumerate(plan.visits, 1)
    ]
    return as_csv(("visit", "date", "visitor", "source", "member"), rows), (
        "# Visits of the community's page, by members or not.\n"
        'table = "visits"\nplatform = "slack"\n\n[columns]\n'
        'visit_id = "visit"\nvisited_at = "date"\nvisitor_id = "visitor"\nsource = "source"\nmember_id = "member"\n'
    )


def _log(plan: Plan):
    rows = [
        (
            paris_text(one.at), one.kind, _id(one.person, plan), channel_id(one.group, plan.seed) if one.group else "", one.status,
            paris_text(one.acknowledged), paris_text(one.closed), one.text,
        )
        for one in plan.notes
    ]  # fmt: skip
    headers = ("date", "nature", "membre", "groupe", "statut", "pris en compte le", "clos le", "note")
    return as_csv(headers, rows, delimiter=";"), (
        "# Le journal de l'équipe : ce qu'elle a fait et noté.\n"
        'table = "log"\nplatform = "slack"\ntimezone = "Europe/Paris"\ntime_format = "%d/%m/%Y %H:%M"\ndelimiter = ";"\n\n'
        '[columns]\nnoted_at = "date"\nkind = "nature"\nmember_id = "membre"\ngroup_id = "groupe"\nstatus = "statut"\n'
        'acknowledged_at = "pris en compte le"\nclosed_at = "clos le"\nnote = "note"\n'
    )


def _social_posts(plan: Plan):
    rows = [
        (
            utc_text(one.at), one.network, one.native, one.form, one.impressions, one.reach, one.reactions, one.comments,
            one.shares, one.clicks, one.text,
        )
        for one in plan.social_posts
    ]  # fmt: skip
    headers = (
        "date", "network", "post id", "type", "impressions", "reach", "reactions", "comments", "shares", "clicks", "text",
    )  # fmt: skip
    return as_csv(headers, rows), (
        "# Posts on social networks, from the scheduling tool.\n"
        'table = "social_posts"\nplatform = "social"\n\n[columns]\n'
        'posted_at = "date"\nnetwork = "network"\npost_id = "post id"\npost_type = "type"\nimpressions = "impressions"\n'
        'reach = "reach"\nreactions = "reactions"\ncomments = "comments"\nshares = "shares"\nclicks = "clicks"\ntext = "text"\n'
    )


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

