"""Who counts, who was a member and who was active, written as the definitions read, from canonical rows.

Plain Python over days; it shares no code with the package but the names of the columns. A stay is a set of half days:
the noon of every day on which somebody was here for a moment, and the midnights between. So "member at midnight" is
"the midnight is in the set", and a stay of an hour is not lost.
"""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

CONTRIBUTIONS = ("post", "reply", "poll_vote")
FOREVER = date(9999, 1, 1).toordinal()


class Oracle:
    """The answers for one month. `given` is anything with `rows`, `timezone` and `settings` (see tests/made.py)."""

    def __init__(self, given, month: str):
        self.rows = defaultdict(list, given.rows)
        self.zone = ZoneInfo(given.timezone)
        self.overrides = given.settings.get("people", {}) if given.settings else {}
        year, number = map(int, month.split("-"))
        self.start = date(year, number, 1)
        self.end = date(year + number // 12, number % 12 + 1, 1)
        self.end_at = self.instant(self.end)

    # Clock

    def instant(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC).replace(tzinfo=None)

    def day(self, instant) -> date:
        if isinstance(instant, str):
            instant = datetime.fromisoformat(instant)
        return instant.replace(tzinfo=UTC).astimezone(self.zone).date()

    def in_month(self, day: date) -> bool:
        return self.start <= day < self.end

    @cached_property
    def platform_days(self) -> dict[str, set[date]]:
        made = defaultdict(set)
        for row in self.rows["coverage"]:
            first, last = self.day(row["from_at"]), self.day(row["to_at"])
            made[row["platform"]] |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
        return made

    @cached_property
    def covered(self) -> set[date]:
        return set().union(*self.platform_days.values()) if self.platform_days else set()

    @cached_property
    def month_days(self) -> list[date]:
        return [self.start + timedelta(days=n) for n in range((self.end - self.start).days)]

    # Who counts

    @cached_property
    def accounts(self) -> dict[str, dict]:
        """Account → its person, platform and how it counts."""
        listed = {row["member_id"]: row for row in self.rows["members"]}
        ids = set(listed) | {row["member_id"] for row in self.rows["memberships"]}
        ids |= {row["member_id"] for row in self.rows["events"] if row["member_id"] is not None}
        made = {}
        for account in ids:
            row = listed.get(account, {})
            role = row.get("role") or "member"
            for name, kind in (("members", "member"), ("staff", "staff"), ("bots", "bot"), ("excluded", "excluded")):
                if account in self.overrides.get(name, ()):
                    role = kind
            made[account] = {
                "person": row.get("person_id") or account,
                "platform": row.get("platform") or account.split(":")[0],
                "role": role,
            }
        return made

    @cached_property
    def eligible(self) -> set[str]:
        out = {a["person"] for a in self.accounts.values() if a["role"] in ("bot", "staff", "owner", "excluded")}
        return {a["person"] for a in self.accounts.values()} - out - self.banned_at_opening

    @cached_property
    def banned_at_opening(self) -> set[str]:
        bans = [(r["member_id"], r["acted_at"]) for r in self.rows["moderation"] if r["action"] == "ban"]
        bans += [
            (r["member_id"], r["end_at"])
            for r in self.rows["memberships"]
            if r.get("end_reason") == "banned" and r["group_id"] is None and r["end_at"] is not None
        ]
        made = set()
        for account, at in bans:
            lifted = [
                self.day(r["acted_at"])
                for r in self.rows["moderation"]
                if r["action"] == "unban" and r["member_id"] == account and r["acted_at"] > at
            ]
            if self.day(at) < self.start and not (lifted and min(lifted) < self.start) and account in self.accounts:
                made.add(self.accounts[account]["person"])
        return made

    # Who was a member

    def tells_leaves(self, platform: str) -> bool:
        return any(r["platform"] == platform and r.get("tells_leaves") for r in self.rows["imports"])

    @property
    def leaves_known(self) -> bool:
        platforms = {a["platform"] for a in self.accounts.values() if a["person"] in self.eligible}
        return bool(platforms) and all(self.tells_leaves(platform) for platform in platforms)

    def traces(self, account: str) -> list[date]:
        made = [self.day(r["occurred_at"]) for r in self.rows["events"] if r["member_id"] == account]
        for row in self.rows["memberships"]:
            if row["member_id"] == account and row["group_id"] is not None:
                made += [self.day(at) for at in (row["start_at"], row["end_at"]) if at is not None]
        return sorted(made)

    def account_stays(self, account: str) -> list[tuple]:
        """(joined, join_kind, left, end_kind, reason) of one account, left null while it lasts."""
        platform = self.accounts[account]["platform"]
        joins, leaves = set(), defaultdict(list)
        for row in self.rows["members"]:
            if row["member_id"] == account and row.get("joined_at") is not None:
                joins.add(row["joined_at"])
        for row in self.rows["memberships"]:
            if row["member_id"] == account and row["group_id"] is None:
                if row["start_at"] is not None:
                    joins.add(row["start_at"])
                if row["end_at"] is not None:
                    leaves[row["end_at"]].append(row.get("end_reason") or "unknown")
        for row in self.rows["moderation"]:
            if row["member_id"] == account and row["action"] == "ban":
                leaves[row["acted_at"]].append("banned")
        if not self.tells_leaves(platform):
            leaves.clear()
        if joins and min(joins) >= self.end_at and min(joins) == min(joins | set(leaves)):
            return []
        stays, here_since, ever = [], None, False
        for at in sorted(at for at in joins | set(leaves) if at < self.end_at):
            reason = min(leaves[at]) if at in leaves else None
            if at in joins and at in leaves:
                # Left and came back in the same moment, or came and left.
                stays.append((self.day(here_since or at), self.day(at), reason))
                here_since = here_since and at
            elif at in joins:
                here_since = here_since or at
            elif here_since is not None:
                stays.append((self.day(here_since), self.day(at), reason))
                here_since = None
            elif not ever:
                stays.append((None, self.day(at), reason))
            ever = True
        if here_since is not None or not stays:
            stays.append((self.day(here_since) if here_since else None, None, None))
        leaves_later = min((self.day(at) for at in leaves if at >= self.end_at), default=None)
        return [stay for one in stays if (stay := self.completed(account, platform, leaves_later, *one))]

    def completed(self, account, platform, leaves_later, joined, left, reason) -> tuple | None:
        traces = self.traces(account)
        first_covered = min(self.platform_days.get(platform) or self.covered or {date(1970, 1, 1)})
        closed = any(
            r["member_id"] == account and r["group_id"] is None and r["start_at"] is None and r["end_at"] is None
            for r in self.rows["memberships"]
        )
        end_kind = "dated" if left is not None else None
        if left is None and closed and leaves_later is None:
            if not traces and joined is None:
                return None
            end_kind, reason = "undated", "deactivated"
            left = traces[-1] if traces else joined
        if joined is not None:
            kind = "dated"
        elif (
            not traces
            or traces[0] <= first_covered
            or traces[0] > ((left if end_kind == "dated" else None) or leaves_later or date.max)
        ):
            kind = "opening"
            joined = first_covered if left is None else min(first_covered, left)
        else:
            kind, joined = "imputed", traces[0]
        if left is not None:
            left = max(left, joined)
            if left >= self.end:
                left = end_kind = reason = None
        return (joined, kind, left, end_kind, reason) if joined < self.end else None

    @cached_property
    def stays(self) -> list[dict]:
        """The stays of eligible people, what lies at most 7 days apart being one."""
        of_person = defaultdict(list)
        for account, facts in self.accounts.items():
            if facts["person"] in self.eligible:
                of_person[facts["person"]] += self.account_stays(account)
        made = []
        for person, parts in of_person.items():
            horizon = self.end.toordinal() + 30
            here = set()
            for joined, _, left, _, _ in parts:
                last = horizon if left is None else left.toordinal()
                here |= set(range(2 * joined.toordinal() + 1, 2 * last + 2))
            runs, previous = [], None
            for point in sorted(here):
                if previous is None or point - previous > 14:
                    runs.append([point, point])
                runs[-1][1] = previous = point
            for number, (first, last) in enumerate(runs, 1):
                joined_on, left_on = date.fromordinal(first // 2), date.fromordinal(last // 2)
                kinds = {p[1] for p in parts if p[0] == joined_on}
                still = left_on.toordinal() >= horizon
                ends = [] if still else sorted((p[3], p[4]) for p in parts if p[2] == left_on and p[0] >= joined_on)
                made.append(
                    {
                        "person_id": person,
                        "stay": number,
                        "joined_on": joined_on,
                        "join_kind": next(k for k in ("opening", "dated", "imputed") if k in kinds),
                        "left_on": None if still else left_on,
                        "end_kind": ends[0][0] if ends else None,
                        "end_reason": ends[0][1] if ends else None,
                    }
                )
        return sorted(made, key=lambda stay: (stay["person_id"], stay["stay"]))

    @cached_property
    def month_members(self) -> dict[str, dict]:
        """Person → at_opening, at_closing, exposed_days, of who was a member at some moment of the month."""
        made = {}
        for stay in self.stays:
            if stay["left_on"] is not None and stay["left_on"] < self.start:
                continue
            facts = made.setdefault(stay["person_id"], {"at_opening": False, "at_closing": False, "exposed_days": 0})
            facts["at_opening"] |= stay["joined_on"] < self.start or stay["join_kind"] == "opening"
            facts["at_closing"] |= stay["left_on"] is None
            days = [
                day
                for day in self.month_days
                if day >= stay["joined_on"] and (stay["left_on"] is None or day < stay["left_on"])
            ]
            facts["exposed_days"] += max(1, len(days))
        return made

    # Who was active

    def counted(self, event: dict) -> bool:
        """By somebody who counts, in time, and not deleted by the end of the month."""
        deleted = event.get("deleted_at")
        return (
            event["member_id"] is not None
            and self.accounts[event["member_id"]]["person"] in self.eligible
            and self.day(event["occurred_at"]) < self.end
            and not (deleted is not None and self.day(deleted) < self.end)
        )

    def person(self, event: dict) -> str:
        return self.accounts[event["member_id"]]["person"]

    @cached_property
    def contributions(self) -> list[tuple[str, date]]:
        """(person, local day) of every contribution up to the end of the month."""
        return [
            (self.person(event), self.day(event["occurred_at"]))
            for event in self.rows["events"]
            if event["kind"] in CONTRIBUTIONS and self.counted(event)
        ]

    def active(self, first: date, end: date) -> set[str]:
        """Who contributed on a day of [first, end)."""
        return {person for person, day in self.contributions if first <= day < end}
