"""The audience: what members declare of themselves, in cells that point at nobody."""

import re

import numpy as np
import pandas as pd

from workbench.engine import Community
from workbench.errors import SettingsError, did_you_mean
from workbench.metrics.suppression import LEAST, folded, hidden
from workbench.period import Month

DECLARED = ("country", "language")


def audience(community: Community, *, month: str | Month, interests: str = "interests") -> pd.DataFrame:
    """Who are the members, by what they declare: country, language, interests?

    One row a value, by dimension, the most frequent first: `dimension` (country, language, interest), `form` (value;
    other: values put together; unknown: not declared), `value` (null for the last two), `members` (at the end of the
    month), `share` (of all members), `why` (of null members).

    No cell under 5 is shown, nor what would give one away: values under 5 are put together, with the next ones where
    that takes it, so that "other" holds at least two values and 5 members; not declared counts as a value. Interests
    come from the members' attribute named `interests`, cut at commas, semicolons and bars; a member may have several,
    so that their shares add up to more than all, and "other" is not counted. Who declares is not who is here: read
    `unknown` first. Where that is everybody, nothing was declared at all.

    >>> audience(_guild(), month="2026-03")[["dimension", "form", "value", "members"]].values.tolist()[-3:]
    [['interest', 'unknown', None, 15], ['language', 'value', 'fr', 9], ['language', 'other', None, 6]]
    """
    found = community.ask("audience", month=month)
    texts = community.ask("audience_interests", month=month, attribute=interests)
    parts = [_folded(found[found["dimension"] == one], one) for one in DECLARED]
    parts.append(_interests(texts))
    frame = pd.concat(parts, ignore_index=True).sort_values("dimension", kind="stable", ignore_index=True)
    total = found.loc[found["dimension"] == DECLARED[0], "members"].sum()
    return frame.assign(share=frame["members"].astype("Float64") / (total or np.nan))[
        ["dimension", "form", "value", "members", "share", "why"]
    ]


def audience_by_group(
    community: Community, *, month: str | Month, by: str = "language", groups: int = 20
) -> pd.DataFrame:
    """Who is in which group, by language or country?

    One row a group and value, the groups by name: `group_id`, `group_name`, `form` (value, other, unknown), `value`
    (those that `audience` shows; the others together), `members` (null where hidden), `group_members` (of the group),
    `share` (of the group's members), `why`. Of the `groups` largest groups, from 5 members on.

    No cell under 5 is shown, noughts included, nor any from which one could be worked out with the sums of groups and
    values: then further cells are hidden, the smallest first. A member may be in several groups.

    >>> found = audience_by_group(_guild(), month="2026-03")
    >>> found[["group_name", "value", "members"]].astype(object).where(found.notna(), None).values.tolist()
    [['den', 'fr', 9], ['den', None, 6]]
    """
    if by not in DECLARED:
        raise SettingsError(f'by = "{by}" is nothing that members declare. {did_you_mean(by, DECLARED)}')
    cells = community.ask("audience_by_group", month=month, by=by)
    whole = community.ask("audience", month=month)
    forms = _folded(whole[whole["dimension"] == by], by)
    shown = [value for form, value in zip(forms["form"], forms["value"], strict=True) if form == "value"]
    kept = [(form, value) for form, value in zip(forms["form"], forms["value"], strict=True)]
    place = {value: number for number, (form, value) in enumerate(kept) if form == "value"}
    unknown = next((number for number, (form, _) in enumerate(kept) if form == "unknown"), None)
    other = next((number for number, (form, _) in enumerate(kept) if form == "other"), None)
    columns = [
        place[value] if value in shown else unknown if pd.isna(value) and unknown is not None else other
        for value in cells["value"]
    ]
    names = cells.drop_duplicates("group_id").set_index("group_id")["group_name"]
    table = cells.assign(column=columns).pivot_table(
        index="group_id", columns="column", values="members", aggfunc="sum", fill_value=0
    )
    table = table.reindex(columns=range(len(kept)), fill_value=0).astype("int64")
    sizes = table.sum(axis=1)
    largest = sizes[sizes >= LEAST].sort_values(ascending=False, kind="stable").head(groups).index
    order = [group for group in names.index if group in set(largest)]
    counts = table.loc[order].to_numpy()
    away = hidden(counts) if len(order) else np.zeros((0, len(kept)), bool)
    rows = [
        {
            "group_id": group,
            "group_name": names[group],
            "form": form,
            "value": value if form == "value" else None,
            "members": pd.NA if away[i, j] else int(counts[i, j]),
            "group_members": int(sizes[group]),
            "why": "why.audience_hidden" if away[i, j] else None,
        }
        for i, group in enumerate(order)
        for j, (form, value) in enumerate(kept)
    ]
    names = ["group_id", "group_name", "form", "value", "members", "group_members", "why"]
    frame = pd.DataFrame(rows, columns=names).astype({"members": "Int64", "group_members": "Int64", "why": object})
    frame.insert(6, "share", frame["members"].astype("Float64") / frame["group_members"].astype("Float64"))
    return frame


def _folded(cells: pd.DataFrame, dimension: str) -> pd.DataFrame:
    """The values of one dimension, the small ones put together."""
    values, counts = cells["value"].tolist(), cells["members"].tolist()
    small = set(folded(counts))
    rows = [
        {"form": "unknown" if pd.isna(value) else "value", "value": None if pd.isna(value) else value, "members": n}
        for place, (value, n) in enumerate(zip(values, counts, strict=True))
        if place not in small
    ]
    rows.sort(key=lambda row: (row["form"] == "unknown", -row["members"], str(row["value"])))
    if small:
        together = sum(counts[place] for place in small)
        few = together < LEAST
        rows.append({"form": "other", "value": None, "members": pd.NA if few else together})
    return _framed(rows, dimension)


def _interests(texts: pd.DataFrame) -> pd.DataFrame:
    """The interests that enough members name, and who names none."""
    counts: dict[str, int] = {}
    unknown = 0
    for text, n in zip(texts["text"], texts["members"], strict=True):
        named = set() if pd.isna(text) else {one.strip().casefold() for one in re.split(r"[,;|]", text.strip('"'))}
        for one in named - {""}:
            counts[one] = counts.get(one, 0) + int(n)
        unknown += 0 if named - {""} else int(n)
    values = sorted(counts, key=lambda one: (-counts[one], one))
    cells = [counts[one] for one in values] + ([unknown] if unknown else [])
    small = set(folded(cells))
    rows = [
        {"form": "value", "value": one, "members": counts[one]}
        for place, one in enumerate(values)
        if place not in small
    ]
    if unknown and len(values) not in small:
        rows.append({"form": "unknown", "value": None, "members": unknown})
    if small:
        rows.append({"form": "other", "value": None, "members": pd.NA})
    return _framed(rows, "interest")


def _framed(rows: list[dict], dimension: str) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["form", "value", "members"]).astype(
        {"form": object, "value": object, "members": "Int64"}
    )
    frame["value"] = frame["value"].where(frame["value"].notna(), None)
    why = pd.Series("why.audience_hidden", index=frame.index, dtype=object).where(frame["members"].isna(), None)
    return frame.assign(dimension=dimension, why=why)


def _guild() -> Community:
    """Nine members who speak French, four English, two Breton."""
    from workbench.engine import community_of_rows

    spoken = ["fr"] * 9 + ["en"] * 4 + ["br"] * 2
    return community_of_rows(
        {
            "coverage": [{"platform": "chat", "from_at": "2026-03-01", "to_at": "2026-03-31"}],
            "members": [
                {"member_id": f"chat:{number}", "platform": "chat", "language": language}
                for number, language in enumerate(spoken)
            ],
            "groups": [{"group_id": "chat:den", "platform": "chat", "name": "den"}],
            "memberships": [
                {"membership_id": str(number), "member_id": f"chat:{number}", "group_id": "chat:den",
                 "start_at": "2026-03-02"}
                for number in range(len(spoken))
            ],
        }
    )  # fmt: skip
