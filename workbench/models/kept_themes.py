"""Themes found once for a community's texts and kept in its cache folder for every page that shows them."""

import hashlib
import io
import json
import os
from pathlib import Path

import pandas as pd

from workbench.engine import Community
from workbench.models.themes import Themes, find_themes


def community_themes(
    community: Community, texts: pd.DataFrame, *, seed: int = 0, sample: int = 20_000, most_themes: int = 20
) -> Themes:
    """What do members keep telling us? `find_themes` on `metrics.feedback_texts`, in the languages of the settings.

    Quotes are masked with the members' names. The result is kept in `cache/themes/` under a hash of the texts,
    the options and the model; deleting it is safe.
    """
    names = community.names()
    options = {
        "seed": seed,
        "sample": sample,
        "most_themes": most_themes,
        "languages": sorted(community.settings.spoken),
    }
    if community.folder is None:
        return find_themes(texts, names=names, **options)
    file = community.folder / "cache" / "themes" / f"{_key(texts, names, options)}.json"
    if file.exists():
        return _read(file)
    found = find_themes(texts, names=names, **options)
    _write(file, found)
    return _read(file)


def _key(texts: pd.DataFrame, names: list[str], options: dict) -> str:
    digest = hashlib.sha256(json.dumps([options, names], sort_keys=True).encode())
    for file in sorted(Path(__file__).parent.iterdir()):  # another model finds other themes
        if file.suffix in (".py", ".csv"):
            digest.update(file.read_bytes())
    columns = ["text_id", "member_id", "at", "source", "text"]
    digest.update(pd.util.hash_pandas_object(texts[columns].astype(str), index=False).to_numpy().tobytes())
    return digest.hexdigest()[:24]


def _write(file: Path, found: Themes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    kept = {
        name: getattr(found, name).to_json(orient="table", index=False, double_precision=15)
        for name in ("themes", "assignments", "quotes")
    }
    kept |= {name: getattr(found, name) for name in ("n_texts", "n_sampled", "coverage_share")}
    aside = file.with_suffix(f".{os.getpid()}.tmp")
    aside.write_text(json.dumps(kept), encoding="utf-8")
    os.replace(aside, file)


def _read(file: Path) -> Themes:
    kept = json.loads(file.read_text(encoding="utf-8"))
    frames = {
        name: pd.read_json(io.StringIO(kept.pop(name)), orient="table") for name in ("themes", "assignments", "quotes")
    }
    return Themes(**frames, **kept)
