"""From the values of a row to canonical rows: the row itself, and what else its table tells."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from workbench.sources import Row
from workbench.sources.mapping import Mapping
from workbench.sources.table_cells import Record, content_hash, getter
from workbench.sources.table_file import Opened, as_text
from workbench.sources.table_time import only_a_day
from workbench.tables import TABLES


def canonical_rows(mapping: Mapping, opened: Opened, records: Iterator[Record]) -> Iterator[Row]:
    """The canonical rows of all records; problems pass as they are."""
    shape = {"members": _members, "memberships": _memberships, "events": _events, "visits": _visits}
    return shape.get(mapping.table, _plain)(mapping, opened, records)


def _plain(mapping: Mapping, opened: Opened, records: Iterator[Record]) -> Iterator[Row]:
    has_platform = any(column.name == "platform" for column in TABLES[mapping.table].columns)
    for table, row, _ in records:
        if table == "problems":
            yield table, row
            continue
        if has_platform:
            row["platform"] = mapping.platform
        if table == "groups" and "group_id" not in row and "name" in row:
            row["group_id"] = f"{mapping.platform}:{row['name']}"
        elif table == "resources" and "resource_id" not in row:
            row["resource_id"] = f"{mapping.platform}:{content_hash(row.get('url') or row.get('title', ''))}"
        elif table == "social_posts" and "post_id" not in row:
            row["post_id"] = content_hash(row["network"], row["posted_at"].isoformat(), row.get("text", ""))
        yield table, row


def _members(mapping: Mapping, opened: Opened, records: Iterator[Record]) -> Iterator[Row]:
    """A roster: the account, and its stay in the community."""
    attributes = [(name, getter((header,), opened)) for name, header in mapping.attributes.items()]
    for table, row, cells in records:
        if table == "problems":
            yield table, row
            continue
        left_at, reason = row.pop("left_at", None), row.pop("end_reason", None)
        if row.get("deactivated") and left_at is None:
            reason = reason or "deactivated"
        row["platform"] = mapping.platform
        told = {name: text for name, cell in attributes if (text := as_text(cell(cells)).strip())}
        if told:
            row["attributes"] = told
        yield table, row
        yield from _stays(mapping.platform, row["member_id"], None, row.get("joined_at"), left_at, reason)


def _memberships(mapping: Mapping, opened: Opened, records: Iterator[Record]) -> Iterator[Row]:
    for table, row, _ in records:
        if table == "problems" or "membership_id" in row:
            yield table, row
            continue
        rest = {name: row[name] for name in ("observed_at",) if name in row}
        stay = (row.get(name) for name in ("group_id", "start_at", "end_at", "end_reason"))
        for name, made in _stays(mapping.platform, row["member_id"], *stay):
            yield name, made | rest


def _stays(
    platform: str,
    member_id: str,
    group_id: str | None,
    start_at: datetime | None,
    end_at: datetime | None,
    end_reason: str | None,
) -> Iterator[Row]:
    """One stay, or its two ends apart: a departure before the join belongs to an earlier stay, and one without a date
    has neither start nor end. The id is made from the start alone, so that a later export which knows the end
    replaces the stay."""

    def stay(start, end, reason):
        key = start.isoformat() if start else f"until {end.isoformat()}" if end else "undated"
        made = content_hash(member_id, group_id or "", key)
        row = {
            "membership_id": f"{platform}:stay:{made}",
            "member_id": member_id,
            "group_id": group_id,
            "start_at": start,
            "end_at": end,
            "end_reason": reason,
        }
        return "memberships", row

    if start_at and end_at and end_at >= start_at:
        yield stay(start_at, end_at, end_reason)
        return
    if start_at:
        yield stay(start_at, None, None)
    if end_at or end_reason:
        yield stay(None, end_at, end_reason)


def _events(mapping: Mapping, opened: Opened, records: Iterator[Record]) -> Iterator[Row]:
    """Activity: the event, its text, and once each the members and groups it names."""
    platform, prefix = mapping.platform, len(mapping.platform) + 1
    time_cell = getter(mapping.columns["occurred_at"], opened) if "occurred_at" in mapping.columns else None
    people: dict[str, tuple[datetime, str | None, str | None]] = {}
    groups: dict[str, str] = {}
    same: Counter[str] = Counter()
    first = last = None
    for table, row, cells in records:
        if table == "problems":
            yield table, row
            continue
        occurred_at, text, language = row["occurred_at"], row.pop("text", None), row.pop("language", None)
        name, role, group_name = row.pop("display_name", None), row.pop("role", None), row.pop("group_name", None)
        member_id, group_id, reply_to = row.get("member_id"), row.get("group_id"), row.get("reply_to")
        if reply_to is not None and reply_to == row.get("event_id"):
            # Some exports give a message that opens a thread as its own parent.
            del row["reply_to"]
            reply_to = None
        if "kind" not in row:
            row["kind"] = "reply" if reply_to else "post"
        if "event_id" not in row:
            row["event_id"] = _made_event_id(platform, row, text, same)
        event_id = row["event_id"]
        if "thread_id" not in row and (reply_to or row["kind"] == "post"):
            # Right where replies are one level deep; deeper ones need a column for the thread.
            row["thread_id"] = reply_to or event_id
        if occurred_at.second == 0 and time_cell is not None and only_a_day(time_cell(cells)):
            row["time_approximate"] = True
        if text is not None:
            row["n_chars"] = len(text)
        row["platform"] = platform
        yield table, row
        if text is not None:
            yield "messages", {"event_id": event_id, "occurred_at": occurred_at, "text": text, "language": language}
        if member_id is not None:
            known = people.get(member_id)
            # The latest name counts, however the file is sorted.
            if known is None or (known[1:] != (name, role) and known[0] <= occurred_at):
                people[member_id] = (occurred_at, name or (known and known[1]), role or (known and known[2]))
        if group_id is not None and group_id not in groups:
            groups[group_id] = group_name or group_id[prefix:]
        if first is None or occurred_at < first:
            first = occurred_at
        if last is None or occurred_at > last:
            last = occurred_at
    for member_id, (_, name, role) in people.items():
        yield "members", {"member_id": member_id, "platform": platform, "display_name": name, "role": role}
    for group_id, name in groups.items():
        yield "groups", {"group_id": group_id, "platform": platform, "name": name}
    yield from _coverage(platform, first, last)


def _made_event_id(platform: str, row: dict, text: str | None, same: Counter) -> str:
    """An id from what an event is, so that the same row of two exports is one event; equal rows of one export are
    told apart by their number."""
    parts = (row.get("member_id"), row["occurred_at"].isoformat(), row["kind"], row.get("group_id"), text)
    made = content_hash(*(part or "" for part in parts))
    same[made] += 1
    return f"{platform}:{made}" if same[made] == 1 else f"{platform}:{made}-{same[made]}"


def _visits(mapping: Mapping, opened: Opened, records: Iterator[Record]) -> Iterator[Row]:
    first = last = None
    for table, row, _ in records:
        yield table, row
        if table == "visits":
            first = row["visited_at"] if first is None else min(first, row["visited_at"])
            last = row["visited_at"] if last is None else max(last, row["visited_at"])
    yield from _coverage(mapping.platform, first, last)


def _coverage(platform: str, first: datetime | None, last: datetime | None) -> Iterator[Row]:
    if first is not None:
        yield "coverage", {"platform": platform, "group_id": "", "from_at": first, "to_at": last}
