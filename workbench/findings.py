"""The front page: at most six findings of the month, each with how sure it is, what to do and whom to contact.

The rules, in the order in which findings are ranked. Each needs the frame of a metric; without it, or where the data
are too thin to tell, it finds nothing. `few` is the setting of that name (10): smaller groups make no finding of rates.

1. `core_lost`: highly engaged members of last month whose score fell by a quarter or more.
2. `activity_fell`: fewer active people than last month, beyond what chance would do (Poisson, 95 %), by 10 % or more.
3. `churn_rose`: a larger share of the active people fell silent than last month (Newcombe interval, 95 %, above zero).
4. `regulars_silent`: the at-risk list is not empty.
5. `unanswered`: openers that waited a week or more for an answer; at least a tenth of those old enough, and at least 3.
6. `theme_growing`: a theme that is new, or grew by half or more and beyond chance, raised by 5 people or more.
7. `satisfaction_fell`: the net promoter score is lower than last month and the two intervals do not overlap.
8. `groups_silent`: groups that fell silent for the red threshold of the settings, within the last 60 days.
9. `few_carry`: at most five people made half of the contributions, of more than twice as many contributors.
10. `newcomers_silent`: surely (95 %) less than half of the joiners spoke in their first week.
11. `activity_rose`: more active people, by the rule of 2.
12. `core_new`: members who became highly engaged.
"""

from dataclasses import dataclass, replace

import pandas as pd

from workbench import actions
from workbench.settings import Settings
from workbench.words import Sentence, month_name, number, percent, say

MOST = 6
NAMED = 5
"""So many people are named in a finding; the others are on the list."""
Z = 1.959963984540054  # 97.5 % quantile of the normal distribution


@dataclass(frozen=True)
class Finding:
    """One finding: `what` was found, `why` it matters, how `sure` it is, what to `do`, `whom` to contact (may be
    empty), the `metric` it comes from, and the `members` (ids) it is about."""

    id: str
    what: Sentence
    why: Sentence
    sure: Sentence
    do: Sentence
    whom: str
    metric: str
    members: tuple[str, ...] = ()


def front_page(
    *,
    settings: Settings,
    language: str,
    mau: pd.DataFrame | None = None,
    churn_activity: pd.DataFrame | None = None,
    churn_activity_before: pd.DataFrame | None = None,
    hem_changes: pd.DataFrame | None = None,
    at_risk: pd.DataFrame | None = None,
    unanswered: pd.DataFrame | None = None,
    unanswered_7d: pd.DataFrame | None = None,
    themes: pd.DataFrame | None = None,
    nps: pd.DataFrame | None = None,
    nps_before: pd.DataFrame | None = None,
    quiet_spells: pd.DataFrame | None = None,
    top_contributors: pd.DataFrame | None = None,
    absence_factor: pd.DataFrame | None = None,
    activation_rate: pd.DataFrame | None = None,
) -> list[Finding]:
    """What does a manager have to know of this month? At most six findings, the most urgent first.

    Each frame is that of the metric of its name; `mau` is its `metrics.trend` (month, mau, partial), `…_before` the
    frame of the month before, `themes` that of `models.trends.theme_table`. The rules stand at the top of the module.
    """
    look = _Look(settings, language)
    found = (
        _core_lost(look, hem_changes),
        _activity(look, mau, rose=False),
        _churn_rose(look, churn_activity, churn_activity_before),
        _regulars_silent(look, at_risk, hem_changes),
        _unanswered(look, unanswered, unanswered_7d),
        _theme_growing(look, themes),
        _satisfaction_fell(look, nps, nps_before),
        _groups_silent(look, quiet_spells),
        _few_carry(look, top_contributors, absence_factor),
        _newcomers_silent(look, activation_rate),
        _activity(look, mau, rose=True),
        _core_new(look, hem_changes),
    )
    return [one for one in found if one is not None][:MOST]


@dataclass(frozen=True)
class _Look:
    settings: Settings
    language: str

    def finding(self, key: str, metric: str, people: pd.DataFrame | None = None, **values) -> Finding:
        parts = {part: say(f"findings.{key}.{part}", self.language, **values) for part in ("what", "why", "sure", "do")}
        members = () if people is None else tuple(people["member_id"])
        return Finding(id=key, metric=metric, whom=self.whom(people), members=members, **parts)

    def whom(self, people: pd.DataFrame | None) -> str:
        if people is None or people.empty:
            return ""
        shown = ", ".join(actions.named(people.head(NAMED), settings=self.settings)["member"])
        others = len(people) - NAMED
        return str(say("findings.others", self.language, count=others, shown=shown)) if others > 0 else shown


def _core_lost(look: _Look, hem_changes: pd.DataFrame | None) -> Finding | None:
    if hem_changes is None:
        return None
    lost = actions.fallen(hem_changes)
    before = int((hem_changes["change"] != "new").sum())
    return look.finding("core_lost", "hem_changes", lost, count=len(lost), before=before) if len(lost) else None


def _activity(look: _Look, mau: pd.DataFrame | None, *, rose: bool) -> Finding | None:
    if mau is None or len(mau) < 2 or bool(mau["partial"].iloc[-1]):
        return None
    before, now = (float(value) for value in mau["mau"].iloc[-2:])
    chance = Z * (before + now) ** 0.5
    change = now - before
    told = abs(change) > chance and abs(change) >= 0.1 * before and before + now >= 2 * look.settings.thresholds.few
    if not told or (change > 0) != rose:  # a null is in no comparison
        return None
    key = "activity_rose" if rose else "activity_fell"
    return look.finding(key, "mau", count=int(now), before=int(before), change=abs(change), chance=round(chance))


def _churn_rose(look: _Look, now: pd.DataFrame | None, before: pd.DataFrame | None) -> Finding | None:
    if now is None or before is None:
        return None
    this, last = now.iloc[0], before.iloc[0]
    if pd.isna(this["churn_activity"]) or pd.isna(last["churn_activity"]) or this.get("partial") or last.get("partial"):
        return None
    if min(this["denominator"], last["denominator"]) < look.settings.thresholds.few:
        return None
    low, high = _difference(this, last, "churn_activity")
    if low <= 0:
        return None
    return look.finding(
        "churn_rose",
        "churn_activity",
        count=int(this["numerator"]),
        of=int(this["denominator"]),
        now=float(this["churn_activity"]),
        before=float(last["churn_activity"]),
        low=100 * low,
        high=100 * high,
    )


def _difference(this: pd.Series, last: pd.Series, name: str) -> tuple[float, float]:
    """95 % interval of the difference of two proportions from their Wilson intervals (Newcombe 1998, method 10)."""
    one, two = float(this[name]), float(last[name])
    low = one - two - ((one - this["low"]) ** 2 + (last["high"] - two) ** 2) ** 0.5
    high = one - two + ((this["high"] - one) ** 2 + (two - last["low"]) ** 2) ** 0.5
    return float(low), float(high)


def _regulars_silent(look: _Look, at_risk: pd.DataFrame | None, hem_changes: pd.DataFrame | None) -> Finding | None:
    if at_risk is None:
        return None
    others = at_risk[~at_risk["member_id"].isin(actions.fallen(hem_changes)["member_id"])]  # those are named already
    if others.empty:
        return None
    values = {"count": len(others), "days": int(others["silent_days"].max())}
    found = look.finding("regulars_silent", "at_risk", others, **values)
    if len(others) == len(at_risk):
        return found
    return replace(found, what=say("findings.regulars_silent.besides", look.language, **values))


def _unanswered(look: _Look, unanswered: pd.DataFrame | None, share: pd.DataFrame | None) -> Finding | None:
    if unanswered is None or share is None or pd.isna(share["unanswered_7d"].iloc[0]):
        return None
    old = unanswered[unanswered["waiting_over_hours"] >= 168]
    row = share.iloc[0]
    if len(old) < 3 or row["unanswered_7d"] < 0.1 or row["denominator"] < look.settings.thresholds.few:
        return None
    askers = old.drop_duplicates("member_id")
    return look.finding(
        "unanswered",
        "unanswered_7d",
        askers,
        count=len(old),
        share=float(row["unanswered_7d"]),
        low=float(row["low"]),
        high=float(row["high"]),
    )


def _theme_growing(look: _Look, themes: pd.DataFrame | None) -> Finding | None:
    if themes is None:
        return None
    larger = (themes["trend"] == "new") | ((themes["trend"] == "up") & (themes["ratio"] >= 1.5))
    growing = themes[larger & (themes["authors"] >= 5)]
    if growing.empty:
        return None
    row = growing.sort_values(["authors", "theme_id"], ascending=[False, True]).iloc[0]
    routed = isinstance(row["team"], str)
    return look.finding(
        f"theme_{row['trend']}" + ("_team" if routed else ""),
        "themes",
        count=int(row["authors"]),
        label=row["label"],
        items=int(row["items"]),
        before=float(row["mean_before"]),
        team=row["team"] if routed else "",
    )


def _satisfaction_fell(look: _Look, now: pd.DataFrame | None, before: pd.DataFrame | None) -> Finding | None:
    if now is None or before is None:
        return None
    this, last = now.iloc[0], before.iloc[0]
    if pd.isna(this["nps"]) or pd.isna(last["nps"]) or this["high"] >= last["low"]:
        return None
    if min(this["denominator"], last["denominator"]) < look.settings.thresholds.few:
        return None
    return look.finding(
        "satisfaction_fell",
        "nps",
        now=round(this["nps"]),
        before=round(last["nps"]),
        count=int(this["denominator"]),
        low=round(this["low"]),
        high=round(this["high"]),
    )


def _groups_silent(look: _Look, quiet_spells: pd.DataFrame | None) -> Finding | None:
    if quiet_spells is None:
        return None
    red = quiet_spells[quiet_spells["is_current"].astype(bool) & (quiet_spells["level"] == "red")]
    red = red[red["days"] <= actions.DEAD_DAYS]
    if red.empty:
        return None
    return look.finding(
        "groups_silent",
        "quiet_spells",
        count=len(red),
        first=red["group_name"].iloc[0],
        days=int(red["days"].iloc[0]),
        red=look.settings.thresholds.quiet_red_days,
    )


def _few_carry(look: _Look, top: pd.DataFrame | None, absence_factor: pd.DataFrame | None) -> Finding | None:
    few = actions.carriers(top, absence_factor)
    if few.empty:
        return None
    contributors = int(absence_factor["contributors"].iloc[0])
    return look.finding("few_carry", "absence_factor", few, count=len(few), contributors=contributors)


def _newcomers_silent(look: _Look, activation_rate: pd.DataFrame | None) -> Finding | None:
    if activation_rate is None or pd.isna(activation_rate["activation_rate"].iloc[0]):
        return None
    row = activation_rate.iloc[0]
    if row["denominator"] < look.settings.thresholds.few or row["high"] >= 0.5:
        return None
    return look.finding(
        "newcomers_silent",
        "activation_rate",
        count=int(row["denominator"]),
        spoke=int(row["numerator"]),
        low=float(row["low"]),
        high=float(row["high"]),
    )


def _core_new(look: _Look, hem_changes: pd.DataFrame | None) -> Finding | None:
    if hem_changes is None:
        return None
    new = hem_changes[hem_changes["change"] == "new"]
    return look.finding("core_new", "hem_changes", new, count=len(new)) if len(new) else None


def headline(found: list[Finding], *, language: str) -> Sentence:
    """The page's first sentence: the first finding."""
    return found[0].what if found else say("findings.headline.none", language)


def purpose(settings: Settings, *, language: str) -> Sentence:
    """What the community is for, as its settings say; how to say it where they do not."""
    return Sentence(settings.purpose) if settings.purpose.strip() else say("findings.purpose.none", language)


def goals(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many of the goals in `metrics.goals` are reached; how to set one where there is none."""
    if frame.empty:
        return say("findings.goals.none", language)
    reached = int((frame["reached"] == True).sum())  # noqa: E712  (null is neither)
    return say("findings.goals.said", language, count=len(frame), reached=reached)


def goals_table(frame: pd.DataFrame, *, language: str) -> pd.DataFrame:
    """`metrics.goals` as texts for the page: `goal`, `now`, `before`, `target`, `by`, `progress`."""
    rows = []
    for row in frame.itertuples():
        write = percent if row.is_share else number
        limit = "at_most" if row.fewer_is_better else "at_least"
        rows.append(
            {
                "goal": str(say(f"{row.metric}.name", language)),
                "now": write(row.value, language) if pd.notna(row.value) else str(say(row.why, language)),
                "before": write(row.before, language),
                "target": str(say(f"findings.goals.{limit}", language, target=write(row.target, language))),
                "by": month_name(row.by, language),
                "progress": _progress(row, language),
            }
        )
    return pd.DataFrame(rows, columns=["goal", "now", "before", "target", "by", "progress"])


def _progress(row, language: str) -> str:
    if pd.isna(row.value):
        return "–"
    if row.reached:
        return str(say("findings.goals.reached", language))
    missing = abs(row.target - row.value)
    amount = say("show.points", language, count=round(100 * missing, 1)) if row.is_share else number(missing, language)
    return str(say("findings.goals.missing", language, amount=amount))
