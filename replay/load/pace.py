"""When a subscriber comes back and when it breaks off: drawn from its seed, so that a run can be repeated."""

import math
import random
from enum import StrEnum
from typing import Final

FIRST_SECONDS: Final = 0.1
LONGEST_SECONDS: Final = 5.0


class Way(StrEnum):
    """How a connection is broken off: politely, by a RST, or by a RST with a frame half read."""

    CLOSE = "close"
    RESET = "reset"
    HALF_FRAME = "half_frame"


class Pace:
    """The draws of one subscriber; the nth is the same in every run."""

    __slots__ = ("_count", "_seed")

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._count = 0

    def draw(self) -> float:
        """From 0 up to but not 1. A generator is made for each: kept for thousands of subscribers, they are 2.5 kB."""
        self._count += 1
        return random.Random(f"{self._seed}:{self._count}").random()  # noqa: S311 - repeatable is the point

    def back_off(self, attempt: int) -> float:
        """Seconds before connecting again, `attempt` counting from 0: 0.1 doubling to 5, less up to a half."""
        longest = min(LONGEST_SECONDS, FIRST_SECONDS * 2.0 ** min(attempt, 10))
        return longest * (1 - self.draw() / 2)

    def next_break(self, mean: float) -> tuple[float, Way]:
        """Seconds until it breaks off, exponentially distributed, and how."""
        seconds = -mean * math.log(1 - self.draw())
        return seconds, list(Way)[int(self.draw() * len(Way))]
