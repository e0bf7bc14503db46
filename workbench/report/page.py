"""Executed notebooks → one self-contained page: no request leaves it, no code but ours runs in it."""

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape, unescape
from importlib.resources import files
from typing import TYPE_CHECKING

from workbench import words
from workbench.errors import NotebookError
from workbench.period import Month
from workbench.report.notebooks import tags
from workbench.words import say

if TYPE_CHECKING:
    from nbformat import NotebookNode

PLOTLY = "application/vnd.plotly.v1+json"
NOTEBOOK_ONLY = "notebook-only"  # tag of a cell that the page leaves out
# The first of these that an output has is shown.
FORMS = (PLOTLY, "text/html", "image/svg+xml", "image/png", "image/jpeg", "text/markdown", "text/plain")


@dataclass
class Section:
    """One notebook in the page."""

    id: str
    title: str = ""
    html: list[str] = field(default_factory=list)
    questions: list[tuple[str, str]] = field(default_factory=list)
    """(id, heading) of its second-level headings, for the table of contents."""
    figures: int = 0


def build(
    notebooks: "dict[str, NotebookNode]",
    *,
    name: str,
    month: Month,
    language: str,
    partial: bool,
    version: str,
) -> str:
    """The page as HTML; `notebooks` are the executed ones, file name → notebook, in the order of the page."""
    from jinja2 import Environment
    from plotly.offline import get_plotlyjs

    sections: list[Section] = []
    for file, notebook in notebooks.items():
        sections.append(_section(file, notebook, language, taken={section.id for section in sections}))
    # A line end inside a script counts for its hash as browsers read it.
    scripts = [get_plotlyjs().replace("\r\n", "\n").replace("\r", "\n"), resource("page.js")]
    css = resource("style.css") + resource("show.css")

    def texts(key: str, **values) -> str:
        return str(say(f"page.{key}", language, **values))

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(resource("page.html.j2")).render(
        say=texts,
        language=language,
        name=name,
        month=month.start,
        month_name=words.month_name(month.start, language),
        partial=partial,
        sections=sections,
        css=css,
        scripts=scripts,
        policy=policy(scripts),
        locale=_data(_locale(language)),
        version=version,
    )


def policy(scripts: Sequence[str]) -> str:
    """Only our own scripts run, known by their hash; styles may stand in the page; nothing is fetched or sent."""
    hashes = " ".join(f"'sha256-{base64.b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _section(file: str, notebook: "NotebookNode", language: str, *, taken: set[str]) -> Section:
    stem = re.sub(r"^\d+-|\.ipynb$", "", file)
    name = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-") or "section"
    section = Section(id=name if name not in taken else f"{name}-{len(taken) + 1}")
    markdown = _markdown(section)
    for cell in notebook.cells:
        if NOTEBOOK_ONLY in tags(cell):
            continue
        if cell.cell_type == "markdown":
            section.html.append(markdown(cell.source))
        elif cell.cell_type == "code":
            section.html += [_output(output, section, markdown, language, file) for output in cell.outputs]
    if not section.title:
        section.title = stem.replace("-", " ").capitalize()
        section.html.insert(0, f'<h2 id="{section.id}-title">{escape(section.title)}</h2>')
    section.html = [part for part in section.html if part]
    return section


def _markdown(section: Section):
    """Markdown → HTML for one section: raw HTML is escaped, headings sink one level and enter the contents."""
    import mistune

    class Renderer(mistune.HTMLRenderer):
        def heading(self, text: str, level: int, **_) -> str:
            title = unescape(re.sub(r"<[^>]+>", "", text))
            if level == 1 and not section.title:
                section.title = title
                return f'<h2 id="{section.id}-title">{text}</h2>\n'
            level = max(2, level)
            identity = ""
            if level == 2:
                section.questions.append((f"{section.id}-{len(section.questions) + 1}", title))
                identity = f' id="{section.questions[-1][0]}"'
            return f"<h{level + 1}{identity}>{text}</h{level + 1}>\n"

        def image(self, text: str, url: str, title: str | None = None) -> str:
            return super().image(text, url, title) if url.startswith("data:image/") else escape(text)

    made = mistune.create_markdown(renderer=Renderer(escape=True), plugins=["table", "strikethrough"])
    return lambda source: re.sub(
        r"<table>.*?</table>", lambda found: f'<div class="scroll">{found[0]}</div>', made(source), flags=re.DOTALL
    )


def _output(output, section: Section, markdown, language: str, file: str) -> str:
    if output.output_type == "stream":
        return _doubts(output.text, language) if output.name == "stderr" else _text(output.text)
    if output.output_type == "error":
        raise NotebookError(f"{file} holds an error ({output.ename}: {output.evalue}); run it again.")
    form = next((form for form in FORMS if form in output.data), None)
    if form is None:
        raise NotebookError(
            f"{file} shows {', '.join(output.data)}, which a page cannot hold. Show a figure or a table."
        )
    content = output.data[form]
    match form:
        case "text/html":
            return _html(content)
        case "image/svg+xml":
            return _image(form, base64.b64encode(content.encode()).decode(), language)
        case "image/png" | "image/jpeg":
            return _image(form, "".join(content.split()), language)
        case "text/markdown":
            return markdown(content)
        case "text/plain":
            return _text(content)
    if _empty(content):
        return f"<p>{escape(_title(content))}</p>"
    section.figures += 1
    return _figure(content, f"{section.id}-figure-{section.figures}", language)


def _figure(figure: dict, identity: str, language: str) -> str:
    """A Plotly figure as data that page.js draws; its title becomes a caption that wraps and can be read aloud."""
    layout = dict(figure.get("layout", {}))
    layout.pop("title", None)
    title = _title(figure)
    margin = dict(layout.get("margin", {}))
    if title:
        # The room that the title had goes; a legend above the figure keeps its own.
        traces = figure.get("data", [])
        shown = layout.get("showlegend", len(traces) > 1)
        above = 44 if shown and (layout.get("legend", {}).get("y") or 0) >= 1 else 12
        if "height" in layout:
            layout["height"] -= max(0, margin.get("t", 100) - above)
        margin["t"] = above
    layout |= {"margin": margin, "dragmode": False, "autosize": True}
    layout.pop("width", None)
    height = int(layout.get("height", 400))
    data = _data({"data": figure.get("data", []), "layout": layout})
    label = title or str(say("page.figure", language))
    caption = f'<figcaption id="{identity}-title">{escape(title)}</figcaption>' if title else ""
    return (
        f'<figure class="plot" id="{identity}">{caption}'
        f'<div class="canvas" role="img" aria-label="{escape(label)}" style="height:{height}px"></div>'
        f'<script type="application/json">{data}</script></figure>'
    )


def _title(figure: dict) -> str:
    title = figure.get("layout", {}).get("title") or {}
    return _plain(title.get("text") or "" if isinstance(title, dict) else str(title))


def _empty(figure: dict) -> bool:
    """Whether a figure of known form has a title and no point to draw: bare axes tell less than its title alone."""
    return bool(_title(figure)) and not any(_points(trace) for trace in figure.get("data", []))


def _points(trace: dict) -> bool:
    if "z" in trace:
        return any(one is not None for one in _values(trace["z"]))
    if not {"x", "y"} & trace.keys():
        return True
    pairs = [_values(trace[axis]) for axis in ("x", "y") if axis in trace]
    return any(None not in pair for pair in zip(*pairs, strict=False))


def _values(content) -> list:
    """The values of a trace, flat, null for those that are missing; Plotly writes long columns as bytes."""
    if isinstance(content, dict):
        import numpy as np

        numbers = np.frombuffer(base64.b64decode(content["bdata"]), dtype=content["dtype"])
        return [None if one != one else one for one in numbers.tolist()]
    return [one for part in content for one in (part if isinstance(part, list) else [part])]


def _html(content: str) -> str:
    if content.startswith("<style data-workbench"):  # the page brings that style itself
        return ""
    if 'class="dataframe"' in content:
        content = re.sub(r"<style scoped>.*?</style>", "", content, flags=re.DOTALL)
        content = content.replace('<table border="1" ', "<table ")
        return f'<div class="scroll">{content}</div>'
    return content


def _doubts(text: str, language: str) -> str:
    """What our warnings say; other lines of the error stream stay in the notebook."""
    said = re.findall(r"\bWorkbenchWarning: (.+)", text)
    label = escape(say("page.doubt", language))
    return "".join(f'<p class="doubt"><strong>{label}.</strong> {escape(line)}</p>' for line in dict.fromkeys(said))


def _image(form: str, data: str, language: str) -> str:
    return f'<figure><img alt="{escape(say("page.figure", language))}" src="data:{form};base64,{data}"></figure>'


def _text(text: str) -> str:
    text = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text).rstrip()
    return f"<pre>{escape(text)}</pre>" if text else ""


def _plain(title: str) -> str:
    """The words of a Plotly title, which knows a few tags; spaces that do not break stay so."""
    words = unescape(re.sub(r"<br\s*/?>", " ", title).replace("<b>", "").replace("</b>", ""))
    return re.sub(r"[ \t\r\n]+", " ", words).strip()


def _data(value) -> str:
    """JSON that may stand inside a script element: keys sorted, and no tag can begin in it."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return (
        text.replace("<", "\\u003c").replace(">", "\\u003e").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    )


def _locale(language: str) -> dict:
    """Names of days and months, and number signs, in the form that Plotly knows."""
    from babel import Locale

    locale = Locale.parse(language)
    days, months = locale.days["format"], locale.months["format"]
    weekdays = (6, 0, 1, 2, 3, 4, 5)
    return {
        "name": language,
        "format": {
            "days": [days["wide"][day] for day in weekdays],
            "shortDays": [days["abbreviated"][day] for day in weekdays],
            "months": [months["wide"][month] for month in range(1, 13)],
            "shortMonths": [months["abbreviated"][month] for month in range(1, 13)],
            "date": {"fr": "%d/%m/%Y"}.get(language, "%Y-%m-%d"),
            "decimal": locale.number_symbols["latn"]["decimal"],
            "thousands": locale.number_symbols["latn"]["group"],
            "grouping": [3],
            "dateTime": "%a %-d %B %Y %X",
            "time": "%H:%M:%S",
            "year": "%Y",
            "month": "%b %Y",
            "dayMonth": "%-d %b",
            "dayMonthYear": "%-d %b %Y",
        },
    }


def resource(name: str) -> str:
    """The text of a file of this package."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
