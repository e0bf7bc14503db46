"""What notebooks show beside figures: escaped, in both languages, never a change told by colour alone."""

from dataclasses import dataclass
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench import show
from workbench.errors import SettingsError

EVIL = "<script>alert('x')</script>&\"'"


def months(*values: float | None) -> pd.DataFrame:
    starts = pd.date_range(end="2026-10-01", periods=len(values), freq="MS")
    return pd.DataFrame({"month": starts, "value": pd.Series(values, dtype="float64")})


def test_a_tile_compares_with_last_month_and_last_year():
    made = show.tile(months(200, *[100] * 11, 150), "mau", language="en")
    assert made.value == "150"
    assert made.month_change == "▲ 50 (+50%) in a month"
    assert made.year_change == "▼ 50 (−25%) in a year"


def test_what_to_do_is_said_only_where_the_figures_call_for_it():
    made = show.to_do({"keep_promise": 0, "ask_candidate": 2, "take_turns": pd.NA, "pin": True}, language="en")
    assert made.text.splitlines() == [
        "- Ask one candidate what they would enjoy doing here, before you need it.",
        "- Pin those of the messages listed that help newcomers.",
    ]
    assert show.to_do({"pin": False}, language="fr").text == "Rien sur cette page n’appelle d’action ce mois-ci."


def test_a_month_without_comparison_says_so_and_does_not_compare_with_another_month():
    made = show.tile(months(None, *[90] * 10, None, 100), "mau", language="fr")
    assert made.month_change == "pas de comparaison sur un mois"
    assert made.year_change == "pas de comparaison sur un an"


def test_a_month_that_was_not_asked_for_is_not_said_to_have_no_data():
    assert show.tile(months(90, 100), "mau", language="en").year_change == ""


def test_a_change_on_a_handful_has_no_per_cent():
    assert show.tile(months(4, 8), "mau", language="en").month_change == "▲ 4 in a month"


def test_shares_change_by_points_not_per_cent():
    made = show.tile(months(0.40, 0.412), "mau", language="fr", share=True)
    assert (made.value, made.month_change) == ("41\xa0%", "▲ 1,2 point sur un mois")


def test_a_share_of_a_handful_is_shown_as_its_counts_and_compared_with_nothing():
    months = pd.to_datetime(["2025-09-01", "2026-08-01", "2026-09-01"])
    rows = pd.DataFrame(
        {"month": months, "value": [0.5, 0.5, 0.0], "numerator": [20, 20, 0], "denominator": [40, 40, 1]}
    )
    few = show.tile(rows, "answered_24h", language="fr", share=True)
    assert (str(few.value), few.month_change, few.year_change) == ("0 sur 1", "", "")
    enough = show.tile(rows.assign(denominator=[40, 9, 40]), "answered_24h", language="en", share=True)
    assert (str(enough.value), enough.month_change) == ("0%", "") and "50 points" in enough.year_change


def test_a_tile_without_value_gives_the_reason_and_no_change():
    made = show.tile(months(4, None), "mau", language="en", why="leaves are not in this export")
    assert (made.value, made.month_change, made.why) == ("–", "", "leaves are not in this export")


def test_a_sparkline_has_a_gap_where_a_month_is_null():
    assert show.sparkline([None, 1, 2, None, 3, 4]).count("<polyline") == 2
    assert show.sparkline([None, 1, 2, 3]) == show.sparkline([1, 2, 3])
    assert show.sparkline([1, 2, None]) == ""


@given(st.lists(st.none() | st.floats(-1e9, 1e9), max_size=15))
def test_any_course_of_numbers_can_be_drawn_inside_its_box(values):
    drawn = show.sparkline(values)
    for part in drawn.split('points="')[1:]:
        for point in part.split('"')[0].split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= show.SPARK_WIDTH and 0 <= y <= show.SPARK_HEIGHT


@dataclass
class Found:
    what: str = EVIL
    why: str = EVIL
    sure: str = EVIL
    do: str = EVIL
    whom: str = EVIL


def everything(text: str) -> list[show.Shown]:
    frame = pd.DataFrame({"name": [text], "tags": [[text, text]], "n": [1]})
    return [
        show.tiles([show.Tile(text, text, text, text, (1, 2), text)]),
        show.table(frame, language="en"),
        show.table(frame, language="fr", titles={"name": text}),
        show.findings([Found(text, text, text, text, text)], language="en"),
        show.note(text),
    ]


def test_no_text_becomes_a_tag():
    for shown in everything(EVIL):
        assert "<script" not in shown.html
        assert "&lt;script&gt;" in shown.html


@given(st.text(min_size=1))
def test_any_text_leaves_the_same_tags(text):
    for plain, given_text in zip(everything("x"), everything(text), strict=True):
        bare = [part.split(">")[0].split()[0] for part in plain.html.split("<")[1:]]
        assert [part.split(">")[0].split()[0] for part in given_text.html.split("<")[1:]] == bare


def test_tables_write_numbers_shares_dates_and_nulls_as_the_language_does():
    frame = pd.DataFrame(
        {
            "person": ["Ana", "Bo"],
            "active_share": [0.25, None],
            "posts": [1234, 5],
            "last_on": [date(2026, 10, 3), None],
            "month": [date(2026, 10, 1)] * 2,
            "staff": [True, False],
        }
    )
    english = repr(show.table(frame, language="en")).splitlines()
    french = repr(show.table(frame, language="fr")).splitlines()
    assert english[1] == "Ana | 25% | 1,234 | 3 Oct 2026 | October 2026 | yes"
    assert french[1] == "Ana | 25\xa0% | 1\u202f234 | 3 oct. 2026 | octobre 2026 | oui"
    assert english[2] == "Bo | – | 5 | – | October 2026 | no"


@pytest.mark.parametrize("nothing", [None, float("nan"), pd.NA, pd.NaT])
def test_every_kind_of_nothing_is_a_dash(nothing):
    frame = pd.DataFrame({"x": pd.Series([nothing, nothing], dtype=object), "y": [1, 2]})
    assert repr(show.table(frame, language="en")).splitlines()[1] == "– | 1"


def test_a_table_counts_the_rows_that_it_leaves_out():
    frame = pd.DataFrame({"n": range(12)})
    shown = show.table(frame, language="en", rows=10)
    assert "2 more rows" in shown.html and shown.html.count("<tr>") == 11


def test_an_empty_table_says_so():
    assert "Nothing to list" in repr(show.table(pd.DataFrame({"n": []}), language="en"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"titles": {"nmae": "Name"}}, 'Did you mean "name"'),
        ({"formats": {"name": "percent"}}, 'Did you mean "pct"'),
    ],
)
def test_a_misspelt_column_or_format_is_refused_with_the_nearest_match(options, message):
    with pytest.raises(SettingsError, match=message):
        show.table(pd.DataFrame({"name": ["a"]}), language="en", **options)


def test_a_definition_card_holds_definition_source_and_the_sql_that_is_run():
    shown = show.card("mau", language="fr")
    assert "Membres actifs du mois" in shown.html
    assert "active_months" in shown.html and "<details>" in shown.html


def test_provenance_has_files_and_versions_and_no_clock():
    from workbench.engine import community_of_rows

    rows = {
        "imports": [{"import_id": "a", "platform": "chat", "source": "slack", "file_name": EVIL, "sha256": "ab" * 32}],
        "coverage": [{"platform": "chat", "from_at": "2026-01-01", "to_at": "2026-10-31"}],
    }
    shown = show.provenance(community_of_rows(rows), month="2026-10", language="en")
    assert "1 January 2026 to 31 October 2026" in shown.html and "abababababab" in shown.html
    assert "<script" not in shown.html


def test_the_style_is_scoped_to_what_is_shown():
    css = show.style().html
    for line in css.split("</style>")[0].split("*/", 1)[1].splitlines():
        if line.endswith("{") or ("{" in line and "}" in line):
            assert line.lstrip().startswith((".workbench", "p.sentence", "@media")), line


def test_what_to_do_is_said_once_when_it_is_the_same_for_all():
    rows = pd.DataFrame({"member": ["M-1", "M-2"], "do": ["Write <b>.", "Write <b>."]})
    once = show.table(rows, language="en", titles={"member": "member", "do": "What to do"})
    assert once._repr_html_().count("Write &lt;b&gt;.") == 1 and "M-2" in once._repr_html_()
    rows["do"] = ["Write.", "Call."]
    each = show.table(rows, language="en", titles={"member": "member", "do": "What to do"})._repr_html_()
    assert "Write." in each and "Call." in each and "<th" in each.split("What to do")[0]
