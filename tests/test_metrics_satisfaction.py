"""Scores of surveys: hand tables, the definitions in plain Python, laws."""

import made
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import Oracle

from workbench import figures, metrics, sentences
from workbench.engine import community_of_rows


def opened(*answers, members=(), **chosen):
    """A community from answers (member or None, score, scale, day, survey)."""
    rows = {
        "coverage": [{"platform": "chat", "from_at": "2026-03-01", "to_at": "2026-03-31"}],
        "members": [{"member_id": name, "platform": "chat", "role": role} for name, role in members],
        "feedback": [
            {"feedback_id": f"{n:03d}", "member_id": member, "score": score, "scale": scale,
             "given_at": f"2026-{day}", "source": survey}
            for n, (member, score, scale, day, survey) in enumerate(
                (*answer, *(None, None, "nps", "03-10", "survey")[len(answer):]) for answer in answers
            )
        ],
    }  # fmt: skip
    return community_of_rows(rows, **chosen)


def nps(*answers, **options):
    return metrics.nps(opened(*answers, **options), month="2026-03").iloc[0]


def csat(*answers, **options):
    return metrics.csat(opened(*answers, **options), month="2026-03").iloc[0]


def test_a_score_counted_by_hand():
    found = nps(*((None, score) for score in (10, 9, 9, 8, 7, 6, 0)))
    assert (found["promoters"], found["passives"], found["detractors"]) == (3, 2, 2)
    assert found["nps"] == pytest.approx(100 / 7)
    # Wald: variance of a difference of two shares, (3/7 + 2/7 − (1/7)²) ÷ 7.
    half = 1.959963984540054 * ((5 / 7 - 1 / 49) / 7) ** 0.5 * 100
    assert (found["low"], found["high"]) == (pytest.approx(100 / 7 - half), pytest.approx(100 / 7 + half))


def test_of_a_person_the_last_answer_of_a_survey_counts():
    answers = (("a", 0, "nps", "03-02"), ("a", 10, "nps", "03-20"), ("a", 0, "nps", "03-02", "other survey"))
    assert (nps(*answers)["promoters"], nps(*answers)["detractors"]) == (1, 1)
    # The last of the month: what she says in April does not undo it.
    assert nps(("a", 0, "nps", "03-02"), ("a", 10, "nps", "04-01"))["nps"] == -100


def test_anonymous_answers_count_each():
    assert nps((None, 10), (None, 10), (None, 3))["denominator"] == 3


def test_staff_bots_and_excluded_people_do_not_answer_for_the_community():
    members = (("boss", "staff"), ("robot", "bot"), ("a", "member"), ("test", "member"))
    answers = (("boss", 10), ("robot", 10), ("a", 2), ("test", 10), ("outsider", 2))
    found = nps(*answers, members=members, people={"excluded": ["test"]})
    assert (found["promoters"], found["detractors"]) == (0, 2)


def test_other_scales_stand_apart_and_are_counted():
    answers = ((None, 9, "nps"), (None, 5, "csat"), (None, 9, "10"), (None, 11, "nps"), (None, 3, None))
    assert (nps(*answers)["denominator"], nps(*answers)["other_answers"]) == (1, 4)
    assert (csat(*answers)["denominator"], csat(*answers)["other_answers"]) == (1, 4)


def test_satisfied_is_four_or_five_of_five():
    found = csat(*((None, score, "csat") for score in (1, 2, 3, 4, 5)), (None, 5, "5"))
    assert (found["numerator"], found["denominator"]) == (3, 6)


def test_without_answers_there_is_no_score_and_a_reason():
    for found, name in ((nps(), "nps"), (csat(), "csat"), (nps((None, None, "nps")), "nps")):
        assert pd.isna(found[name]) and found["why"] == "why.satisfaction_no_answers"


def test_participation_is_per_survey_and_one_a_person():
    members = (("a", "member"), ("b", "member"), ("c", "member"), ("d", "member"))
    answers = (("a", 9), ("a", 10), ("b", 1), ("a", 5, "csat", "03-05", "help desk"))
    found = metrics.participation(opened(*answers, members=members), month="2026-03")
    assert found[["survey", "numerator", "denominator"]].values.tolist() == [["help desk", 1, 4], ["survey", 2, 4]]


def test_more_answers_than_members_have_no_interval():
    found = metrics.participation(opened((None, 9), (None, 9), members=(("a", "member"),)), month="2026-03").iloc[0]
    assert found["participation"] == 2 and pd.isna(found["low"])


def test_no_score_counts_more_answers_than_the_surveys_got():
    answers = (("a", 9), ("a", 3), ("a", 5, "csat"), (None, 5, "csat"), ("b", 7, "10"))
    community = opened(*answers)
    rows = sentences.participation_rows(metrics.participation(community, month="2026-03"))
    assert list(rows.columns) == ["survey", "answers", "members", "participation", "low", "high"]
    assert (nps(*answers)["denominator"], csat(*answers)["denominator"], rows["answers"].sum()) == (1, 2, 3)


def test_without_answers_one_sentence_says_so():
    frame = metrics.participation(opened(), month="2026-03")
    assert sentences.participation(frame, language="en") == "No survey answer of this month is in the data."
    assert sentences.participation_rows(frame).empty


def test_a_satisfied_share_is_said_with_its_interval_unless_answers_are_few():
    said = [
        sentences.csat(metrics.csat(opened(*((None, 5, "csat"),) * n), month="2026-03"), language="en") for n in (9, 20)
    ]
    assert said[0] == "9 of 9 answers showed satisfaction."
    assert said[1] == "20 of 20 answers showed satisfaction: 100% (between 84% and 100% with 95% confidence)."


answer = st.tuples(
    st.sampled_from((None, "a", "b", "c")),
    st.integers(0, 10),
    st.sampled_from(("nps", "csat")),
    st.sampled_from(("02-28", "03-01", "03-15", "03-31", "04-01")),
    st.sampled_from(("spring", "desk")),
)


@settings(max_examples=15, deadline=None)
@given(st.lists(answer, max_size=12))
def test_scores_are_what_the_definition_reads(answers):
    community = opened(*answers)
    last = {}
    for place, (member, score, scale, day, survey) in enumerate(answers):
        valid = score <= 10 if scale == "nps" else 1 <= score <= 5
        if valid and day.startswith("03"):
            key = (member or place, survey, scale)
            last[key] = max(last.get(key, ("", -1, 0)), (day, place, score))
    scores = {scale: [value[2] for key, value in last.items() if key[2] == scale] for scale in ("nps", "csat")}
    promoters, detractors = sum(s >= 9 for s in scores["nps"]), sum(s <= 6 for s in scores["nps"])
    found = metrics.nps(community, month="2026-03").iloc[0]
    assert (found["numerator"], found["denominator"]) == (promoters - detractors, len(scores["nps"]))
    assert pd.isna(found["nps"]) or -100 <= found["low"] <= found["nps"] <= found["high"] <= 100
    assert found["promoters"] + found["passives"] + found["detractors"] == found["denominator"]
    found = metrics.csat(community, month="2026-03").iloc[0]
    assert (found["numerator"], found["denominator"]) == (sum(s >= 4 for s in scores["csat"]), len(scores["csat"]))


@st.composite
def with_answers(draw):
    community = draw(made.communities(max_events=6))
    # Two accounts of one person.
    two = [{"member_id": f"chat:{name}", "platform": "chat", "person_id": "two"} for name in "xy"]
    community = community.with_rows(members=community.rows["members"] + two)
    people = st.sampled_from([*(one["member_id"] for one in community.rows["members"]), "chat:stranger", None])
    scores, surveys = st.sampled_from((None, 3, 5, 5)), st.sampled_from(("spring", "desk"))
    rows = [
        {"feedback_id": str(n), "given_at": draw(made.moments(community.timezone)), "member_id": draw(people),
         "score": draw(scores), "scale": "csat", "source": draw(surveys)}
        for n in range(draw(st.integers(4, 14)))
    ]  # fmt: skip
    return community.with_rows(feedback=rows)


@settings(max_examples=8, deadline=None)
@given(with_answers())
def test_participation_is_what_the_definition_reads(given):
    oracle, answered = Oracle(given, "2026-03"), {}
    for row in given.rows["feedback"]:
        person = oracle.accounts.get(row["member_id"], {}).get("person")
        apart = person is not None and person not in oracle.eligible
        if row["score"] is not None and oracle.in_month(oracle.day(row["given_at"])) and not apart:
            answered.setdefault(row["source"], set()).add(person or row["member_id"] or ("nobody", row["feedback_id"]))
    found = metrics.participation(given.open(), month="2026-03")
    members = len(oracle.month_members)
    assert found[["survey", "numerator", "denominator"]].values.tolist() == [
        [survey, len(people), members] for survey, people in sorted(answered.items())
    ]
    for row in found.itertuples():
        assert row.participation == pytest.approx(row.numerator / members) if members else row.why == "why.no_members"
        assert pd.isna(row.low) if row.numerator > members else 0 <= row.low <= row.participation <= row.high <= 1


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("number", [0, 1, 4, 25])
def test_page_texts_and_figures_work_with_few_answers_and_with_none(number, language):
    community = opened(*((None, score % 11) for score in range(number)))
    frame = metrics.nps(community, month="2026-03")
    title = sentences.nps(frame, language=language)
    assert figures.nps(frame, title=title, language=language).data
    assert sentences.csat(metrics.csat(community, month="2026-03"), language=language)
    assert sentences.participation(metrics.participation(community, month="2026-03"), language=language)
