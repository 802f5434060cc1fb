"""The slowest messages of a run, each with the delivery that took longest."""

import heapq
from collections.abc import Iterable
from typing import Final, NamedTuple

SHOWN: Final = 10


class Delivery(NamedTuple):
    """One message at one subscriber; `moment` is monotonic."""

    micros: float
    seq: int
    moment: float
    subscriber: int
    tier: str


class Slowest:
    """The SHOWN slowest messages so far: of a message only its slowest delivery, or one stall would fill them all."""

    def __init__(self) -> None:
        self._held: dict[int, Delivery] = {}
        self._least = 0.0

    def look(self, late: Iterable[tuple[float, int, float]], subscriber: int, tier: str) -> None:
        """Look through (microseconds, seq, moment) of a subscriber's deliveries."""
        slow = heapq.nlargest(SHOWN, (each for each in late if each[0] > self._least))
        for each in slow:
            held = self._held.get(each[1])
            if held is None or each[0] > held.micros:
                self._held[each[1]] = Delivery(*each, subscriber, tier)
        if len(self._held) >= SHOWN:
            kept = self.ordered()
            self._held = {each.seq: each for each in kept}
            self._least = kept[-1].micros

    def ordered(self) -> list[Delivery]:
        """The slowest first."""
        return heapq.nlargest(SHOWN, self._held.values())
