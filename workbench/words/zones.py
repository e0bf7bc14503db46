"""How the times of a file were understood: kept as codes with their values, told in the reader's language."""

import json

from workbench.words import say


def coded(proofs: list[dict[str, str | int]]) -> str:
    """Codes and values as they are stored. Each proof names its text under "how", without "zone."."""
    return json.dumps(proofs, ensure_ascii=False)


def told(kept: str | None, language: str) -> str:
    """What was stored, in words; imports made before there were codes hold their English words.

    >>> kept = coded([{"how": "given", "zone": "Europe/Paris"}, {"how": "day_first", "shown": "25/04/24", "line": "3"}])
    >>> told(kept, "en"), told("UTC in the file", "fr")
    ('Europe/Paris, from --timezone · day before month: "25/04/24" (line 3)', 'UTC in the file')
    """
    try:
        proofs = json.loads(kept or "[]")
    except ValueError:
        return kept or ""
    return " · ".join(_proof(proof, language) for proof in proofs)


def _proof(proof: dict[str, str | int], language: str) -> str:
    said = str(say(f"zone.{proof['how']}", language, **proof))
    place = next((name for name in ("sheet", "line", "record", "file") if name in proof), None)
    return f"{said} ({say(f'zone.in_{place}', language, **proof)})" if place else said
