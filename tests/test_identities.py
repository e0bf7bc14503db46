"""The identity map: who is one person, and who may be."""

import csv
import os
from collections import defaultdict
from datetime import datetime
from itertools import permutations
from pathlib import Path

import pytest
from fake_exports import FAKE, content, event, write
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from importing import read
from made import communities
from oracle import Oracle

import workbench
from workbench import cli, identities, metrics, settings, store
from workbench.engine import community_of_rows
from workbench.identities import Account, candidates, words_of
from workbench.sentences import platform_overlap as overlap_sentence
from workbench.sources import Reading, registry
from workbench.sources import identities as source
from workbench.words import say

GARDEN = Path(__file__).parents[1] / "data" / "sample" / "garden"
MARCH = "2026-03"


def table(path: Path, text: str, *, changed: str = "2026-04-01") -> Path:
    path.write_text(text, encoding="utf-8")
    at = datetime.fromisoformat(changed + "T12:00:00+00:00").timestamp()
    os.utime(path, (at, at))
    return path


def persons(path: Path) -> dict[str, str]:
    rows, _ = read(source.SOURCE, path)
    return {row["member_id"]: row["person_id"] for row in rows["members"]}


def problems(path: Path) -> list[str]:
    rows, _ = read(source.SOURCE, path)
    return [f"{row['place']}: {row['why']}" for row in rows["problems"]]


# Reading a map


def test_a_map_is_known_by_its_columns_and_not_by_its_name(tmp_path):
    assert registry.recognise(table(tmp_path / "x.csv", "person,account\nana,slack:U1\n")).name == "identities"
    french = table(tmp_path / "y.csv", "personne;compte\nana;slack:U1\n")
    assert registry.recognise(french).name == "identities"
    # A roster with a column for persons is no map: its member ids have no platform.
    roster = table(tmp_path / "identities.csv", "person,member_id,joined\nana,1,2026-01-05\n")
    assert registry.recognise(roster).name == "table"


def test_a_mapping_beside_a_map_wins_over_what_it_looks_like(tmp_path):
    file = table(tmp_path / "x.csv", "person,account\nana,slack:U1\n")
    (tmp_path / "x.csv.mapping.toml").write_text('table = "members"')
    assert registry.recognise(file).name == "table"


def test_accounts_of_one_word_or_of_one_another_are_one_person(tmp_path):
    file = table(
        tmp_path / "m.csv",
        "person,account\nana,slack:U1\nana,discord:2\nslack:U5,whatsapp:Bo\nwhatsapp:Bo,discord:6\n"
        "slack:U9,slack:U9\nslack:U9,discord:9\n",
    )
    assert persons(file) == {
        "slack:U1": "ana",
        "discord:2": "ana",
        "whatsapp:Bo": "slack:U5",
        "discord:6": "slack:U5",
        "slack:U9": "slack:U9",
        "discord:9": "slack:U9",
    }


def test_an_account_is_never_two_persons(tmp_path):
    """The tempting mistake: to unite Ana and Bo because one line of the map has a slip."""
    file = table(tmp_path / "m.csv", "person,account\nana,slack:U1\nbo,slack:U2\nbo,slack:U1\n")
    assert persons(file) == {"slack:U1": "ana", "slack:U2": "bo"}
    assert problems(file) == ['line 4: slack:U1 would be two persons, "ana" and "bo". Keep one of the rows.']


def test_only_accepted_candidates_are_joined(tmp_path):
    file = table(
        tmp_path / "m.csv",
        "accept,person,account\nyes,slack:U1,discord:1\nnon,slack:U2,discord:2\n,slack:U3,discord:3\n"
        "OUI,slack:U4,discord:4\nperhaps,slack:U5,discord:5\n",
    )
    assert persons(file) == {"discord:1": "slack:U1", "discord:4": "slack:U4"}
    _, reading = read(source.SOURCE, file)
    assert reading.dropped == {"candidate answered no": 1, "candidate without an answer": 1}
    assert problems(file) == ['line 6: accept = "perhaps" is no answer. Write yes, no, or nothing.']


def test_a_sheet_without_answers_joins_nobody_and_says_so(tmp_path):
    file = table(tmp_path / "m.csv", "accept,person,account\n,slack:U1,discord:1\n")
    rows, reading = read(source.SOURCE, file)
    assert not rows and any("nobody is joined" in note for note in reading.notes)


def test_what_is_no_account_is_a_problem(tmp_path):
    lines = "".join(f"ana,slack:U{n}\n" for n in range(30))
    file = table(tmp_path / "m.csv", f"person,account\n{lines}bo,bo\n,slack:U7\nx,slack:1,slack:2\n")
    assert len(problems(file)) == 3 and "workbench check --members" in problems(file)[0]


@examples(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_of_a_map_says_nothing(tmp_path_factory, pairs, chance):
    folder = tmp_path_factory.mktemp("order")

    def read_in_order(rows):
        text = "person,account\n" + "".join(f"a:{one},a:{other}\n" for one, other in rows)
        return persons(table(folder / "m.csv", text))

    found = read_in_order(pairs)
    shuffled = list(pairs)
    chance.shuffle(shuffled)
    assert read_in_order(shuffled) == found

    parts = {number: {number} for number in range(10)}
    for one, other in pairs:
        whole = parts[one] | parts[other]
        for number in whole:
            parts[number] = whole
    for one in range(10):
        for other in range(10):
            together = found.get(f"a:{one}", f"a:{one}") == found.get(f"a:{other}", f"a:{other}")
            assert together == (other in parts[one])


# Counting with a map


def export(path: Path, *ids: str) -> Path:
    rows = [
        ("coverage", {"platform": p, "from_at": "2026-03-01T00:00:00", "to_at": "2026-03-31T00:00:00"})
        for p in sorted({one.split(":")[0] for one in ids})
    ]
    for number, one in enumerate(ids):
        platform = one.split(":")[0]
        rows.append(("members", {"member_id": one, "platform": platform, "display_name": one}))
        name, row = event(number, "2026-03-05T12:00:00", member_id=one, platform=platform)
        rows.append((name, {**row, "event_id": f"{one}:1"}))
    return write(path, *rows)


def put(folder: Path, *files: Path) -> Path:
    for file in files:
        known = FAKE if FAKE.recognises(file) else registry.recognise(file)
        store.add(folder, known, file, timezone="UTC")
    settings.create(folder / "community.toml", name="c", timezone="UTC")
    return folder


def mau(folder: Path) -> int:
    with workbench.open(folder) as opened:
        return int(metrics.mau(opened, month=MARCH)["mau"].iloc[0])


def test_maps_and_exports_in_any_order_give_the_same_store(tmp_path):
    files = [
        export(tmp_path / "e", "slack:1", "discord:1", "discord:2"),
        table(tmp_path / "m1.csv", "person,account\nslack:1,discord:1\n"),
        table(tmp_path / "m2.csv", "person,account\nslack:1,discord:2\nx,discord:1\n", changed="2026-04-02"),
    ]
    stores = [content(put(tmp_path / f"c{n}", *order)) for n, order in enumerate(permutations(files))]
    assert all(one == stores[0] for one in stores)


def test_of_two_maps_that_differ_the_later_one_counts(tmp_path):
    """Corrected by hand and imported again: the file is another one, and the first is still in the store."""
    file = export(tmp_path / "e", "slack:1", "discord:1", "discord:2")
    first = table(tmp_path / "m.csv", "person,account\nslack:1,discord:1\nslack:1,discord:2\n")
    folder = put(tmp_path / "c", file, first)
    assert mau(folder) == 1
    put(
        folder,
        table(tmp_path / "m.csv", "person,account\nslack:1,discord:1\ndiscord:2,discord:2\n", changed="2026-05-01"),
    )
    assert mau(folder) == 2
    # An old copy that turns up later changes nothing, unless its rows say that they were decided later.
    put(folder, table(tmp_path / "m.csv", "person,account\ndiscord:1,discord:1\n", changed="2026-04-20"))
    assert mau(folder) == 2
    dated = "person,account,decided_on\ndiscord:1,discord:1,2026-06-01\n"
    put(folder, table(tmp_path / "m.csv", dated, changed="2026-04-20"))
    assert mau(folder) == 3
    found = identities.joined(folder)
    assert found.disputed["discord:2"] == ("discord:2", "slack:1") and found.people == 0


def test_an_account_that_only_the_map_names_is_nobody(tmp_path):
    """A slip in the map, or a platform that is not imported, must not make a member, nor hide the leavers."""
    folder = put(
        tmp_path / "c",
        export(tmp_path / "e", "slack:1"),
        table(tmp_path / "m.csv", "person,account\nslack:1,discord:77\nslack:1,slack:88\n"),
    )
    with workbench.open(folder) as opened:
        assert int(metrics.members_closing(opened, month=MARCH)["members_closing"].iloc[0]) == 1
        assert metrics.population_waterfall(opened, month=MARCH)["change"].iloc[0] == 1
    assert identities.joined(folder).unknown == ("discord:77", "slack:88")


def test_a_chain_over_two_maps_is_one_person(tmp_path):
    folder = put(
        tmp_path / "c",
        export(tmp_path / "e", "slack:1", "discord:1", "forum:1"),
        table(tmp_path / "m1.csv", "person,account\nslack:1,discord:1\n"),
        table(tmp_path / "m2.csv", "person,account\ndiscord:1,forum:1\n"),
    )
    assert mau(folder) == 1 and identities.joined(folder).apart == {}


# Candidates


def account(member_id: str, name: str, *, person: str = "", handles=()) -> Account:
    platform = member_id.split(":")[0]
    return identities._account(
        member_id, person or member_id, platform, name, {"user_name": handles} if handles else None
    )


def pairs(*accounts: Account) -> dict[frozenset, tuple[str, ...]]:
    return {frozenset((one.person, one.account)): one.reasons for one in candidates(accounts)}


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("Inès Serpolet", "serpolet ines", "name"),
        ("Inès Serpolet", "ines.serpolet", "name"),
        ("greenthumb42", "GreenThumb_42", "handle"),
        ("Inès S.", "Ines Serpolet", "short"),
        ("Inès S.", "ines s", "short"),
        ("Inès Serpolet", "Inès Serpollet", "near"),
    ],
)
def test_what_makes_two_accounts_a_candidate(one, other, reason):
    found = pairs(account("slack:1", one), account("discord:2", other))
    assert reason in found[frozenset(("slack:1", "discord:2"))]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Inès", "Inès"),  # a first name is no person
        ("Inès Serpolet", "Inès Bruyerel"),
        ("Inès Serpolet", "Hugo Serpolet"),
        ("Inès Serpolet", "Inès Serpolet-Bruyerel"),
        ("Inès S.", "Hugo Serpolet"),
        ("anna", "Anna_"),
        ("", ""),
    ],
)
def test_what_is_no_reason(one, other):
    assert pairs(account("slack:1", one), account("discord:2", other)) == {}


def test_the_same_address_on_two_platforms_is_the_first_reason():
    found = candidates([account("crm:email-abc", "A"), account("forum:email-abc", "B"), account("x:1", "C D")])
    assert [one.reasons for one in found] == [("email",)]


def test_two_accounts_of_one_platform_are_no_candidates():
    """Two of one name in one chat are two people, or the chat itself would not show them apart."""
    assert pairs(account("slack:1", "Ana Bo"), account("slack:2", "Ana Bo")) == {}


def test_a_name_that_several_share_is_told_and_ranks_last():
    accounts = [account("slack:1", "Ana Bo"), account("slack:2", "Ana Bo"), account("discord:1", "Ana Bo")]
    found = candidates([*accounts, account("slack:3", "Zoe Zederman"), account("discord:3", "Zoe Zedermann")])
    assert [one.among for one in found] == [1, 2, 2]
    crowd = [account(f"slack:{n}", "Ana Bo") for n in range(identities.SHARED + 1)]
    assert pairs(*crowd, account("discord:1", "Ana Bo")) == {}


def test_a_word_in_too_many_names_makes_no_spelling_near():
    pair = [account("slack:1", "Serpolet Anna"), account("discord:1", "Serpolet Annna")]
    letters = "abcdefghijklmnopqrstuvwxyz"
    crowd = [account(f"slack:{n + 9}", f"Serpolet {letters[n % 26] * 9}{letters[n // 26] * 9}") for n in range(49)]
    (found,) = candidates([*pair, *crowd[: identities.COMMON - 2]])
    assert found.reasons == ("near",)
    assert candidates([*pair, *crowd[: identities.COMMON - 1]]) == []


def test_who_is_joined_is_no_candidate_and_a_joined_person_moves_whole():
    accounts = [
        account("slack:1", "Ana Bo"),
        account("discord:1", "Ana Bo", person="slack:1"),
        account("forum:1", "ana bo"),
        account("chat:1", "somebody", person="forum:1"),
    ]
    (found,) = candidates(accounts)
    assert {found.person, found.account} == {"slack:1", "forum:1"}


def test_candidates_do_not_depend_on_the_order_of_accounts():
    accounts = [
        account(f"{p}:{n}", name) for p in ("a", "b", "c") for n, name in enumerate(("Ana Bo", "Bo Ana", "Cy D."))
    ]
    assert candidates(accounts) == candidates(accounts[::-1])


def test_every_pair_of_the_garden_is_suggested_and_no_other():
    """Their names are easy; what counts is that the hundreds of others with names in common are left alone."""
    accounts = []
    for name in ("slack", "discord", "discourse"):
        reading = Reading()
        for kind, row in registry.source(name).read(GARDEN / f"{name}.zip", reading):
            if kind == "members" and row["role"] != "bot":
                told = (row["member_id"], row["member_id"], name, row["display_name"], row.get("attributes"))
                accounts.append(identities._account(*told))
    person = {}
    with (GARDEN / "identities.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            person[row["account"]] = row["person"]
    groups = defaultdict(set)
    for one, who in person.items():
        if not one.startswith("whatsapp:"):
            groups[who].add(one)
    true = {frozenset((one, other)) for group in groups.values() for one in group for other in group if one < other}
    assert {frozenset((one.person, one.account)) for one in candidates(accounts)} == true


# The sheet


@pytest.fixture
def community(tmp_path):
    nasty = [
        ("slack:1", "=cmd|' /C calc'!A0 Bo"), ("discord:=1+1", "bo =cmd|' /C calc'!A0"),
        ("slack:2", 'Zoe, "Zed"; x'), ("discord:2", 'zed zoe x'),
    ]  # fmt: skip
    members = [
        ("members", {"member_id": one, "platform": one.split(":")[0], "display_name": name}) for one, name in nasty
    ]
    return put(tmp_path / "c", write(tmp_path / "e", *members))


def rows_of(file: Path) -> list[list[str]]:
    text = file.read_text(encoding="utf-8-sig")
    return list(csv.reader(text.splitlines(), delimiter=";" if text.splitlines()[0].count(";") > 2 else ","))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_sheet_is_answered_imported_and_written_again(community, tmp_path, language):
    file = tmp_path / "sheet.csv"
    assert identities.write(community, file, language=language) == (2, 0)
    headers, *rows = rows_of(file)
    assert headers == [say(f"identities.{name}", language) for name in identities._COLUMNS]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row)
    assert registry.recognise(file).name == "identities"
    assert identities.joined(put(community, file)).people == 0
    yes = "oui" if language == "fr" else "yes"
    text = file.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    at = next(n for n, line in enumerate(text) if "discord:=1+1" in line)
    file.write_text("".join(yes * (n == at) + line for n, line in enumerate(text)), encoding="utf-8-sig")
    found = identities.joined(put(community, file))
    assert (found.people, found.accounts, found.unknown) == (1, 2, ())
    assert identities.write(community, file, language=language) == (1, 1)
    assert rows_of(file)[1][0] == "yes" and {"slack:1", "discord:=1+1"} <= set(rows_of(file)[1])


def test_notes_and_columns_of_the_user_stay_in_their_place(community, tmp_path):
    file = table(tmp_path / "s.csv", "my note,person,accept,account\n=met him,slack:2,no,discord:2\n")
    assert identities.write(community, file, language="en") == (1, 1)
    headers, kept, new = rows_of(file)
    assert dict(zip(headers, kept, strict=True))["my note"] == "'=met him"
    assert dict(zip(headers, kept, strict=True))["accept"] == "no" and new[headers.index("my note")] == ""


def test_no_file_of_the_user_is_written_over(community, tmp_path):
    other = table(tmp_path / "letter.csv", "dear,friend\nhello,there\n")
    with pytest.raises(workbench.errors.SourceError, match="so that it is not overwritten"):
        identities.write(community, other, language="en")
    wrong = table(tmp_path / "s.csv", "accept,person,account\nperhaps,slack:1,discord:1\n")
    with pytest.raises(workbench.errors.SourceError, match="nothing was written"):
        identities.write(community, wrong, language="en")
    with pytest.raises(workbench.errors.SettingsError, match=r"ends in \.csv"):
        identities.write(community, tmp_path / "s.xlsx", language="en")
    assert other.read_text() == "dear,friend\nhello,there\n"


texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20).map(str.strip).filter(bool)


@given(texts)
def test_any_text_is_read_back_as_it_was_and_is_no_formula(text):
    cell = source.neutral(text)
    assert source.plain(cell) == text and not cell.startswith(("=", "+", "-", "@"))


@examples(max_examples=50, deadline=None)
@given(native=texts, word=texts)
def test_any_account_and_person_come_back_from_a_file(tmp_path_factory, native, word):
    file = tmp_path_factory.mktemp("back") / "m.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        sheet = csv.writer(stream)
        sheet.writerow(("person", "account"))
        sheet.writerow((source.neutral(word), source.neutral(f"x:{native}")))
    assert persons(file)[f"x:{native}"] == word


def test_the_command_says_what_to_do_next(community, capsys):
    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            cli.main(["identities", "--community", str(community), *map(str, arguments)])
        return ended.value.code, capsys.readouterr().out

    code, out = run()
    assert code == 0 and "every account counts as a person of its own" in out
    code, out = run("--suggest")
    assert code == 0 and (community / "identities.csv").is_file() and "workbench import" in out
    put(community, table(community / "m.csv", "person,account\nslack:1,discord:2\nslack:1,no:such\n"))
    code, out = run()
    assert "1 people have 2 accounts" in out and "discord + slack: 1" in out and "no:such" in out


def test_words_of_a_name_keep_letters_of_all_scripts():
    assert words_of("Иван Петров") == ("иван", "петров") and words_of("李雷") == ("李雷",) and words_of("…") == ()


# platform_overlap


def overlap(community):
    return metrics.platform_overlap(community, month=MARCH).iloc[0]


def members(*rows: tuple[str, str | None], **more) -> dict[str, list[dict]]:
    platforms = sorted({one.split(":")[0] for one, _ in rows})
    return {
        "imports": [{"import_id": p, "platform": p} for p in platforms],
        "coverage": [{"platform": p, "from_at": "2026-03-01", "to_at": "2026-03-31"} for p in platforms],
        "members": [
            {"member_id": one, "platform": one.split(":")[0], "display_name": one, "person_id": person, **more}
            for one, person in rows
        ],
    }


def test_people_on_several_platforms_are_counted_by_the_map_and_not_by_accounts():
    # Mistakes forbidden: to count a second account on the same platform, accounts instead of people, staff.
    rows = members(
        ("a:1", "a:1"), ("b:1", "a:1"), ("c:1", "a:1"),  # one person on three
        ("a:2", "a:2"), ("a:3", "a:2"),  # one person, twice on one
        ("b:4", None), ("a:5", "a:5"), ("b:5", "a:5"),  # 5 is of the team
    )  # fmt: skip
    row = overlap(community_of_rows(rows, people={"staff": ["b:5"]}))
    assert row[["platform_overlap", "people", "at_least", "at_most", "platforms"]].tolist() == [1, 3, 2, 5, 3]


def test_without_a_map_the_overlap_is_unknown_and_its_bounds_are_told():
    row = overlap(community_of_rows(members(("a:1", None), ("a:2", None), ("b:1", None))))
    assert row[["at_least", "at_most", "why"]].tolist() == [2, 3, "why.overlap_no_map"]
    assert row[["platform_overlap", "people"]].isna().all()


def test_one_platform_has_no_overlap_to_count():
    row = overlap(community_of_rows(members(("a:1", "a:1"), ("a:2", None))))
    assert row["why"] == "why.overlap_one_platform" and row["people"] == 2


def test_who_joined_after_the_month_is_not_on_a_second_platform_yet():
    rows = members(("a:1", "a:1"), ("b:1", "a:1"), ("b:2", None))
    rows["members"][1]["joined_at"] = "2026-04-01"
    assert overlap(community_of_rows(rows))["platform_overlap"] == 0


@examples(max_examples=40, deadline=None)
@given(communities())
def test_the_overlap_equals_the_oracle_and_people_lie_within_the_bounds(made):
    oracle = Oracle(made, MARCH)
    there = defaultdict(set)
    for one, known in oracle.accounts.items():
        dates = [row["joined_at"] for row in made.rows["members"] if row["member_id"] == one]
        stays = [row for row in made.rows["memberships"] if row["member_id"] == one]
        joins = [at for at in (*dates, *(row["start_at"] for row in stays)) if at is not None]
        leaves = [row["end_at"] for row in stays if row["end_at"] is not None]
        traces = oracle.traces(one)
        seen = (
            (not joins and not traces)
            or (joins and leaves and min(leaves) < min(joins))
            or (joins and min(joins) < oracle.end_at)
            or (traces and traces[0] < oracle.end)
        )
        if seen and known["person"] in oracle.eligible:
            there[known["person"]].add(known["platform"])
    platforms = set().union(*there.values())
    row = overlap(made.open())
    sizes = [sum(platform in on for on in there.values()) for platform in platforms]
    assert (row["at_least"], row["at_most"]) == (max(sizes, default=0), sum(sizes))
    mapped = any(row["person_id"] for row in made.rows["members"])
    if len(platforms) > 1 and mapped:
        assert (row["platform_overlap"], row["people"]) == (sum(len(on) > 1 for on in there.values()), len(there))
        assert row["at_least"] <= row["people"] <= row["at_most"]
    else:
        assert row["why"] in ("why.nobody", "why.overlap_one_platform", "why.overlap_no_map")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_overlap_is_said_with_its_bounds_where_there_is_no_map(language):
    def said(*rows):
        return overlap_sentence(
            metrics.platform_overlap(community_of_rows(members(*rows)), month=MARCH), language=language
        )

    assert "1" in said(("a:1", "a:1"), ("b:1", "a:1")) and "{" not in said(("a:1", "a:1"), ("b:1", "a:1"))
    assert "2" in said(("a:1", None), ("a:2", None), ("b:1", None))
    assert say("why.overlap_one_platform", language)[:-1] in said(("a:1", None))
