"""`today.html` and `today.xlsx`: what waits on a day, as one self-contained page and as a work sheet with the names."""

import os
import sys
from datetime import datetime
from pathlib import Path

from workbench import __version__, show, today
from workbench.engine import open_community
from workbench.errors import StoreError
from workbench.period import local_day
from workbench.report import page, workbook
from workbench.words import day as day_in_words
from workbench.words import say, text


def make(
    folder: Path, *, day: str | None = None, language: str | None = None, now: datetime | None = None
) -> tuple[Path, show.Shown, list[str]]:
    """Write what waits on a day to `today/<day>` in the community's folder.

    Returns the page's path, what it shows, and the sentences on the age of the data. `day` and `language` as the
    command takes them. `now` (an instant, naive UTC) is asked only for the age of the data, and only without `day`.
    """
    if language is not None:
        text("today.kind", language)  # refuses another language at once
    with open_community(folder) as community:
        if doubt := community.other_than_its_store():
            print(f"! {doubt}", file=sys.stderr)
        if community.first_day is None:
            raise StoreError(
                f"{folder} holds no activity yet, so nothing is known of any day. "
                f"Import an export first: workbench import FILE --community {folder.name}"
            )
        language = language or community.settings.language
        seen = today.look(community, day=day)
        zone, name = community.settings.timezone, community.settings.name
    by_clock = day is None and now is not None
    ages = today.age(seen, language=language, on=local_day(now, zone) if by_clock else None, by_clock=by_clock)
    shown = today.waiting(seen, language=language)
    target = folder / "today" / str(seen.day)
    target.mkdir(parents=True, exist_ok=True)
    lists = {
        str(say(f"today.{kind}.name", language)): made for kind, made in today.lists(seen, language=language).items()
    }
    about = {
        str(say("workbook.community", language)): name,
        str(say("today.day", language)): day_in_words(seen.day, language),
        str(say("today.age", language)): " ".join(ages),
    }
    sheet = _aside(target / "today.xlsx")
    workbook.write(sheet, lists, about=about, language=language)
    os.replace(sheet, target / "today.xlsx")
    html = _page(seen, shown, ages, name=name, language=language)
    written = _aside(target / "today.html")
    written.write_text(html, encoding="utf-8", newline="\n")
    os.replace(written, target / "today.html")
    return target / "today.html", shown, ages


def _aside(file: Path) -> Path:
    return file.with_name(f".{os.getpid()}.{file.name}")


def _page(seen: today.Today, shown: show.Shown, ages: list[str], *, name: str, language: str) -> str:
    from jinja2 import Environment

    def texts(key: str, **values) -> str:
        return str(say(f"today.{key}", language, **values))

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(page.resource("today.html.j2")).render(
        say=texts,
        language=language,
        name=name,
        day=seen.day,
        ages=ages,
        old=seen.day == seen.data_end and ages[0] != texts("fresh", last=seen.data_end),
        shown=shown.html,
        css="".join(page.resource(file) for file in ("style.css", "show.css", "today.css")),
        policy=page.policy([]),
        version=__version__,
    )
