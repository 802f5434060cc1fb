"""What a replay did, counted as it happens and told at its end. Times are microseconds inside, milliseconds outside."""

import time
from collections import Counter
from typing import Final

import msgspec
from hdrh.histogram import HdrHistogram

from replay.plan import Planned

_LONGEST: Final = 3_600_000_000  # microseconds a histogram holds; longer ones count as this
_DIGITS: Final = 3
_POINTS: Final = {"p50": 50.0, "p90": 90.0, "p99": 99.0, "p999": 99.9, "max": 100.0}
ACCEPTED, DUPLICATE, STALE, REFUSED, LOST = "accepted", "duplicate", "stale", "refused", "lost"


class Spread:
    """A distribution of times."""

    def __init__(self) -> None:
        self._histogram = HdrHistogram(1, _LONGEST, _DIGITS)

    def add(self, seconds: float) -> None:
        self._histogram.record_value(min(_LONGEST, max(1, int(seconds * 1e6))))

    def at(self, percentile: float) -> float:
        """Milliseconds that this share of all did not exceed; 0 when there are none."""
        if not self._histogram.get_total_count():
            return 0.0
        return float(self._histogram.get_value_at_percentile(percentile)) / 1000

    def points(self) -> dict[str, float]:
        """Milliseconds by percentile; empty when there are none."""
        if not self._histogram.get_total_count():
            return {}
        return {name: round(self.at(percentile), 3) for name, percentile in _POINTS.items()}


class Replayed(msgspec.Struct, frozen=True):
    """The report of a replay. Rates are documents a second, times milliseconds, `lost` what got no answer.

    `lag_ms` is how late documents left, in all of them; `held` of them waited for the answer to an earlier one of their
    lane and `crowded` for room among those in flight. `answer_ms` counts from the planned moment; from the moment of
    sending where none was planned (`speed` is null, or steps).
    """

    command: str
    seed: int
    speed: float | None
    documents: int
    tries: int
    sent_again: int
    bytes: int
    seconds: float
    offered: float | None
    achieved: float
    lag_ms: dict[str, float]
    answer_ms: dict[str, float]
    outcomes: dict[str, int]
    refused: dict[str, int]
    faults: dict[str, int]
    held: int
    crowded: int
    connections: int
    notes: tuple[str, ...]
    is_whole: bool

    @property
    def lost(self) -> int:
        return self.outcomes.get(LOST, 0)


class Tally:
    """Counts of a replay under way."""

    def __init__(self) -> None:
        self.lag = Spread()
        self.answers = Spread()
        self.outcomes: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.notes: list[str] = []
        self.documents = self.tries = self.sent_again = self.bytes = 0
        self.held = self.crowded = self.connections = self.in_flight = 0
        self.planned_seconds = 0.0  # between the planned moments of the documents that left
        self._first: float | None = None
        self._last = 0.0

    def left(self, planned: Planned, moment: float | None) -> None:
        """A document leaves now for the first time; it was planned for a moment of time.monotonic, or for none."""
        now = time.monotonic()
        self._first = now if self._first is None else self._first
        self._last = now
        self.documents += 1
        self.bytes += len(planned.captured.data)
        self.faults.update(name for name, befell in planned.faults.items() if befell)
        if moment is not None:
            self.lag.add(now - moment)

    def answered(self, outcome: str, since: float, reason: str = "") -> None:
        """A document has its outcome; `since` is the moment that its answer is counted from."""
        self.outcomes[outcome] += 1
        self.answers.add(time.monotonic() - since)
        if outcome == REFUSED:
            self.refused[reason] += 1

    def report(self, *, command: str, seed: int, speed: float | None, is_whole: bool) -> Replayed:
        """What there is to tell now."""
        between = max(0, self.documents - 1)
        return Replayed(
            command=command,
            seed=seed,
            speed=speed,
            documents=self.documents,
            tries=self.tries,
            sent_again=self.sent_again,
            bytes=self.bytes,
            seconds=round(self.seconds, 3),
            offered=round(between / self.planned_seconds, 1) if self.planned_seconds else None,
            achieved=round(between / self.seconds, 1) if self.seconds else 0.0,
            lag_ms=self.lag.points(),
            answer_ms=self.answers.points(),
            outcomes=dict(self.outcomes),
            refused=dict(self.refused.most_common()),
            faults=dict(self.faults),
            held=self.held,
            crowded=self.crowded,
            connections=self.connections,
            notes=tuple(self.notes),
            is_whole=is_whole,
        )

    @property
    def seconds(self) -> float:
        """From the first document to the last."""
        return self._last - self._first if self._first is not None else 0.0
