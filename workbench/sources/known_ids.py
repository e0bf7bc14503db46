"""Whole numbers and texts met so far, with a few more whole numbers each, in little memory."""

from array import array
from bisect import bisect_left


class KnownIds:
    """Exports list records by growing id, so sorted arrays serve: 8 bytes a number. What comes out of order goes to a
    dictionary, and from there to its place when there is much of it. All numbers are whole and fit 64 bits.

    >>> known = KnownIds(2)
    >>> known.add(5, 50, 51), known.add(3, 30, 31), known.add(5, 50, 52)
    (None, None, None)
    >>> known.get(3), known.get(4), known.get(5)
    ((30, 31), None, (50, 52))
    """

    most_late = 10_000

    def __init__(self, columns: int = 0):
        self._ids, self._columns = array("q"), [array("q") for _ in range(columns)]
        self._appends = [column.append for column in self._columns]
        self._late: dict[int, tuple[int, ...]] = {}

    def add(self, number: int, *values: int) -> None:
        """Know a number; what was known of it before is forgotten."""
        if not self._ids or number > self._ids[-1]:
            self._ids.append(number)
            for append, value in zip(self._appends, values, strict=True):
                append(value)
            return
        place = bisect_left(self._ids, number)
        if self._ids[place] == number:
            for column, value in zip(self._columns, values, strict=True):
                column[place] = value
            return
        self._late[number] = values
        if len(self._late) > self.most_late + len(self._ids) // 16:
            self._settle()

    def get(self, number: int) -> tuple[int, ...] | None:
        if not self._ids or number > self._ids[-1]:
            return None
        place = bisect_left(self._ids, number)
        if self._ids[place] == number:
            return tuple([column[place] for column in self._columns])
        return self._late.get(number)

    def _settle(self) -> None:
        late = sorted(self._late)
        places = [bisect_left(self._ids, number) for number in late]
        columns = [late, *zip(*(self._late[number] for number in late), strict=True)]
        self._late = {}
        for column, values in zip((self._ids, *self._columns), columns, strict=True):
            merged, done = array("q"), 0
            for place, value in zip(places, values, strict=True):
                merged.extend(column[done:place])
                merged.append(value)
                done = place
            column[:done] = merged


class KnownTexts:
    """Texts by number, from 0, each once: some 30 bytes more than its letters.

    >>> texts = KnownTexts()
    >>> texts.number("Ana"), texts.number("Zoé"), texts.number("Ana"), texts.text(1)
    (0, 1, 0, 'Zoé')
    """

    def __init__(self):
        self._letters, self._ends, self._numbers = bytearray(), array("q", [0]), KnownIds(1)

    def number(self, text: str) -> int:
        key = hash(text)  # of 64 bits: it never leaves the process, and no two texts of one hash are to be expected
        if known := self._numbers.get(key):
            return known[0]
        self._letters += text.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._letters))
        self._numbers.add(key, len(self._ends) - 2)
        return len(self._ends) - 2

    def text(self, number: int) -> str:
        return self._letters[self._ends[number] : self._ends[number + 1]].decode("utf-8", "surrogatepass")
