"""Sentences on activity; each takes the frame of the metric of the same name."""

import pandas as pd

from workbench.sentences.population import count_sentence, unknown
from workbench.sentences.rates import FEW, rate_sentence
from workbench.words import Sentence, say


def mau_by_month(frame: pd.DataFrame, *, language: str) -> Sentence:
    """What the last two months of `metrics.mau_by_month` say; a month not wholly covered is no comparison."""
    if frame.empty:
        return say("mau_by_month.unknown", language)
    last = frame.iloc[-1]
    now = int(last["mau"])
    if last["partial"]:
        return say("mau_by_month.partial", language, count=now)
    previous = frame[frame["month"] == last["month"] - pd.DateOffset(months=1)]
    if previous.empty:
        return say("mau_by_month.first", language, count=now)
    if previous["partial"].iloc[0]:
        return say("mau_by_month.after_partial", language, count=now)
    before = int(previous["mau"].iloc[0])
    key = "mau_by_month.same" if now == before else "mau_by_month.more" if now > before else "mau_by_month.less"
    return say(key, language, count=now, before=before, difference=abs(now - before))


def dau(frame: pd.DataFrame, *, language: str) -> Sentence:
    """The average day and the busiest one."""
    known = frame.dropna(subset=["dau"])
    if known.empty:
        return say("dau.unknown", language)
    if not known["dau"].sum():
        return say("dau.silent", language)
    best = known.loc[known["dau"].astype("int64").idxmax()]
    mean = float(known["dau"].mean())
    return say("dau.sentence", language, count=round(mean, 2), mean=mean, best=best["dau"], day=best["day"])


def wau(frame: pd.DataFrame, *, language: str) -> Sentence:
    """The last whole week, against the one before."""
    whole = frame[frame["complete"]]
    if whole.empty:
        return say("wau.unknown", language)
    last = whole.iloc[-1]
    before = whole[whole["week"] == last["week"] - pd.Timedelta(days=7)]
    values = {"count": int(last["wau"]), "week": last["week"]}
    difference = int(last["wau"] - before["wau"].iloc[0]) if len(before) else 0
    if not difference:
        return say("wau.sentence", language, **values)
    return say("wau.more" if difference > 0 else "wau.less", language, difference=abs(difference), **values)


def rolling_active(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many were active in the window that ends with the month."""
    last = frame["active"].iloc[-1]
    if pd.isna(last):
        return say("rolling_active.unknown", language)
    return say("rolling_active.sentence", language, count=int(last))


def stickiness(frame: pd.DataFrame, *, language: str) -> Sentence:
    """On what share of the days the average active member was active."""
    return _value_sentence(frame, "stickiness", language=language)


def stickiness_rolling(frame: pd.DataFrame, *, language: str) -> Sentence:
    """The same with a sliding month."""
    return _value_sentence(frame, "stickiness_rolling", language=language)


def actions_per_member(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many actions there were per member."""
    return _value_sentence(frame, "actions_per_member", language=language)


def engagement_rate(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many of the members took part."""
    return rate_sentence(frame, "engagement_rate", language=language)


def silent_share(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many of the members were silent."""
    return rate_sentence(frame, "silent_share", language=language)


def lurker_share(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many of the people present only read."""
    return rate_sentence(frame, "lurker_share", language=language)


def active_days(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many of the active people came on one day only."""
    total = int(frame["people"].sum())
    if not total:
        return say("active_days.none", language)
    once = int(frame.loc[frame["active_days"] == 1, "people"].sum())
    key = "active_days.few" if total < FEW else "active_days.sentence"
    return say(key, language, count=once, total=total, share=once / total)


def posts_per_active(frame: pd.DataFrame, *, language: str) -> Sentence:
    """What is usual among active members, and what the busiest do to the mean."""
    row = frame.iloc[0]
    if pd.isna(row["posts_per_active"]):
        return unknown("posts_per_active", row["why"], language=language)
    values = {"mean": row["posts_per_active"], "median": row["median"], "p90": row["p90"]}
    form = "sentence" if values["mean"] > values["median"] else "even"
    return say(f"posts_per_active.{form}", language, **values)


def contributions(frame: pd.DataFrame, *, language: str) -> Sentence:
    """What the contributions are made of."""
    row = frame.iloc[0]
    if pd.isna(row["contributions"]):
        return unknown("contributions", row["why"], language=language)
    kinds = {name: row[name] for name in ("posts", "replies", "poll_votes", "reactions")}
    return say("contributions.sentence", language, **kinds)


def contributions_deleted_accounts(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How much has no author any more."""
    count = frame["contributions_deleted_accounts"].iloc[0]
    if pd.notna(count) and count == 0:
        return say("contributions_deleted_accounts.none", language)
    return count_sentence(frame, "contributions_deleted_accounts", language=language)


def activity_heatmap(frame: pd.DataFrame, *, language: str) -> Sentence:
    """The busiest hour of the week."""
    known = frame[frame["contributions"].fillna(0) > 0]
    if known.empty:
        return say("activity_heatmap.none", language)
    best = known.loc[known["contributions_per_day"].idxmax()]
    return say(
        "activity_heatmap.sentence",
        language,
        weekday=say(f"weekday.{int(best['weekday'])}", language),
        hour=int(best["hour"]),
        next=int(best["hour"]) + 1,
    )


def reply_by_hour(frame: pd.DataFrame, *, language: str) -> Sentence:
    """The hour whose openers were answered most often, if it lies above the whole by three standard errors: of 24
    hours, one in twenty would do so by chance at the usual two."""
    total = frame["denominator"].sum()
    if not total:
        return say("reply_by_hour.none", language)
    share = frame["numerator"].sum() / total
    above = frame[frame["reply_by_hour"] - share > 3 * (share * (1 - share) / frame["denominator"]) ** 0.5]
    if above.empty:
        values = {"numerator": frame["numerator"].sum(), "denominator": total, "value": share}
        form = "few" if total < FEW else "close"
        return say(f"reply_by_hour.{form}", language, count=int(total), **values)
    best = above.loc[above["reply_by_hour"].idxmax()]
    return say(
        "reply_by_hour.sentence",
        language,
        hour=int(best["hour"]),
        next=int(best["hour"]) + 1,
        numerator=best["numerator"],
        denominator=best["denominator"],
        value=best["reply_by_hour"],
    )


def quiet_spells(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many groups are silent at the end of the month."""
    current = frame[frame["is_current"]]
    if current.empty:
        return say("quiet_spells.none", language)
    return say("quiet_spells.sentence", language, count=len(current), red=int((current["level"] == "red").sum()))


def quiet_spell_rows(frame: pd.DataFrame, *, language: str) -> pd.DataFrame:
    """The spells as rows of a table: their level and whether the team woke the group, in words."""
    levels = ["quiet_spells.over" if pd.isna(one) else f"quiet_spells.level_{one}" for one in frame["level"]]
    return frame[["group_name", "start_on", "days"]].assign(
        level=[str(say(level, language)) for level in levels],
        contributions_before=frame["contributions_before"],
        prompt=[
            _prompt(ended, replies, language)
            for ended, replies in zip(frame["ended_by_prompt"], frame["prompt_replies"], strict=True)
        ],
    )


def _prompt(ended, replies, language: str) -> str | None:
    if pd.isna(ended):
        return None
    return str(
        say("quiet_spells.prompt_yes", language, count=int(replies))
        if ended
        else say("quiet_spells.prompt_no", language)
    )


def unusual_days(frame: pd.DataFrame, *, language: str) -> Sentence:
    """Which days stand out, the farthest from the usual first; at most three are named."""
    if frame["median"].isna().all():
        return say("unusual_days.too_short", language)
    found = frame[frame["unusual"]]
    if found.empty:
        return say("unusual_days.none", language)
    farthest = found.assign(gap=(found["contributions"] - found["median"]).abs())
    farthest = farthest.sort_values(["gap", "day"], ascending=[False, True]).head(3)
    named = [
        say("unusual_days.high", language, day=row.day, contributions=row.contributions, median=row.median)
        for row in farthest.itertuples(index=False)
    ]
    key = "unusual_days.many" if len(found) > len(named) else "unusual_days.sentence"
    return say(key, language, count=len(found), days=", ".join(named))


def lifecycle(frame: pd.DataFrame, *, language: str) -> Sentence:
    """Where the active people of the month come from, and how many fell silent."""
    row = frame.iloc[0]
    if pd.isna(row["new"]):
        return unknown("lifecycle", row["why"], language=language)
    counts = {name: row[name] for name in ("new", "retained", "resurrected", "dormant")}
    return say("lifecycle.sentence", language, mau=row["new"] + row["retained"] + row["resurrected"], **counts)


def lifecycle_by_month(frame: pd.DataFrame, *, language: str) -> Sentence:
    """Whether more active people came than fell silent in the last month."""
    if frame.empty:
        return say("lifecycle_by_month.none", language)
    last = frame.iloc[-1]
    came, dormant = int(last["new"] + last["resurrected"]), int(last["dormant"])
    way = "same" if came == dormant else "grew" if came > dormant else "shrank"
    return say(f"lifecycle_by_month.{way}", language, came=came, dormant=dormant)


def _value_sentence(frame: pd.DataFrame, name: str, *, language: str) -> Sentence:
    row = frame.iloc[0]
    if pd.isna(row[name]):
        return unknown(name, row["why"], language=language)
    return say(f"{name}.sentence", language, value=row[name])
