"""When a system has been silent for too long, and when it is back.

A system that said it is on sends something at least every KADelay + DelayOffSet seconds (General Messages, control
messages); the settings may say so of systems that never tell. Times are microseconds UTC. How long nothing was heard is
measured by one clock, that of whoever watches; what is told of it (`since`, `last`) are times of receipt.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from feed.core.sources import SourceRow, is_of_unit
from schemas.message import Lane, Op, Stamps
from schemas.source import LastHeard, Number, Source, SourceBody, State
from schemas.topic import parse_topic

_SECOND = 1_000_000


class Heard(msgspec.Struct, frozen=True):
    """So many documents that came, as the nodes tell each other: the newest, and the last message that came of them.

    `seq` is 0 where no message came of any.
    """

    competition: str
    source: str
    event: int
    recv: int
    seq: int
    documents: int = 1

    @property
    def name(self) -> tuple[str, str]:
        return self.competition, self.source

    def and_then(self, other: "Heard") -> "Heard":
        """Both together; which of them came first does not matter."""
        newest = max(self, other, key=lambda each: each.recv)
        return Heard(*self.name, newest.event, newest.recv, max(self.seq, other.seq), self.documents + other.documents)


class Sign(NamedTuple):
    """What is known of a system, and when we were told."""

    heard: Heard
    told: int


class Signs:
    """Of whom this process has heard; `since` is when it began to listen, `count` of how many documents it knows."""

    def __init__(self) -> None:
        self.since = 0
        self.count = 0
        self._signs: dict[tuple[str, str], Sign] = {}

    def listen(self, now: int) -> None:
        """From now on what comes is heard: before, silence means nothing."""
        self.since = now

    def hear(self, heard: Heard, now: int) -> None:
        """Take over what a node tells; nodes may overtake each other."""
        self.count += heard.documents
        known = self._signs.get(heard.name)
        self._signs[heard.name] = Sign(known.heard.and_then(heard) if known else heard, now)

    def of(self, competition: str, source: str) -> Sign | None:
        return self._signs.get((competition, source))


class Expected(msgspec.Struct, frozen=True):
    """What the settings expect of a system: it is never silent for `limit`; `topic` is where its state is told."""

    limit: int
    topic: str


Expectations = Mapping[tuple[str, str], Expected]  # by competition and source


class Change(NamedTuple):
    """What has to be told of a system: its topic, its new state and since when, and what was heard of it last."""

    topic: str
    state: State
    since: int
    heard: Heard | None


def changes(rows: Iterable[SourceRow], signs: Signs, expected: Expectations, now: int) -> Iterator[Change]:
    """What is not told yet at this moment, of the systems that have spoken (`rows`) and of those that are expected."""
    told = set[str]()
    for row in rows:
        if is_of_unit(row.topic):
            continue
        told.add(row.topic)
        key = parse_topic(row.topic)
        name = key.competition, key.parts[0] if key.parts else ""
        sign, each = signs.of(*name), expected.get(name)
        limit = each.limit if each else _limit(row)
        silent_since = _silent_since(row, sign, signs.since, limit, now)
        if silent_since is not None:
            yield Change(row.topic, State.STALE, silent_since, sign.heard if sign else None)
        elif sign is not None and _is_back(row, sign.heard, is_expected=each is not None):
            yield Change(row.topic, State.ON, sign.heard.recv, sign.heard)
    for name, each in expected.items():
        sign = signs.of(*name)
        if sign is not None and each.topic not in told:
            yield Change(each.topic, State.ON, sign.heard.recv, sign.heard)


def _silent_since(row: SourceRow, sign: Sign | None, listening: int, limit: int | None, now: int) -> int | None:
    """Since when a system that is on is silent, if that is for too long."""
    if row.state is not State.ON or limit is None:
        return None
    if now - max(row.recv, listening, sign.told if sign else 0) < limit:
        return None
    return max(row.recv, sign.heard.recv if sign else listening)


def _is_back(row: SourceRow, heard: Heard, *, is_expected: bool) -> bool:
    """Whether something came after the silence, or of an expected system after it went off."""
    if row.state is State.STALE:
        return heard.recv > (row.since or 0)
    # What came with the word that it is off has that word's own time: by the system's clock, not by ours.
    return row.state is State.OFF and is_expected and heard.event > (row.since or 0)


def _limit(row: SourceRow) -> int | None:
    """How long a system may be silent by its own word; None where that is no number of seconds."""
    keep_alive, tolerance = _seconds(row.keep_alive_seconds), _seconds(row.tolerance_seconds)
    return (keep_alive + tolerance) * _SECOND if keep_alive > 0 else None


def _seconds(number: Number | None) -> int:
    return number if isinstance(number, int) else 0


def restated(message: Source, change: Change, now: int) -> Source:
    """The message that tells a change of a system that has spoken; raises ValueError for one without body.

    Its document and event time stay: what the system sends next is judged by those as if nothing had been told.
    """
    if message.body is None:
        raise ValueError(f"{message.topic} says nothing")
    body = replace(message.body, state=change.state, since=change.since, last=_last(change))
    stamps = Stamps(event=message.ts.event, recv=_recv(change, now), published=0)
    return replace(message, seq=UNSET, prev=0, remarks=(), ts=stamps, caused_by=None, supersedes=None, body=body)


def stated(change: Change, now: int) -> Source:
    """The message that tells a change of a system that never spoke for itself, or of a unit, which names none."""
    key = parse_topic(change.topic)
    recv = _recv(change, now)
    return Source(
        prev=0,
        topic=change.topic,
        op=Op.PUT,
        competition=key.competition,
        code=str(key.code),
        unit=None,
        version=None,
        status=None,
        source="".join(key.parts),
        lane=Lane.LIVE,
        ts=Stamps(event=change.heard.event if change.heard else recv, recv=recv, published=0),
        document=None,
        body=SourceBody(state=change.state, since=change.since, last=_last(change)),
    )


def _last(change: Change) -> LastHeard | UnsetType:
    heard = change.heard
    return LastHeard(seq=heard.seq, event=heard.event, recv=heard.recv) if heard else UNSET


def _recv(change: Change, now: int) -> int:
    """Silence is noticed now; what ends it was received."""
    return change.heard.recv if change.state is State.ON and change.heard else now
