"""What is sent when: captured documents to planned ones, in the order of their planned times. Pure, and a stream.

Times are planned before anything is sent and never moved by an answer: that is what makes the loop open.
"""

import heapq
import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from replay.capture import Captured
from replay.faults import NO_BLOW, OVERTAKEN_MICROS, REORDER_MICROS, Blow, Chance, Faults
from replay.header import DAY, Move, moved_on, read_header

Read = Callable[[int | None], Iterable[Captured]]  # documents from a `recv` on; None is from the beginning


class Wishes(msgspec.Struct, frozen=True):
    """How a capture is to be replayed.

    `speed` None is as fast as possible: times are planned at speed 1, for the order, and not waited for. `max_gap` is
    the longest pause in seconds of the replay. `rewrite` moves the headers of later rounds on. `parallel_venues`:
    each source sends one document at a time.
    """

    speed: float | None = 1.0
    max_gap: float | None = None
    loops: int = 1
    rewrite: bool = False
    parallel_venues: bool = False
    seed: int = 0
    faults: Faults = Faults()


class Planned(msgspec.Struct, frozen=True):
    """One document to send `at` microseconds after the start; `recv` is the time of the Games, `number` its place.

    It goes after the answers to those planned before it in the same `lanes`: no lanes, no waiting. The first try never
    arrives if `is_lost`, and breaks off after the share `cut_at` of its body.
    """

    at: int
    recv: int
    number: int
    captured: Captured
    lanes: tuple[str, ...]
    is_lost: bool = False
    cut_at: float | None = None
    is_repeat: bool = False

    @property
    def faults(self) -> dict[str, bool]:
        """What befalls it, by the name of the wish; a fault that meets it twice counts once."""
        return {
            "loss": self.is_lost,
            "cut": self.cut_at is not None and not self.is_lost,
            "duplicate": self.is_repeat,
            "reorder": not self.lanes,
        }


class Plan:
    """Makes the planned documents of a capture; the same capture and wishes make the same ones."""

    def __init__(self, read: Read, wishes: Wishes) -> None:
        self._read = read
        self._wishes = wishes
        self._versions = Versions()

    def items(self, start: int | None = None) -> Iterator[Planned]:
        """The documents in the order of `at`, the first round from the time `start` of the Games on."""
        if not self._wishes.faults:
            return self._timed(start)
        return afflicted(self._timed(start), Chance(self._wishes.faults, self._wishes.seed))

    def _timed(self, start: int | None) -> Iterator[Planned]:
        speed, most = self._wishes.speed or 1.0, self._wishes.max_gap
        at, number = 0.0, itertools.count(1)
        for round_ in range(self._wishes.loops):
            before: int | None = None
            for captured in self._read(start if round_ == 0 else None):
                gap = max(0, captured.recv - before) / speed if before is not None else 0.0
                at += gap if most is None else min(gap, most * 1e6)
                before = captured.recv
                yield self._planned(int(at), next(number), captured, round_)

    def _planned(self, at: int, number: int, captured: Captured, round_: int) -> Planned:
        header = read_header(captured.data, captured.encoding)
        lanes: tuple[str, ...] = (header.key if header else f"unread {captured.source}",)
        if self._wishes.parallel_venues and captured.source:
            lanes += (f"source {captured.source}",)
        if self._wishes.rewrite and header:
            move = self._versions.move(captured.recv, header.key, header.version, round_)
            if round_:
                captured = replace(captured, data=moved_on(captured.data, captured.encoding, move))
        return Planned(at, captured.recv, number, captured, lanes)


class Span(NamedTuple):
    """The lowest and the highest Version of a document in the capture."""

    low: int
    high: int


class Versions:
    """How far a later round moves each document on: its Versions go on without a gap, its days behind the last."""

    def __init__(self) -> None:
        self._spans: dict[str, Span] = {}
        self._first: int | None = None
        self._last = 0

    def move(self, recv: int, key: str, version: int | None, round_: int) -> Move:
        """For a document as captured, in a round counted from 0; what it says is remembered."""
        self._first = recv if self._first is None else min(self._first, recv)
        self._last = max(self._last, recv)
        if version is not None:
            old = self._spans.get(key, Span(version, version))
            self._spans[key] = Span(min(old.low, version), max(old.high, version))
        span = self._spans.get(key)
        days = (self._last - self._first) // DAY + 1
        return Move(days * round_, (span.high - span.low + 1) * round_ if span else 0)


def afflicted(timed: Iterable[Planned], chance: Chance) -> Iterator[Planned]:
    """The same documents with faults, in the order of their new times.

    Jitter never changes the order within a document key; only an overtaken document leaves it.
    """
    waiting = _Waiting()
    for planned in timed:
        yield from waiting.until(planned.at)
        waiting.add(planned, chance.blow())
    yield from waiting.rest()


class _Waiting:
    """Documents that are planned and whose time may still be overtaken by another's."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Planned]] = []
        self._order = itertools.count()
        self._overtaken: dict[str, Planned] = {}
        self._latest: dict[str, int] = {}  # of each key, as far as it lies ahead

    def add(self, planned: Planned, blow: Blow = NO_BLOW) -> None:
        key = planned.lanes[0]
        at = max(planned.at + blow.delay, self._latest.get(key, 0))
        self._latest[key] = at
        planned = replace(planned, at=at, is_lost=blow.is_lost, cut_at=blow.cut_at)
        before = self._overtaken.pop(key, None)
        if before is not None:
            self._push(planned)
            self._push(replace(before, at=at + OVERTAKEN_MICROS, lanes=()))
        elif blow.is_reordered:
            self._overtaken[key] = planned
        else:
            self._push(planned)
        if blow.duplicate_after is not None:
            after = at + blow.duplicate_after
            self._push(replace(planned, at=after, is_lost=False, cut_at=None, is_repeat=True))

    def until(self, at: int) -> Iterator[Planned]:
        """What nothing planned at this time or later can come before."""
        for key in [key for key, planned in self._overtaken.items() if planned.at + REORDER_MICROS <= at]:
            self._push_late(key)
        while self._heap and self._heap[0][0] < at:
            yield self._pop()

    def rest(self) -> Iterator[Planned]:
        for key in list(self._overtaken):
            self._push_late(key)
        while self._heap:
            yield self._pop()

    def _push_late(self, key: str) -> None:
        """Nothing overtook it in time: it just comes late."""
        planned = self._overtaken.pop(key)
        self._latest[key] = planned.at + REORDER_MICROS
        self._push(replace(planned, at=self._latest[key]))

    def _push(self, planned: Planned) -> None:
        heapq.heappush(self._heap, (planned.at, next(self._order), planned))

    def _pop(self) -> Planned:
        planned = heapq.heappop(self._heap)[2]
        key = planned.lanes[0] if planned.lanes else ""
        if self._latest.get(key) == planned.at:
            del self._latest[key]
        return planned
