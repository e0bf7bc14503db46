"""The made-up community: the same bytes everywhere, texts like people's, and a life like a community's."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from workbench import sample
from workbench.errors import SettingsError
from workbench.period import Month
from workbench.sample.calendar import HOUR, day_of, local, starts
from workbench.sample.chance import Chance
from workbench.sample.plan import decide
from workbench.sample.score import Act, highly_engaged, scores
from workbench.sample.speech import PRAISE, THEMES, TOPICS, say, templates

ROOT = Path(__file__).parents[1]
BUNDLED = ROOT / "data" / "sample" / "garden"
SMALL = {"members": 60, "months": 4}


@pytest.fixture(scope="module")
def plan():
    return decide(members=120, months=14)


def hashes(folder: Path) -> dict[str, str]:
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return {file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def contents(folder: Path) -> dict[str, bytes]:
    """Every file, those in zips apart: how zlib packs may change between its versions, what is packed may not."""
    found = {}
    for file in folder.rglob("*"):
        name = file.relative_to(folder).as_posix()
        if file.suffix == ".zip":
            with zipfile.ZipFile(file) as archive:
                found |= {f"{name}/{inner}": archive.read(inner) for inner in archive.namelist()}
        elif file.is_file():
            found[name] = file.read_bytes()
    return found


def test_the_same_arguments_give_the_same_bytes_in_any_folder_locale_time_zone_and_hash_seed(tmp_path):
    sample.make(tmp_path / "here", **SMALL, seed=5)
    for number, (zone, locale, hash_seed) in enumerate(
        (("Asia/Tokyo", "C", "1"), ("America/Lima", "fr_FR.UTF-8", "77"))
    ):
        made = tmp_path / f"there {number}"
        given = {**os.environ, "TZ": zone, "LC_ALL": locale, "LANG": locale, "PYTHONHASHSEED": hash_seed}
        options = ["--members", "60", "--months", "4", "--seed", "5"]
        subprocess.run([sys.executable, "-m", "workbench", "sample", str(made), *options], env=given, check=True)
        assert hashes(made) == hashes(tmp_path / "here")


def another_python() -> Path | None:
    """Another version of Python on this machine that runs; pyenv's own names for them may lead nowhere."""
    others = [f"3.{minor}" for minor in (14, 13, 12, 11) if minor != sys.version_info.minor]
    found = [Path(place) for version in others if (place := shutil.which(f"python{version}"))]
    pyenv = [
        place for version in others for place in sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    ]
    runs = (
        place for place in found + pyenv if not subprocess.run([place, "-S", "-c", ""], capture_output=True).returncode
    )
    return next(runs, None)


def test_another_python_makes_the_same_contents(tmp_path):
    """It needs nothing but the standard library, so that no package has to be installed there."""
    if not (python := another_python()):
        pytest.skip("no other Python (3.11 to 3.14) was found on this machine")
    sample.make(tmp_path / "here", **SMALL, seed=5)
    made = f"from workbench.sample import make; make({str(tmp_path / 'there')!r}, members=60, months=4, seed=5)"
    subprocess.run([python, "-S", "-c", made], cwd=ROOT, check=True)
    assert contents(tmp_path / "there") == contents(tmp_path / "here")


def test_another_seed_is_another_community(tmp_path):
    sample.make(tmp_path / "a", **SMALL, seed=5)
    sample.make(tmp_path / "b", **SMALL, seed=6)
    assert hashes(tmp_path / "a")["slack.zip"] != hashes(tmp_path / "b")["slack.zip"]


def test_the_bundled_sample_is_what_the_command_makes(tmp_path):
    sample.make(tmp_path / "garden")
    made, bundled = contents(tmp_path / "garden"), contents(BUNDLED)
    bundled |= {name: (BUNDLED.parent / name).read_bytes() for name in ("STORY.md", "HISTOIRE.md")}
    assert made.keys() == bundled.keys()
    assert [name for name in made if made[name] != bundled[name]] == [], "make data/sample/garden anew"


def test_a_sample_is_never_written_over_something(tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(SettingsError, match=r"is not empty.*Give a new folder"):
        sample.make(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(("name", "value"), [("members", 3), ("members", 10**7), ("months", 1), ("months", 99)])
def test_a_size_that_is_not_possible_is_refused_with_what_is(tmp_path, name, value):
    with pytest.raises(
        SettingsError, match=rf"--{name} {value} is not possible\. Write a whole number from \d+ to \d+"
    ):
        sample.make(tmp_path / "x", **{name: value})
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(("members", "months"), [(40, 3), (41, 18), (60, 26)])
def test_small_short_and_long_communities_can_be_made(tmp_path, members, months):
    files = sample.make(tmp_path / "x", members=members, months=months, seed=3)
    answers = json.loads((tmp_path / "x" / "truth.json").read_text(encoding="utf-8"))
    assert all(file.is_file() for file in files)
    assert len(answers["numbers"]) == months and answers["numbers"]["2026-10"]["mau"] > 0


def test_every_template_can_be_filled_in_both_languages():
    for language in ("en", "fr"):
        keys = [*(f"{kind}.{topic}" for kind in ("question", "answer", "remark") for topic in TOPICS)]
        keys += [f"feedback.{theme}" for theme in THEMES]
        keys += ["show", "intro", "welcome", "thanks", "chatter", "prompt", "reply_prompt", "spam", "flood", "bot"]
        for key in keys:
            for number in range(40):
                theme = key.split(".")[1] if key.startswith("feedback") else None
                said = say(key, language, Chance(number, key), words={"me": "Ana", "them": "Bo"}, theme=theme)
                assert said.text and "{" not in said.text and "}" not in said.text, said.text


def test_only_questions_have_question_marks():
    """The truth of who asks rests on it: a template with a question mark asks, and no other does."""
    for language in ("en", "fr"):
        for topic in TOPICS:
            assert all("?" in text for text in templates(language, f"question.{topic}"))
            for kind in ("answer", "remark"):
                assert not [text for text in templates(language, f"{kind}.{topic}") if "?" in text]


def test_praise_is_among_the_themes():
    assert set(PRAISE) < set(THEMES)


def test_a_few_write_much_and_most_write_little(plan):
    counts = Counter(m.author.number for m in plan.messages if m.author.counts and m.author.kind != "flood")
    ordered = sorted(counts.values(), reverse=True)
    tenth = max(1, len(ordered) // 10)
    assert sum(ordered[:tenth]) > 0.4 * sum(ordered)
    assert ordered[len(ordered) // 2] < sum(ordered) / len(ordered)


def test_nights_and_holidays_are_calm_and_evenings_are_not(plan):
    said = [m for m in plan.messages if m.author.counts and m.author.kind != "flood"]
    hours = Counter(local(m.at).hour for m in said)
    assert sum(hours[hour] for hour in (1, 2, 3, 4)) < 0.25 * sum(hours[hour] for hour in (18, 19, 20, 21))
    days = Counter(day_of(m.at) for m in said)
    christmas = sum(days[Month(2025, 12).start.replace(day=day)] for day in range(24, 31))
    before = sum(days[Month(2025, 12).start.replace(day=day)] for day in range(10, 17))
    assert christmas < 0.75 * before


def test_nobody_writes_before_joining_or_after_leaving(plan):
    for message in plan.messages:
        assert message.author.here(message.at) or message.author.role == "bot", message


def test_no_answer_comes_before_its_question(plan):
    for message in plan.messages:
        assert message.opener is None or message.opener.at < message.at


def test_questions_asked_by_night_wait_for_the_morning(plan):
    """Answers by whoever feels in charge come by day: nearly none between one and six."""
    waits = [m for m in plan.messages if m.opener is not None and m.author.kind == "staff"]
    assert waits and not [m for m in waits if 1 <= local(m.at).hour < 6]


def test_messages_of_a_channel_never_share_an_instant(plan):
    places = Counter((m.group, m.at) for m in plan.messages)
    assert max(places.values()) == 1


def test_a_stream_of_chance_is_not_moved_by_another():
    one, two = Chance(1, "a"), Chance(1, "a")
    one.of("b").next()
    assert one.next() == two.next() and Chance(1, "a").next() != Chance(1, "b").next()


def test_local_days_are_cut_at_midnight_in_paris():
    assert str(day_of(starts(Month(2026, 3).start.replace(day=29)) - 1)) == "2026-03-28"
    first = Month(2026, 10).start.replace(day=25)
    assert str(day_of(starts(first) + 24 * HOUR)) == "2026-10-25", "a day of 25 hours"


def test_the_score_of_two_helpers_by_hand():
    """Ana answers Bo in week 1 and 2 before the end; Bo is a newcomer. Full trust is 6 for a long coverage."""
    end = Month(2026, 10).end
    days = [end.replace(year=2026, month=10, day=day) for day in (20, 28)]
    acts = [Act("ana", day, True, number, "bo") for number, day in enumerate(days)]
    acts += [Act("bo", days[0], True, 0, None)]
    made = scores(acts, end=end, begin=Month(2025, 1).start, members={"ana", "bo"}, counting={"ana", "bo"})
    assert set(made) == {"ana", "bo"} and made["ana"] > made["bo"] > 0
    active = {"ana": set(days), "bo": {days[0]}}
    assert highly_engaged(made, active, active=2) == ["ana"], "bo was active in one week only"
