"""The report's page: one file, nothing fetched, nothing of a member's runs in it, the same bytes each time."""

import base64
import json
import re
from datetime import date
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import NotebookError
from workbench.period import Month
from workbench.report import kernels, page

with kernels.quick_imports():
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"


def notebook(*cells):
    return new_notebook(cells=list(cells))


def shows(mime: str, content, **metadata):
    output = new_output("display_data", data={mime: content, "text/plain": "plain"})
    return new_code_cell("secret_code()", outputs=[output], metadata=metadata)


def figure(title: str = "A title", name: str = "a", **layout):
    traces = [{"type": "bar", "x": [1], "y": [2], "name": name}]
    return shows(page.PLOTLY, {"data": traces, "layout": {"title": {"text": title}, "height": 340, **layout}})


def build(*cells, language="en", **more) -> str:
    options = {"name": "Club", "partial": False} | more
    notebooks = {"1-first-page.ipynb": notebook(new_markdown_cell("# First\n\nDecision."), *cells)}
    return page.build(notebooks, month=Month(2026, 10), language=language, version="1", **options)


class Reader(HTMLParser):
    """The tags of a page, the text of each script, ids and headings."""

    def __init__(self, html: str):
        super().__init__(convert_charrefs=True)
        self.tags, self.scripts, self.ids, self.headings, self.urls = [], [], [], [], []
        self.policy, self._in = "", None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append(tag)
        self._in = tag if tag != "script" or attrs.get("type") != "application/json" else "data"
        if tag == "script":
            self.scripts.append([self._in, ""])
        if attrs.get("http-equiv") == "Content-Security-Policy":
            self.policy = attrs["content"]
        self.ids += [attrs["id"]] if "id" in attrs else []
        self.headings += [int(tag[1])] if re.fullmatch(r"h\d", tag) else []
        self.urls += [attrs[name] for name in ("src", "href") if name in attrs]
        assert not any(name.startswith("on") for name in attrs)

    def handle_endtag(self, tag):
        self._in = None

    def handle_data(self, data):
        if self._in in ("script", "data"):
            self.scripts[-1][1] += data


def test_only_our_two_scripts_may_run_known_by_their_hash():
    read = Reader(build(figure()))
    run = [text for kind, text in read.scripts if kind == "script"]
    assert len(run) == 2
    for text in run:
        digest = base64.b64encode(sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in read.policy
    assert "default-src 'none'" in read.policy
    assert "unsafe-eval" not in read.policy and "script-src 'unsafe-inline'" not in read.policy


def test_nothing_in_the_page_is_fetched():
    assert all(url.startswith(("#", "data:")) for url in Reader(build(figure())).urls)


def test_a_members_name_runs_nowhere():
    cells = [
        figure(title=EVIL, name=EVIL),
        shows("text/plain", EVIL),
        new_markdown_cell(f"Raw {EVIL} in prose, [link](javascript:alert(3)), ![picture](https://example.org/x.png)"),
    ]
    html = build(*cells, name=EVIL)
    plain = Reader(build(figure(), shows("text/plain", "x"), new_markdown_cell("x"), name="x"))
    read = Reader(html)
    assert [kind for kind, _ in read.scripts] == [kind for kind, _ in plain.scripts]
    assert "img" not in read.tags
    assert not any(url.startswith(("javascript", "http")) for url in read.urls)


def test_the_data_of_a_figure_survive_as_they_are():
    read = Reader(build(figure(name=EVIL)))
    (data,) = [json.loads(text) for kind, text in read.scripts if kind == "data" and '"layout"' in text]
    assert data["data"][0]["name"] == EVIL


def test_a_figures_title_becomes_its_caption_and_label():
    html = build(figure("Two <b>came</b> &lt;in&gt;<br>the month"))
    assert ">Two came &lt;in&gt; the month</figcaption>" in html
    assert 'aria-label="Two came &lt;in&gt; the month"' in html


NOTHING = base64.b64encode(b"\x00\x00\x00\x00\x00\x00\xf8\x7f").decode()  # one NaN, as Plotly writes long columns


@pytest.mark.parametrize(
    ("trace", "drawn"),
    [
        ({"x": [1], "y": [2]}, True),
        ({"x": [1], "y": [0]}, True),  # nought is a number
        ({"x": [], "y": []}, False),
        ({"x": ["a", "b"], "y": [None, None]}, False),
        ({"x": ["a"], "y": {"dtype": "f8", "bdata": NOTHING}}, False),
        ({"x": [1, None], "y": [None, 1]}, False),
        ({"x": ["a"], "y": ["b"], "z": [[None]]}, False),
        ({"x": ["a"], "y": ["b"], "z": [[0]]}, True),
    ],
)
def test_of_a_figure_without_a_point_the_title_alone_is_shown(trace, drawn):
    content = {"data": [trace], "layout": {"title": {"text": "Nobody <br>came."}}}
    built = build(shows(page.PLOTLY, content))
    assert ('<figure class="plot"' in built) == drawn
    assert ("<p>Nobody came.</p>" in built) != drawn


def test_a_space_that_does_not_break_stays_one_in_a_caption():
    assert "Revenus\u00a0: 1\u202f012" in build(figure("Revenus\u00a0:<br>1\u202f012"))


def test_figures_are_numbered_by_position():
    assert [i for i in Reader(build(figure(), figure())).ids if i.endswith(("-1", "-2")) and "figure" in i] == [
        "first-page-figure-1",
        "first-page-figure-2",
    ]


def test_headings_go_down_one_step_at_a_time_and_no_id_stands_twice():
    read = Reader(build(new_markdown_cell("## Question\n\ntext\n\n### Detail"), figure(), figure()))
    assert read.headings == [1, 2, 3, 4]
    assert len(set(read.ids)) == len(read.ids)


def test_two_notebooks_of_one_name_have_sections_of_their_own():
    notebooks = {"1-same.ipynb": notebook(figure()), "2-same.ipynb": notebook(figure())}
    html = page.build(notebooks, name="Club", month=Month(2026, 10), language="en", partial=False, version="1")
    ids = Reader(html).ids
    assert len(set(ids)) == len(ids)


def test_code_set_up_style_and_cells_for_the_notebook_only_are_not_in_the_page():
    html = build(
        shows("text/html", "<style data-workbench>.workbench{}</style>"),
        shows("text/html", "<p>aside</p>", tags=["notebook-only"]),
        figure(),
    )
    assert "secret_code" not in html and "data-workbench" not in html and "aside" not in html


def test_warnings_of_ours_are_shown_and_other_lines_of_the_error_stream_are_not():
    text = "/home/x/file.py:3: WorkbenchWarning: few <people>\n  call()\nother noise\n"
    html = build(new_code_cell("x", outputs=[new_output("stream", name="stderr", text=text)]))
    assert "few &lt;people&gt;" in html and "/home/x" not in html and "noise" not in html


def test_an_output_that_a_page_cannot_hold_is_an_error_not_a_gap():
    only = new_output("display_data", data={"application/x-unknown": "1"})
    with pytest.raises(NotebookError, match="application/x-unknown"):
        build(new_code_cell("x", outputs=[only]))


def test_a_partial_month_has_its_badge():
    assert "Mois incomplet" in build(language="fr", partial=True)
    assert "Mois incomplet" not in build(language="fr")


def test_the_frame_speaks_the_language_of_the_report():
    html = build(language="fr")
    assert '<html lang="fr">' in html and "Sommaire" in html and "octobre 2026" in html and ">Contents<" not in html
    locale = next(json.loads(text) for _, text in Reader(html).scripts if '"shortMonths"' in text)
    assert locale["format"]["days"][0] == "dimanche" and locale["format"]["shortMonths"][0] == "janv."


def test_the_same_notebooks_give_the_same_bytes():
    assert build(figure(), figure()) == build(figure(), figure())


@settings(max_examples=25, deadline=None)
@given(st.text())
def test_any_text_in_a_figure_comes_through_and_opens_no_tag(text):
    drawn = page._figure({"data": [{"name": text}], "layout": {"title": {"text": text}}}, "figure-1", "en")
    read = Reader(drawn)
    assert read.tags.count("script") == 1
    ((_, data),) = read.scripts
    assert json.loads(data)["data"][0]["name"] == text


def test_dates_in_figures_that_json_does_not_know_are_an_error():
    with pytest.raises(TypeError):
        page._figure({"data": [{"x": [date(2026, 1, 1)]}], "layout": {}}, "figure-1", "en")


def test_on_paper_who_made_it_stands_on_the_first_page_for_at_the_end_it_would_often_stand_on_a_page_of_its_own():
    html = build()
    made = "Made with Community Workbench 1"
    assert html.index(made) < html.index("<main") < html.rindex(made)
    style = page.resource("style.css")
    on_paper = style[style.index("@media print") :]
    assert ".made { display: none; }" in style and ".made { display: block;" in on_paper
    assert "footer { display: none; }" in on_paper
