"""One open community: roll-ups hold what the raw events say, and a part of it answers as if it were all there is."""

import shutil
from collections import defaultdict
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path

import made
import pandas as pd
import pytest
from fake_exports import add, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import CONTRIBUTIONS, Oracle

from workbench import metrics, rollups, store
from workbench.engine import Part, community_of_rows, open_community, question_sql
from workbench.errors import SettingsError
from workbench.period import Month
from workbench.tables import INSTANT, TABLES, TEXT, WHOLE, YES_NO

PLAIN = (TEXT, INSTANT, WHOLE, YES_NO)
SOME = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
ROLLED = ("contributions", "posts", "replies", "poll_votes", "reactions", "shares", "presences")
KINDS = {
    "contributions": CONTRIBUTIONS, "posts": ("post",), "replies": ("reply",), "poll_votes": ("poll_vote",),
    "reactions": ("reaction",), "shares": ("share",), "presences": ("visit", "attend"),
}  # fmt: skip


def rolled_by_hand(oracle, keys):
    """The rows of a roll-up, counted from the raw events in plain Python."""
    counts = defaultdict(lambda: dict.fromkeys(ROLLED, 0))
    for event in oracle.rows["events"]:
        facts = {
            "member_id": event["member_id"],
            "group_id": event["group_id"],
            "day": pd.Timestamp(oracle.day(event["occurred_at"])),
            "deleted_at": pd.Timestamp(event["deleted_at"]) if event["deleted_at"] else None,
        }
        row = counts[tuple(facts[key] for key in keys)]
        for name, kinds in KINDS.items():
            row[name] += event["kind"] in kinds
    return dict(counts)


def rolled(community, table, keys):
    frame = community.run(f"SELECT * FROM {table}", month="2026-03")
    return {
        tuple(plain(row[key]) for key in keys): {name: row[name] for name in ROLLED} for row in frame.to_dict("records")
    }


def plain(value):
    return None if pd.isna(value) else value


# Roll-ups


@SOME
@given(made.communities())
def test_the_roll_ups_equal_the_raw_events(given):
    oracle = Oracle(given, "2026-03")
    with given.open() as community:
        for table, keys in (
            ("member_day", ("member_id", "group_id", "day", "deleted_at")),
            ("account_day", ("member_id", "day", "deleted_at")),
        ):
            assert rolled(community, table, keys) == rolled_by_hand(oracle, keys)


def test_a_day_of_twenty_three_hours_and_one_of_twenty_five_are_days():
    # In Paris 29 March 2026 has 23 hours and 25 October 2026 has 25: an event every half hour counts them out.
    start = datetime(2026, 3, 28, 23)
    halves = [start + timedelta(minutes=30 * n) for n in range(46)]
    start = datetime(2026, 10, 24, 22)
    halves += [start + timedelta(minutes=30 * n) for n in range(50)]
    events = [
        {"event_id": str(n), "member_id": "chat:a", "occurred_at": at, "kind": "post"} for n, at in enumerate(halves)
    ]
    community = community_of_rows({"events": events}, timezone="Europe/Paris")
    frame = community.run("SELECT day, contributions FROM account_day ORDER BY day", month="2026-03")
    assert frame.astype(str).values.tolist() == [["2026-03-29", "46"], ["2026-10-25", "50"]]


def test_a_deleted_message_stays_apart_so_that_an_earlier_month_can_still_count_it():
    event = {"member_id": "chat:a", "kind": "post", "occurred_at": "2026-03-02"}
    rows = {"events": [{"event_id": "1", **event}, {"event_id": "2", "deleted_at": "2026-04-10", **event}]}
    community = community_of_rows(rows)
    query = "SELECT contributions FROM active_days WHERE day = DATE '2026-03-02'"
    assert community.run(query, month="2026-03")["contributions"].tolist() == [2]
    assert community.run(query, month="2026-04")["contributions"].tolist() == [1]


def test_a_deletion_is_dated_with_the_clock_of_its_own_day():
    # Posted in winter, deleted in summer time half an hour after the month: by the winter clock it is still March.
    event = {"event_id": "1", "member_id": "chat:a", "kind": "post", "occurred_at": "2026-03-02"}
    event["deleted_at"] = "2026-03-31 22:30"  # 1 April 00:30 in Paris
    community = community_of_rows({"events": [event]}, timezone="Europe/Paris")
    assert community.run("SELECT day FROM active_days", month="2026-03")["day"].tolist() == [pd.Timestamp("2026-03-02")]


def test_a_day_active_on_two_accounts_is_one_active_day_of_the_month():
    people = [{"member_id": f"chat:{n}", "platform": "chat", "person_id": "ana"} for n in "ab"]
    events = [
        {"event_id": f"{n}{day}", "member_id": f"chat:{n}", "kind": "post", "occurred_at": f"2026-03-{day}"}
        for n, day in (("a", "02"), ("b", "02"), ("b", "03"))
    ]
    community = community_of_rows({"members": people, "events": events})
    frame = community.run("SELECT contributions, active_days FROM active_months", month="2026-03")
    assert frame.values.tolist() == [[3, 2]]


# A part of the community


def narrowed(given, part):
    """The raw rows of a part, as a community of its own: the oracle of a filter."""
    oracle = Oracle(given, "2026-03")
    kept = {
        account
        for account, facts in oracle.accounts.items()
        if (not part.platforms or facts["platform"] in part.platforms)
        and (not part.roles or facts["role"] in part.roles)
    }
    # Who is out on one account is out on all, also when the part holds another of them.
    out = {facts["person"] for facts in oracle.accounts.values() if facts["role"] in ("bot", "staff", "owner")}
    events = [e for e in given.rows["events"] if e["member_id"] in kept]
    if part.groups:
        events = [e for e in events if e["group_id"] in part.groups]
    return [e for e in events if oracle.accounts[e["member_id"]]["person"] not in out]


parts = st.sampled_from(
    (
        Part(groups=("chat:general",)),
        Part(groups=("chat:help",)),
        Part(platforms=("chat",)),
        Part(roles=("member",)),
        Part(roles=("moderator",)),
        Part(groups=("chat:general",), roles=("member",)),
    )
)


@SOME
@given(made.communities(), parts, st.sampled_from(made.MONTHS))
def test_every_number_of_a_part_equals_the_one_counted_from_its_raw_events(given, part, month):
    oracle = Oracle(given, month)
    people, daily, total = set(), defaultdict(set), 0
    for event in narrowed(given, part):
        day = oracle.day(event["occurred_at"])
        if event["kind"] in CONTRIBUTIONS and oracle.counted(event) and oracle.in_month(day):
            people.add(oracle.person(event))
            daily[day].add(oracle.person(event))
            total += 1
    try:
        community = given.open(part=part)
    except SettingsError as error:
        assert "there is no" in str(error)  # nobody has that role here
        return
    with community:
        mau = metrics.mau(community, month=month)["mau"].iloc[0]
        dau = metrics.dau(community, month=month).set_index("day")["dau"].dropna()
        contributions = metrics.contributions(community, month=month)["contributions"].iloc[0]
        rate = metrics.engagement_rate(community, month=month)
        residual = metrics.reconciliation(community, month=month)["residual"]
        hours = metrics.activity_heatmap(community, month=month)["contributions"]
    assert pd.isna(mau) or (mau, contributions) == (len(people), total)
    assert {day.date(): n for day, n in dau.items() if n} == {
        day: len(daily[day]) for day in daily if day in {one.date() for one in dau.index}
    }
    assert (residual == 0).all()
    assert rate["numerator"].isna().iloc[0] or 0 <= rate["numerator"].iloc[0] <= rate["denominator"].iloc[0]
    assert hours.isna().any() or hours.sum() == total


@SOME
@given(made.communities(), st.sampled_from(made.MONTHS))
def test_the_contributions_of_the_platforms_and_of_the_groups_add_up_to_those_of_the_whole(given, month):
    def total(part=None):
        with given.open(part=part) as community:
            frame = community.run(
                "SELECT CAST(coalesce(sum(contributions), 0) AS BIGINT) AS n FROM active_days", month=month
            )
        return int(frame["n"].iloc[0])

    groups = [row["group_id"] for row in given.rows["groups"]]
    platforms = [row["platform"] for row in given.rows["imports"]]
    assert sum(total(Part(groups=(group,))) for group in groups) == total()
    assert sum(total(Part(platforms=(platform,))) for platform in platforms) == total()


def group_rows():
    post = {"platform": "chat", "kind": "post"}
    return {
        "imports": [{"import_id": "a", "platform": "chat", "tells_joins": True, "tells_leaves": False}],
        "coverage": [{"platform": "chat", "from_at": "2026-01-01", "to_at": "2026-05-31"}],
        "groups": [{"group_id": f"chat:{name}", "platform": "chat", "name": name} for name in ("help", "general")],
        "members": [{"member_id": f"chat:{n}", "platform": "chat", "joined_at": "2026-01-05"} for n in "abcd"],
        "memberships": [
            {"membership_id": "1", "member_id": "chat:b", "group_id": "chat:help", "start_at": "2026-03-05"},
            {"membership_id": "2", "member_id": "chat:c", "group_id": "chat:help", "start_at": "2026-02-05"},
            {"membership_id": "3", "member_id": "chat:c", "group_id": "chat:help", "end_at": "2026-03-20",
             "end_reason": "left"},
        ],
        "events": [
            {"event_id": "1", "member_id": "chat:a", "group_id": "chat:help", "occurred_at": "2026-02-02", **post},
            {"event_id": "2", "member_id": "chat:d", "group_id": "chat:general", "occurred_at": "2026-03-02", **post},
        ],
    }  # fmt: skip


def test_the_members_of_a_group_are_those_who_joined_it_or_wrote_there_and_not_all_of_the_community():
    # The tempting mistake: a group's engagement rate over the members of the whole community.
    community = community_of_rows(group_rows(), part=Part(groups=("chat:help",)))
    frame = metrics.reconciliation(community, month="2026-03")
    columns = ["members_opening", "new_members", "leavers", "members_closing", "residual"]
    # Ana wrote there in February, Cy joined it in February and left it in March, Bo joined it in March.
    assert frame[columns].iloc[0].tolist() == [2, 1, 1, 2, 0]
    assert metrics.leavers(community, month="2026-03")["leavers"].iloc[0] == 1


def test_who_leaves_the_community_leaves_its_groups():
    rows = group_rows()
    rows["imports"][0]["tells_leaves"] = True
    rows["memberships"].append(
        {"membership_id": "4", "member_id": "chat:a", "end_at": "2026-03-10", "end_reason": "left"}
    )
    community = community_of_rows(rows, part=Part(groups=("chat:help",)))
    assert metrics.leavers(community, month="2026-03")["leavers"].iloc[0] == 2


def test_staff_on_one_platform_are_staff_in_a_question_about_the_other():
    rows = {
        "coverage": [{"platform": "chat", "from_at": "2026-03-01", "to_at": "2026-03-31"}],
        "members": [
            {"member_id": "chat:a", "platform": "chat", "person_id": "ana"},
            {"member_id": "forum:a", "platform": "forum", "person_id": "ana", "role": "staff"},
        ],
        "events": [{"event_id": "1", "member_id": "chat:a", "kind": "post", "occurred_at": "2026-03-02"}],
    }
    for part in (None, Part(platforms=("chat",)), Part(roles=("member",))):
        assert metrics.mau(community_of_rows(rows, part=part), month="2026-03")["mau"].iloc[0] == 0


def test_a_part_is_covered_on_the_days_of_its_own_platform():
    rows = {
        "coverage": [
            {"platform": "chat", "from_at": "2026-03-01", "to_at": "2026-03-31"},
            {"platform": "forum", "from_at": "2026-03-11", "to_at": "2026-03-31"},
        ],
        "members": [{"member_id": "forum:a", "platform": "forum"}],
    }
    assert not community_of_rows(rows).partial("2026-03")
    assert community_of_rows(rows, part=Part(platforms=("forum",))).partial("2026-03")


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (Part(groups=("chat:hlep",)), r'no group "chat:hlep".*chat:help'),
        (Part(platforms=("slak",)), r'no platform "slak"'),
        (Part(roles=("boss",)), r'no role "boss".*member'),
    ],
)
def test_a_part_that_is_not_there_is_refused_and_not_answered_as_silent(part, message):
    with pytest.raises(SettingsError, match=message):
        community_of_rows(group_rows(), part=part)


# Asking


def test_a_question_that_is_not_there_names_the_nearest_one():
    with pytest.raises(SettingsError, match=r'no question "mua".*"mau"'):
        question_sql("mua")


def test_a_question_without_a_value_it_needs_says_which():
    community = community_of_rows({})
    with pytest.raises(SettingsError, match="needs the values days"):
        community.ask("rolling_active", month="2026-03")


def test_every_question_opens_with_what_it_asks():
    for file in files("workbench").joinpath("metrics", "sql").iterdir():
        text = file.read_text(encoding="utf-8")
        assert text.startswith("-- "), file.name
        assert max(map(len, text.splitlines())) <= 130, file.name


def test_a_month_of_a_community_without_any_row_is_empty_and_not_an_error():
    community = community_of_rows({})
    assert community.last_complete_month() is None
    assert metrics.dau(community, month="2026-03")["dau"].isna().all()
    assert metrics.population_waterfall(community, month="2026-03")["change"].tolist() == [0] * 7


# On disk


@pytest.fixture(params=["roll-ups in memory", "roll-ups read where they lie"])
def folder(tmp_path, monkeypatch, request):
    """A community on disk, its events spread over four months and a change of the clock; asked as a small one is, and
    as a large one."""
    if request.param != "roll-ups in memory":
        monkeypatch.setattr("workbench.engine._SMALL", -1)
    rows = [
        ("members", {"member_id": f"chat:{n}", "platform": "chat", "role": "staff" if n == "c" else "member"})
        for n in "abc"
    ]
    rows += [("groups", {"group_id": f"chat:{g}", "platform": "chat", "name": g}) for g in ("general", "help")]
    rows += [("events", event) for event in disk_events()]
    rows += [("coverage", {"platform": "chat", "from_at": datetime(2026, 1, 1), "to_at": datetime(2026, 4, 30, 12)})]
    return imported(tmp_path / "community", tmp_path / "one.fake", rows)


def disk_events(first=0, count=120):
    start = datetime(2026, 1, 1, 22, 30)
    return [
        {
            "event_id": f"chat:{n}",
            "platform": "chat",
            "member_id": f"chat:{'abc'[n % 3]}",
            "group_id": f"chat:{('general', 'help')[n % 2]}",
            "occurred_at": start + timedelta(hours=23 * n),
            "kind": ("post", "reply", "reaction")[n % 5 % 3],
            "deleted_at": start + timedelta(hours=23 * n, days=40) if n % 7 == 0 else None,
        }
        for n in range(first, first + count)
    ]


def imported(folder, file, rows):
    folder.mkdir(exist_ok=True)
    (folder / "community.toml").write_text('name = "c"\ntimezone = "Europe/Paris"\n', encoding="utf-8")
    add(folder, write(file, *rows), platform="chat")
    return folder


def in_memory(folder, **more):
    """The same store read into memory: roll-ups made at once from all events."""
    rows = {}
    with open_community(folder) as community:
        for name in ("imports", "coverage", "members", "groups", "events"):
            columns = ", ".join(f'"{c.name}"' for c in TABLES[name].columns if c.type in PLAIN)
            frame = community.run(f"SELECT {columns} FROM {name}", month="2026-03").astype(object)
            rows[name] = frame.where(frame.notna(), None).to_dict("records")
    return community_of_rows(rows, timezone="Europe/Paris", **more)


def answers(community):
    return {
        (name, month): getattr(metrics, name)(community, month=month).astype(str).to_dict("records")
        for name in ("mau", "dau", "lifecycle", "contributions", "reconciliation", "quiet_spells", "unusual_days")
        for month in ("2026-01", "2026-03", "2026-04")
    }


def test_roll_ups_kept_a_month_a_file_answer_as_those_made_at_once(folder):
    with open_community(folder) as community, in_memory(folder) as other:
        assert answers(community) == answers(other)


def test_a_part_of_a_community_on_disk_answers_as_one_in_memory(folder):
    part = Part(groups=("chat:help",))
    with open_community(folder) as community, in_memory(folder, part=part) as other:
        assert answers(community.where(group="chat:help")) == answers(other)


def test_a_new_month_makes_its_own_roll_ups_again_and_leaves_the_others(folder, tmp_path):
    open_community(folder).close()
    kept = folder / "cache" / "rollups"
    before = {path.name: path.stat().st_mtime_ns for path in kept.iterdir()}
    imported(folder, tmp_path / "two.fake", [("events", one) for one in disk_events(first=150, count=10)])
    with open_community(folder) as community, in_memory(folder) as other:
        assert answers(community) == answers(other)
    after = {path.name: path.stat().st_mtime_ns for path in kept.iterdir()}
    early = {name for name in before if "-2026-01-" in name or "-2026-02-" in name or "-2026-03-" in name}
    assert early and all(after[name] == before[name] for name in early)
    assert len(after) == len({name.rsplit("-", 1)[0] for name in after}), "a stale file was left"


def test_without_its_cache_a_community_answers_the_same(folder):
    with open_community(folder) as community:
        expected = answers(community)
    shutil.rmtree(folder / "cache")
    with open_community(folder) as community:
        assert answers(community) == expected


def test_a_local_month_takes_its_first_hours_from_the_utc_month_before():
    # 1 March 00:30 in Paris is 28 February 23:30 UTC: the key of March's roll-up must see February's file change.
    march = Month.parse("2026-03")
    assert [str(month) for month in rollups._utc_months(march, "Europe/Paris")] == ["2026-02", "2026-03"]
    assert [str(month) for month in rollups._utc_months(march, "America/New_York")] == ["2026-03", "2026-04"]
    assert [str(month) for month in rollups._utc_months(march, "UTC")] == ["2026-03"]


SLACK = Path(__file__).parents[1].parent / "shared" / "data" / "slack-10academy.zip"


@pytest.mark.skipif(not SLACK.exists(), reason="../shared/data/slack-10academy.zip is not here")
def test_the_numbers_of_a_real_export_are_those_counted_from_its_files(tmp_path):
    # Counted from the JSON files by a script that shares nothing with the package (October 2022, local time).
    from workbench.sources.registry import recognise

    folder = tmp_path / "slack"
    folder.mkdir()
    (folder / "community.toml").write_text('name = "s"\ntimezone = "Africa/Addis_Ababa"\n', encoding="utf-8")
    store.add(folder, recognise(SLACK), SLACK)
    with open_community(folder) as community:
        found = {
            name: getattr(metrics, name)(community, month="2022-10")[name].iloc[0] for name in ("mau", "contributions")
        }
        cycle = metrics.lifecycle(community, month="2022-10").iloc[0]
        hours = metrics.activity_heatmap(community, month="2022-10").set_index(["weekday", "hour"])
        reactions = metrics.contributions(community, month="2022-10")["reactions"].iloc[0]
    assert found == {"mau": 42, "contributions": 6344} and reactions == 3613
    assert cycle[["new", "retained", "resurrected", "dormant"]].tolist() == [0, 41, 1, 8]
    assert hours.loc[(4, 15), "contributions"] == 890
