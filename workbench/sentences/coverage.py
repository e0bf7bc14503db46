"""Sentences on what the data hold; each takes the frame of the metric of the same name."""

import pandas as pd

from workbench.words import Sentence, catalogue, month_name, number, percent, reasons, say, zones


def coverage(frame: pd.DataFrame, *, language: str) -> Sentence:
    """From when to when the data reach."""
    if frame.empty:
        return say("coverage.none", language)
    return say(
        "coverage.sentence", language, count=len(frame), first=frame["first_day"].min(), last=frame["last_day"].max()
    )


def coverage_gaps(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many days are missing in between."""
    if frame.empty:
        return say("coverage_gaps.none", language)
    return say("coverage_gaps.sentence", language, count=int(frame["days"].sum()), gaps=len(frame))


def month_coverage(frame: pd.DataFrame, *, language: str, silence: bool = False) -> Sentence:
    """Whether the month is wholly covered; with `silence`, what a part means for those who count as silent."""
    row = frame.iloc[0]
    if not row["covered_days"]:
        return say("month_coverage.nothing", language)
    if row["partial"]:
        form = "silence" if silence else "partial"
        return say(f"month_coverage.{form}", language, covered=row["covered_days"], days=row["days"])
    return say("month_coverage.whole", language)


def imports_read(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many files were imported."""
    return say("imports_read.sentence", language, count=len(frame))


def import_rows(frame: pd.DataFrame, *, language: str) -> pd.DataFrame:
    """The imported files for a reader: the time zone in words, the kind of file where it is not the platform's own."""
    told = [zones.told(kept, language) for kept in frame["time_zone"]]
    platforms = frame["platform"].where(
        frame["platform"] == frame["source"], frame["platform"] + " · " + frame["source"]
    )
    return frame.assign(time_zone=told, platform=platforms).drop(columns=["import_id", "source"])


def problems_by_reason(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many records could not be read."""
    if frame.empty:
        return say("problems_by_reason.none", language)
    return say("problems_by_reason.sentence", language, count=int(frame["records"].sum()))


def problems_by_reason_rows(frame: pd.DataFrame, *, language: str) -> pd.DataFrame:
    """The reasons in the reader's language and without any value of a file; those alike are one row."""
    told = frame.assign(reason=[reasons.told(why, language) for why in frame["reason"]])
    counted = {"records": "sum", "example_file": "first", "example_place": "first"}
    rows = told.groupby("reason", as_index=False, sort=False).agg(counted)
    rows["example_place"] = [reasons.told_place(place, language) for place in rows["example_place"]]
    return rows.sort_values("records", ascending=False, kind="stable", ignore_index=True)


def coverage_breaks(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many borders between imported files look like a break of the data."""
    broken = frame[frame["broken"].fillna(False).astype(bool)]
    if broken.empty:
        return say("coverage_breaks.none" if frame.empty else "coverage_breaks.even", language, count=len(frame))
    return say("coverage_breaks.some", language, count=len(broken), day=broken["day"].iloc[-1])


def platform_windows(frame: pd.DataFrame, *, language: str) -> Sentence:
    """By when the platform that forgets first must be exported again."""
    if frame.empty:
        return say("platform_windows.none", language)
    row = frame.sort_values(["export_by", "platform"]).iloc[0]
    form = "cut" if row["looks_cut"] else "may"
    values = {"platform": row["platform"], "days": int(row["window_days"]), "day": row["export_by"]}
    return say(f"platform_windows.{form}", language, **values)


def restatement(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many numbers of earlier reports would be others today; `frame` as `report.restatement` gives it."""
    if frame.empty:
        return say("restatement.none", language)
    moved = frame[frame["moved"]]
    values = {"numbers": len(frame), "reports": frame["month"].nunique()}
    if moved.empty:
        return say("restatement.same", language, **values)
    return say("restatement.moved", language, count=len(moved), **values)


def restatement_rows(frame: pd.DataFrame, *, language: str) -> pd.DataFrame:
    """The numbers that read otherwise today as rows of a table: report, number, published, today."""
    rows = [
        (row, _read(row, row.published, language), _read(row, row.today, language))
        for row in frame[frame["moved"]].itertuples()
    ]
    shown = [one for one in rows if one[1] != one[2]]
    return pd.DataFrame(
        {
            say("restatement.report", language): [month_name(row.month, language) for row, *_ in shown],
            say("restatement.number", language): [
                str(say(f"{row.id}.name", language)) if f"{row.id}.name" in catalogue() else row.id for row, *_ in shown
            ],
            say("restatement.published", language): [before for _, before, _ in shown],
            say("restatement.today", language): [now for *_, now in shown],
        }
    )


def restatement_reason_rows(frame: pd.DataFrame, *, language: str) -> pd.DataFrame:
    """What has changed since each report of which a number moved, as rows of a table."""
    reports = frame[frame["moved"]].drop_duplicates("month")
    return pd.DataFrame(
        {
            say("restatement.report", language): [month_name(month, language) for month in reports["month"]],
            say("restatement.reasons", language): [
                " ".join(say(key, language) for key in keys) for keys in reports["reasons"]
            ],
            say("restatement.files", language): [", ".join(files) or "–" for files in reports["files"]],
        }
    )


def _read(row, value: float, language: str) -> str:
    value = None if pd.isna(value) else value
    return percent(value, language) if row.is_share else number(value, language)
