"""`python -m workbench.words` writes docs/metrics.md and docs/metriques.md from the catalogue."""

import sys
from pathlib import Path

from workbench.words import catalogue, say

PAGES = {"en": "metrics.md", "fr": "metriques.md"}


def page(language: str) -> str:
    """Every definition card as Markdown, by family, in the catalogue's order."""
    parts = [f"# {say('docs.title', language)}\n\n{say('docs.intro', language)}\n"]
    for key in catalogue():
        metric, _, last = key.rpartition(".")
        if last == "question":
            parts.append(f"## {say(f'{metric}.name', language)} · `{metric}`\n\n{say(key, language)}\n")
            parts += [
                say("docs.item", language, what=say(f"show.{what}", language), said=say(f"{metric}.{what}", language))
                for what in ("definition", "misleads", "source")
                if f"{metric}.{what}" in catalogue()
            ]
            parts.append("")
    return "\n".join(parts)


def main(folder: Path) -> None:
    for language, name in PAGES.items():
        (folder / name).write_text(page(language), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "docs")
