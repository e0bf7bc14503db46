"""What a notebook shows beside its figures: tiles, tables, definition cards, findings, notes, provenance.

Each function returns a small object: a picture in a notebook, plain text in Python. Everything shown is escaped.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from babel.dates import format_date

from workbench.errors import SettingsError, did_you_mean
from workbench.period import Month
from workbench.words import catalogue, money, month_name, number, percent, say

if TYPE_CHECKING:
    import pandas as pd

    from workbench.engine import Community

FEW = 10  # a share of fewer is shown as its counts
ARROWS = {1: "▲", -1: "▼"}
SPARK_WIDTH, SPARK_HEIGHT = 124, 30


@dataclass(frozen=True)
class Shown:
    """Something to look at: `html` in a notebook, `text` in Python."""

    html: str
    text: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Tile:
    """A headline number: its label, its value as text, how it changed, its course, and why it is null."""

    label: str
    value: str
    month_change: str = ""
    year_change: str = ""
    trend: Sequence[float | None] = ()
    why: str = ""


def style() -> Shown:
    """The look of everything else here; called once, in a notebook's set-up cell."""
    css = files("workbench").joinpath("report", "show.css").read_text(encoding="utf-8")
    return Shown(f"<style data-workbench>{css}</style>", "")


def tile(
    trend: "pd.DataFrame",
    metric: str,
    *,
    language: str,
    share: bool = False,
    currency: str | None = None,
    why: str | None = None,
) -> Tile:
    """A tile from a metric's months, as `metrics.trend` gives them.

    `trend` has `month` (first day, ascending, the report's last) and a column named like the metric, or `value` (null =
    no data; a month that is not there is no comparison); `metric` names the label, the text `<metric>.name`.
    `share=True` for shares (0 to 1), whose changes are points; where `trend` has their `numerator` and `denominator`,
    one of fewer than 10 is shown as these counts, and no change to or from it. `currency` (ISO 4217) for money. `why`
    is the reason when the last value is null: a text, or the key of one; by default the column `why` tells.

    >>> import pandas as pd
    >>> months = pd.DataFrame({"month": [date(2026, 8, 1), date(2026, 9, 1)], "value": [40, 50]})
    >>> made = tile(months, "mau", language="en")
    >>> str(made.value), str(made.month_change), str(made.year_change)
    ('50', '▲ 10 (+25%) in a month', '')
    """
    course = trend[metric if metric in trend else "value"]
    values = {Month.parse(_plain(month)): _plain(value) for month, value in zip(trend["month"], course, strict=True)}
    this, now = list(values.items())[-1]
    why = why or ("why" in trend and _plain(trend["why"].iloc[-1])) or None
    year_ago = this.back(12)
    known = why in catalogue()
    few = _months_of_few(trend) if share else set()

    def change(span: str, before: Month) -> str:
        if few & {this, before}:
            return ""
        return _change(now, values.get(before), span, language, share=share, currency=currency)

    written = money(now, currency, language) if currency else (percent if share else number)(now, language)
    if this in few and now is not None:
        written = say("show.of", language, **trend[["numerator", "denominator"]].iloc[-1])
    return Tile(
        label=say(f"{metric}.name", language),
        value=written,
        month_change=change("month", this.back(1)),
        year_change=change("year", year_ago) if year_ago in values else "",
        trend=tuple(values.values()),
        why="" if now is not None or not why else say(why, language) if known else why,
    )


def _months_of_few(trend: "pd.DataFrame") -> set[Month]:
    if "denominator" not in trend:
        return set()
    return {Month.parse(_plain(month)) for month in trend.loc[trend["denominator"].lt(FEW).fillna(False), "month"]}


def _change(now, before, span: str, language: str, *, share: bool, currency: str | None = None) -> str:
    if now is None:
        return ""
    if before is None:
        return say(f"show.{span}_none", language)
    difference = round((now - before) * 100, 1) if share else now - before
    sign = 1 if difference > 0 else -1
    amount = abs(difference)
    if number(amount, language) == "0":  # also what is too small to be read
        return say(f"show.{span}_same", language)
    written = money(amount, currency, language) if currency else number(amount, language)
    text = say("show.points", language, count=amount) if share else written
    if not share and before >= 10 and now >= 0:  # of a handful, or of a score below nought, a per cent says nothing
        text += f" ({'+' if sign > 0 else '−'}{percent(amount / before, language)})"
    return say(f"show.{span}_change", language, change=f"{ARROWS[sign]} {text}")


def tiles(shown: Iterable[Tile]) -> Shown:
    """Headline tiles side by side."""
    shown = list(shown)
    parts = []
    for one in shown:
        lines = [one.month_change, one.year_change, one.why]
        below = "".join(f"<div>{escape(line)}</div>" for line in lines if line)
        parts.append(
            f'<div class="wb-tile"><div class="wb-label">{escape(one.label)}</div>'
            f'<div class="wb-value">{escape(one.value)}</div><div>{sparkline(one.trend)}</div>'
            f'<div class="wb-change">{below}</div></div>'
        )
    text = "\n".join(
        " · ".join(part for part in (f"{one.label}: {one.value}", one.month_change, one.year_change, one.why) if part)
        for one in shown
    )
    columns = {2: 2, 4: 4, 7: 4, 8: 4}.get(len(shown), 3)
    return Shown(_box(f'<div class="wb-tiles" style="--columns: {columns}">{"".join(parts)}</div>'), text)


def sparkline(values: Sequence[float | None]) -> str:
    """The course of a number from its first known value on, as SVG without axes; a null leaves a gap.

    The height spans the values, or a fifth of the largest where they differ by less: noise is to look small.
    """
    known = [value for value in values if value is not None]
    if len(known) < 3:
        return ""
    values = list(values)[next(place for place, value in enumerate(values) if value is not None) :]
    top, low = max(known), min(known)
    low = min(low, top - max(abs(top), abs(low)) / 5)
    step = (SPARK_WIDTH - 8) / (len(values) - 1)
    lines, line = [], []
    for index, value in enumerate([*values, None]):
        if value is None:
            lines += [line] if line else []
            line = []
        else:
            height = (value - low) / (top - low) if top > low else 0
            line.append(f"{4 + index * step:.1f},{SPARK_HEIGHT - 4 - height * (SPARK_HEIGHT - 8):.1f}")
    drawn = "".join(f'<polyline points="{" ".join(points)}"/>' for points in lines)
    if values[-1] is not None:
        x, y = lines[-1][-1].split(",")
        drawn += f'<circle cx="{x}" cy="{y}" r="2.5"/>'
    return (
        f'<svg class="wb-spark" viewBox="0 0 {SPARK_WIDTH} {SPARK_HEIGHT}" width="{SPARK_WIDTH}" '
        f'height="{SPARK_HEIGHT}" aria-hidden="true">{drawn}</svg>'
    )


def card(metric: str, *, language: str) -> Shown:
    """The definition card of a metric: question, what is counted, how it can mislead, source, and its SQL."""
    question = say(f"{metric}.question", language)
    name = say(f"{metric}.name", language) if f"{metric}.name" in catalogue() else metric
    rows = [
        (say(f"show.{part}", language), say(f"{metric}.{part}", language))
        for part in ("definition", "misleads", "source")
        if f"{metric}.{part}" in catalogue()
    ]
    sql = files("workbench").joinpath("metrics", "sql", f"{metric}.sql")
    below = ""
    if sql.is_file():
        below = (
            f"<details><summary>{escape(say('show.sql', language))}</summary>"
            f"<pre><code>{escape(sql.read_text(encoding='utf-8').strip())}</code></pre></details>"
        )
    listed = "".join(f"<dt>{escape(term)}</dt><dd>{escape(text)}</dd>" for term, text in rows)
    html = (
        f'<details class="wb-card"><summary><b>{escape(name)}</b> <span>{escape(question)}</span></summary>'
        f"<dl>{listed}</dl>{below}</details>"
    )
    text = "\n".join([f"{name}: {question}", *(f"{term}: {said}" for term, said in rows)])
    return Shown(_box(html), text)


def cards(metrics: Iterable[str], *, language: str) -> Shown:
    """Several definition cards under each other."""
    made = [card(metric, language=language) for metric in metrics]
    return Shown("".join(one.html for one in made), "\n\n".join(one.text for one in made))


def table(
    frame: "pd.DataFrame",
    *,
    language: str,
    titles: Mapping[str, str] | None = None,
    formats: Mapping[str, str] | None = None,
    rows: int | None = None,
) -> Shown:
    """A frame as a small table: numbers to the right, written as the language writes them; null is a dash.

    `titles` chooses and orders the columns (name → heading); without it all are shown, under the text
    `column.<name>` of words/ where there is one. `formats` says how a column is written: "n" a number, "pct" a
    share, "day", "month", "text"; by default its type and its name (`…_share`, `…_rate`, `month`) decide. `rows`
    shows the first ones and counts the rest. What to do (`do`) is said once above the table when it is the same in
    every row.
    """
    formats = formats or {}
    titles = titles or {name: _title(str(name), language) for name in frame.columns}
    for name in (*titles, *formats):
        if name not in frame.columns:
            raise SettingsError(f'the table has no column "{name}". {did_you_mean(name, map(str, frame.columns))}')
    for how in formats.values():
        if how not in ("n", "pct", "day", "month", "text"):
            raise SettingsError(
                f'"{how}" is no way to write a column. {did_you_mean(how, ["n", "pct", "day", "month", "text"])}'
            )
    if frame.empty:
        return note(say("show.no_rows", language))
    top = frame if rows is None else frame.head(rows)
    once = ""
    if "do" in titles and len(top) > 1 and frame["do"].nunique(dropna=False) == 1:
        once = say("show.once", language, title=titles["do"].capitalize(), text=frame["do"].iloc[0])
        titles = {name: title for name, title in titles.items() if name != "do"}
    columns = [
        _column(titles[name], [_plain(value) for value in top[name]], formats.get(name) or _way(str(name)), language)
        for name in titles
    ]
    head = "".join(_tag('th scope="col"', *column[0]) for column in columns)
    body = "".join(
        f"<tr>{''.join(_tag('td', *cell) for cell in row)}</tr>" for row in list(zip(*columns, strict=True))[1:]
    )
    left = len(frame) - len(top)
    more = say("show.rows_left", language, count=left) if left else ""
    below = f'<p class="wb-small">{escape(more)}</p>' if more else ""
    above = f"<p>{escape(once)}</p>" if once else ""
    region = f'role="region" tabindex="0" aria-label="{escape(say("page.table", language))}"'
    html = (
        f'{above}<div class="wb-scroll" {region}><table class="wb-table">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{below}"
    )
    lines = [" | ".join(text for text, _ in row) for row in zip(*columns, strict=True)]
    return Shown(_box(html), "\n".join([once, *lines, more]).strip())


def findings(found: Sequence, *, language: str) -> Shown:
    """The findings of a front page. Each has the texts `what`, `why`, `sure`, `do` and `whom` (may be empty)."""
    if not found:
        return note(say("show.no_findings", language))
    items, lines = [], []
    for place, one in enumerate(found, 1):
        parts = [
            (say(f"show.{part}", language), str(getattr(one, part, "") or "")) for part in ("why", "sure", "do", "whom")
        ]
        parts = [(term, text) for term, text in parts if text]
        listed = "".join(f"<div><dt>{escape(term)}</dt><dd>{escape(text)}</dd></div>" for term, text in parts)
        items.append(f'<li><p class="wb-what">{escape(str(one.what))}</p><dl>{listed}</dl></li>')
        lines += [f"{place}. {one.what}", *(f"   {term}: {text}" for term, text in parts)]
    return Shown(_box(f'<ol class="wb-findings">{"".join(items)}</ol>'), "\n".join(lines))


def to_do(advice: Mapping[str, object], *, language: str) -> Shown:
    """What to do: of the texts `to_do.<name>` those whose figures call for it (name → whether; null is no).

    >>> to_do({"ask_candidate": 3, "keep_promise": 0}, language="en")
    - Ask one candidate what they would enjoy doing here, before you need it.
    """
    called = [say(f"to_do.{name}", language) for name, holds in advice.items() if _plain(holds)]
    if not called:
        return note(say("to_do.nothing", language))
    items = "".join(f"<li>{escape(text)}</li>" for text in called)
    return Shown(_box(f"<ul>{items}</ul>"), "\n".join(f"- {text}" for text in called))


def note(text: str) -> Shown:
    """A remark that stands apart from the text."""
    return Shown(_box(f'<p class="wb-note">{escape(str(text))}</p>'), str(text))


def provenance(community: "Community", *, month: str | Month, language: str) -> Shown:
    """Where the numbers come from: files, days covered, time zone, version; the same wherever the store was made."""
    from workbench import __version__

    month = Month.parse(month)
    imports = community.run("SELECT file_name, source, sha256 FROM imports ORDER BY file_name, sha256", month=month)
    listed = [
        f"{one.file_name} ({one.source}, sha256 {str(one.sha256)[:12]}…)" for one in imports.itertuples(index=False)
    ]
    rows = [(say("show.provenance_month", language), [month_name(month.start, language)])]
    if community.first_day is not None:
        span = say("show.provenance_span_value", language, first=community.first_day, last=community.last_day)
        rows.append((say("show.provenance_span", language), [span]))
    rows += [
        (say("show.provenance_zone", language), [community.settings.timezone]),
        (say("show.provenance_files", language), listed or ["–"]),
        (say("show.provenance_version", language), [f"Community Workbench {__version__}"]),
    ]
    html = "".join(
        f"<div><dt>{escape(term)}</dt>" + "".join(f"<dd>{escape(value)}</dd>" for value in values) + "</div>"
        for term, values in rows
    )
    text = "\n".join(f"{term}: {', '.join(values)}" for term, values in rows)
    return Shown(_box(f'<dl class="wb-facts">{html}</dl>'), text)


def _box(html: str) -> str:
    return f'<div class="workbench">{html}</div>'


def _tag(name: str, text: str, look: str) -> str:
    return f"<{name}" + (f' class="wb-{look}"' if look else "") + f">{escape(text)}</{name.split()[0]}>"


def _title(name: str, language: str) -> str:
    return say(f"column.{name}", language) if f"column.{name}" in catalogue() else name.replace("_", " ")


def _way(name: str) -> str:
    if name == "month" or name.endswith("_month"):
        return "month"
    return "pct" if name.endswith(("_share", "_rate")) else ""


def _column(title: str, values: list, how: str, language: str) -> list[tuple[str, str]]:
    """Heading and cells of a column as (text, look): numbers to the right, short texts unbroken, long ones wide."""
    known = [value for value in values if value is not None]
    numbers = how != "text" and all(isinstance(value, int | float) and not isinstance(value, bool) for value in known)
    texts = [_written(value, how, language) for value in values]
    if numbers:
        return [(title, "right"), *((text, "right") for text in texts)]
    short = all(isinstance(value, date) for value in known) or all(len(text) <= 12 for text in texts)
    looks = ["short" if short else "long" if len(text) > 40 else "middle" if len(text) > 15 else "" for text in texts]
    return [(title, ""), *zip(texts, looks, strict=True)]


def _written(value, how: str, language: str) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return say("show.yes" if value else "show.no", language)
    if how != "text" and isinstance(value, date):
        written = month_name(value, language) if how == "month" else format_date(value, "d MMM y", locale=language)
        return re.sub(r"^1 ", "1er ", written) if language == "fr" else written
    if how != "text" and isinstance(value, int | float):
        return (percent if how == "pct" else number)(value, language)
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return str(value)


def _plain(value):
    """A value of a frame as plain Python; every kind of null is None."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(value, str | list | tuple | dict):
        return value
    if hasattr(value, "tolist") and not hasattr(value, "isoformat"):
        value = value.tolist()
        if isinstance(value, list):
            return value
    if type(value).__name__ in ("NAType", "NaTType") or value != value:
        return None
    return value
