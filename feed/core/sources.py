"""The venues' systems and whether they are sending, as each of them or the feed said last."""

from collections.abc import Iterator

import msgspec

from feed.core.entry import Entry
from schemas.message import Micros, Op
from schemas.rsc import FILLING, Code, PlainCode, Rsc, parse_code
from schemas.source import Number, State
from schemas.topic import KIND_TOKEN, escape

_NO_UNIT = frozenset({FILLING, "00"})  # in a topic; the second of a code of 9 characters


class SourceRow(msgspec.Struct, frozen=True):
    """A system for one code; what the code or the message does not tell is null.

    `since` is when it said so (of a stale one when it was heard last), `recv` when that was received, in microseconds
    UTC. While it is on, something comes at least every `keep_alive_seconds`, give or take `tolerance_seconds`.
    """

    topic: str
    seq: int
    source: str
    code: str
    discipline: str | None
    venue: str | None
    state: State | None
    since: Micros | None
    recv: Micros
    keep_alive_seconds: Number | None
    tolerance_seconds: Number | None


class Roll:
    """The systems of one competition; `seq` is that of the newest message that changed it, 0 while there is none."""

    def __init__(self) -> None:
        self.seq = 0
        self._rows: dict[str, SourceRow] = {}

    def apply(self, entry: Entry) -> None:
        self.seq = entry.seq
        if entry.index.op is Op.PUT:
            self._rows[entry.topic] = _row(entry)
        else:
            self._rows.pop(entry.topic, None)

    def rows(self) -> tuple[SourceRow, ...]:
        """All of them, by name and code."""
        return tuple(sorted(self._rows.values(), key=lambda row: (row.source, row.code)))


class Sources:
    """The view of a board that holds every competition's systems."""

    def __init__(self) -> None:
        self._rolls: dict[str, Roll] = {}

    def apply(self, entry: Entry) -> None:
        if entry.kind == "source":
            self._rolls.setdefault(entry.topic.partition(".")[0], Roll()).apply(entry)

    def of(self, competition: str) -> Roll:
        """An empty one where no system has spoken."""
        return self._rolls.get(escape(competition)) or Roll()

    def rows(self) -> Iterator[SourceRow]:
        """Those of all competitions."""
        return (row for roll in self._rolls.values() for row in roll.rows())

    def stale(self) -> int:
        """How many are silent for too long."""
        return sum(row.state is State.STALE for row in self.rows())


class _Said(msgspec.Struct):
    """What a body says; nothing where it is too large for its message."""

    state: State | None = None
    since: Micros | None = None
    keep_alive_seconds: Number | None = None
    tolerance_seconds: Number | None = None


class _Message(msgspec.Struct):
    source: str
    code: str
    body: _Said | None


_decode = msgspec.json.Decoder(_Message).decode


def _row(entry: Entry) -> SourceRow:
    message = _decode(entry.json)
    said, code = message.body or _Said(), parse_code(message.code)
    return SourceRow(
        topic=entry.topic,
        seq=entry.seq,
        source=message.source,
        code=message.code,
        discipline=None if isinstance(code, PlainCode) else code.discipline,
        venue=_venue(code),
        state=said.state,
        since=said.since,
        recv=entry.index.recv,
        keep_alive_seconds=said.keep_alive_seconds,
        tolerance_seconds=said.tolerance_seconds,
    )


def names_unit(topic: str) -> bool:
    """Whether a topic is of a unit of an event."""
    _, discipline, _, event, _, unit, _ = topic.split(".", KIND_TOKEN)
    return FILLING not in (discipline, event) and unit not in _NO_UNIT


def is_of_unit(topic: str) -> bool:
    """Whether a message of kind `source` tells of a unit, whoever sends it: it names no system."""
    return topic.count(".") == KIND_TOKEN and names_unit(topic)


def _venue(code: Code) -> str | None:
    """A venue's code stands in the place of the unit's, where nothing stands between discipline and unit."""
    if not isinstance(code, Rsc) or (code.gender + code.event + code.phase).strip(FILLING):
        return None
    return code.unit.rstrip(FILLING) or None
