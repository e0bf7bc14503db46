"""`workbench today`: what waits on a day, as of its end; the page says how old the data are and shows no name."""

import re
from datetime import date, datetime, timedelta
from html import unescape

import made
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from fake_exports import add, event, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench import metrics, today
from workbench import settings as chosen
from workbench.cli import commands
from workbench.engine import community_of_rows
from workbench.errors import SettingsError
from workbench.period import Days, Month, midnight
from workbench.report import today as files

few = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

CHAT = {"platform": "discourse"}


def said(number, member, at, *, group="help", thread=None):
    return {
        "event_id": str(number),
        "member_id": f"discourse:{member}",
        "kind": "reply" if thread else "post",
        "thread_id": str(thread or number),
        "reply_to": thread and str(thread),
        "group_id": f"discourse:{group}",
        "occurred_at": at,
        **CHAT,
    }


def talk(member, first, last, *, group="help", start=100):
    """A topic and its answer by somebody else on each day, so that nothing waits."""
    made, day = [], first
    while day <= last:
        number = start + 2 * (day - first).days
        made.append(said(number, member, f"{day} 09:00", group=group))
        made.append(said(number + 1, "host", f"{day} 10:00", group=group, thread=number))
        day += timedelta(days=1)
    return made


def a_forum(**tables):
    """March 2026: `help` is lively all month, `garden` until the 12th; each further table is a case's own."""
    march = date(2026, 3, 1)
    events = talk("ana", march, date(2026, 3, 31)) + talk("bo", march, date(2026, 3, 12), group="garden", start=500)
    rows = {
        "imports": [{"import_id": "x", "tells_joins": True, "tells_leaves": True, **CHAT}],
        "coverage": [{"from_at": "2026-03-01", "to_at": "2026-03-31 23:00", **CHAT}],
        "groups": [{"group_id": f"discourse:{name}", "name": name, **CHAT} for name in ("help", "garden")],
        "members": [
            {"member_id": f"discourse:{name}", "display_name": name.title(), "joined_at": "2026-01-05", **CHAT}
            for name in ("ana", "bo", "cy")
        ]
        + [{"member_id": "discourse:host", "display_name": "Host", "role": "staff", **CHAT}],
        "log": [{"entry_id": "0", "kind": "prompt", "noted_at": "2026-03-01 08:00", "note": "hello"}],
    }
    extra = tables.pop("events", [])
    rows["events"] = events + extra
    for name, more in tables.items():
        rows[name] = rows.get(name, []) + more
    texts = [
        {"event_id": one["event_id"], "occurred_at": one["occurred_at"], "text": "Bonjour"} for one in rows["events"]
    ]
    return community_of_rows({**rows, "messages": rows.get("messages", []) or texts})


def waits(community, day, name):
    return today.look(community, day=day).frames[name]


# Days in the place of a month


@few
@given(given=made.communities(), month=st.sampled_from(made.MONTHS))
def test_days_from_the_first_to_the_last_of_a_month_answer_as_the_month_does(given, month):
    month = Month.parse(month)
    with given.open() as community:
        for name in today.ASKED:
            metric = getattr(metrics, name)
            days = Days(month.start, month.end)
            pd.testing.assert_frame_equal(metric(community, month=days), metric(community, month=month))


@few
@given(given=made.communities(), month=st.sampled_from(made.MONTHS))
def test_on_the_last_day_of_a_month_the_lists_that_look_at_its_end_are_those_of_the_month(given, month):
    month = Month.parse(month)
    stays = [one for one in given.rows["memberships"] if one.get("end_reason") != "banned"]
    with given.with_rows(
        moderation=[], memberships=stays
    ).open() as community:  # who was banned when decides who counts
        window = Days.until(month.end - timedelta(days=1), days=today.WINDOW_DAYS)
        for name in ("at_risk", "open_incidents", "open_loops"):
            metric = getattr(metrics, name)
            pd.testing.assert_frame_equal(metric(community, month=window), metric(community, month=month))
        of_month, of_days = (metrics.quiet_spells(community, month=one) for one in (month, window))
        columns = ["group_id", "start_on", "days", "level", "contributions_before"]
        current = [
            frame[frame["is_current"].astype(bool)][columns].reset_index(drop=True) for frame in (of_month, of_days)
        ]
        pd.testing.assert_frame_equal(*current, check_dtype=False)
        questions = metrics.unanswered(community, month=month)
        since = pd.Timestamp(midnight(window.start, community.settings.timezone))
        # An opener of the month's first three days may be older than the 28 days.
        late = questions[questions["opened_at"] >= since]["event_id"].tolist()
        assert set(late) <= set(metrics.unanswered(community, month=window)["event_id"])


@few
@given(given=made.communities(), day=made.days())
def test_what_happens_after_a_day_changes_nothing_of_what_waited_at_its_end(given, day):
    with given.open() as community:
        if community.first_day is None or day < community.first_day:
            return
        seen = today.look(community, day=day)
    end = midnight(seen.day + timedelta(days=1), given.timezone)
    # A departure without a date is placed by the last trace, which the future tells; so is a join without a date.
    dated = [one for one in given.rows["members"] if one["joined_at"] is not None]
    certain = [one for one in given.rows["memberships"] if one["start_at"] is not None or one["end_at"] is not None]
    acted = [one for one in given.rows["moderation"] if one["acted_at"] < end]
    known = given.with_rows(members=dated, memberships=certain)
    later = [one for one in known.rows["events"] if one["occurred_at"] >= end]
    earlier = [one for one in known.rows["events"] if one["occurred_at"] < end]
    authors = {one["member_id"] for one in earlier} | {one["member_id"] for one in dated}
    later = [one for one in later if one["member_id"] in authors]
    with (
        known.with_rows(events=earlier + later).open() as all_of_it,
        known.with_rows(events=earlier, moderation=acted).open() as until_then,
    ):
        before, then = (today.look(one, day=day) for one in (all_of_it, until_then))
    assert before.day == then.day and before.last_active_on == then.last_active_on
    for name in today.ASKED:
        pd.testing.assert_frame_equal(before.frames[name], then.frames[name], check_dtype=False)


def test_asking_for_a_later_day_does_not_change_the_earlier_days_lists():
    community = a_forum(events=[said(1, "cy", "2026-03-10 12:00")])
    first = today.lists(today.look(community, day="2026-03-12"), language="en")
    today.look(community, day="2026-03-31")
    again = today.lists(today.look(community, day="2026-03-12"), language="en")
    assert list(first) == list(again) == ["questions"]
    pd.testing.assert_frame_equal(first["questions"], again["questions"])


def test_a_question_that_counts_calendar_months_refuses_days():
    """Else the active months would hold the rest of the month after the day."""
    days = Days.until(date(2026, 3, 10), days=28)
    for metric in (metrics.mau, metrics.mau_by_month, metrics.lifecycle, metrics.retention_cohort, metrics.gini):
        with pytest.raises(SettingsError, match=r"calendar months.*2026-02-11/2026-03-10"):
            metric(a_forum(), month=days)


# What is on the lists


def test_a_question_waits_from_the_24th_hour_to_its_answer():
    # Wrong: to count from the day after, to keep what was answered later that day, to see tomorrow's answer.
    asked = [said(1, "cy", "2026-03-10 12:00"), said(2, "ana", "2026-03-13 08:00", thread=1)]
    community = a_forum(events=asked)
    on_the_day = {day: len(waits(community, f"2026-03-{day}", "unanswered")) for day in (10, 11, 12, 13)}
    assert on_the_day == {10: 0, 11: 1, 12: 1, 13: 0}


def test_a_question_of_last_month_still_waits_on_the_first_of_this_one():
    # A month's list begins anew; a day's must not.
    community = a_forum(
        coverage=[{"from_at": "2026-04-01", "to_at": "2026-04-30", **CHAT}], events=[said(1, "cy", "2026-03-29 12:00")]
    )
    assert len(metrics.unanswered(community, month="2026-04")) == 0
    assert waits(community, "2026-04-01", "unanswered")["event_id"].tolist() == ["1"]


def test_a_group_is_on_the_list_from_its_fifth_silent_day_on_and_red_from_the_seventh():
    # The last word in `garden` is of the 12th.
    levels = {day: waits(a_forum(), f"2026-03-{day}", "quiet_spells")["level"].tolist() for day in (16, 17, 18, 19)}
    assert levels == {16: [], 17: ["amber"], 18: ["amber"], 19: ["red"]}


def test_what_began_to_wait_lately_stands_before_what_has_waited_for_long():
    asked = [said(1, "cy", "2026-03-05 12:00"), said(2, "cy", "2026-03-20 12:00"), said(3, "cy", "2026-03-21 12:00")]
    assert waits(a_forum(events=asked), "2026-03-24", "unanswered")["event_id"].tolist() == ["2", "3", "1"]


def test_a_newcomer_waits_until_a_human_says_a_word():
    new = {"member_id": "discourse:new", "display_name": "New", "joined_at": "2026-03-20 08:00", **CHAT}
    events = [said(1, "new", "2026-03-21 12:00"), said(2, "ana", "2026-03-23 08:00", thread=1)]
    community = a_forum(members=[new], events=events)
    on_the_day = {
        day: waits(community, f"2026-03-{day}", "unwelcomed")["has_written"].tolist() for day in (19, 20, 21, 22, 23)
    }
    assert on_the_day == {19: [], 20: [False], 21: [True], 22: [True], 23: []}


def test_a_newcomer_of_yesterday_stands_before_one_of_last_month_though_both_have_written():
    # Where joins are imputed everybody has written: whom nobody greeted for weeks would stand first each morning.
    new = [{"member_id": f"discourse:{name}", "joined_at": f"2026-03-{day} 08:00", **CHAT}
           for name, day in (("old", "02"), ("late", "02"), ("silent", "23"), ("fresh", "23"))]  # fmt: skip
    wrote = (("old", "02"), ("late", "22"), ("fresh", "23"))
    events = [said(n, name, f"2026-03-{day} 12:00") for n, (name, day) in enumerate(wrote)]
    found = waits(a_forum(members=new, events=events), "2026-03-24", "unwelcomed")["member_id"]
    assert found.tolist() == [f"discourse:{name}" for name in ("late", "fresh", "silent", "old")]


def test_who_looks_like_a_spammer_is_neither_to_be_welcomed_nor_to_be_answered():
    new = {"member_id": "discourse:spam", "display_name": "Spam", "joined_at": "2026-03-20 08:00", **CHAT}
    groups = [{"group_id": f"discourse:g{n}", "name": f"g{n}", **CHAT} for n in range(3)]
    events = [said(n + 1, "spam", f"2026-03-20 1{n}:00", group=f"g{n}") for n in range(3)]
    text = "Win a thousand a day with my method https://win.example/"
    messages = [{"event_id": one["event_id"], "occurred_at": one["occurred_at"], "text": text} for one in events]
    seen = today.look(a_forum(members=[new], events=events, groups=groups, messages=messages), day="2026-03-22")
    assert seen.frames["spam_suspects"]["member_id"].tolist() == ["discourse:spam"]
    assert not len(seen.frames["unanswered"]) and not len(seen.frames["unwelcomed"])
    assert next(iter(today.lists(seen, language="en"))) == "spam"


def test_an_incident_stands_once_and_not_among_the_promises_too():
    log = [
        {"entry_id": "1", "kind": "incident", "noted_at": "2026-03-10 12:00", "note": "scam"},
        {"entry_id": "2", "kind": "routing", "noted_at": "2026-03-10 12:00", "note": "to product"},
    ]
    lists = today.lists(today.look(a_forum(log=log), day="2026-03-12"), language="en")
    assert lists["incidents"]["entry_id"].tolist() == ["1"] and lists["promises"]["loop_id"].tolist() == ["2"]
    assert list(lists) == ["incidents", "promises"]


def test_a_day_of_unusual_talk_is_news_for_three_days():
    loud = [said(n, "ana", f"2026-03-28 12:{n % 60:02d}") for n in range(1, 60)]
    quiet = talk("bo", date(2026, 1, 1), date(2026, 2, 28), group="garden", start=1000)
    community = a_forum(events=loud + quiet, coverage=[{"from_at": "2026-01-01", "to_at": "2026-02-28", **CHAT}])
    days = {day: len(waits(community, f"2026-03-{day}", "unlogged_spikes")) for day in (27, 28, 30, 31)}
    assert days == {27: 0, 28: 1, 30: 1, 31: 0}


# The day, and the age of the data


def test_without_a_day_and_after_the_data_it_is_the_last_covered_day():
    community = a_forum()
    assert today.look(community).day == today.look(community, day="2026-07-01").day == date(2026, 3, 31)


def test_a_day_that_the_data_do_not_cover_is_said_and_gives_the_one_before():
    community = a_forum(coverage=[{"from_at": "2026-05-01", "to_at": "2026-05-31", **CHAT}])
    seen = today.look(community, day="2026-04-10")
    assert seen.day == date(2026, 3, 31)
    told = " ".join(today.age(seen, language="en"))
    assert "do not cover 10 April 2026" in told and "31 May 2026" in told


@pytest.mark.parametrize("wrong", ["2026-13-01", "yesterday", "12/03/2026"])
def test_what_is_no_day_is_refused_with_an_example(wrong):
    with pytest.raises(SettingsError, match="2026-10-17"):
        today.look(a_forum(), day=wrong)


def test_a_day_before_the_data_is_refused_with_the_days_covered():
    with pytest.raises(SettingsError, match="2026-03-01 to 2026-03-31"):
        today.look(a_forum(), day="2026-02-28")


def test_the_age_counts_from_the_day_given_and_a_platform_that_ends_earlier_is_named():
    rows = [{"from_at": "2026-03-01", "to_at": "2026-03-04", "platform": "slack"}]
    seen = today.look(a_forum(coverage=rows), day="2026-04-12")
    old, behind = today.age(seen, language="en")
    assert "12 days before 12 April 2026" in old and "Import a newer export" in old
    assert "slack" in behind and "4 March 2026" in behind


def test_a_list_that_the_data_cannot_tell_is_named_with_its_reason_and_not_called_empty():
    rows = {
        "coverage": [{"from_at": "2026-03-01", "to_at": "2026-03-31", "platform": "chat"}],
        "events": [
            {"event_id": "1", "member_id": "chat:a", "kind": "post", "platform": "chat", "occurred_at": "2026-03-30"}
        ],
    }
    seen = today.look(community_of_rows(rows))
    assert seen.unknown == {
        "incidents": "why.no_log",
        "spam": "why.today_no_texts",
        "newcomers": "why.responses_no_links",
        "promises": "why.today_no_texts",
    }
    assert "managers’ log" in str(today.waiting(seen, language="en"))


# Page, sheet and command


HOSTILE = '=HYPERLINK("x")<script>alert(1)</script>'


@pytest.fixture(scope="module")
def club(tmp_path_factory):
    """A question that nobody answered, in a group with a hostile name, by somebody with one."""
    folder = tmp_path_factory.mktemp("today") / "club"
    folder.mkdir()
    chosen.create(folder / "community.toml", name="Club", timezone="Europe/Paris")
    rows = [
        ("coverage", {"platform": "discourse", "from_at": "2026-10-01T00:00:00", "to_at": "2026-10-20T20:00:00"}),
        ("groups", {"group_id": "discourse:g", "platform": "discourse", "name": f"g{HOSTILE}"}),
        ("members", {"member_id": "discourse:a", "platform": "discourse", "display_name": HOSTILE}),
        event(1, at="2026-10-18T12:00:00", member_id="discourse:a", platform="discourse", group_id="discourse:g"),
    ]
    add(folder, write(folder.parent / "october.export", *rows), timezone="Europe/Paris")
    return folder


def sheets(page):
    book = openpyxl.load_workbook(page.with_name("today.xlsx"))
    return {name: [[cell.value for cell in row] for row in book[name].iter_rows()] for name in book.sheetnames}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_is_self_contained_without_a_name_and_the_sheet_has_them(club, language):
    page, shown, _ = files.make(club, day="2026-10-20", language=language)
    assert page == club / "today" / "2026-10-20" / "today.html"
    html = page.read_text(encoding="utf-8")
    assert f'<html lang="{language}">' in html and "default-src 'none'" in unescape(html)
    assert "<script" not in html and not re.search(r'(src|href)="(?!#|data:)', html) and "@import" not in html
    assert "&lt;script&gt;" in html, "the group's name is shown, as text"
    assert re.search(r"<b>M-[0-9A-F]{6}</b>", html)
    cells = [cell for rows in sheets(page).values() for row in rows for cell in row]
    assert HOSTILE in cells, "the person's name, as text and no formula"
    assert html.count("HYPERLINK") == shown.html.count("HYPERLINK") == 1
    assert ("attend" if language == "fr" else "waits") in str(shown)


def test_names_are_on_the_page_only_where_the_settings_say_so(club, tmp_path):
    seen = today.look(a_forum(events=[said(1, "cy", "2026-03-10 12:00")]), day="2026-03-12")
    shown = type(seen)(
        **{**vars(seen), "settings": chosen.Settings(name="x", timezone="UTC", privacy=chosen.Privacy(names="shown"))}
    )
    assert ">Cy<" not in today.waiting(seen, language="en").html
    assert ">Cy<" in today.waiting(shown, language="en").html


def test_with_a_day_the_clock_changes_no_byte_and_without_one_the_age_alone(club):
    def written(**given):
        page, _, ages = files.make(club, **given)
        return page.read_text(encoding="utf-8"), page.with_name("today.xlsx").read_bytes(), " ".join(ages)

    early, late = (datetime(2026, 10, 21, 9), datetime(2026, 12, 24, 9))
    assert written(day="2026-10-20", now=early) == written(day="2026-10-20", now=late)
    (one, _, young), (other, _, old) = written(now=early), written(now=late)
    assert "up to date" in young and "65 days" in old and "24 December 2026" in old
    assert one.split("<main")[1] == other.split("<main")[1]


def test_the_command_prints_the_path_alone_and_the_rest_beside_it(club):
    found = CliRunner().invoke(commands, ["today", "--community", str(club), "--date", "2026-10-20"])
    assert found.exit_code == 0, found.output
    assert found.stdout.strip() == str(club / "today" / "2026-10-20" / "today.html")
    assert found.stderr.splitlines()[0].startswith("The data are up to date")
    assert "1 question or topic waits" in found.stderr


def test_a_day_on_which_nothing_waits_says_so_kindly(club):
    _, shown, _ = files.make(club, day="2026-10-18")
    assert str(shown).startswith("Nothing waits")
    assert "wb-waits" not in shown.html
