"""Posts on social networks: hand tables, plain pandas, laws."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench import figures, metrics, sentences
from workbench.engine import community_of_rows

FEW = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
MARCH = "2026-03"
NUMBERS = ("impressions", "reactions", "comments", "shares", "clicks")


def post(number, at="2026-03-05 12:00", network="mastodon", kind="image", **numbers):
    return {"post_id": str(number), "posted_at": at, "network": network, "post_type": kind, **numbers}


def opened(*posts, timezone="UTC"):
    span = {"platform": "chat", "from_at": "2026-01-01", "to_at": "2026-03-31"}
    return community_of_rows({"coverage": [span], "social_posts": list(posts)}, timezone=timezone)


def test_the_rate_is_of_sums_and_the_typical_post_the_median():
    # 10 of 100 and 10 of 900: together 2 %, and not the mean of the rates (5.6 %).
    found = metrics.social_posts(
        opened(post(1, impressions=100, reactions=10), post(2, impressions=900, comments=4, shares=6)), month=MARCH
    ).iloc[0]
    assert (found["social_posts"], found["numerator"], found["denominator"]) == (0.02, 20, 1000)
    assert found["median_rate"] == pytest.approx((0.1 + 1 / 90) / 2)


def test_a_post_without_impressions_is_a_post_but_no_part_of_the_rate():
    found = metrics.social_posts(
        opened(
            post(1, impressions=100, reactions=10),
            post(2, reactions=50),  # never told how often it was seen
            post(3, impressions=0, reactions=0),
            post(4, impressions=100),  # engagements are not told: not 0
        ),
        month=MARCH,
    ).iloc[0]
    assert (found["posts"], found["n"], found["social_posts"]) == (4, 1, 0.1)


def test_without_any_impressions_there_is_a_reason_and_without_posts_no_row():
    found = metrics.social_posts(opened(post(1, reactions=50)), month=MARCH).iloc[0]
    assert pd.isna(found["social_posts"]) and found["why"] == "why.social_no_impressions"
    assert metrics.social_posts(opened(), month=MARCH).empty


def test_clicks_are_no_engagement():
    found = metrics.social_posts(opened(post(1, impressions=100, reactions=1, clicks=60)), month=MARCH).iloc[0]
    assert (found["social_posts"], found["clicks"]) == (0.01, 60)


def test_the_hour_and_the_month_are_local():
    shown = {"impressions": 10, "reactions": 1}
    given = opened(post(1, "2026-02-28 23:30", **shown), post(2, "2026-03-31 22:30", **shown), timezone="Europe/Paris")
    found = metrics.social_posts(given, month=MARCH)
    assert found.loc[found["cut_by"] == "hour", "hour"].tolist() == [0]
    assert metrics.social_posts(given, month=MARCH, months=2).iloc[0]["posts"] == 1


def test_a_post_stands_out_against_its_own_network_before_the_month():
    usual = [post(n, f"2026-02-{n + 1:02d}", impressions=100 + n) for n in range(5)]
    other = [post(f"i{n}", f"2026-02-{n + 1:02d}", "instagram", impressions=5) for n in range(4)]
    mine = [post("loud", impressions=1020), post("quiet", impressions=51), post("new", "2026-03-06", "instagram")]
    found = metrics.social_standouts(opened(*usual, *other, *mine), month=MARCH)
    assert found["post_id"].tolist() == ["loud", "quiet", "new"]
    assert found["times_usual"].tolist()[:2] == [10, 0.5]
    assert pd.isna(found["times_usual"].iloc[2])  # four posts are too few to know what is usual there


@FEW
@given(
    st.lists(
        st.tuples(
            st.datetimes(pd.Timestamp("2026-01-25"), pd.Timestamp("2026-04-05")),
            st.sampled_from(("a", "b")),
            st.sampled_from(("image", None)),
            *(st.one_of(st.none(), st.integers(0, 50)) for _ in NUMBERS),
        ),
        max_size=12,
    )
)
def test_every_row_is_the_definition_in_pandas(given):
    posts = [
        post(number, at.replace(microsecond=0), network, kind, **dict(zip(NUMBERS, numbers, strict=True)))
        for number, (at, network, kind, *numbers) in enumerate(given)
    ]
    found = metrics.social_posts(opened(*posts, timezone="Europe/Paris"), month=MARCH)
    columns = ["post_id", "posted_at", "network", "post_type", *NUMBERS]
    frame = pd.DataFrame(posts, columns=columns).astype(dict.fromkeys(NUMBERS, "float64"))
    local = pd.to_datetime(frame["posted_at"]).dt.tz_localize("UTC").dt.tz_convert("Europe/Paris")
    frame = frame.assign(hour=local.dt.hour)[local.dt.strftime("%Y-%m") == MARCH]
    parts = frame[["reactions", "comments", "shares"]]
    frame = frame.assign(engagements=parts.sum(axis=1))
    known = frame[(frame["impressions"] > 0) & parts.notna().any(axis=1)]
    for cut, column in (("network", "network"), ("type", "post_type"), ("hour", "hour")):
        rows = found[found["cut_by"] == cut]
        assert rows["posts"].sum() == len(frame) and rows["n"].sum() == len(known)
        for _, row in rows.iterrows():
            key = row["hour"] if cut == "hour" else row["part"]
            mine = known[known[column].isna() if key is None else known[column] == key]
            assert row["n"] == len(mine)
            if len(mine):
                assert row["social_posts"] == pytest.approx(mine["engagements"].sum() / mine["impressions"].sum())
                assert row["median_rate"] == pytest.approx((mine["engagements"] / mine["impressions"]).median())
            else:
                assert pd.isna(row["social_posts"])


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_case_is_said_and_drawn(language):
    full = [
        post(n, network="<b>net</b>", kind=None if n % 2 else "video", impressions=100 + n, reactions=n % 7)
        for n in range(24)
    ]
    for posts in ([], [post(1)], full):
        frame = metrics.social_posts(opened(*posts), month=MARCH)
        assert sentences.social_posts(frame, language=language).endswith(".")
        standouts = metrics.social_standouts(opened(*posts), month=MARCH)
        assert sentences.social_standouts(standouts, language=language).endswith(".")
        assert len(sentences.social_standout_rows(standouts, language=language)) == len(posts)
        for cut in ("network", "type", "hour"):
            assert sentences.social_posts(frame, language=language, cut_by=cut).endswith(".")
            drawn = figures.social_posts(frame, title="a < b", language=language, cut_by=cut).to_json()
            assert "<b>net" not in drawn and "\\u003cb\\u003enet" not in drawn


def test_the_trend_of_a_month_without_posts_is_null_with_a_reason():
    quiet = community_of_rows({"coverage": [{"platform": "chat", "from_at": "2026-03-01", "to_at": "2026-03-31"}]})
    last = metrics.trend(metrics.social_posts, quiet, month="2026-03").iloc[-1]
    assert str(last["social_posts"]) == "nan" and last["why"] == "why.empty"
