"""The house's own report on data that tell little: every number that is not known is null, and no page fails."""

import json
from pathlib import Path

import pytest

from workbench import report, settings, store
from workbench.report import numbers
from workbench.sample import WHATSAPP
from workbench.sources import registry

SAMPLE = Path(__file__).parents[1] / "data" / "sample"


@pytest.mark.parametrize(
    ("file", "language", "unknown"),
    [
        (SAMPLE / "meta-history.zip", "en", {"leavers", "revenue", "nps", "warn_ladder", "platform_overlap"}),
        (SAMPLE / "garden" / WHATSAPP, "fr", {"revenue", "nps", "warn_ladder", "reaction_rate", "platform_overlap"}),
    ],
    ids=["a forum", "a chat"],
)
def test_a_report_is_made_from_data_without_payments_moderation_surveys_or_posts(tmp_path, file, language, unknown):
    store.add(tmp_path, registry.recognise(file), file, timezone="Europe/Paris")
    settings.create(tmp_path / "community.toml", name="little", timezone="Europe/Paris", language=language)
    page = report.make(tmp_path, progress=False)
    found = json.loads((page.parent / "numbers.json").read_text(encoding="utf-8"))["metrics"]
    assert set(numbers.everything()) <= found.keys()
    values = {one: found[one]["value"] if isinstance(found[one], dict) else found[one] for one in unknown}
    assert values == dict.fromkeys(unknown)
    assert all(found[f"{one}__why"].strip() for one in unknown)


def test_a_report_is_made_of_answers_alone_for_their_last_month(tmp_path, capsys):
    """No day of activity is covered, so every count of people is unknown; what was answered is not."""
    answers = tmp_path / "answers.csv"
    answers.write_text("Date,Score\n2026-01-05,9\n2026-02-03,10\n2026-02-04,3\n", encoding="utf-8")
    mapping = tmp_path / "answers.csv.mapping.toml"
    columns = '[columns]\ngiven_at = "Date"\nscore = "Score"\n[defaults]\nsource = "survey"\nscale = "nps"\n'
    mapping.write_text(f'table = "feedback"\n{columns}', encoding="utf-8")
    store.add(tmp_path, registry.recognise(answers), answers, timezone="UTC", mapping=mapping)
    settings.create(tmp_path / "community.toml", name="little", timezone="UTC", language="en")
    page = report.make(tmp_path, progress=False)
    found = json.loads((page.parent / "numbers.json").read_text(encoding="utf-8"))
    assert found["month"].startswith("2026-02") and "no activity is in the data" in capsys.readouterr().err
    metrics = found["metrics"]
    assert metrics["mau"] is None and metrics["mau__why"]
    assert (metrics["nps"]["value"] if isinstance(metrics["nps"], dict) else metrics["nps"]) == 0
