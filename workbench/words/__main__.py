"""`python -m workbench.words` writes, from the catalogue, docs/metrics.md and docs/metriques.md, docs/sources.md and
docs/sources-fr.md."""

import sys
from pathlib import Path

from workbench.words import catalogue, say

PAGES = {"en": "metrics.md", "fr": "metriques.md"}
SOURCES_PAGES = {"en": "sources.md", "fr": "sources-fr.md"}


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


def sources_page(language: str) -> str:
    """Every export that is understood as Markdown: how to get it, what it tells, what it cannot tell."""
    from workbench.sources.registry import documented

    parts = [f"# {say('sources.page_title', language)}\n\n{say('sources.page_intro', language)}\n"]
    for name in documented():
        parts.append(f"## {say(f'source.{name}.title', language)} · `{name}`\n")
        parts += [
            f"**{say(f'sources.{part}', language)}**\n\n{say(f'source.{name}.{part}', language)}\n"
            for part in ("how", "tells", "misses")
        ]
    return "\n".join(parts)


def main(folder: Path) -> None:
    for language, name in PAGES.items():
        (folder / name).write_text(page(language), encoding="utf-8")
    for language, name in SOURCES_PAGES.items():
        (folder / name).write_text(sources_page(language), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "docs")
