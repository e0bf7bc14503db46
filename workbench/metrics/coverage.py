"""Coverage: which days the data hold, and what could not be read."""

import pandas as pd

from workbench.engine import Community
from workbench.period import Month


def coverage(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Which days do the data cover, platform by platform?

    One row a platform: `platform`, `first_day`, `last_day` (local), `days` (covered), `gaps` (runs of missing days in
    between), `month_days` (covered days of this month), `partial` (not all of them), `imports` (files), `tells_joins`,
    `tells_leaves`, `tells_visits` (whether its exports hold such records at all). A covered day without activity is a
    silent day; a day that is not covered is unknown.
    """
    return community.ask("coverage", month=month)


def coverage_gaps(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Which days are missing between the first and the last?

    One row a gap: `platform`, `from_day`, `to_day` (both missing), `days`.
    """
    return community.ask("coverage_gaps", month=month)


def coverage_by_month(community: Community, *, month: str | Month) -> pd.DataFrame:
    """How much of each month do the data cover?

    One row a platform and month up to this one of which a day is covered: `platform`, `month`, `days`,
    `covered_share` (0 to 1).
    """
    return community.ask("coverage_by_month", month=month)


def month_coverage(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Do the data cover the whole month?

    One row: `covered_days` (covered by any platform), `days` (of the month), `partial`. The numbers of a partial
    month are lower than the truth and serve no comparison.

    >>> from workbench.engine import community_of_rows
    >>> span = {"platform": "chat", "from_at": "2026-01-11", "to_at": "2026-01-31"}
    >>> month_coverage(community_of_rows({"coverage": [span]}), month="2026-01").values.tolist()
    [[21, 31, True]]
    """
    return community.ask("month_coverage", month=month)


def imports_read(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Which files were imported, and what did each bring?

    One row a file, in order of their first day: `file_name`, `source` (importer), `platform`, `first_day`, `last_day`,
    `problems` (records that could not be read), `time_zone` (of the file's times, and how it is known, as codes that
    `workbench.words.zones` tells in words), `import_id`.
    """
    return community.ask("imports_read", month=month)


def problems_by_reason(community: Community, *, month: str | Month) -> pd.DataFrame:
    """What could not be read, and why?

    One row a reason, the most frequent first: `reason`, `records`, `example_file`, `example_place`. Every record of an
    export is in the store, among the known repeats, among the dropped kinds, or here.
    """
    return community.ask("problems_by_reason", month=month)


def coverage_breaks(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Where may the numbers jump because the data change, and not the community?

    One row a day up to the month's end on which an imported file begins or ends inside the data of its platform:
    `platform`, `day`, `what` (begins, ends: the day is the first without it), `file_name` (one of them),
    `per_day_before`, `per_day_after` (contributions of all accounts a covered day, in the 28 days on either side),
    `groups_before`, `groups_after` (groups written in), `broken` (more than twice or less than half of either; null
    under 14 covered days on a side, or 50 contributions together), `why`. A real change on that day looks the same.

    >>> from workbench.engine import community_of_rows
    >>> spans = [("a", "2026-01-01", "2026-01-31"), ("b", "2026-02-01", "2026-02-28")]
    >>> rows = [{"import_id": one, "platform": "chat", "from_at": start, "to_at": end} for one, start, end in spans]
    >>> coverage_breaks(community_of_rows({"coverage": rows}), month="2026-02")[["what", "why"]].values.tolist()
    [['begins', 'why.coverage_too_little']]
    """
    frame = community.ask("coverage_breaks", month=month)
    return frame.assign(broken=frame["broken"].astype("boolean"))


def platform_windows(community: Community, *, month: str | Month) -> pd.DataFrame:
    """Which platforms forget, and by when must they be exported again?

    One row a platform known to keep some days only: `platform`, `source`, `window_days` (90 of Slack's free plan, 120
    of Discord's insights), `longest_days` (of an imported file), `last_day` (covered), `export_by` (local day up to
    which an export still joins the last one), `looks_cut` (the longest file is as long as the window, within two days:
    what was before is gone). Paid plans keep more: then ignore it, unless `looks_cut`.

    >>> from workbench.engine import community_of_rows
    >>> rows = {
    ...     "imports": [{"import_id": "a", "source": "slack", "platform": "slack"}],
    ...     "coverage": [{"import_id": "a", "platform": "slack", "from_at": "2026-01-01", "to_at": "2026-03-31"}],
    ... }
    >>> platform_windows(community_of_rows(rows), month="2026-03")[["longest_days", "looks_cut"]].values.tolist()
    [[90, True]]
    """
    return community.ask("platform_windows", month=month)
