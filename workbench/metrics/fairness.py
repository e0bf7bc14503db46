"""Fairness: how the load is spread, who moves up and down, whom the team answers, and what a reward changes."""

from datetime import timedelta

import numpy as np
import pandas as pd

from workbench.engine import Community
from workbench.metrics.engagement import score_windows
from workbench.metrics.intervals import difference_interval, median_wait, rate
from workbench.period import Month, midnight

SANCTION_DAYS = 180
FEW_OPENERS = 20
"""With fewer openers of a kind of asker, no gap is given."""
FEW_REWARDED = 10
"""With fewer rewarded members who have controls, no effect is given."""
ASKERS = ("highly_engaged", "newcomers", "others")


def onion(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How many make the core, how many the layers around it?

    Three rows: `layer` (core: the fewest people who together made at least 80 % of the contributions of the month;
    regular: those who bring it to at least 95 %; casual: the other contributors), `people`, `contributions`, and their
    shares of all contributors and contributions, `people_share`, `contributions_share` (0 to 1; null without any).
    Silent members are in no layer. Equal counts are ordered by member id, so that a border may part two equals.

    Source: the onion of GrimoireLab (CHAOSS); Nakakoji et al. 2002, Evolution patterns of open-source communities.

    >>> onion(_help_desk(), month="2026-01")[["layer", "people", "contributions"]].values.tolist()
    [['core', 2, 12], ['regular', 1, 1], ['casual', 0, 0]]
    """
    frame = community.ask("onion", month=month)
    for name in ("people", "contributions"):
        total = frame[name].sum()
        frame[f"{name}_share"] = frame[name] / total if total else np.nan
    return frame


def ladder(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Who moved up, who moved down, from last month to this?

    36 rows, one a step last month and a step this month: `step_before` (core, regular, casual, newcomer, silent,
    outside), `step` (core, regular, casual, newcomer, silent, left), `ladder` (share of those who stood on
    `step_before`), `numerator` (people), `denominator` (people on `step_before`), `low`, `high` (95 % Wilson), `why`,
    `partial` (not all days of both months are covered).

    A step is, in this order: newcomer (first joined in that month, imputed joins included); core, regular, casual (the
    layers of `onion` in that month); silent (a member who contributed nothing). "outside": no member when this month
    began; "left": none when it ended. Both months are seen with what is known at the end of this one. Null when the
    data hold no day of last month. Steps are relative: who writes as always falls when others write more.

    >>> moves = ladder(_help_desk(), month="2026-01")
    >>> moves[moves["numerator"] > 0][["step_before", "step", "numerator"]].values.tolist()
    [['silent', 'core', 2], ['silent', 'regular', 1]]
    """
    found = rate(community.ask("ladder", month=month), "ladder")
    steps = ["step_before", "step"]
    return found[[*steps, *(column for column in found.columns if column not in steps)]]


def role_candidates(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Who might like to be asked whether they want a role (moderator, ambassador, host)?

    One row a member who was active in at least 3 of the last 4 weeks (of 7 local days, counted back from the end of
    the month), whose help part of `engagement_score` reaches the 75th percentile of all scored members (and is not
    nought), who had no warning, removal, mute or ban in the 180 days before, and whose role is plain member:
    `member_id`, `rank` (by help), `display_name`, `weeks_of_4`, `people_helped`, `points_helped`,
    `points_helped_p75` (the bar), `score`, `sanctions_known` (false: the data hold no moderation at all, so that
    nobody's record is known).

    A list for a human to decide: it does not see tact, wishes or time, and says nothing on who is not on it.

    >>> role_candidates(_help_desk(), month="2026-01")[["member_id", "people_helped"]].values.tolist()
    [['discourse:ben', 1]]
    """
    start = Month.parse(month).end - timedelta(days=SANCTION_DAYS)
    since = midnight(start, community.settings.timezone)
    return community.ask("role_candidates", month=month, sanctions_start_at=since, **score_windows(community, month))


def favouritism_gap(community: Community, *, month: str | Month, questions_only: bool = False) -> pd.DataFrame:
    """Does the team answer its highly engaged members more, or sooner, than newcomers and others?

    Three rows: `askers` (highly_engaged: those of `highly_engaged` this month; newcomers: who first joined at most 28
    days before they asked, imputed joins included; others), `answered_share` (answered by staff within 72 hours),
    `numerator`, `denominator` (openers of the month at least 72 hours old at its end), `low`, `high` (95 % Wilson),
    `median_hours` (Kaplan–Meier median of the time to the first answer by staff over all `openers` of the kind; null
    when fewer than half got one), `answered_median_hours` (of the `answered` only), `openers`, `answered`;
    `favouritism_gap` (share less that of the others; null for the others), `gap_low`, `gap_high` (95 %, Newcombe),
    `why` (of a null gap: too few under 20 openers in one of the two). Where nobody is known as staff all is null.

    A gap is no proof of favour: people ask different things at different hours, and staff need not answer what a peer
    has answered. Source: Kaplan & Meier 1958; Newcombe 1998, Statistics in Medicine 17, 873–890, method 10.

    >>> gap = favouritism_gap(_help_desk(), month="2026-01")
    >>> gap[["askers", "numerator", "denominator", "why"]].values.tolist()[0]
    ['highly_engaged', 0, 0, 'why.fairness_no_staff']
    """
    share = community.settings.thresholds.highly_engaged_share
    times = community.ask(
        "favouritism_gap", month=month, share=share, questions_only=questions_only, **score_windows(community, month)
    )
    frame = pd.DataFrame([_answered(askers, times[times["askers"] == askers]) for askers in ASKERS])
    shares = rate(frame[["numerator", "denominator"]], "answered_share").drop(columns="why")
    frame = pd.concat([frame[["askers"]], shares, frame.drop(columns=["askers", "numerator", "denominator"])], axis=1)
    gaps = frame["answered_share"] - frame["answered_share"].iloc[-1]
    enough = frame["denominator"] >= FEW_OPENERS
    known = enough & enough.iloc[-1] & (frame["askers"] != "others")
    values = shares.rename(columns={"answered_share": "value"})
    ends = [
        difference_interval(row, values.iloc[-1]) if is_known else (np.nan, np.nan)
        for is_known, (_, row) in zip(known, values.iterrows(), strict=True)
    ]
    gap = frame.assign(
        favouritism_gap=gaps.where(known),
        gap_low=pd.Series([low for low, _ in ends]),
        gap_high=pd.Series([high for _, high in ends]),
        why=pd.Series([None if one else "why.fairness_few_openers" for one in known], dtype=object),
    )
    staff = community.run("SELECT count(*) AS n FROM people WHERE counted_as = 'staff'", month=month)["n"].iloc[0]
    if not staff:  # nobody who could have answered is known: that is not nought
        counts = ["askers", "numerator", "denominator", "openers", "answered"]
        gap = gap.assign(**{name: np.nan for name in gap.columns if name not in counts})
        gap["why"] = "why.fairness_no_staff"
    return gap


def _answered(askers: str, times: pd.DataFrame) -> dict:
    """What the times of `favouritism_gap.sql` say of one kind of asker."""
    hours, answered, waiting = (times[name].to_numpy() for name in ("hours", "answered", "waiting"))
    each = np.repeat(hours, answered.astype(int))
    counts = {name: int(times[name].iloc[0]) if len(times) else 0 for name in ("numerator", "denominator", "openers")}
    median = median_wait(hours, answered, waiting)
    return {
        "askers": askers,
        **counts,
        "answered": int(answered.sum()),
        "median_hours": np.nan if median is None else median,
        "answered_median_hours": float(np.median(each)) if len(each) else np.nan,
    }


def reward_effect(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Do members contribute more after a reward than members like them who got none?

    One row: `reward_effect` (contributions in the 28 local days after less those in the 28 before, mean over rewarded
    members, less the same of their controls), `low`, `high` (95 %, Student's t over the rewarded), `why`, `rewarded`
    (members in it), `unmatched` (rewarded members left out: silent before, or nobody like them), `before`, `after`,
    `controls_before`, `controls_after` (means of contributions), `controls` (of the typical rewarded member; median).

    Each person's first reward of the twelve months before the end of the month, from the log (kind "reward"), whose 28
    days before and after are all covered and over. Controls: members without a reward within 28 days of it who had
    contributed as much in the 28 days before, a fifth (or one) more or less. The day itself is in neither. Null under
    10 rewarded members. An association: who is about to become active may be who is rewarded.

    Source: difference in differences with matching; Heckman, Ichimura & Todd 1997, Review of Economic Studies 64.

    >>> reward_effect(_help_desk(), month="2026-01")[["reward_effect", "why"]].values.tolist()
    [[nan, 'why.fairness_no_rewards']]
    """
    month = Month.parse(month)
    found = community.ask("reward_effect", month=month, year_start=month.back(11).start)
    matched = found[found["controls"] > 0]
    changes = (matched["after"] - matched["before"]) - (matched["controls_after"] - matched["controls_before"])
    n = len(changes)
    why = "why.fairness_no_rewards" if found.empty else "why.fairness_few_rewards" if n < FEW_REWARDED else None
    effect, half = (np.nan, np.nan) if why else (float(changes.mean()), _half_width(changes))
    means = {name: matched[name].mean() for name in ("before", "after", "controls_before", "controls_after")}
    return pd.DataFrame(
        {
            "reward_effect": [effect],
            "low": [effect - half],
            "high": [effect + half],
            "why": pd.Series([why], dtype=object),
            "rewarded": [n],
            "unmatched": [len(found) - n],
            **{name: [mean] for name, mean in means.items()},
            "controls": [matched["controls"].median()],
        }
    )


def _half_width(changes: pd.Series) -> float:
    """Half the 95 % interval of a mean."""
    from scipy.special import stdtrit

    return float(stdtrit(len(changes) - 1, 0.975) * changes.std(ddof=1) / len(changes) ** 0.5)


def _help_desk() -> Community:
    """A forum in January: Ana asks each week, Ben answers her, Cleo asks once."""
    from workbench.engine import community_of_rows

    shared = {"platform": "discourse"}
    asked = [
        {"event_id": f"ask {day}", "kind": "post", "member_id": "discourse:ana", "thread_id": f"ask {day}",
         "occurred_at": f"2026-01-{day} 10:00", **shared}
        for day in ("05", "06", "12", "19", "20", "26")
    ]  # fmt: skip
    answered = [
        {**one, "event_id": one["event_id"].replace("ask", "answer"), "kind": "reply", "member_id": "discourse:ben",
         "occurred_at": one["occurred_at"].replace("10:00", "12:00")}
        for one in asked
    ]  # fmt: skip
    once = {**asked[0], "event_id": "once", "thread_id": "once", "member_id": "discourse:cleo"}
    return community_of_rows(
        {
            "coverage": [{**shared, "from_at": "2025-12-01", "to_at": "2026-01-31"}],
            "members": [{**shared, "member_id": f"discourse:{name}"} for name in ("ana", "ben", "cleo")],
            "memberships": [
                {"membership_id": name, "member_id": f"discourse:{name}", "start_at": "2025-11-05"}
                for name in ("ana", "ben", "cleo")
            ],
            "events": [*asked, *answered, once],
        }
    )
