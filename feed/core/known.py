"""What the stream knows already, as far as one message can contradict it: a narrow, read-only look at its heads."""

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

import msgspec

from feed.core.heads import Heads
from schemas.message import Op
from schemas.registry import AnyMessage
from schemas.session import SessionBody
from schemas.topic import escape

Part = TypeVar("Part", bound=msgspec.Struct)
PHASE_TOKEN = 4
SIGNED = "OFFICIAL"
NOWHERE = "....."


class Row(msgspec.Struct, frozen=True):
    """A competitor of a result, and how it ended."""

    id: str
    rank: str | None = None
    wlt: str | None = None


class Slot(msgspec.Struct, frozen=True):
    """A side of a scheduled unit: who is there, and which unit they come from, as its winner (W) or loser (L)."""

    id: str | None = None
    previous_unit: str | None = None
    previous_wlt: str | None = None


class Planned(msgspec.Struct, frozen=True):
    """A unit of the schedule."""

    status: str | None = None
    start_list: tuple[Slot, ...] = ()


class Span(msgspec.Struct, frozen=True):
    """A session of the schedule, in microseconds UTC."""

    start: int | None = None
    end: int | None = None


class _Result(msgspec.Struct, frozen=True):
    competitors: tuple[Row, ...] = ()


class _Member(msgspec.Struct, frozen=True):
    id: str | None = None


class _Entrant(msgspec.Struct, frozen=True):
    id: str | None = None
    members: tuple[_Member, ...] = ()


class _Entries(msgspec.Struct, frozen=True):
    entries: tuple[_Entrant, ...] = ()


class _Message(msgspec.Struct, Generic[Part]):
    body: Part | None


_PLANNED = msgspec.json.Decoder(_Message[Planned])
_SESSION = msgspec.json.Decoder(_Message[Span])
_RESULT = msgspec.json.Decoder(_Message[_Result])
_ENTRIES = msgspec.json.Decoder(_Message[_Entries])


class Known:
    """Answers about units, results and entries; what was read of an entry is kept until a newer one comes."""

    def __init__(self, heads: Heads) -> None:
        self._heads = heads
        self._read: dict[str, tuple[int, msgspec.Struct | None]] = {}
        self._sessions: dict[str, Span] = {}

    def beside(self, messages: Iterable[AnyMessage]) -> "Known":
        """The same, with what else the document tells that is not stored yet: its sessions."""
        known = Known(self._heads)
        known._read = self._read
        known._sessions = {
            each.topic: Span(each.body.start, each.body.end) for each in messages if isinstance(each.body, SessionBody)
        }
        return known

    def unit(self, place: str) -> Planned | None:
        """The unit of the schedule at a place: the six tokens in front of a topic's kind."""
        return self._body(f"{place}.unit", _PLANNED)

    def session(self, topic: str) -> Span | None:
        """The times of a session, as this document tells them or else the schedule."""
        return self._sessions.get(topic) or self._body(topic, _SESSION)

    def signed_rows(self, place: str) -> tuple[Row, ...]:
        """Who was in a unit whose result is OFFICIAL; nobody otherwise."""
        return self._rows(f"{place}.result")

    def signed_rows_of(self, phase: str) -> Iterator[Row]:
        """Who was in the units of a phase (its five tokens) whose results are OFFICIAL."""
        for topic in self._heads.results(phase):
            yield from self._rows(topic)

    def is_totalled(self, place: str) -> bool:
        """Whether the event of a place has a cumulative result, whose order is not that of a single unit."""
        event = ".".join(place.split(".")[:PHASE_TOKEN])
        phase = place.split(".")[PHASE_TOKEN]
        return any(self._heads.get(f"{event}.{each}.-.cumulative_result") for each in ("-", phase))

    def entered(self, place: str) -> frozenset[str] | None:
        """The ids of all competitors that are entered in the event of a place, with their members; None if unknown."""
        found = self._body(f"{'.'.join(place.split('.')[:PHASE_TOKEN])}.-.-.entries", _ENTRIES)
        if found is None:
            return None
        return frozenset(id_ for each in found.entries for id_ in (each.id, *(one.id for one in each.members)) if id_)

    def unregistered(self, place: str, kind: str, ids: Iterable[str]) -> str | None:
        """The first `participant` or `team` that the discipline does not know; None without a whole list of them."""
        discipline = ".".join((*place.split(".")[:2], "-.-.-.-"))
        listed = self._heads.get(f"{discipline}.list.{kind}s")
        if listed is None or listed.list is None or listed.list.full is None:
            return None
        prefix = f"{discipline}.{kind}."
        for id_ in ids:
            head = self._heads.get(prefix + escape(id_))
            if head is None or head.index.op is not Op.PUT:
                return id_
        return None

    def _rows(self, topic: str) -> tuple[Row, ...]:
        head = self._heads.get(topic)
        if head is None or head.index.status != SIGNED:
            return ()
        found = self._body(topic, _RESULT)
        return found.competitors if found else ()

    def _body(self, topic: str, decoder: "msgspec.json.Decoder[_Message[Part]]") -> Part | None:
        """What a living message tells, None where its text is not here yet or its body is kept apart."""
        head = self._heads.get(topic)
        if head is None or head.index.op is not Op.PUT or not head.json:
            return None
        seq, body = self._read.get(topic, (0, None))
        if seq != head.seq:
            body = decoder.decode(head.json).body
            self._read[topic] = head.seq, body
        return body  # type: ignore[return-value]  # a topic has one kind, so one decoder
