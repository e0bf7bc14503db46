"""The lists: who is on them, why, and what is shown of them where."""

import pandas as pd
import pytest

from workbench import actions, sentences
from workbench.settings import Privacy, Settings
from workbench.words import catalogue

CLUB = Settings(name="club", timezone="UTC")
OPEN = Settings(name="club", timezone="UTC", privacy=Privacy(names="shown"))


def changes(*rows):
    """(member, change, score before, score)."""
    columns = ["member_id", "change", "score_before", "score"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["display_name"] = "Name of " + frame["member_id"].astype(str)
    return frame.assign(active_weeks=9, contributions=40, people_helped=3, covered_weeks=12, covered_weeks_before=12)


def at_risk(*members):
    frame = pd.DataFrame({"member_id": list(members)}, dtype=object)
    frame["display_name"] = "Name of " + frame["member_id"].astype(str)
    return frame.assign(
        contributions=70,
        active_days_90=5,
        silent_days=31,
        usual_gap_days=2.5,
        last_active_on=pd.Timestamp("2026-02-28"),
    )


def unanswered(*hours):
    return pd.DataFrame(
        {
            "event_id": [f"e{n}" for n in range(len(hours))],
            "member_id": "chat:a",
            "display_name": "=HYPERLINK(1)",
            "group_name": "help",
            "opened_at": pd.Timestamp("2026-03-01 23:30"),
            "opened_at_local": pd.Timestamp("2026-03-02 00:30"),
            "waiting_hours": [float(hour) for hour in hours],
            "waiting_over_hours": [168 if hour >= 168 else 24 for hour in hours],
            "text": "=1+1 Where is the file, asks Name of chat:a",
        }
    )


def top(*shares):
    frame = pd.DataFrame({"member_id": [f"chat:{n}" for n in range(len(shares))], "share": shares})
    return frame.assign(display_name="Somebody", contributions=10)


def factor(people, contributors):
    return pd.DataFrame({"absence_factor": [people], "contributors": [contributors], "why": [None]})


def quiet(*spells):
    """(group, days, is_current)."""
    return pd.DataFrame(spells, columns=["group_name", "days", "is_current"]).assign(level="red")


def themes():
    return pd.DataFrame(
        {
            "theme_id": ["t01", "t02"],
            "label": ["refund", "dark mode"],
            "items": [9, 4],
            "authors": [7, 3],
            "trend": ["up", None],
            "team": ["billing", None],
        }
    )


def test_a_member_who_slid_over_the_border_is_not_written_to_as_if_lost():
    slid, fell, gone = ("chat:a", "lost", 80.0, 70.0), ("chat:b", "lost", 80.0, 40.0), ("chat:c", "lost", 60.0, None)
    listed = actions.contact(hem_changes=changes(slid, fell, gone), settings=CLUB, language="en")
    assert listed["member_id"].tolist() == ["chat:b", "chat:c"]
    assert "score 80), 40 this month" in listed["why"].iloc[0] and "60), 0 this month" in listed["why"].iloc[1]


def test_nobody_is_lost_by_a_score_that_rests_on_fewer_covered_weeks():
    fell = changes(("chat:b", "lost", 80.0, 40.0))
    fewer = fell.assign(covered_weeks=1, covered_weeks_before=5)
    assert actions.contact(hem_changes=fewer, settings=CLUB, language="en").empty
    assert len(actions.contact(hem_changes=fell.assign(covered_weeks_before=9), settings=CLUB, language="en")) == 1
    for language in ("en", "fr"):
        said = sentences.hem_changes(fewer, language=language)
        assert "1" in said and "5" in said


def test_who_is_lost_and_silent_stands_once_with_both_reasons():
    lost = changes(("chat:a", "lost", 80.0, 20.0), ("chat:k", "kept", 90.0, 91.0))
    listed = actions.contact(at_risk("chat:r", "chat:a"), lost, settings=CLUB, language="en")
    assert listed["member_id"].tolist() == ["chat:a", "chat:r"]
    assert "Carried the community" in listed["why"].iloc[0] and "Silent for 31 days" in listed["why"].iloc[0]
    assert listed["contributions"].tolist() == [70, 70]  # of all time for both, not the score's 12 weeks
    assert listed["silent_days"].tolist() == [31, 31]


def test_thanks_go_to_those_who_came_and_stayed_the_new_ones_first():
    rows = changes(("chat:k", "kept", 90.0, 91.0), ("chat:n", "new", None, 60.0), ("chat:l", "lost", 80.0, 20.0))
    listed = actions.thank(rows, settings=CLUB, language="en")
    assert listed["member_id"].tolist() == ["chat:n", "chat:k"]
    assert "from 0 to 60" in listed["why"].iloc[0]


def test_what_waits_a_week_gets_another_advice_than_what_waits_a_day():
    listed = actions.answer(unanswered(400, 30), settings=CLUB, language="en")
    assert listed["why"].tolist() == ["Has waited 16 days for an answer.", "Has waited 30 hours for an answer."]
    assert listed["do"].iloc[0] != listed["do"].iloc[1]


def test_who_is_to_answer_reads_what_was_asked_and_when_by_the_community_s_clock():
    given = unanswered(400, 30)
    given["text"] = [given["text"].iloc[0], None]
    listed = actions.answer(given, settings=CLUB, language="en")
    assert listed["text"].iloc[0].startswith("=1+1 Where") and pd.isna(listed["text"].iloc[1])
    assert listed["opened_at_local"].tolist() == [pd.Timestamp("2026-03-02 00:30")] * 2 and "opened_at" not in listed
    assert all(f"column.{name}" in catalogue() for name in listed.columns)


def test_what_members_wrote_is_on_no_page():
    listed = actions.answer(unanswered(400), settings=OPEN, language="en")
    for frame in (listed, unanswered(400)):
        assert "Where is the file" not in actions.on_page(frame, settings=OPEN).to_csv()


@pytest.mark.parametrize(
    ("people", "contributors", "listed"), [(2, 20, 2), (6, 60, 0), (2, 4, 0), (None, 0, 0), (5, 11, 5)]
)
def test_people_are_watched_only_when_few_carry_the_conversation_of_many(people, contributors, listed):
    found = actions.watch(top(*[0.1] * 10), factor(people, contributors), settings=CLUB, language="en")
    assert len(found) == listed


def test_a_group_silent_for_months_is_to_be_closed_or_relaunched_not_woken():
    found = actions.watch(
        quiet_spells=quiet(("a", 8, True), ("b", 100, True), ("c", 9, False)), settings=CLUB, language="en"
    )
    assert found["group_name"].tolist() == ["a", "b"]
    assert found["do"].iloc[0].startswith("Ask") and found["do"].iloc[1].startswith("Decide")


def test_feedback_names_the_team_or_asks_for_one():
    listed = actions.feedback(themes(), language="en")
    assert "billing" in listed["do"].iloc[0] and "community.toml" in listed["do"].iloc[1]
    assert listed["trend"].tolist() == ["growing", "cannot be told"]


def loops(*rows):
    """(kind, days open)."""
    frame = pd.DataFrame(rows, columns=["kind", "age_days"])
    frame["loop_id"] = [f"l{n}" for n in range(len(frame))]
    return frame.assign(
        member_id="chat:t",
        display_name="The Team",
        group_name="help",
        opened_at_local=pd.Timestamp("2026-03-02 00:30"),
        text="=1+1 I will tell Name of chat:a",
    )


def candidates(*members, sanctions_known=True):
    """By help, as the metric ranks them."""
    frame = pd.DataFrame({"member_id": [f"chat:{name}" for name in members], "display_name": members})
    return frame.assign(rank=range(1, len(members) + 1), weeks_of_4=4, people_helped=9, points_helped=12.0, score=90.0,
                        sanctions_known=sanctions_known)  # fmt: skip


def test_an_open_incident_stands_on_its_own_list_and_not_among_the_promises():
    listed = actions.promises(loops(("promise", 12), ("incident", 9), ("routing", 1)), settings=CLUB, language="en")
    assert listed["loop_id"].tolist() == ["l0", "l2"]
    assert listed["why"].iloc[0].startswith("Promised 12 days before the month’s end")
    assert listed["why"].iloc[1] == "Noted in the log 1 day before the month’s end, not closed."
    page = actions.on_page(listed, settings=CLUB)
    assert "The Team" not in page.to_csv() and "I will tell" not in page.to_csv()


def test_candidates_for_a_role_stand_in_order_of_their_names_without_rank_or_score():
    # The metric orders them by help; a list that does so too would be a ranking of people.
    listed = actions.candidates(candidates("zoe", "Ana", "mia"), settings=CLUB, language="en")
    assert listed["display_name"].tolist() == ["Ana", "mia", "zoe"]
    assert not {"rank", "score", "points_helped"} & set(listed.columns)
    unchecked = actions.candidates(candidates("ana", sanctions_known=False), settings=CLUB, language="en")
    assert "no sanction in" in listed["why"].iloc[0] and "check the record" in unchecked["why"].iloc[0]


def test_promises_and_roles_are_lists_only_where_somebody_is_on_them():
    some = {"open_loops": loops(("promise", 2)), "role_candidates": candidates("ana")}
    assert list(actions.lists(settings=CLUB, language="fr", **some)) == ["À tenir ou à clore", "À qui proposer un rôle"]
    none = {"open_loops": loops(("incident", 2)), "role_candidates": candidates("ana").head(0)}
    assert actions.lists(settings=CLUB, language="fr", **none) == {}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_all_lists_of_a_month_have_a_title_and_a_reason_in_every_row(language):
    frames = {
        "at_risk": at_risk("chat:r"),
        "hem_changes": changes(("chat:l", "lost", 80.0, 20.0), ("chat:n", "new", 10.0, 60.0)),
        "unanswered": unanswered(30),
        "top_contributors": top(0.5, 0.1),
        "absence_factor": factor(1, 9),
        "quiet_spells": quiet(("a", 8, True)),
        "themes": themes(),
    }
    made = actions.lists(settings=CLUB, language=language, **frames)
    assert len(made) == 5 and all(len(title) <= 31 for title in made)
    for frame in made.values():
        assert frame["why"].str.len().gt(10).all() and frame["do"].str.len().gt(10).all()
    empty = actions.lists(
        settings=CLUB,
        language=language,
        **{name: frame.head(0) for name, frame in frames.items() if name != "absence_factor"},
    )
    assert [frame.empty for frame in empty.values()] == [True] * 5
    assert [list(frame.columns) for frame in empty.values()] == [list(frame.columns) for frame in made.values()]
    assert actions.lists(settings=CLUB, language=language) == {}


def test_a_page_shows_pseudonyms_unless_the_settings_say_names_are_shown():
    frame = at_risk("chat:r")
    page = actions.on_page(frame, settings=CLUB)
    assert "Name of chat:r" not in page.to_csv() and "chat:r" not in page.to_csv()
    assert page["member"].iloc[0].startswith("M-")
    assert actions.on_page(frame, settings=OPEN)["member"].tolist() == ["Name of chat:r"]
    nameless = frame.assign(display_name=None)
    assert actions.on_page(nameless, settings=OPEN)["member"].iloc[0].startswith("M-")


def test_the_lists_hold_the_pseudonym_of_the_page_beside_the_name():
    listed = actions.contact(at_risk("chat:r"), settings=CLUB, language="fr")
    assert listed["member"].tolist() == actions.on_page(at_risk("chat:r"), settings=CLUB)["member"].tolist()
    assert listed["display_name"].tolist() == ["Name of chat:r"]


def test_the_frames_given_are_left_as_they_were():
    given = [at_risk("chat:r"), changes(("chat:l", "lost", 80.0, 20.0)), themes()]
    copies = [frame.copy() for frame in given]
    actions.contact(given[0], given[1], settings=CLUB, language="en")
    actions.thank(given[1], settings=CLUB, language="en")
    actions.feedback(given[2], language="en")
    for frame, copy in zip(given, copies, strict=True):
        pd.testing.assert_frame_equal(frame, copy)
