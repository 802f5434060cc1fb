"""One line of a schedule, made of the newest message of a session or a unit: what the rules look at, and its JSON."""

from typing import NamedTuple

import msgspec
from msgspec import UNSET, UnsetType

from feed.core.entry import Entry
from schemas.message import BodyRef
from schemas.session import SessionBody
from schemas.topic import parse_topic
from schemas.unit import UnitBody

SCHEDULED: dict[str, type[SessionBody | UnitBody]] = {"session": SessionBody, "unit": UnitBody}
_ORDER_WIDTH = 10


class Row(NamedTuple):
    """`place` sorts rows of one kind; `start` in microseconds UTC; `session` is the one a unit belongs to."""

    place: tuple[int | str, ...]
    code: str
    discipline: str
    start: int | None
    status: str | None
    session: str | None
    venue: str | None
    nocs: tuple[str, ...]
    head: bytes
    fields: memoryview

    @property
    def json(self) -> bytes:
        """An object: topic, seq and version of the message, then the fields of its body as they were delivered."""
        return self.head + self.fields


class _Head(msgspec.Struct):
    topic: str
    seq: int
    version: int | None


class _Message(msgspec.Struct):
    version: int | None
    body: msgspec.Raw
    body_ref: BodyRef | UnsetType = UNSET


class _Apart(msgspec.Struct):
    """All that is said of a body too large for its message."""

    code: str
    body_ref: BodyRef


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Message).decode
_decode_body = {kind: msgspec.json.Decoder(body).decode for kind, body in SCHEDULED.items()}


def row_of(entry: Entry) -> Row:
    """The row of a living session or unit; its text stays where it is, in the entry."""
    message = _decode(entry.json)
    text = memoryview(message.body if message.body_ref is UNSET else _apart(entry.topic, message.body_ref))
    body = _decode_body[entry.kind](text)
    discipline = entry.topic.split(".", 2)[1]
    return Row(
        place=_place(body) if isinstance(body, UnitBody) else (body.code, discipline),
        code=body.code,
        discipline=discipline,
        start=body.start,
        status=body.status,
        session=body.session if isinstance(body, UnitBody) else None,
        venue=body.venue,
        nocs=body.mentions().nocs,
        head=_encode(_Head(entry.topic, entry.seq, message.version))[:-1] + b",",
        fields=text[1:],
    )


def _place(unit: UnitBody) -> tuple[int | str, ...]:
    """By start, Order and code; without a start last, by code. Order is a number that may be left out."""
    if unit.start is None:
        return (1, 0, "", unit.code)
    return (0, unit.start, (unit.order or "").zfill(_ORDER_WIDTH), unit.code)


def _apart(topic: str, ref: BodyRef) -> bytes:
    key = parse_topic(topic)
    return _encode(_Apart("".join(key.parts) or str(key.code), ref))
