"""The audience and what must stay hidden in it: hand tables, an attacker with linear programming, laws."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench import figures, metrics, sentences
from workbench.engine import community_of_rows
from workbench.errors import SettingsError
from workbench.metrics.suppression import LEAST, folded, hidden

MANY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
FEW = settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
MARCH = "2026-03"


def opened(people):
    """`people`: dicts of country, language, interests (text), groups; everybody is a member in March 2026."""
    members, stays = [], []
    for number, person in enumerate(people):
        mine = f"chat:{number}"
        told = {"interests": person["interests"]} if person.get("interests") else None
        members.append(
            {
                "member_id": mine,
                "platform": "chat",
                "country": person.get("country"),
                "language": person.get("language"),
                "attributes": told,
            }
        )
        stays += [
            {
                "membership_id": f"{number} {group}",
                "member_id": mine,
                "group_id": f"chat:{group}",
                "start_at": "2026-03-02",
            }
            for group in person.get("groups", ())
        ]
    groups = sorted({stay["group_id"] for stay in stays})
    return community_of_rows(
        {
            "coverage": [{"platform": "chat", "from_at": "2026-01-01", "to_at": "2026-03-31"}],
            "members": members,
            "memberships": stays,
            "groups": [{"group_id": one, "platform": "chat", "name": one.split(":")[1]} for one in groups],
        }
    )


def cells(frame, dimension="language"):
    rows = frame[frame["dimension"] == dimension]
    return {(form, value): n for form, value, n in zip(rows["form"], rows["value"], rows["members"], strict=True)}


def people_of(**counts):
    return [{"language": language} for language, n in counts.items() for _ in range(n)]


# One dimension


def test_one_small_value_takes_the_next_one_with_it_so_that_the_total_does_not_tell_it():
    # 40 + 12 + 3 = 55 members: hiding the 3 alone would be 55 − 40 − 12.
    found = cells(metrics.audience(opened(people_of(fr=40, en=12, br=3)), month=MARCH))
    assert found == {("value", "fr"): 40, ("other", None): 15}


def test_who_declares_nothing_is_a_cell_like_the_others():
    people = [*people_of(fr=40, en=12), {}, {}]
    found = cells(metrics.audience(opened(people), month=MARCH))
    assert found == {("value", "fr"): 40, ("other", None): 14}


def test_large_values_are_all_shown_with_their_share_and_the_capitals_do_not_matter():
    people = [*people_of(fr=10, FR=10), *[{"language": " en "}] * 15, *[{}] * 5]
    frame = metrics.audience(opened(people), month=MARCH)
    assert cells(frame) == {("value", "fr"): 20, ("value", "en"): 15, ("unknown", None): 5}
    assert frame.loc[frame["value"] == "fr", "share"].tolist() == [0.5]


def test_of_four_members_nothing_is_shown():
    found = metrics.audience(opened(people_of(fr=3, en=1)), month=MARCH)
    assert found["members"].isna().all() and set(found["why"]) == {"why.audience_hidden"}


def test_interests_are_cut_and_a_member_may_have_several():
    people = [{"interests": "Roses; compost"}] * 6 + [{"interests": "roses"}] * 5 + [{"interests": "bees,compost"}] * 2
    found = cells(metrics.audience(opened([*people, *[{}] * 7]), month=MARCH), "interest")
    # Bees are two: who declares nothing, 7, go with them, and "other" is not counted, for it would count some twice.
    assert found.pop(("other", None)) is pd.NA
    assert found == {("value", "roses"): 11, ("value", "compost"): 8}


@MANY
@given(st.lists(st.integers(0, 12), min_size=1, max_size=8))
def test_what_is_put_together_is_at_least_two_and_five_and_nothing_small_is_left(counts):
    away = folded(counts)
    left = [n for place, n in enumerate(counts) if place not in away]
    assert all(n >= LEAST for n in left)
    assert not away or not left or (len(away) >= 2 and sum(counts[place] for place in away) >= LEAST)
    assert all(n >= LEAST for n in counts) == (not away)


# Two dimensions


def attacker(table, away):
    """What somebody can work out of each hidden cell who knows all sums and the shown cells: its least and its most."""
    from scipy.optimize import linprog

    places = [tuple(place) for place in np.argwhere(away)]
    known = np.where(away, 0, table)
    lines, sums = [], []
    for axis, total in ((0, table.sum(axis=1) - known.sum(axis=1)), (1, table.sum(axis=0) - known.sum(axis=0))):
        for line, value in enumerate(total):
            lines.append([float(place[axis] == line) for place in places])
            sums.append(value)
    found = {}
    for number, place in enumerate(places):
        aim = np.zeros(len(places))
        aim[number] = 1
        ends = [linprog(sign * aim, A_eq=lines, b_eq=sums, bounds=(0, None)) for sign in (1, -1)]
        assert all(end.status == 0 for end in ends)
        found[place] = tuple(round(abs(end.fun)) for end in ends)
    return found


@MANY
@given(st.integers(2, 4), st.integers(2, 4), st.data())
def test_nobody_can_work_out_a_small_cell_from_the_margins(rows, columns, data):
    numbers = st.integers(0, 14) if data.draw(st.booleans()) else st.sampled_from((0, 1, 2, 5, 9, 30))
    table = np.array(
        data.draw(st.lists(st.lists(numbers, min_size=columns, max_size=columns), min_size=rows, max_size=rows))
    )
    away = hidden(table)
    assert away[table < LEAST].all()
    if away.all():
        return  # nothing is shown but the margins, which are known anyway
    for place, (least, most) in attacker(table, away).items():
        if 0 < table[place] < LEAST:
            assert least < most, f"{table.tolist()} gives {place} away"
    for axis in (0, 1):
        sums = np.where(away, table, 0).sum(axis=1 - axis)
        whole = away.all(axis=1 - axis)
        assert not ((sums > 0) & (sums < LEAST) & ~whole).any(), "the hidden cells of a line add up to a few people"


def test_hiding_small_cells_alone_would_give_them_away():
    """The attacker is no paper tiger: without secondary suppression the 3 follows from its row."""
    table = np.array([[20, 3], [9, 30]])
    assert attacker(table, table < LEAST)[0, 1] == (3, 3)
    least, most = attacker(table, hidden(table))[0, 1]
    assert least < most


def test_two_hidden_cells_a_line_are_not_enough():
    """A bridge: two blocks of hidden cells joined by one cell, of which every line has two or more."""
    table = np.full((4, 4), 20)
    table[:2, :2] = 3
    table[2:, 2:] = 3
    table[1, 2] = 4
    away = table < LEAST
    assert attacker(table, away)[1, 2] == (4, 4)
    least, most = attacker(table, hidden(table))[1, 2]
    assert least < most


def test_a_table_without_small_cells_is_shown_whole():
    assert not hidden(np.full((3, 3), 5)).any()


def test_groups_show_their_languages_and_hide_what_points_at_somebody():
    people = [{"language": "fr", "groups": ["den", "hall"]}] * 12 + [{"language": "en", "groups": ["hall"]}] * 9
    people += [{"language": "en", "groups": ["den"]}] * 2 + [{"language": "fr", "groups": ["nook"]}] * 4
    frame = metrics.audience_by_group(opened(people), month=MARCH)
    assert "nook" not in set(frame["group_name"])  # four members
    shown = {(g, v): n for g, v, n in zip(frame["group_name"], frame["value"], frame["members"], strict=True)}
    assert pd.isna(shown["den", "en"]) and pd.isna(shown["den", "fr"])
    assert (frame["group_members"] >= LEAST).all()


@FEW
@given(
    st.lists(
        st.tuples(st.sampled_from(("fr", "en", "br", None)), st.sets(st.sampled_from("abc"))), min_size=1, max_size=60
    )
)
def test_shown_cells_are_counts_in_plain_python_and_never_small(given):
    people = [{"language": language, "groups": sorted(groups)} for language, groups in given]
    community = opened(people)
    frame = metrics.audience_by_group(community, month=MARCH)
    whole = cells(metrics.audience(community, month=MARCH))
    named = {value for form, value in whole if form == "value"}
    for row in frame.itertuples():
        mine = [language for language, groups in given if row.group_name in groups]
        assert row.group_members == len(mine) >= LEAST
        if pd.isna(row.members):
            continue
        assert row.members >= LEAST
        if row.form == "value":
            assert row.members == mine.count(row.value)
        elif row.form == "unknown":
            assert row.members == mine.count(None)
        else:
            others = [one for one in mine if one not in named and (one is not None or ("unknown", None) not in whole)]
            assert row.members == len(others)
    shown = [n for n in whole.values() if not pd.isna(n)]
    assert all(n >= LEAST for n in shown) and sum(shown) in (0, len(given))


def test_only_what_is_declared_can_be_asked_for():
    with pytest.raises(SettingsError, match=r'by = "age" .* Allowed: .*country'):
        metrics.audience_by_group(opened(people_of(fr=9)), month=MARCH, by="age")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_case_is_said_and_drawn(language):
    people = [{"language": one, "groups": ["<b>den</b>"]} for one in itertools.chain(["fr"] * 9, ["<i>en</i>"] * 8)]
    for some in ([], people_of(fr=3), people):
        community = opened(some)
        frame, by_group = metrics.audience(community, month=MARCH), metrics.audience_by_group(community, month=MARCH)
        for dimension in ("country", "language", "interest"):
            assert sentences.audience(frame, language=language, dimension=dimension).endswith(".")
        sentences.audience_rows(frame, language=language)
        assert len(sentences.audience_by_group_rows(by_group, language=language)) == by_group["group_id"].nunique()
        title = sentences.audience_by_group(by_group, language=language)
        assert title.endswith(".")
        drawn = figures.audience_by_group(by_group, title=title, language=language).to_json()
        assert "<b>den" not in drawn and "<i>en" not in drawn and "\\u003cb\\u003eden" not in drawn


def test_where_nobody_declares_anything_nothing_is_called_hidden():
    frame = metrics.audience_by_group(opened([{"groups": ["den"]} for _ in range(9)]), month=MARCH)
    said = sentences.audience_by_group(frame, language="en")
    assert len(frame) and said == "So the groups cannot be told apart by language either."
