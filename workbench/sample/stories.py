"""What happens to the sample community: each story, when it begins and ends, and how big it is."""

from dataclasses import dataclass
from datetime import date

from workbench.period import Month
from workbench.sample.calendar import LAST_MONTH


@dataclass(frozen=True)
class Story:
    """`starts` and `ends` are local days, both included. `size` counts what the story says it counts."""

    name: str
    starts: date
    ends: date
    size: int
    told: str


def stories(*, members: int, months: int) -> dict[str, Story]:
    """The stories that lie wholly within the last `months` months, sized for a community of so many members."""
    made = (
        _story("spam_wave", 16, 16, 6, members, first=9, last=12, least=3, told="accounts that advertise everywhere"),
        _story("welcome_programme", 13, 0, 1, 0, told="programme, which lifts how many newcomers speak"),
        _story("silent_group", 12, 12, 9, 0, first=10, last=18, told="days without a word in #compost"),
        _story("staff_favours", 10, 0, 1, 0, told="habit of the team: the highly engaged are answered first"),
        _story("flood", 8, 8, 420, members, first=15, last=16, least=120, told="messages by one account in two days"),
        _story("viral_post", 7, 7, 90, members, first=12, last=15, least=6, told="people who join after a viral post"),
        _story("sync_bug", 6, 4, 1, 0, told="fault that loses notes; complaints grow for three months"),
        _story("small_circle", 5, 0, 5, 0, told="people who come to carry most of the talk"),
        _story("moderator_leaves", 3, 0, 1, 0, first=5, told="moderator who leaves; answers slow down"),
        _story("core_goes_quiet", 1, 0, 4, members, first=11, least=1, told="highly engaged members who go quiet"),
        _story(
            "school_ends", 1, 0, 9, members, first=22, least=2, told="regulars of a school project who stop together"
        ),
        _story("price_change", 0, 0, 1, 0, told="rise of the price, from 5 to 8 euros"),
    )
    begin = LAST_MONTH.back(months - 1).start
    return {story.name: story for story in made if story.starts >= begin}


def _story(
    name: str,
    begins: int,
    ends: int,
    size: int,
    members: int,
    *,
    first: int = 1,
    last: int = 0,
    least: int = 1,
    told: str,
) -> Story:
    """A story from day `first` of the month `begins` months before the last one, to day `last` (0: its end) of another;
    with `members`, the size is that of 600 members, scaled."""
    start, end = LAST_MONTH.back(begins), LAST_MONTH.back(ends)
    scaled = max(least, size * members // 600) if members else size
    return Story(name, start.start.replace(day=first), end.start.replace(day=last or end.days), scaled, told)


WELCOME_FROM = LAST_MONTH.back(13)
SYNC_FIXED_ON = LAST_MONTH.back(3).start.replace(day=2)
PRICE_RISES_ON = LAST_MONTH.start.replace(day=15)


def complaints(story: str, month: Month) -> int:
    """How many people complain in the chat in a month, in a community of 600, because of a story."""
    back = (LAST_MONTH.year - month.year) * 12 + LAST_MONTH.number - month.number
    return {"sync_bug": {6: 9, 5: 20, 4: 38, 3: 3}, "price_change": {0: 46}}[story].get(back, 0)
