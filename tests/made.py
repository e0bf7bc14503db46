"""Communities that Hypothesis makes: canonical rows full of what goes wrong in real exports.

Instants crowd around local midnights, ends of months and changes of the clock; ids repeat; people have two accounts;
accounts are closed without a date; messages are deleted in a later month; authors are missing.

    @given(made.communities())
    def test_a_law(given):
        community = given.open()            # a Community held in memory
        given.rows["events"]                # the same rows, for an oracle
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from workbench.engine import Community, Part, community_of_rows

MONTHS = ("2026-01", "2026-02", "2026-03", "2026-04", "2026-05")
"""Every made community has something to say about some of these; the clock of Europe/Paris changes on 29 March."""
TIMEZONES = ("UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata")
PLATFORMS = ("chat", "forum")
FIRST, LAST = date(2026, 1, 1), date(2026, 5, 31)
EDGES = tuple(
    date.fromisoformat(f"2026-{day}")
    for day in ["01-31", "02-01", "02-28", "03-01", "03-08", "03-28", "03-29", "03-31", "04-01", "04-30", "05-01"]
)


@dataclass(frozen=True)
class Made:
    """The rows of a community, and what else opens it."""

    rows: dict[str, list[dict]]
    timezone: str
    settings: dict = field(default_factory=dict)

    def open(self, *, part: Part | None = None) -> Community:
        return community_of_rows(self.rows, timezone=self.timezone, part=part, **self.settings)

    def with_rows(self, **tables: list[dict]) -> "Made":
        """The same community with some of its tables replaced."""
        return replace(self, rows={**self.rows, **tables})


def days(first: date = FIRST, last: date = LAST) -> st.SearchStrategy[date]:
    return st.one_of(st.sampled_from(EDGES), st.dates(first, last))


@st.composite
def instants(draw, zone: str) -> datetime:
    """Naive UTC; often at or beside a local midnight."""
    minutes = draw(st.one_of(st.sampled_from((0, 0, 1, 719, 1439)), st.integers(0, 1439)))
    local = datetime.combine(draw(days()), datetime.min.time(), ZoneInfo(zone)) + timedelta(minutes=minutes)
    return local.astimezone(UTC).replace(tzinfo=None)


@st.composite
def moments(draw, zone: str) -> datetime:
    """Naive UTC in the local March of 2026 or just beside it, often at its borders."""
    length = 31 * 24 * 60
    minutes = draw(st.one_of(st.sampled_from((-1, 0, length - 1, length)), st.integers(-2880, length + 2880)))
    return (
        (datetime(2026, 3, 1, tzinfo=ZoneInfo(zone)) + timedelta(minutes=minutes)).astimezone(UTC).replace(tzinfo=None)
    )


@st.composite
def communities(
    draw,
    *,
    max_members: int = 6,
    max_events: int = 24,
    timezones: tuple[str, ...] = TIMEZONES,
    tells_leaves: bool | None = None,
    deletions: bool = True,
) -> Made:
    """A community of at most `max_members` accounts on one or two platforms, and at most `max_events` events."""
    zone = draw(st.sampled_from(timezones))
    platforms = draw(st.sampled_from((PLATFORMS[:1], PLATFORMS)))
    groups = [f"{platform}:{name}" for platform in platforms for name in ("general", "help")]
    imports = [
        {
            "import_id": f"import-{platform}",
            "platform": platform,
            "tells_joins": draw(st.booleans()),
            "tells_leaves": draw(st.booleans()) if tells_leaves is None else tells_leaves,
            "tells_visits": draw(st.booleans()),
        }
        for platform in platforms
    ]
    members = draw(_members(platforms, zone, max_members))
    ids = [member["member_id"] for member in members]
    # Some write without being on the roster.
    writers = [*ids, f"{platforms[0]}:unlisted"]
    rows = {
        "imports": imports,
        "coverage": [draw(_coverage(platform, zone)) for platform in platforms],
        "groups": [{"group_id": group, "platform": group.split(":")[0], "name": group} for group in groups],
        "members": members,
        "memberships": draw(_memberships(ids, groups, zone)),
        "moderation": draw(_moderation(ids, zone)),
        "events": draw(_events(writers, groups, zone, max_events, deletions)),
    }
    return Made(rows, zone)


@st.composite
def busy(draw) -> Made:
    """A community in which four more people write and answer each other all through February and March."""
    given = draw(communities(max_events=8))
    ids = [one["member_id"] for one in given.rows["members"]] + [f"chat:busy-{number}" for number in range(4)]
    who, days = st.sampled_from(ids[-6:]), st.integers(0, 58)
    acts = draw(st.lists(st.tuples(who, who, days, st.booleans()), min_size=20, max_size=50))
    events = [
        {"event_id": f"busy:{number}", "platform": member.split(":")[0], "member_id": member,
         "occurred_at": datetime(2026, 2, 1, 12) + timedelta(days=day), "kind": "reply" if answers else "post",
         "target_member_id": other if answers else None, "deleted_at": None}
        for number, (member, other, day, answers) in enumerate(acts)
    ]  # fmt: skip
    return given.with_rows(events=given.rows["events"] + events)


@st.composite
def teams(draw) -> Made:
    """A community in which also a team, a moderator and a bot write in March, in three threads; all in one group."""
    given = draw(communities(max_events=12))
    roles = {"boss": "staff", "head": "owner", "guide": "moderator", "robot": "bot", "ana": "member"}
    members = [
        {"member_id": f"chat:{name}", "platform": "chat", "person_id": None, "display_name": name, "role": role,
         "joined_at": None, "join_source": None}
        for name, role in roles.items()
    ]  # fmt: skip
    events = []
    for number in range(draw(st.integers(3, 20))):
        at, thread = draw(moments(given.timezone)), f"team:{draw(st.integers(0, 2))}"
        event = {"event_id": f"team:{number}", "platform": "chat", "group_id": "chat:general", "occurred_at": at}
        event["member_id"] = f"chat:{draw(st.sampled_from([*roles]))}"
        event["kind"] = (
            "post" if number < 3 else draw(st.sampled_from(("reply", "reply", "post", "reaction", "poll_vote")))
        )
        event["thread_id"] = f"team:{number}" if event["kind"] == "post" else thread
        event["reply_to"] = thread if event["kind"] == "reaction" else None
        event["deleted_at"] = draw(st.sampled_from((None, None, None, at, at + timedelta(days=20))))
        events.append(event)
    return given.with_rows(members=given.rows["members"] + members, events=given.rows["events"] + events)


@st.composite
def _coverage(draw, platform: str, zone: str) -> dict:
    first = draw(st.sampled_from((FIRST, FIRST, date(2026, 2, 10), date(2026, 3, 1))))
    last = draw(st.sampled_from((LAST, LAST, date(2026, 5, 12))))
    return {"platform": platform, "group_id": None, "from_at": _local(first, 0, zone), "to_at": _local(last, 23, zone)}


@st.composite
def _members(draw, platforms: tuple[str, ...], zone: str, most: int) -> list[dict]:
    made = []
    for number in range(draw(st.integers(1, most))):
        platform = draw(st.sampled_from(platforms))
        made.append(
            {
                "member_id": f"{platform}:{number}",
                "platform": platform,
                # The same person on two accounts, by the identity map.
                "person_id": draw(st.sampled_from((None, None, None, "person"))),
                "display_name": f"Member {number}",
                "role": draw(st.sampled_from(("member", "member", "member", "member", "moderator", "staff", "bot"))),
                "joined_at": draw(st.one_of(st.none(), instants(zone))),
                "join_source": draw(st.sampled_from((None, "invite", "link"))),
            }
        )
    return made


@st.composite
def _memberships(draw, ids: list[str], groups: list[str], zone: str) -> list[dict]:
    made = []
    for number in range(draw(st.integers(0, 5))):
        start, end = sorted((draw(instants(zone)), draw(instants(zone))))
        form = draw(st.sampled_from(("stay", "join", "leave", "leave", "closed")))
        row = {"membership_id": str(number), "member_id": draw(st.sampled_from(ids)), "group_id": None}
        row["start_at"] = start if form in ("stay", "join") else None
        row["end_at"] = end if form in ("stay", "leave") else None
        if form in ("stay", "leave"):
            row["end_reason"] = draw(st.sampled_from(("left", "removed", "banned", None)))
        elif form == "closed":
            row["end_reason"] = "deactivated"
        else:
            # A join or a leave of a group only: no news of the community, but a trace.
            row["group_id"] = draw(st.sampled_from((None, *groups)))
        made.append(row)
        if row["end_at"] is not None and draw(st.booleans()):
            # Back at once, just within the seven days that make no leave, or just after them.
            after = timedelta(days=draw(st.sampled_from((0, 7, 8))))
            again = {"membership_id": f"{number} again", "start_at": end + after, "end_at": None, "end_reason": None}
            made.append({**row, **again})
    return made


@st.composite
def _moderation(draw, ids: list[str], zone: str) -> list[dict]:
    return [
        {
            "action_id": str(number),
            "acted_at": draw(instants(zone)),
            "member_id": draw(st.sampled_from(ids)),
            "action": draw(st.sampled_from(("ban", "unban", "warn"))),
        }
        for number in range(draw(st.integers(0, 2)))
    ]


@st.composite
def _events(draw, writers: list[str], groups: list[str], zone: str, most: int, deletions: bool) -> list[dict]:
    made: list[dict] = []
    kinds = ("post", "post", "reply", "reply", "reaction", "poll_vote", "visit", "share")
    for number in range(draw(st.integers(0, most))):
        member = draw(st.sampled_from((*writers, *writers, None)))
        group = draw(st.sampled_from(groups))
        at = draw(instants(zone))
        kind = draw(st.sampled_from(kinds))
        event = {
            "event_id": f"{group.split(':')[0]}:{number}",
            "platform": (member or group).split(":")[0],
            "occurred_at": at,
            "member_id": member,
            "kind": kind,
            "group_id": group,
            "deleted_at": at + timedelta(days=draw(st.integers(0, 60)))
            if deletions and draw(st.integers(0, 5)) == 0
            else None,
        }
        openers = [
            one for one in made if one["kind"] == "post" and one["group_id"] == group and one["occurred_at"] <= at
        ]
        if kind in ("reply", "reaction") and openers:
            opener = draw(st.sampled_from(openers))
            event |= {
                "thread_id": opener["event_id"],
                "reply_to": opener["event_id"],
                "target_member_id": opener["member_id"],
            }
        elif kind == "post":
            event["thread_id"] = event["event_id"]
        made.append(event)
    return made


def _local(day: date, hour: int, zone: str) -> datetime:
    return (
        datetime.combine(day, datetime.min.time(), ZoneInfo(zone))
        .replace(hour=hour)
        .astimezone(UTC)
        .replace(tzinfo=None)
    )
