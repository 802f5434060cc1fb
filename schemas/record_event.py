"""Kind `record_event`: what happened to a record, one event after the other; none is ever changed or taken out.

The feed makes it from results and from the venues' lists of records. Personal and season bests are nobody else's
records and make no events; they stay where they are, in results.
"""

from enum import StrEnum

import msgspec

from schemas.ledger import MedalCause
from schemas.message import Mentions, Message, Seq


class RecordAction(StrEnum):
    """`pending` is marked, but not signed off; `set` and `equalled` are; `withdrawn` takes one of those back."""

    PENDING = "pending"
    SET = "set"
    EQUALLED = "equalled"
    WITHDRAWN = "withdrawn"


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Who holds a record: an athlete or a team, with the ids of its athletes; who held it long ago may have no id."""

    id: str | None = None
    kind: str | None = None
    noc: str | None = None
    name: str | None = None
    athletes: tuple[str, ...] = ()


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """A record as it stands or stood, by all who share it.

    `result` is the venue's text, null while only the mark is known. `unit` is where it happened at these competitions,
    `date` when one from before did; `since` is the seq of the message that said so first.
    """

    result: str | None
    result_type: str | None = None
    holders: tuple[Holder, ...] = ()
    unit: str | None = None
    date: str | None = None
    since: Seq | None = None


class RecordCause(MedalCause, frozen=True, kw_only=True):
    """The message that changed the record: where it is, its kind, and what its venue said about it."""


class EventRef(msgspec.Struct, frozen=True, kw_only=True):
    """Another event, by the place it has in the stream."""

    seq: Seq
    topic: str


class RecordClaim(msgspec.Struct, frozen=True, kw_only=True):
    """A performance that a message says is the record `code` of a type (WR, OR, a continent's, a track's ...).

    `subcode` tells several records of one type apart: of a national record (NR) it is the organisation. `order` is the
    place in the hierarchy of types. `result` is null for a mark at part of the distance, whose value no field tells.
    """

    code: str
    record_type: str
    subcode: str | None = None
    order: int | None = None
    holder: Holder
    result: str | None = None
    result_type: str | None = None
    unit: str | None = None
    equalled: bool = False


class RecordEventBody(RecordClaim, frozen=True, kw_only=True):
    """`previous` is the official record without this one: what it broke or equalled, or what stands again.

    `withdraws` is the event that is taken back, `irm` the mark (DSQ ...) that the holder has now, if that is why.
    """

    action: RecordAction
    previous: Holding | None = None
    withdraws: EventRef | None = None
    irm: str | None = None
    cause: RecordCause

    def mentions(self) -> Mentions:
        """Organisation and athletes of the holder."""
        return Mentions(None, (self.holder.noc,) if self.holder.noc else (), self.holder.athletes)


class RecordEvent(Message, frozen=True, kw_only=True, tag="record_event"):
    """Its topic starts with the record's code. Key part: the event's number: cause and place."""

    body: RecordEventBody | None
