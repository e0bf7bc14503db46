"""Where the data break, which platforms forget, and what earlier reports would say today."""

from datetime import date, timedelta

import made
import pandas as pd
import pytest
from fake_exports import add, write
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import Oracle

import workbench
from workbench import metrics, sentences
from workbench import settings as settings_of
from workbench.engine import community_of_rows
from workbench.errors import StoreError
from workbench.period import Month
from workbench.report import manifest, numbers
from workbench.report.restatement import restatement

# What earlier reports would say


def message(number, day, member="ana"):
    return "events", {
        "event_id": f"x:{number}",
        "platform": "x",
        "occurred_at": f"{day}T12:00:00",
        "member_id": f"x:{member}",
        "kind": "post",
        "group_id": "x:plot",
    }


def span(first, last):
    return "coverage", {"platform": "x", "from_at": f"{first}T00:00:00", "to_at": f"{last}T00:00:00"}


@pytest.fixture
def folder(tmp_path):
    """A community with January and February, and the report that was made of January."""
    made = tmp_path / "community"
    rows = [message(n, f"2026-01-{n + 2:02d}", member) for n, member in enumerate("abcab")]
    add(made, write(tmp_path / "first", span("2026-01-01", "2026-02-28"), *rows, message(9, "2026-02-10")))
    settings_of.create(made / "community.toml", name="plot", timezone="UTC")
    published(made, "2026-01")
    return made


def published(folder, month):
    """The two files of a report that restatement reads."""
    report = folder / "reports" / month
    report.mkdir(parents=True)
    with workbench.open(folder) as community:
        ids = [one for one in numbers.contract() if one not in numbers.LATE]
        found = numbers.collect(community, month=Month.parse(month), language="en", ids=ids)
        document = numbers.document(community, found, month=Month.parse(month))
        kept = manifest.collect(
            community, month=Month.parse(month), language="en", parameters={}, notebooks=[], made=[]
        )
    (report / "numbers.json").write_text(numbers.written(document), encoding="utf-8")
    (report / "manifest.json").write_text(manifest.written(kept), encoding="utf-8")


def restated(folder, month="2026-02", **options):
    with workbench.open(folder) as community:
        return restatement(community, month=month, **options)


def test_on_the_same_data_no_number_moves(folder):
    found = restated(folder)
    assert not found["moved"].any() and set(found["month"]) == {pd.Timestamp("2026-01-01")}
    assert {"mau", "contributions", "engagement_rate", "leavers"} <= set(found["id"])
    assert not set(found["id"]) & {*numbers.SERIES, *numbers.LATE}


def test_a_file_that_came_late_moves_the_numbers_and_is_named(folder, tmp_path):
    late = write(tmp_path / "late", span("2026-01-10", "2026-01-20"), message(20, "2026-01-15", "zoe"))
    add(folder, late)
    found = restated(folder).set_index("id")
    assert found.loc["mau", ["published", "today", "change"]].tolist() == [3, 4, 1]
    assert found.loc["mau", "reasons"] == ["why.restated_late_import"] and found.loc["mau", "files"] == ["late"]
    assert not found.loc["rejoined", "moved"]


def test_later_months_move_no_number_of_january_but_imputed_ones(folder, tmp_path):
    add(folder, write(tmp_path / "march", span("2026-03-01", "2026-03-31"), message(30, "2026-03-05", "zoe")))
    found = restated(folder, month="2026-03")
    assert not found["moved"].any()


def test_what_else_has_changed_is_said_settings_and_tables(folder, tmp_path):
    toml = folder / "community.toml"
    toml.write_text(toml.read_text("utf-8").replace("staff = []", 'staff = ["x:a"]'), encoding="utf-8")
    found = restated(folder).set_index("id")
    assert found.loc["mau", "reasons"] == ["why.restated_settings"] and found.loc["mau", "today"] == 2
    roster = write(tmp_path / "roster", ("members", {"member_id": "x:b", "platform": "x", "role": "staff"}))
    add(folder, roster)
    assert restated(folder).set_index("id").loc["mau", "reasons"] == [
        "why.restated_table",
        "why.restated_settings",
    ]


def test_only_earlier_reports_are_asked_and_the_latest_first(folder):
    published(folder, "2026-02")
    assert set(restated(folder)["month"]) == {pd.Timestamp("2026-01-01")}
    both = restated(folder, month="2026-03")["month"].drop_duplicates().tolist()
    assert both == [pd.Timestamp("2026-02-01"), pd.Timestamp("2026-01-01")]
    assert restated(folder, month="2026-03", months=1)["month"].nunique() == 1


def test_without_a_manifest_the_cause_is_unknown_and_without_a_report_there_is_nothing(folder, tmp_path):
    (folder / "reports" / "2026-01" / "manifest.json").unlink()
    add(folder, write(tmp_path / "late", span("2026-01-10", "2026-01-20"), message(20, "2026-01-15", "zoe")))
    assert restated(folder).set_index("id").loc["mau", "reasons"] == ["why.restated_unknown"]
    assert restated(folder, month="2026-01").empty


def test_a_report_that_cannot_be_read_is_named(folder):
    (folder / "reports" / "2026-01" / "numbers.json").write_text('{"month": "2026-01"', encoding="utf-8")
    with pytest.raises(StoreError, match=r"2026-01.numbers\.json is not the numbers\.json of a report"):
        restated(folder)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_case_is_said(folder, tmp_path, language):
    same, none = restated(folder), restated(folder, month="2026-01")
    add(folder, write(tmp_path / "late", span("2026-01-10", "2026-01-20"), message(20, "2026-01-15", "zoe")))
    moved = restated(folder)
    said = {str(sentences.restatement(frame, language=language)) for frame in (same, none, moved)}
    assert len(said) == 3
    rows = sentences.restatement_rows(moved, language=language)
    assert 0 < len(rows) <= moved["moved"].sum() and (rows.iloc[:, 2] != rows.iloc[:, 3]).all()
    (why,) = sentences.restatement_reason_rows(moved, language=language).to_dict("records")
    assert "late" in why.values()


def counted(messages, month):
    """Some numbers of a month in plain pandas, from (day, person)."""
    said = pd.DataFrame(messages, columns=["day", "person"])
    said = said[said["day"].str.startswith(month)]
    people, days = said["person"].nunique(), pd.Period(month).days_in_month
    daily = said.groupby("day")["person"].nunique().sum() / days
    return {"mau": people, "contributions": len(said), "posts_per_active": len(said) / people, "dau_mean": daily,
            "stickiness": daily / people}  # fmt: skip


def test_what_was_published_and_what_it_is_today_are_what_pandas_counts(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(numbers, "contract", lambda: [*counted([("2026-01-02", "a")], "2026-01")])
    first = [(f"2026-01-{n + 2:02d}", member) for n, member in enumerate("abcab")] + [("2026-02-10", "ana")]
    late = [("2026-01-15", "zoe"), ("2026-01-15", "a"), ("2026-02-03", "b")]
    march = [("2026-03-05", "zoe"), ("2026-03-06", "a")]
    rows = [message(20 + n, *one) for n, one in enumerate(late)]
    add(folder, write(tmp_path / "late", span("2026-01-10", "2026-02-20"), *rows))
    published(folder, "2026-02")
    rows = [message(30 + n, *one) for n, one in enumerate(march)]
    add(folder, write(tmp_path / "march", span("2026-03-01", "2026-03-31"), *rows))
    published(folder, "2026-03")
    add(folder, write(tmp_path / "team", ("members", {"member_id": "x:b", "platform": "x", "role": "staff"})))
    known = {"2026-01": first, "2026-02": first + late, "2026-03": first + late + march}
    today = [(day, person) for day, person in known["2026-03"] if person != "b"]
    came_later = {
        "2026-01": (["late_import", "table", "later_months"], ["late", "march", "team"]),
        "2026-02": (["table", "later_months"], ["march", "team"]),
        "2026-03": (["table"], ["team"]),
    }
    found = restated(folder, month="2026-04")
    assert found["month"].drop_duplicates().dt.strftime("%Y-%m").tolist() == ["2026-03", "2026-02", "2026-01"]
    for month, of_then in known.items():
        rows = found[found["month"] == pd.Timestamp(month)].set_index("id")
        before, now = counted(of_then, month), counted(today, month)
        why, files = came_later[month]
        for name in before:
            row, moved = rows.loc[name], before[name] != now[name]
            assert (row["published"], row["today"]) == pytest.approx((before[name], now[name]))
            assert row["change"] == pytest.approx(now[name] - before[name]) and row["moved"] == moved
            assert (row["reasons"], row["files"]) == (
                ([f"why.restated_{one}" for one in why], files) if moved else ([], [])
            )


# Which days are known


@st.composite
def covered(draw):
    """A community whose platforms are covered by several files that overlap, touch or leave gaps."""
    given = draw(made.communities(max_members=2, max_events=2))
    rows = []
    for number in range(draw(st.integers(0, 5))):
        first, platform = draw(made.instants(given.timezone)), draw(st.sampled_from(made.PLATFORMS))
        if rows and draw(st.booleans()):
            first = rows[-1]["to_at"] + timedelta(days=draw(st.sampled_from((0, 1, 2))))
        last = first + timedelta(days=draw(st.integers(0, 40)))
        rows.append({"import_id": str(number), "platform": platform, "from_at": first, "to_at": last})
    imports = [*given.rows["imports"], {"import_id": "more", "platform": "chat", "tells_visits": True}]
    return given.with_rows(coverage=rows, imports=imports)


@settings(max_examples=8, deadline=None)
@given(covered(), st.sampled_from(made.MONTHS))
def test_the_days_that_are_known_are_what_the_definitions_read(given, month):
    oracle = Oracle(given, month)
    days = pd.DataFrame(
        [(platform, pd.Timestamp(day)) for platform, those in oracle.platform_days.items() for day in those],
        columns=["platform", "day"],
    ).sort_values(["platform", "day"])
    start, end = pd.Timestamp(oracle.start), pd.Timestamp(oracle.end)
    imports = pd.DataFrame(given.rows["imports"])
    platforms, gaps, months = [], [], []
    for platform, own in days.groupby("platform")["day"]:
        missing = pd.date_range(own.min(), own.max()).difference(own)
        place = pd.Series((missing - own.min()).days) - pd.RangeIndex(len(missing))
        runs = [list(run) for _, run in pd.Series(missing).groupby(place)]
        gaps += [[platform, run[0], run[-1], len(run)] for run in runs]
        here = ((own >= start) & (own < end)).sum()
        files = imports[imports["platform"] == platform]
        tells = [bool((files[f"tells_{what}"] == True).any()) for what in ("joins", "leaves", "visits")]  # noqa: E712
        platforms.append([platform, own.min(), own.max(), len(own), len(runs), here, here < len(oracle.month_days),
                          len(files), *tells])  # fmt: skip
        for first, number in own[own < end].dt.to_period("M").value_counts().sort_index().items():
            months.append([platform, first.start_time, number, number / first.days_in_month])
    with given.open() as community:
        found = metrics.coverage(community, month=month)
        assert found.values.tolist() == platforms
        assert metrics.coverage_gaps(community, month=month).values.tolist() == gaps
        assert metrics.coverage_by_month(community, month=month).values.tolist() == months
        whole = metrics.month_coverage(community, month=month).values.tolist()
    known = sum(day in oracle.covered for day in oracle.month_days)
    assert whole == [[known, len(oracle.month_days), known < len(oracle.month_days)]]
    # What is known and what is missing are all days from the first to the last.
    for row in found.itertuples():
        assert (
            row.days + sum(gap[3] for gap in gaps if gap[0] == row.platform) == (row.last_day - row.first_day).days + 1
        )


# Breaks and windows


def spoken(files, days):
    """`files`: (id, first day, last day); `days`: (day, contributions, group)."""
    events = [
        {"event_id": f"{day} {group} {n}", "member_id": "chat:ana", "kind": "post", "occurred_at": f"{day} 12:00",
         "group_id": f"chat:{group}"}
        for day, count, group in days
        for n in range(count)
    ]  # fmt: skip
    return community_of_rows(
        {
            "imports": [
                {"import_id": one, "source": "slack", "platform": "chat", "file_name": one} for one, *_ in files
            ],
            "coverage": [
                {"import_id": one, "platform": "chat", "from_at": start, "to_at": end} for one, start, end in files
            ],
            "events": events,
        }
    )


def daily(count, first, last, group="plot"):
    first, last = date.fromisoformat(first), date.fromisoformat(last)
    return [(str(first + timedelta(days=n)), count, group) for n in range((last - first).days + 1)]


TWO = (("old", "2026-01-01", "2026-02-28"), ("new", "2026-03-01", "2026-04-30"))


def breaks(*days, files=TWO, month="2026-04"):
    return metrics.coverage_breaks(spoken(files, [day for some in days for day in some]), month=month)


def test_a_break_is_where_a_new_file_tells_less_than_half():
    (row,) = breaks(daily(4, "2026-01-01", "2026-02-28"), daily(1, "2026-03-01", "2026-04-30")).to_dict("records")
    assert (str(row["day"])[:10], row["what"], row["file_name"]) == ("2026-03-01", "begins", "new")
    assert (row["per_day_before"], row["per_day_after"], row["broken"]) == (4, 1, True)
    (even,) = breaks(daily(4, "2026-01-01", "2026-02-28"), daily(2, "2026-03-01", "2026-04-30")).to_dict("records")
    assert even["broken"] is False  # half is not less than half


def test_the_same_fall_in_the_middle_of_a_file_is_life_and_no_break():
    assert breaks(
        daily(4, "2026-01-01", "2026-02-28"),
        daily(1, "2026-03-01", "2026-04-30"),
        files=[("one", "2026-01-01", "2026-04-30")],
    ).empty


def test_groups_that_a_new_file_leaves_out_are_a_break_though_as_much_is_written():
    before = [daily(1, "2026-01-01", "2026-02-28", group) for group in ("a", "b", "c")]
    (row,) = breaks(*before, daily(3, "2026-03-01", "2026-04-30", "a")).to_dict("records")
    assert (row["groups_before"], row["groups_after"], row["broken"]) == (3, 1, True)


def test_too_little_on_one_side_is_no_judgement_and_what_follows_the_month_is_not_seen():
    days = (daily(4, "2026-01-01", "2026-02-28"), daily(1, "2026-03-01", "2026-04-30"))
    files = (TWO[0], ("new", "2026-03-01", "2026-03-13"))
    (row,) = breaks(*days, files=files).to_dict("records")
    assert pd.isna(row["broken"]) and row["why"] == "why.coverage_too_little"
    assert breaks(*days, month="2026-02").empty


def test_a_free_slack_export_is_cut_at_ninety_days_and_says_when_to_export_again():
    (row,) = metrics.platform_windows(spoken([("a", "2026-01-02", "2026-04-01")], []), month="2026-03").to_dict(
        "records"
    )
    assert (row["longest_days"], row["looks_cut"], str(row["export_by"])[:10]) == (90, True, "2026-06-30")
    whole = metrics.platform_windows(spoken([("a", "2025-01-02", "2026-04-01")], []), month="2026-03")
    assert not whole["looks_cut"].iloc[0]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_breaks_and_windows_are_said(language):
    days = (daily(4, "2026-01-01", "2026-02-28"), daily(1, "2026-03-01", "2026-04-30"))
    for found in (
        breaks(*days),
        breaks(*days, files=[("one", "2026-01-01", "2026-04-30")]),
        breaks(*days, files=TWO[:1]),
    ):
        assert sentences.coverage_breaks(found, language=language).endswith(".")
    for files in (TWO, [("a", "2026-01-02", "2026-04-01")], []):
        found = metrics.platform_windows(spoken(files, []), month="2026-03")
        assert sentences.platform_windows(found, language=language).endswith(".")
