"""Protests and inquiries, as the officials' communications tell of them, by the code whose result they are about.

Rule: ODF General Messages, DT_COMMUNICATION: Protest/@Status goes from open (or pending) to closed, and may be
reopened; @Unit names the unit, else it is the document's own code. The newest word on a number counts, in whatever
language it comes.
"""

import msgspec
from msgspec import UNSET

from schemas.communication import Protest
from schemas.message import Micros, Op
from schemas.rsc import PlainCode, parse_code
from schemas.topic import KIND_TOKEN, Topic, parse_topic, place_of

KIND = "communication"
CLOSED = "closed"


class Dispute(msgspec.Struct, frozen=True):
    """A protest or inquiry as it stands since `seq`, and what `place` it is about; the rest as in a decision."""

    seq: int
    place: str
    reason: str
    until: Micros | None
    is_open: bool


class Disputes:
    """All disputes, by the place they are about: the tokens of a topic in front of its kind."""

    def __init__(self) -> None:
        self._places: dict[str, str] = {}
        self._by_place: dict[str, dict[str, Dispute]] = {}

    def learn(self, topic: str, seq: int, op: Op, json: bytes) -> None:
        """Take over a delivered message; what is no communication is passed over."""
        if topic.split(".", KIND_TOKEN + 1)[KIND_TOKEN] != KIND:
            return
        name = _name(topic)
        known = self._by_place.get(self._places.get(name, ""), {}).pop(name, None)
        if op is Op.PUT:
            dispute = _dispute(topic, seq, json)
        else:
            dispute = known and msgspec.structs.replace(known, seq=seq, is_open=False)
        if dispute is not None:
            self._places[name] = dispute.place
            self._by_place.setdefault(dispute.place, {})[name] = dispute

    def place_of(self, topic: str) -> str | None:
        """The place that a communication is about, None where it is no dispute."""
        return self._places.get(_name(topic))

    def knows(self, place: str) -> bool:
        """Whether there ever was a dispute about a place."""
        return place in self._by_place

    def open(self, place: str) -> Dispute | None:
        """The newest dispute about a place that is open."""
        return max((dispute for dispute in self._at(place) if dispute.is_open), key=_seq, default=None)

    def settled(self, place: str, after: int) -> Dispute | None:
        """The dispute about a place that was closed last, if that was after a sequence."""
        found = (dispute for dispute in self._at(place) if not dispute.is_open and dispute.seq > after)
        return max(found, key=_seq, default=None)

    def _at(self, place: str) -> tuple[Dispute, ...]:
        return tuple(self._by_place.get(place, {}).values())


def _seq(dispute: Dispute) -> int:
    return dispute.seq


def _name(topic: str) -> str:
    """What one dispute is known by: its number, without subtype and language."""
    return ".".join(topic.split(".")[: KIND_TOKEN + 2])


class _Body(msgspec.Struct):
    protest: Protest | None = None


class _Message(msgspec.Struct):
    body: _Body | None


_MESSAGE = msgspec.json.Decoder(_Message)


def _dispute(topic: str, seq: int, json: bytes) -> Dispute | None:
    body = _MESSAGE.decode(json).body
    if body is None or body.protest is None:
        return None
    protest = body.protest
    until = protest.decision_time or protest.hearing_time
    return Dispute(
        seq=seq,
        place=_place(topic, protest.unit or ""),
        reason=_reason(protest),
        until=None if until is UNSET else until,
        is_open=protest.status != CLOSED,
    )


def _place(topic: str, unit: str) -> str:
    """That of the unit; what is no code names none, and the document's own counts."""
    code = parse_code(unit)
    if isinstance(code, PlainCode):
        return place_of(topic)
    return place_of(str(Topic(parse_topic(topic).competition, code, KIND)))


def _reason(protest: Protest) -> str:
    """An inquiry says so in its type; a protest is the jury's once one is named."""
    if "inquiry" in (protest.type or "").lower():
        return "inquiry"
    return "jury" if protest.jury else "protest"
