"""What earlier reports published, beside what their numbers are on today's data, and what may have moved them."""

import json
import math
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import StoreError
from workbench.period import Month, local_day
from workbench.report import numbers

if TYPE_CHECKING:
    import pandas as pd

    from workbench.engine import Community

COLUMNS = ("month", "id", "published", "today", "change", "is_share", "moved", "reasons", "files")


def restatement(community: "Community", *, month: str | Month, months: int = 3) -> "pd.DataFrame":
    """What would the published numbers of earlier months be on today's data, and why do they differ?

    One row a number of each of the last `months` reports in the community's folder before this month, the latest
    report first: `month` (the report's), `id`, `published`, `today` (null as there), `change` (today less published),
    `is_share` (0 to 1), `moved`, `reasons` (keys of texts: what is not as it was when the report was made; several
    may be the cause), `files` (names of the files imported since). A rate is its value. Series and themes are not
    compared. No row without such a report.

    Numbers of a month move when a file with days up to its end came later, when a roster, map or table changed who
    counts, when settings or the program changed; and, by imputed joins and departures without a date alone, when later
    months came. Which of several reasons moved a number cannot be told. Reads `reports/*/numbers.json` and
    `manifest.json` beside it; reports written elsewhere are not found.
    """
    import pandas as pd

    month = Month.parse(month)
    ids = [one for one in numbers.contract() if one not in numbers.SERIES and one not in numbers.LATE]
    rows = []
    for file, of_month, published in _published(community.folder, month)[:months]:
        today = numbers.collect(community, month=of_month, language=community.settings.language, ids=ids)
        reasons, files = _since(community, of_month, file.with_name("manifest.json"))
        for one in ids:
            if one in published:
                before, now = _value(published[one]), _value(today[one])
                moved = not _same(before, now)
                rows.append(
                    {
                        "month": pd.Timestamp(of_month.start),
                        "id": one,
                        "published": before,
                        "today": now,
                        "change": now - before if None not in (before, now) else None,
                        "is_share": one != "nps" and isinstance(today[one], dict),
                        "moved": moved,
                        "reasons": reasons if moved else [],
                        "files": files if moved else [],
                    }
                )
    kinds = {"published": "float64", "today": "float64", "change": "float64", "is_share": "bool", "moved": "bool"}
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(kinds)


def _published(folder: Path | None, month: Month) -> list[tuple[Path, Month, dict]]:
    """The reports of earlier months, the latest first: file, month, numbers."""
    found = []
    for file in sorted(folder.glob("reports/*/numbers.json")) if folder else ():
        try:
            told = json.loads(file.read_text(encoding="utf-8"))
            found.append((file, Month.parse(told["month"]), dict(told["metrics"])))
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(
                f"{file} is not the numbers.json of a report ({type(error).__name__}: {error}). "
                "Make that report again, or move the folder away."
            ) from None
    return sorted((one for one in found if one[1] < month), key=lambda one: (one[1], str(one[0])), reverse=True)


def _since(community: "Community", month: Month, manifest: Path) -> tuple[list[str], list[str]]:
    """What is not as it was when the report was made, as keys of texts, and the files imported since."""
    from workbench import __version__

    if not manifest.is_file():
        return ["why.restated_unknown"], []
    made_from = json.loads(manifest.read_text(encoding="utf-8"))
    imports = community.run(
        "SELECT i.import_id, i.file_name, min(c.from_at) AS from_at FROM imports AS i "
        "LEFT JOIN coverage AS c ON c.import_id = i.import_id GROUP BY i.import_id, i.file_name "
        "ORDER BY i.file_name, i.import_id",
        month=month,
    )
    known = {one["import_id"] for one in made_from["inputs"]}
    new = [one for one in imports.to_dict("records") if one["import_id"] not in known]
    first_days = [
        None if one["from_at"] != one["from_at"] else local_day(one["from_at"], community.settings.timezone)
        for one in new
    ]
    settings = sha256((community.folder / "community.toml").read_bytes()).hexdigest()
    there = {
        "why.restated_late_import": any(day is not None and day < month.end for day in first_days),
        "why.restated_table": any(day is None for day in first_days),
        "why.restated_later_months": any(day is not None and day >= month.end for day in first_days),
        "why.restated_replaced": bool(known - set(imports["import_id"])),
        "why.restated_settings": made_from["settings"] != settings,
        "why.restated_version": made_from["workbench"] != __version__,
    }
    reasons = [key for key, holds in there.items() if holds] or ["why.restated_unknown"]
    return reasons, [one["file_name"] for one in new]


def _value(number):
    return number["value"] if isinstance(number, dict) else number


def _same(before, now) -> bool:
    if before is None or now is None:
        return before is None and now is None
    return math.isclose(before, now, rel_tol=1e-9, abs_tol=1e-12)
