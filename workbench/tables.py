"""The canonical tables: grain, key, columns, types and units. The data dictionary is made from here."""

from dataclasses import dataclass

TEXT, INSTANT, WHOLE, NUMBER, YES_NO = "VARCHAR", "TIMESTAMP", "BIGINT", "DOUBLE", "BOOLEAN"
MONEY, TEXTS, PAIRS = "DECIMAL(18, 4)", "VARCHAR[]", "MAP(VARCHAR, VARCHAR)"

EVENT_KINDS = ("post", "reply", "reaction", "poll_vote", "visit", "attend", "share")
ROLES = ("member", "ambassador", "moderator", "staff", "owner", "bot")
END_REASONS = ("left", "removed", "banned", "deactivated", "deleted", "unknown")
MODERATION_ACTIONS = ("warn", "remove", "flag", "mute", "ban", "unban")
LOG_KINDS = (
    "reward", "event", "prompt", "poll", "contest", "outreach", "rule_change", "incident", "training", "routing",
)  # fmt: skip


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    meaning: str
    required: bool = False
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """`key` names a row. `versioned` tables keep one row per key and import, merged when they are read: each
    column has its latest known value. In other tables the latest observed row of a key wins. `month_of`
    names the instant that decides in which UTC month a row is stored."""

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    versioned: bool = False
    month_of: str | None = None


PROVENANCE = (
    Column("import_id", TEXT, "the import that brought the row: first 16 characters of the file's SHA-256"),
    Column(
        "observed_at", INSTANT, "UTC; when this state was true: the record's own revision, else the end of the export"
    ),
)


def _table(name, grain, key, *columns, versioned=False, month_of=None):
    made = tuple(column if isinstance(column, Column) else Column(*column) for column in columns)
    return Table(name, grain, key, made + PROVENANCE, versioned, month_of)


_ALL = (
    _table(
        "members", "an account", ("member_id",),
        Column("member_id", TEXT, "<platform>:<native id>", True),
        Column("person_id", TEXT, "the person behind several accounts, by the identity map only"),
        Column("platform", TEXT, "slack, stackexchange, csv, …", True),
        Column("display_name", TEXT, "as shown on the platform; personal data"),
        Column("role", TEXT, "as the export gives it; settings override it", allowed=ROLES),
        Column("joined_at", INSTANT, "UTC; null when the export does not tell"),
        Column("invited_by", TEXT, "member_id of the inviter"),
        Column("join_source", TEXT, "invite, link, e-mail, …"),
        Column("plan", TEXT, "free, a paid plan's name"),
        Column("country", TEXT, "declared"),
        Column("language", TEXT, "declared, ISO 639-1"),
        Column("time_zone", TEXT, "declared, IANA"),
        Column("deactivated", YES_NO, "whether the account is closed, nobody knows since when; null = not told"),
        Column("attributes", PAIRS, "anything else that the export tells"),
        versioned=True,
    ),
    _table(
        "memberships", "a stay, or one end of it", ("membership_id",),
        Column("membership_id", TEXT, "made from the row when the source has none", True),
        Column("member_id", TEXT, "", True),
        Column("group_id", TEXT, "null = the community as a whole"),
        Column("start_at", INSTANT, "UTC; null when the join is not in the export"),
        Column("end_at", INSTANT, "UTC; null when still a member, or when the departure is not dated"),
        Column("end_reason", TEXT, "with neither start nor end: a departure without a date", allowed=END_REASONS),
    ),
    _table(
        "groups", "a channel, room, category, sub-group", ("group_id",),
        Column("group_id", TEXT, "<platform>:<native id>", True),
        Column("platform", TEXT, "", True),
        Column("name", TEXT, ""),
        Column("kind", TEXT, "channel, forum, category, direct, …"),
        Column("owner_ids", TEXTS, "member_ids"),
        Column("created_at", INSTANT, "UTC"),
        Column("archived_at", INSTANT, "UTC"),
        Column("read_only", YES_NO, ""),
        versioned=True,
    ),
    _table(
        "events", "one thing one member did", ("event_id",),
        Column("event_id", TEXT, "<platform>:<native id>", True),
        Column("occurred_at", INSTANT, "UTC", True),
        Column("time_approximate", YES_NO, "true where the export gives only the message's time (a reaction)"),
        Column("member_id", TEXT, "null = a deleted account"),
        Column("kind", TEXT, "a comment is a reply", True, EVENT_KINDS),
        Column("group_id", TEXT, ""),
        Column("thread_id", TEXT, "event_id of the message that opened the thread, for its opener too"),
        Column("reply_to", TEXT, "event_id of the message answered or reacted to"),
        Column("target_member_id", TEXT, "author of that message"),
        Column("mentions", TEXTS, "member_ids"),
        Column("is_answer", YES_NO, "accepted as the answer"),
        Column("deleted_at", INSTANT, "UTC; the time of the event itself when only the fact is known"),
        Column("n_chars", WHOLE, "length of the text in characters"),
        Column("platform", TEXT, "that of its account", True),
        month_of="occurred_at",
    ),
    _table(
        "reaction_counts", "reactions whose givers the export does not name", ("event_id", "emoji"),
        Column("event_id", TEXT, "", True),
        Column("emoji", TEXT, "", True),
        Column("count", WHOLE, "", True),
    ),
    _table(
        "messages", "the text of an event", ("event_id",),
        Column("event_id", TEXT, "", True),
        Column("occurred_at", INSTANT, "UTC; as in events, so that a month's texts are found at once", True),
        Column("text", TEXT, "plain text; personal data", True),
        Column("language", TEXT, "ISO 639-1 where the export tells"),
        month_of="occurred_at",
    ),
    _table(
        "feedback", "an answer, review or detected remark", ("feedback_id",),
        Column("feedback_id", TEXT, "made from the row when the source has none", True),
        Column("given_at", INSTANT, "UTC", True),
        Column("member_id", TEXT, "null = anonymous"),
        Column("source", TEXT, "name of the survey, shop, form", True),
        Column("text", TEXT, "personal data"),
        Column("score", NUMBER, ""),
        Column("scale", TEXT, "nps (0–10), csat (1–5), or the highest value, as text"),
    ),
    _table(
        "payments", "a payment or refund", ("payment_id",),
        Column("payment_id", TEXT, "made from the row when the source has none", True),
        Column("paid_at", INSTANT, "UTC", True),
        Column("member_id", TEXT, "", True),
        Column("amount", MONEY, "refunds negative", True),
        Column("currency", TEXT, "ISO 4217", True),
        Column("plan", TEXT, ""),
    ),
    _table(
        "moderation", "an action", ("action_id",),
        Column("action_id", TEXT, "made from the row when the source has none", True),
        Column("acted_at", INSTANT, "UTC", True),
        Column("member_id", TEXT, "to whom", True),
        Column("moderator_id", TEXT, "member_id"),
        Column("action", TEXT, "", True, MODERATION_ACTIONS),
        Column("rule", TEXT, ""),
        Column("reason", TEXT, ""),
        Column("event_id", TEXT, "about which message"),
    ),
    _table(
        "visits", "a visit by someone who may not be a member", ("visit_id",),
        Column("visit_id", TEXT, "made from the row when the source has none", True),
        Column("visited_at", INSTANT, "UTC", True),
        Column("visitor_id", TEXT, "", True),
        Column("source", TEXT, ""),
        Column("member_id", TEXT, ""),
    ),
    _table(
        "log", "what managers did or noted", ("entry_id",),
        Column("entry_id", TEXT, "made from the row when the source has none", True),
        Column("noted_at", INSTANT, "UTC", True),
        Column("kind", TEXT, "", True, LOG_KINDS),
        Column("member_id", TEXT, ""),
        Column("group_id", TEXT, ""),
        Column("theme_id", TEXT, ""),
        Column("status", TEXT, ""),
        Column("acknowledged_at", INSTANT, "UTC"),
        Column("closed_at", INSTANT, "UTC"),
        Column("note", TEXT, ""),
    ),
    _table(
        "social_posts", "a post on a social network", ("network", "post_id"),
        Column("post_id", TEXT, "", True),
        Column("posted_at", INSTANT, "UTC", True),
        Column("network", TEXT, "", True),
        Column("post_type", TEXT, ""),
        Column("impressions", WHOLE, ""),
        Column("reach", WHOLE, ""),
        Column("reactions", WHOLE, ""),
        Column("comments", WHOLE, ""),
        Column("shares", WHOLE, ""),
        Column("clicks", WHOLE, ""),
        Column("text", TEXT, ""),
    ),
    _table(
        "resources", "a pinned or key item", ("resource_id",),
        Column("resource_id", TEXT, "", True),
        Column("group_id", TEXT, ""),
        Column("title", TEXT, ""),
        Column("url", TEXT, ""),
        Column("created_at", INSTANT, "UTC"),
        Column("edited_at", INSTANT, "UTC"),
        Column("views", WHOLE, ""),
        Column("pinned", YES_NO, ""),
        versioned=True,
    ),
    _table(
        "imports", "an imported file", ("import_id",),
        Column("source", TEXT, "name of the importer", True),
        Column("platform", TEXT, "", True),
        Column("file_name", TEXT, "without its folder", True),
        Column("sha256", TEXT, "of the file, or of the sorted files of a folder", True),
        Column("time_zone", TEXT, "of the times in the file, and how it is known: codes of workbench.words.zones"),
        Column("tells_joins", YES_NO, "dated joins of the community are in this export"),
        Column("tells_leaves", YES_NO, "departures from the community are in this export"),
        Column("tells_visits", YES_NO, ""),
        Column("counts", PAIRS, "records read, kept, repeated, dropped by reason: whole numbers as text"),
    ),
    _table(
        "coverage", "a covered span", ("import_id", "platform", "group_id"),
        Column("platform", TEXT, "", True),
        Column("group_id", TEXT, "empty = the whole platform"),
        Column("from_at", INSTANT, "UTC; first covered instant", True),
        Column("to_at", INSTANT, "UTC; last covered instant, included", True),
    ),
    _table(
        "problems", "a record that could not be read", ("problem_id",),
        Column("problem_id", TEXT, "made from the row when the source has none", True),
        Column("file", TEXT, "", True),
        Column("place", TEXT, "line, member of an archive, record number", True),
        Column("why", TEXT, "", True),
    ),
)  # fmt: skip

TABLES: dict[str, Table] = {table.name: table for table in _ALL}


def made_key(table: Table) -> str | None:
    """The key column that the store makes from the row's content when the source gives none."""
    (first, *others) = table.key
    column = next(column for column in table.columns if column.name == first)
    return first if not others and column.meaning.startswith("made from the row") else None


def data_dictionary() -> str:
    """All tables as Markdown, one section a table: what `docs/data-dictionary.md` holds."""
    parts = ["# Data dictionary\n"]
    for table in TABLES.values():
        parts.append(f"## {table.name}\n\nOne row is {table.grain}. Key: {', '.join(table.key)}.\n")
        parts.append("| column | type | required | meaning |\n|---|---|---|---|")
        for column in table.columns:
            meaning = column.meaning + (f" ({', '.join(column.allowed)})" if column.allowed else "")
            meaning = meaning.replace("<", "&lt;")
            parts.append(f"| {column.name} | {column.type} | {'yes' if column.required else ''} | {meaning} |")
        parts.append("")
    return "\n".join(parts)
