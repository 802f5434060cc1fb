"""How long each stage of a document's way takes in this process, in the fixed buckets that Prometheus adds up."""

from bisect import bisect_left
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Final, Self

from feed.core.traces import Step, trail_here

BOUNDS: Final = (
    *(0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01),
    *(0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0),
)


class Stage(StrEnum):
    """`publish` ends with the stream's acknowledgement, `take_over` is the board's work, `write` a round of the pump's.

    The others are what their names say: `receive` is the body alone, `gate` the decision about order.
    """

    RECEIVE = "receive"
    DECODE = "decode"
    GATE = "gate"
    PLAUSIBILITY = "plausibility"
    ENCODE = "encode"
    PUBLISH = "publish"
    TAKE_OVER = "take_over"
    WRITE = "write"


class Timing:
    """Durations in seconds: `counts` by BOUNDS, the last one above all of them, and their `sum`."""

    __slots__ = ("counts", "sum")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        self.sum = 0.0

    def observe(self, seconds: float) -> None:
        """Count one; a bound belongs to the bucket below it."""
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.sum += seconds

    def buckets(self) -> Iterable[tuple[str, int]]:
        """What is at most each bound, as Prometheus has it."""
        total = 0
        for bound, count in zip((*map(str, BOUNDS), "+Inf"), self.counts, strict=True):
            total += count
            yield bound, total


class Span:
    """One stage while it lasts, also when it ends with an error; a part of the trail that is followed here."""

    __slots__ = ("_began", "_clock", "_ended", "_stage", "_timing")

    def __init__(self, stage: Stage, timing: Timing, clock: Callable[[], float]) -> None:
        self._stage = stage
        self._timing = timing
        self._clock = clock
        self._ended: float | None = None

    def __enter__(self) -> Self:
        self._began = self._clock()
        return self

    def end(self) -> None:
        """What is still to come of the `with` is not part of it."""
        self._ended = self._clock()

    def __exit__(self, *_: object) -> None:
        ended = self._clock() if self._ended is None else self._ended
        self._timing.observe(ended - self._began)
        if (trail := trail_here()) is not None:
            trail.add(Step(self._stage, self._began, ended))


class Stages:
    """The timings of one flag; `clock` is in seconds and never set back."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.timings = {stage: Timing() for stage in Stage}
        self._clock = clock

    def timed(self, stage: Stage) -> Span:
        """What lasts as long as a `with`."""
        return Span(stage, self.timings[stage], self._clock)

    def observe(self, stage: Stage, seconds: float) -> None:
        """Count what was measured elsewhere."""
        self.timings[stage].observe(seconds)
