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
