"""Chance that depends on nothing but one number and the name of what is drawn.

A stream of draws belongs to a name, so that another order of work, or one more event, changes no other stream.
SplitMix64 (Steele, Lea, Flood 2014) is written out: the random module may change how it shuffles with its version.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")

_MASK = (1 << 64) - 1
_STEP = 0x9E3779B97F4A7C15
_UNIT = 1.0 / (1 << 53)


class Draws:
    """The stream of one name."""

    __slots__ = ("_state",)

    def __init__(self, seed: int, *names: str) -> None:
        name = "\x1f".join((str(seed), *names)).encode()
        self._state = int.from_bytes(blake2b(name, digest_size=8).digest(), "big")

    def _next(self) -> int:
        self._state = mixed = (self._state + _STEP) & _MASK
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return mixed ^ (mixed >> 31)

    def share(self) -> float:
        """From 0 up to, but not, 1."""
        return (self._next() >> 11) * _UNIT

    def around(self) -> float:
        """Between -1 and 1, most often near 0."""
        return self.share() - self.share()

    def below(self, end: int) -> int:
        """A whole number from 0 up to, but not, `end`."""
        return int(self.share() * end)

    def between(self, first: int, last: int) -> int:
        """A whole number, both ends included."""
        return first + self.below(last - first + 1)

    def chance(self, odds: float) -> bool:
        """True so often of one."""
        return self.share() < odds

    def pick(self, choices: Sequence[T]) -> T:
        """One of them."""
        return choices[self.below(len(choices))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """All of them in another order (Fisher-Yates)."""
        found = list(items)
        for last in range(len(found) - 1, 0, -1):
            other = self.below(last + 1)
            found[last], found[other] = found[other], found[last]
        return found
