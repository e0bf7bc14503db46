"""Chance for the sample: whole-number arithmetic only, so that a seed gives the same draws on every machine."""

from bisect import bisect_right
from collections.abc import Sequence
from hashlib import blake2b
from itertools import accumulate
from typing import TypeVar

One = TypeVar("One")
_MASK = (1 << 64) - 1


class Chance:
    """A stream of draws (SplitMix64). `of` gives an independent stream of another name, so that what one part draws
    never moves what another part gets.

    >>> chance = Chance(1, "weather")
    >>> [chance.below(6) for _ in range(5)], Chance(1, "weather").of("rain").below(100)
    ([5, 2, 3, 5, 2], 36)
    """

    def __init__(self, seed: int, *names: str | int):
        self._names = (seed, *names)
        text = "\x1f".join(str(name) for name in self._names)
        self._state = int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")

    def of(self, *names: str | int) -> "Chance":
        return Chance(*self._names, *names)

    def next(self) -> int:
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        mixed = ((self._state ^ (self._state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return mixed ^ (mixed >> 31)

    def below(self, count: int) -> int:
        """A whole number from 0 to count − 1."""
        return self.next() % count

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + self.below(high - low + 1)

    def happens(self, probability: float) -> bool:
        return (self.next() >> 11) < probability * (1 << 53)

    def one(self, several: Sequence[One]) -> One:
        return several[self.below(len(several))]

    def weighted(self, several: Sequence[One], weights: Sequence[int]) -> One:
        """One of several, by whole weights."""
        sums = list(accumulate(weights))
        return several[bisect_right(sums, self.below(sums[-1]))]

    def some(self, several: Sequence[One], count: int) -> list[One]:
        """`count` different ones, in drawn order; all of them when there are fewer."""
        left = list(several)
        return [left.pop(self.below(len(left))) for _ in range(min(count, len(left)))]

    def times(self, probability: float, most: int) -> int:
        """How often something goes on: 0, and one more each time it happens, up to `most`."""
        count = 0
        while count < most and self.happens(probability):
            count += 1
        return count

    def along(self, quantiles: Sequence[int]) -> int:
        """A draw from a distribution given by its equally spaced quantiles, whole numbers between them included."""
        step, rest = divmod(self.below((len(quantiles) - 1) * 1000), 1000)
        low, high = quantiles[step], quantiles[step + 1]
        return low + (high - low) * rest // 1000
