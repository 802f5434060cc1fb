"""Entries of sessions and units of our own making."""

from typing import Any

from feed.core.entry import Entry
from feed.core.index import Index
from schemas.message import BodyRef, Lane, Op, Stamps
from schemas.rsc import parse_code
from schemas.session import Session, SessionBody
from schemas.topic import Topic
from schemas.unit import Starter, Unit, UnitBody
from schemas.wire import encode, splice_seq

HEAT = "ATHM100M--------------HEAT000{}00--"
DAY = 24 * 3600 * 1_000_000


def unit_code(number: int) -> str:
    return HEAT.format(number)


def unit_entry(
    seq: int, code: str, op: Op = Op.PUT, *, competition: str = "XG2030", ref: BodyRef | None = None, **fields: Any
) -> Entry:
    """The newest message of a unit; `fields` are those of its body."""
    body = UnitBody(code=code, **fields) if op is Op.PUT and ref is None else None
    return _entry(seq, Unit, Topic(competition, parse_code(code), "unit"), op, body, ref)


def session_entry(
    seq: int, code: str, op: Op = Op.PUT, *, competition: str = "XG2030", ref: BodyRef | None = None, **fields: Any
) -> Entry:
    """The newest message of a session, in the discipline its code begins with."""
    body = SessionBody(code=code, **fields) if op is Op.PUT and ref is None else None
    return _entry(seq, Session, Topic(competition, parse_code(code[:3] + 31 * "-"), "session", (code,)), op, body, ref)


def starters(*nocs: str) -> tuple[Starter, ...]:
    return tuple(Starter(id=str(number), noc=noc) for number, noc in enumerate(nocs))


def _entry(
    seq: int,
    message: type[Unit | Session],
    topic: Topic,
    op: Op,
    body: UnitBody | SessionBody | None,
    ref: BodyRef | None,
) -> Entry:
    apart = {} if ref is None else {"body_ref": ref}
    stored = message(
        prev=0,
        topic=str(topic),
        op=op,
        competition=topic.competition,
        code=str(topic.code),
        unit=None,
        version=3,
        status=None,
        source="OMS",
        lane=Lane.LIVE,
        ts=Stamps(event=0, recv=0, published=0),
        document=None,
        body=body,
        **apart,
    )
    return Entry(seq, str(topic), Index(3, 0, 0, "h", op, None), splice_seq(encode(stored), seq))
