"""What there is to count at one moment, in plain numbers: the families of metrics are made of it, and nothing else."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import msgspec
from aiohttp import web

from feed.core.stages import Stage, Timing
from feed.core.windows import Row
from feed.refusals import Reason
from feed.serve.reading import Reading
from feed.serve.sse import EventSubscriber

CONNECTIONS = ("stream", "sse", "poll", "pull")


class Audience(NamedTuple):
    """Who is connected: `connections` by CONNECTIONS, messages they are behind, bytes they have been written so far."""

    connections: dict[str, int]
    lag_most: int
    lag_all: int
    written: int


class Figure(msgspec.Struct, frozen=True):
    """The figures of one flag at one moment; `streams` is name -> (bytes, most bytes).

    `disciplines` and `sources` count documents by name and outcome; `hops` are the histograms of feed.core.hops.HOPS,
    in microseconds.
    """

    flag: str
    outcomes: Mapping[str, int]
    refusals: Mapping[Reason, int]
    remarks: Mapping[str, int]
    holes: int
    tip: int
    topics: int
    subscribers: int
    cohorts: int
    writes: int
    lagging: int
    stalled: int
    recreated: int
    streams: Mapping[str, tuple[int, int]]
    rules: Mapping[str, int] = {}
    medal_differences: int = 0
    stale_sources: int = 0
    written_bytes: int = 0
    connections: Mapping[str, int] = {}
    lag: tuple[int, int] = (0, 0)
    dropped: Mapping[str, int] = {}
    disciplines: Mapping[tuple[str, str], int] = {}
    sources: Mapping[tuple[str, str], int] = {}
    stages: Mapping[Stage, Timing] = {}
    hops: Row = ()


Figures = Callable[[], Iterable[Figure]]
FIGURES: web.AppKey[Figures] = web.AppKey("figures")


def audience_of(readings: Iterable[Reading]) -> Audience:
    """Who reads one flag, those with a delay too: they lag behind what they may be told."""
    connections = dict.fromkeys(CONNECTIONS, 0)
    lag_most = lag_all = written = 0
    for reading in readings:
        pump, tip = reading.pump, reading.log.tip
        of_cohorts = tip - pump.cohorts.front
        for subscriber in pump.subscribers:
            connections["sse" if isinstance(subscriber, EventSubscriber) else "stream"] += 1
            written += subscriber.written
            if subscriber.is_open:
                lag = of_cohorts if subscriber.task is None else tip - pump.place(subscriber)
                lag_most, lag_all = max(lag, lag_most), lag_all + lag
        connections["poll"] += len(pump.polls)
        connections["pull"] += len(pump.pulls) - len(pump.polls)
    return Audience(connections, lag_most, lag_all, written)
