"""Whole numbers met so far, with a few more whole numbers each, in little memory."""

from array import array
from bisect import bisect_left


class KnownIds:
    """Exports list records by growing id, so arrays serve: 8 bytes a number; what comes out of order goes to a
    dictionary. All numbers are whole and fit 64 bits.

    >>> known = KnownIds(2)
    >>> known.add(5, 50, 51), known.add(3, 30, 31), known.get(3), known.get(4)
    (None, None, (30, 31), None)
    """

    def __init__(self, columns: int = 0):
        self._ids, self._columns = array("q"), [array("q") for _ in range(columns)]
        self._appends = [column.append for column in self._columns]
        self._late: dict[int, tuple[int, ...]] = {}

    def add(self, number: int, *values: int) -> None:
        if self._ids and number <= self._ids[-1]:
            self._late[number] = values
            return
        self._ids.append(number)
        for append, value in zip(self._appends, values, strict=True):
            append(value)

    def get(self, number: int) -> tuple[int, ...] | None:
        if not self._ids or number > self._ids[-1]:
            return None
        place = bisect_left(self._ids, number)
        if place < len(self._ids) and self._ids[place] == number:
            return tuple(column[place] for column in self._columns)
        return self._late.get(number)
