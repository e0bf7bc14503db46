"""Satisfaction: what people answer when they are asked for a score."""

import pandas as pd

from workbench.engine import Community
from workbench.metrics.intervals import Z, rate
from workbench.period import Month


def nps(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Would people recommend the community (net promoter score)?

    One row: `nps` (points from −100 to 100: per cent of answers 9–10 minus per cent of answers 0–6), `numerator`
    (promoters − detractors), `denominator` (answers), `low`, `high` (95 % Wald), `why`, `promoters`, `passives`,
    `detractors`, `other_answers` (scored answers on other scales, or outside this one). Answers of the month with scale
    `nps`, anonymous ones included, the last of each person and survey; staff and bots apart. Who answers is not who
    is a member: read it with `participation`. Source: Reichheld 2003, Harvard Business Review 81(12), 46–54; interval
    of a difference of multinomial shares.

    >>> from workbench.engine import community_of_rows
    >>> asked = {"given_at": "2026-01-05", "source": "survey", "scale": "nps"}
    >>> rows = {"feedback": [{"feedback_id": str(n), "score": n, **asked} for n in (6, 8, 9, 10)]}
    >>> nps(community_of_rows(rows), month="2026-01")[["nps", "low", "high"]].round(1).values.tolist()
    [[25.0, -56.3, 100.0]]
    """
    found = community.ask("nps", month=month)
    answers = found["promoters"] + found["passives"] + found["detractors"]
    found.insert(0, "numerator", found["promoters"] - found["detractors"])
    found.insert(1, "denominator", answers)
    made = rate(found, "nps", why_empty="why.satisfaction_no_answers", interval=False)
    n = answers.astype("float64").where(answers > 0)
    spread = ((found["promoters"] + found["detractors"]) / n - made["nps"].astype("float64") ** 2).clip(lower=0)
    half = Z * (spread / n) ** 0.5
    made["low"] = 100 * (made["nps"] - half).clip(lower=-1)
    made["high"] = 100 * (made["nps"] + half).clip(upper=1)
    made["nps"] = 100 * made["nps"]
    return made


def csat(community: Community, *, month: str | Month) -> pd.DataFrame:
    """What share of people who answered is satisfied (4 or 5 of 5)?

    One row: `csat` (share), `numerator` (answers 4 or 5), `denominator` (answers on the scale 1–5), `low`, `high` (95 %
    Wilson), `why`, `other_answers` (scored answers on other scales, or outside this one). Answers of the month with
    scale `csat` (or 5), anonymous ones included, the last of each person and survey; staff and bots apart.

    >>> from workbench.engine import community_of_rows
    >>> asked = {"given_at": "2026-01-05", "source": "survey", "scale": "csat"}
    >>> rows = {"feedback": [{"feedback_id": str(n), "score": n, **asked} for n in (2, 3, 4, 5)]}
    >>> float(csat(community_of_rows(rows), month="2026-01")["csat"].iloc[0])
    0.5
    """
    return rate(community.ask("csat", month=month), "csat", why_empty="why.satisfaction_no_answers")


def participation(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How many of the members answered each survey of the month?

    One row a survey: `survey`, `participation` (answers per person who was a member on at least one day of the month;
    can exceed 1 where outsiders or anonymous people answer), `numerator` (answers with a score, one a person),
    `denominator` (members), `low`, `high` (95 % Wilson; null above 1), `why`. No row in a month without answers.

    >>> from workbench.engine import community_of_rows
    >>> answer = {"given_at": "2026-01-05", "source": "survey", "scale": "csat", "score": 5}
    >>> rows = {"members": [{"member_id": "chat:a", "platform": "chat"}, {"member_id": "chat:b", "platform": "chat"}],
    ...         "feedback": [{"feedback_id": "1", "member_id": "chat:a", **answer}]}
    >>> participation(community_of_rows(rows), month="2026-01")["participation"].tolist()
    [0.5]
    """
    counts = community.ask("participation", month=month)
    made = rate(counts, "participation", why_empty="why.no_members")
    impossible = made["participation"] > 1
    made[["low", "high"]] = made[["low", "high"]].astype("float64").mask(impossible)
    return made[["survey", *(column for column in made.columns if column != "survey")]]
