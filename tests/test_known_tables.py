"""Tables of platforms whose headers are known: recognised by them alone, read without a mapping, fitting the rest."""

import random
from datetime import datetime
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from importing import FIXTURES, read, zone_of
from test_table import table_of, workbook_of

from workbench import inventory, store, words
from workbench.engine import open_community
from workbench.errors import SourceError
from workbench.metrics import churn_of_opening, leavers, members_opening, new_members
from workbench.settings import create
from workbench.sources import known_tables, registry
from workbench.sources import mapping as mappings
from workbench.sources.table import SOURCE, draft

KNOWN = FIXTURES / "known"
NAMES = [known.name for known in known_tables.known_tables()]


def export(name: str) -> Path:
    return KNOWN / name / "export.csv"


def headers(name: str) -> list[str]:
    import csv

    with export(name).open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def notes(reading) -> str:
    return "\n".join(reading.notes)


# What is recognised


@pytest.mark.parametrize("name", NAMES)
def test_each_known_table_is_recognised_by_its_headers_and_by_nothing_else(name, tmp_path):
    copy = tmp_path / "x.txt"  # the name tells nothing
    copy.write_bytes(export(name).read_bytes())
    assert registry.recognise(copy).name == "table"
    _, reading = read(SOURCE, copy, timezone="Europe/Paris")
    known, _ = known_tables.find(headers(name))
    assert known.name == name
    assert f"no mapping given; read as {known_tables.title(known)}" in reading.notes


@pytest.mark.parametrize("name", NAMES)
def test_no_row_of_a_known_table_is_a_problem_and_a_second_reading_is_the_same(name):
    first, _ = read(SOURCE, export(name), timezone="Europe/Paris")
    assert "problems" not in first
    assert first == read(SOURCE, export(name), timezone="Europe/Paris")[0]
    assert "@example" not in str(first), "an address is stored"


@pytest.mark.parametrize("name", NAMES)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_case_and_signs_of_headers_change_nothing(name, seed):
    chance = random.Random(seed)
    there = headers(name)
    shuffled = [chance.choice((header, header.upper(), f" {header}", header.replace(")", "]"))) for header in there]
    chance.shuffle(shuffled)
    known, mapping = known_tables.find(shuffled)
    assert known.name == name
    assert mapping.headers <= set(shuffled) | {header.strip() for header in shuffled}
    assert set(mapping.columns) == set(known_tables.find(there)[1].columns)


@pytest.mark.parametrize("name", NAMES)
def test_without_what_it_is_recognised_by_a_table_is_a_plain_one(name):
    (known,) = (one for one in known_tables.known_tables() if one.name == name)
    proving = {header for proof in known.recognised for header in proof}
    assert known_tables.find([header for header in headers(name) if header not in proving]) is None


@pytest.mark.parametrize(
    "near",
    [
        # Slack's own list of channels, and a roster that says User ID but nothing of UTC.
        ["Name", "Full Members", "Guests", "Messages posted", "Members who posted"],
        ["User ID", "Name", "Account created", "Deactivated"],
        # Microsoft 365 groups: the same first columns, but mailboxes and files.
        ["Report Refresh Date", "Group Display Name", "Is Deleted", "Owner Principal Name", "Last Activity Date",
         "Group Type", "Member Count", "Exchange Received Email Count", "Yammer Posted Message Count"],
        # Sprout's and Hootsuite's sums by day, which hold no post.
        ["Date", "Network", "Profile", "Audience", "Impressions", "Engagements"],
        ["Date (GMT)", "Followers > Social network - X", "Post impressions > Social network - X"],
        # What one brings to Buffer, and a chat saved as a table.
        ["Text", "Link", "Image", "Scheduled Date", "Profile"],
        ["Sent at", "Channel", "Text"], ["Date", "Network", "Message"],
        # Rosters of anybody.
        ["Member ID", "Email", "Join Date", "Plan", "Status"], ["Name", "Email", "Role", "Joined"],
        ["FirstName", "LastName", "Email", "JoinedDate"], ["Username", "Active"], [],
    ],
)  # fmt: skip
def test_a_near_miss_is_no_known_table(near):
    assert known_tables.find(near) is None


def test_a_near_miss_is_read_as_a_plain_table(tmp_path):
    path = table_of(tmp_path, "User ID,Name,Account created,Deactivated\nU1,Ana,2026-01-05,\n")
    _, reading = read(SOURCE, path, timezone="UTC")
    assert "read as members" in notes(reading) and "csv:" in notes(reading)


def test_a_file_without_the_optional_columns_is_read_without_them():
    known, mapping = known_tables.find(["User ID", "Account created (UTC)"])
    assert (known.name, mapping.columns) == (
        "slack_members",
        {"member_id": ("User ID",), "joined_at": ("Account created (UTC)",)},
    )
    # Whether anybody signed in cannot be seen: nobody may be left out for it.
    assert not mapping.skip and not mapping.otherwise


# One's own mapping wins


def test_a_mapping_of_ones_own_wins_over_the_built_in_one(tmp_path):
    path = tmp_path / "m.csv"
    path.write_bytes(export("slack_members").read_bytes())
    own = 'table = "members"\nplatform = "x"\ntimezone = "UTC"\n[columns]\nmember_id = "Username"\n'
    (tmp_path / "own.toml").write_text(own, encoding="utf-8")
    given_by_hand, _ = read(SOURCE, path, mapping=tmp_path / "own.toml")
    path.with_name("m.csv.mapping.toml").write_text(own, encoding="utf-8")
    found_beside, reading = read(SOURCE, path)
    for tables in (given_by_hand, found_beside):
        assert [row["member_id"] for row in tables["members"]] == ["x:ava", "x:beno", "x:cleo", "x:otto", "x:nora"]
    assert "Slack" not in notes(reading)


def test_a_platform_given_by_hand_keeps_two_workspaces_apart():
    tables, reading = read(SOURCE, export("slack_members"), platform="slack-two")
    assert {row["platform"] for row in tables["members"]} == {reading.platform} == {"slack-two"}
    assert tables["members"][0]["member_id"] == "slack-two:U0AVA"


def test_the_built_in_mapping_written_out_reads_the_same(tmp_path):
    for name in NAMES:
        text = draft(export(name))
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
        own = mappings.load(tmp_path / f"{name}.toml")
        built_in = known_tables.find(headers(name))[1]
        assert (own.columns, own.otherwise, own.skip, own.defaults) == (
            built_in.columns, built_in.otherwise, built_in.skip, built_in.defaults
        )  # fmt: skip
        written, _ = read(SOURCE, export(name), mapping=tmp_path / f"{name}.toml", timezone="Europe/Paris")
        assert written == read(SOURCE, export(name), timezone="Europe/Paris")[0], name


def test_dates_that_prove_no_order_stop_with_a_mapping_to_correct(tmp_path):
    lines = export("sprout_posts").read_text(encoding="utf-8").splitlines(keepends=True)
    path = table_of(tmp_path, lines[0] + lines[3])
    with pytest.raises(SourceError, match="can be 2026-02-10 or 2026-10-02"):
        read(SOURCE, path, timezone="UTC")
    own = path.with_name("f.csv.mapping.toml")
    text = own.read_text(encoding="utf-8")
    own.write_text(text.replace("# time_format", "time_format").replace("%d/%m/%Y %H:%M", "%m/%d/%Y %I:%M %p"))
    assert read(SOURCE, path, timezone="UTC")[0]["social_posts"][0]["posted_at"] == datetime(2026, 10, 2, 12)


# Slack


def slack() -> tuple[dict, object]:
    tables, reading = read(SOURCE, export("slack_members"))
    return {row["member_id"].removeprefix("slack:"): row for row in tables["members"]} | {"stays": {
        row["member_id"].removeprefix("slack:"): (row["start_at"], row["end_at"], row["end_reason"])
        for row in tables["memberships"]
    }}, reading  # fmt: skip


def test_slack_tells_joins_and_leaves_by_days_of_utc():
    people, reading = slack()
    assert people["stays"] == {
        "U0AVA": (datetime(2026, 9, 3), None, None),
        "U0BENO": (datetime(2026, 10, 1), None, None),
        # The tempting mistake: the reason of all who have none too, which would make everybody a departure.
        "U0CLEO": (datetime(2026, 8, 1), datetime(2026, 10, 3), "deactivated"),
        # An account from before Slack kept the day of the first sign-in: seen since, so the day it was made counts.
        "U0OTTO": (datetime(2026, 9, 10), None, None),
    }
    assert reading.tells_joins and reading.tells_leaves
    assert zone_of(reading) == "UTC, from the mapping"


def test_an_invitation_that_nobody_accepted_is_no_member_and_is_counted():
    people, reading = slack()
    assert "U0NORA" not in people
    assert reading.read == {"row": 5}
    assert reading.dropped == {"row with Claimed Date (UTC) empty, Last active (UTC) empty": 1}


def test_names_and_roles_of_slack_are_those_of_its_export_of_messages():
    people, _ = slack()
    assert [(people[one].get("display_name"), people[one].get("role")) for one in ("U0AVA", "U0BENO", "U0CLEO")] == [
        ("Ava", "staff"),
        ("Beno Quist", "member"),
        ("cleo", None),
    ]


def test_the_header_that_slack_misspelt_reads_like_the_right_one():
    right = [header.replace("(Desktop]", "(Desktop)") for header in headers("slack_members")]
    assert known_tables.find(right)[1].columns == known_tables.find(headers("slack_members"))[1].columns


def numbers(folder: Path) -> dict:
    with open_community(folder) as community:
        asked = (new_members, leavers, members_opening, churn_of_opening)
        rows = [(one.__name__, one(community, month="2026-10").iloc[0]) for one in asked]
    return {name: (row[name], row["why"]) for name, row in rows}


def test_with_the_member_analytics_joins_and_leaves_of_slack_are_known_in_any_order(tmp_path):
    found = []
    exports = [FIXTURES / "slack", export("slack_members"), export("slack_member_list")]
    for number, order in enumerate((exports, exports[::-1], exports[1:] + exports[:1])):
        folder = tmp_path / str(number)
        for path in order:
            store.add(folder, registry.recognise(path), path, timezone="Europe/Paris")
        create(folder / "community.toml", name="Tea", timezone="Europe/Paris")
        found.append(numbers(folder))
    assert all(one == found[0] for one in found)
    # Beno joins on 1 October; of Cleo, Otto and a guest whom only a message tells of, Cleo is deactivated on the 3rd.
    assert {name: value for name, (value, _) in found[0].items()} == {
        "new_members": 1,
        "leavers": 1,
        "members_opening": 3,
        "churn_of_opening": pytest.approx(1 / 3),
    }


def test_without_the_member_analytics_leaves_of_slack_are_null(tmp_path):
    for path in (FIXTURES / "slack", export("slack_member_list")):
        store.add(tmp_path, registry.recognise(path), path, timezone="Europe/Paris")
    create(tmp_path / "community.toml", name="Tea", timezone="Europe/Paris")
    value, why = numbers(tmp_path)["leavers"]
    assert pd.isna(value) and why.startswith("why.")


@pytest.mark.parametrize("name", NAMES)
def test_a_known_table_imported_twice_adds_nothing(name, tmp_path):
    first = store.add(tmp_path, SOURCE, export(name), timezone="UTC")
    assert sum(brought.new for brought in first.tables.values())
    assert store.add(tmp_path, SOURCE, export(name), timezone="UTC").already
    # The same rows in another file, such as a later export that has one line more.
    longer = tmp_path / "longer.csv"
    longer.write_bytes(export(name).read_bytes() + b"\n")
    again = store.add(tmp_path, SOURCE, longer, timezone="UTC")
    of_each_import = ("members", "groups", "coverage")
    kept = {table: brought.new for table, brought in again.tables.items() if table not in of_each_import}
    assert not any(kept.values()), kept


def test_the_summary_of_the_import_says_what_the_file_is(tmp_path):
    told = inventory.of_import(store.add(tmp_path, SOURCE, export("slack_members")))
    assert "read as Slack member analytics" in told and "row with Claimed Date (UTC) empty" in told


# Member lists


def test_skool_members_without_an_address_are_told_apart_and_no_payment_is_made_up():
    tables, reading = read(SOURCE, export("skool_members"), timezone="UTC")
    ana, bo, other_bo = tables["members"]
    assert ana["member_id"].startswith("skool:email-")
    assert bo["member_id"] != other_bo["member_id"]
    assert [(row["display_name"], row.get("plan"), row.get("join_source")) for row in (ana, bo)] == [
        ("Ana Lima", "premium", None),
        ("Bo Tran", "standard", "invite"),
    ]
    assert ana["attributes"] == {"price": "$10", "interval": "month", "lifetime_value": "$1,010"}
    assert set(tables) == {"members", "memberships"}
    assert reading.tells_joins and not reading.tells_leaves
    # What people answered at the door is named as left out, not kept.
    assert "five" not in str(tables) and "Answer1" in notes(reading)


def test_an_inactive_member_of_circle_or_mighty_has_not_left():
    circle, told = read(SOURCE, export("circle_members"), timezone="UTC")
    mighty, told_too = read(SOURCE, export("mighty_members"), timezone="UTC")
    assert circle["members"][1]["attributes"]["active"] == "false"
    assert [row["attributes"]["status"] for row in mighty["members"]] == ["Active", "Inactive", "Canceled"]
    assert not any(row["end_at"] or row["end_reason"] for row in circle["memberships"] + mighty["memberships"])
    assert not told.tells_leaves and not told_too.tells_leaves


def test_circle_dates_the_join_by_the_confirmation_and_leaves_out_who_never_came():
    tables, reading = read(SOURCE, export("circle_members"), timezone="UTC")
    assert [(row["member_id"], row["display_name"], row["joined_at"]) for row in tables["members"]] == [
        ("circle:71", "Ana Lima", datetime(2026, 9, 12, 9, 5)),
        ("circle:72", "Bo Tran", datetime(2026, 10, 11, 18, 40)),
    ]
    assert sum(reading.dropped.values()) == 1


def test_a_workbook_of_mighty_networks_reads_like_its_csv(tmp_path):
    import csv

    with export("mighty_members").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    book = workbook_of(tmp_path, rows, sheets={"Legend": [["Level", "Meaning"], ["Gold", "many referrals"]]})
    assert read(SOURCE, book, timezone="UTC")[0] == read(SOURCE, export("mighty_members"), timezone="UTC")[0]


def test_a_list_of_active_members_dates_nothing():
    for name in ("telligent_members", "jive_members", "slack_member_list"):
        tables, reading = read(SOURCE, export(name))
        assert not reading.tells_joins and not reading.tells_leaves
        assert all(row["start_at"] is None and row["end_at"] is None for row in tables.get("memberships", []))


def test_users_of_viva_engage_join_when_they_first_sign_in_and_leave_when_deleted_or_suspended():
    tables, reading = read(SOURCE, export("viva_engage_users"))
    assert [
        (row["member_id"], row["start_at"].day, row["end_at"], row["end_reason"]) for row in tables["memberships"]
    ] == [
        ("viva-engage:11", 3, None, None),
        ("viva-engage:12", 4, datetime(2026, 10, 3, 12), "deleted"),
        ("viva-engage:13", 5, datetime(2026, 10, 4, 12), None),
    ]
    assert reading.tells_joins and reading.tells_leaves
    assert reading.dropped == {"row with joined_at = null": 1}


# Messages


def test_messages_of_viva_engage_keep_threads_and_answers_and_leave_private_words_out():
    tables, reading = read(SOURCE, export("viva_engage_messages"))
    assert [(row["event_id"], row["kind"], row.get("reply_to"), row["thread_id"]) for row in tables["events"]] == [
        ("viva-engage:501", "post", None, "viva-engage:501"),
        ("viva-engage:502", "reply", "viva-engage:501", "viva-engage:501"),
        ("viva-engage:503", "reply", "viva-engage:502", "viva-engage:501"),
        ("viva-engage:505", "post", None, "viva-engage:505"),
    ]
    assert tables["events"][2]["deleted_at"] == datetime(2026, 10, 1, 10)
    # The tempting mistake: a group called "null" of all that was said to nobody in particular.
    assert [row["name"] for row in tables["groups"]] == ["Tea lovers"]
    assert "private" not in str(tables) and reading.dropped == {"row with in_private_conversation = true": 1}


def test_of_khoros_only_published_messages_are_kept_and_a_deleted_account_is_nobody():
    tables, reading = read(SOURCE, export("khoros_messages"))
    assert [(row["event_id"], row.get("member_id"), row["kind"], row["thread_id"]) for row in tables["events"]] == [
        ("khoros:101", "khoros:1", "post", "khoros:101"),
        ("khoros:102", "khoros:2", "reply", "khoros:101"),
        ("khoros:103", None, "reply", "khoros:101"),
    ]
    assert tables["events"][0]["occurred_at"] == datetime(2026, 10, 1, 9)
    assert [row["name"] for row in tables["groups"]] == ["Tea table"]
    assert sum(reading.dropped.values()) == 3


def test_an_action_of_khoros_that_is_not_documented_is_told_and_not_guessed(tmp_path):
    text = export("khoros_messages").read_text(encoding="utf-8")
    path = table_of(tmp_path, text + text.splitlines()[1].replace("messages.publish", "messages.unheard") + "\n")
    tables, _ = read(SOURCE, path)
    assert len(tables["events"]) == 3 and "messages.unheard topic" in tables["problems"][0]["why"]


# Groups


def test_groups_of_viva_engage_are_kept_without_the_deleted_ones():
    tables, reading = read(SOURCE, export("viva_engage_groups"))
    tea, coffee = tables["groups"]
    assert (tea["name"], tea["kind"], tea["observed_at"]) == ("Tea lovers", "Public", datetime(2026, 10, 15))
    assert tea["owner_ids"][0].startswith("viva-engage:email-") and coffee["group_id"] == "viva-engage:Café & thé"
    assert reading.dropped == {"row with Is Deleted = true": 1}
    assert "Posted Count" in notes(reading)


def test_groups_of_viva_engage_have_headers_in_french_too():
    tables, _ = read(SOURCE, KNOWN / "viva_engage_groups" / "francais.csv")
    assert [(row["name"], row["kind"]) for row in tables["groups"]] == [("Amis du thé", "Public")]


# Social posts


def test_posts_of_sprout_take_each_count_where_the_network_gives_it():
    tables, _ = read(SOURCE, export("sprout_posts"), timezone="Europe/Paris")
    facebook, x, instagram = tables["social_posts"]
    assert facebook["posted_at"] == datetime(2026, 10, 13, 13, 4)
    assert [facebook[one] for one in ("impressions", "reach", "reactions", "clicks")] == [12040, 9870, 120, 33]
    # "N/A" is no number: what a network calls likes stands in for reactions, all clicks for those on a link.
    assert (x["reactions"], x["clicks"], x.get("reach")) == (25, 7, None)
    assert instagram["post_id"] == "https://example.org/9003"
    # The tempting mistake: 0 where the network tells nothing.
    assert not {"impressions", "reactions", "comments"} & {name for name, value in instagram.items() if value == 0}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("hootsuite_posts-x", {"network": "X", "post_id": "9101", "impressions": 12040, "shares": 10, "comments": 20}),
        ("hootsuite_posts-instagram", {"network": "Instagram", "impressions": 12040, "reach": 9870, "reactions": 120}),
        ("hootsuite_posts-facebook", {"network": "Facebook", "text": "Tea", "reactions": 120, "shares": 10}),
    ],
)
def test_posts_of_hootsuite_know_their_network_and_their_hour(name, expected):
    tables, reading = read(SOURCE, export(name))
    (post,) = tables["social_posts"]
    assert {key: post.get(key) for key in expected} == expected
    assert post["posted_at"] == datetime(2026, 10, 13, 22, 4)
    assert zone_of(reading) == "UTC, from the mapping"


# Times of unknown zone


def test_the_question_for_a_zone_names_the_one_of_the_community(tmp_path):
    create(tmp_path / "community.toml", name="Tea", timezone="America/Montreal")
    with pytest.raises(SourceError, match="if the community's own: --timezone America/Montreal"):
        store.add(tmp_path, SOURCE, export("skool_members"))
    with pytest.raises(SourceError, match=r'"2026-09-30 23:54:33" does not say .* --timezone UTC; if the community'):
        read(SOURCE, export("skool_members"))


def test_an_empty_cell_among_times_with_an_offset_asks_for_no_zone(tmp_path):
    own = OWN + 'joined_at = "joined"\n'
    (tmp_path / "own.toml").write_text(own, encoding="utf-8")
    path = table_of(tmp_path, "id,joined\n1,N/A\n2,2026-01-05T09:00+01:00\n")
    tables, _ = read(SOURCE, path, mapping=tmp_path / "own.toml")
    assert [row.get("joined_at") for row in tables["members"]] == [None, datetime(2026, 1, 5, 8)]


# Texts and files


def test_every_known_table_says_how_to_get_it_and_what_it_cannot_tell():
    for known in known_tables.known_tables():
        for part in ("title", "how", "tells", "misses"):
            for language in words.LANGUAGES:
                assert words.text(f"source.{known.source}.{part}", language)


def test_every_built_in_mapping_is_valid_with_all_its_columns():
    folder = files("workbench.sources").joinpath("known")
    assert sorted(file.name for file in folder.iterdir()) == [f"{name}.toml" for name in NAMES]
    for known in known_tables.known_tables():
        mapping = mappings.made(known.given, where=known.name)
        assert set(known.also) <= mapping.headers, known.name


# The mapping file


OWN = 'table = "members"\n[columns]\nmember_id = "id"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (OWN + '[otherwise]\njoined_at = "made"\n', r"\[otherwise\] \"joined_at\" is read where .* has no joined_at"),
        (OWN + "[skip]\nid = 3\n", r"Expected `str \| array`, got `int`"),
    ],
)
def test_a_wrong_key_of_a_mapping_is_refused(text, said):
    with pytest.raises(SourceError, match=said):
        mappings.parse(text, where="m.toml")


def test_a_header_that_is_skipped_by_must_be_in_the_file(tmp_path):
    (tmp_path / "own.toml").write_text(OWN + '[skip]\nStatus = "x"\n', encoding="utf-8")
    with pytest.raises(SourceError, match=r'\[skip\] = "Status", but f.csv has no such column'):
        read(SOURCE, table_of(tmp_path, "id,joined\n1,2026-01-05\n"), mapping=tmp_path / "own.toml")


def test_a_row_is_left_out_only_where_every_condition_holds(tmp_path):
    own = OWN + '[skip]\nkind = ["Test", ""]\nnote = ""\n'
    (tmp_path / "own.toml").write_text(own, encoding="utf-8")
    path = table_of(tmp_path, "id,kind,note\n1,TEST ,\n2,test,x\n3,real,\n4,,\n")
    tables, reading = read(SOURCE, path, mapping=tmp_path / "own.toml")
    assert [row["member_id"] for row in tables["members"]] == ["csv:2", "csv:3"]
    assert reading.dropped == {"row with kind = test, note empty": 1, "row with kind empty, note empty": 1}
