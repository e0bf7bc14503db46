"""community.toml: what is written first, and what a manager is told about a mistake in it."""

import tomllib

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from workbench import settings
from workbench.errors import SettingsError

GOOD = 'name = "A"\ntimezone = "Europe/Paris"\n'


@pytest.fixture
def file(tmp_path):
    return tmp_path / "community.toml"


def load(file, text):
    file.write_text(text, encoding="utf-8")
    return settings.load(file)


def test_what_is_created_is_what_the_defaults_say(file):
    settings.create(file, name="Les amis", timezone="Europe/Paris", language="fr")
    assert settings.load(file) == settings.Settings(name="Les amis", timezone="Europe/Paris", language="fr")


def test_what_is_created_names_every_key(file):
    settings.create(file, name="A", timezone="UTC")
    text = file.read_text(encoding="utf-8")
    for section in (settings.Settings, settings.People, settings.Thresholds, settings.Privacy, settings.Goal):
        for key in section.__struct_fields__:
            assert f"{key} =" in text or f"[{key}]" in text or f"[[{key}]]" in text, key


def test_an_existing_file_is_left_alone(file):
    load(file, GOOD)
    settings.create(file, name="B", timezone="UTC")
    assert settings.load(file).name == "A"


@given(st.text(max_size=40))
@limits(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_name_makes_a_file_that_loads(tmp_path_factory, name):
    file = tmp_path_factory.mktemp("any") / "community.toml"
    settings.create(file, name=name, timezone="UTC")
    assert tomllib.loads(file.read_text(encoding="utf-8"))["timezone"] == "UTC"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD + 'langage = "fr"', 'Did you mean "language"?'),
        (GOOD + "[thresholds]\nquite_red_days = 7", 'Did you mean "quiet_red_days"?'),
        (GOOD + 'language = "de"', 'Allowed: "en" or "fr"'),
        (GOOD + "[thresholds]\nquiet_red_days = 0", "thresholds.quiet_red_days"),
        (GOOD + 'memory = "lots"', 'Allowed: an amount such as "2GB"'),
        (GOOD + '[privacy]\nnames = "all"', 'Allowed: "pseudonyms" or "shown"'),
        (GOOD + '[people]\nstaff = "ana"', "people.staff"),
        ('name = "A"', 'the key "timezone" is missing'),
        ('timezone = "UTC"', 'the key "name" is missing'),
        ('name = "A"\ntimezone = "Europe/Pariss"', 'Did you mean "Europe/Paris"?'),
        ('name = "A"\ntimezone = "Nowhere"', "IANA name such as Europe/Paris"),
        (GOOD + '[[goals]]\nmetric = "mau"\ntarget = 3\nby = "soon"', "as in 2026-10"),
        ("name = ", "is not valid TOML"),
    ],
)
def test_a_mistake_is_named_with_what_is_allowed(file, text, told):
    with pytest.raises(SettingsError) as error:
        load(file, text)
    assert told in str(error.value)


def test_a_mistake_names_the_file(file):
    with pytest.raises(SettingsError, match=r"community\.toml"):
        load(file, GOOD + 'langage = "fr"')


def test_a_missing_file_says_how_to_make_one(file):
    with pytest.raises(SettingsError, match="Import an export first"):
        settings.load(file)
