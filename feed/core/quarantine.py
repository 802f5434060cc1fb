"""What is kept of a document that was refused or held, and of what an operator did about it."""

from enum import StrEnum

import msgspec

from feed.candidate import Decoded
from feed.core.outcome import Arrival
from feed.core.plausibility import Severity
from feed.refusals import Refusal


class QuarantineRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Why a document was not published; its bytes are in RAW under the same id. `ts_recv` in microseconds UTC.

    `severity` is refuse or hold; `rules` are the rules of plausibility that it breaks.
    """

    id: str
    ts_recv: int
    format: str
    source: str | None
    reason: str
    detail: str
    where: str
    hint: str
    flag: str | None
    topic: str | None
    version: int | None
    severity: Severity = Severity.REFUSE
    rules: tuple[str, ...] = ()

    @property
    def is_held(self) -> bool:
        """Whether an operator may release it."""
        return self.severity is Severity.HOLD


class Action(StrEnum):
    """What an operator may do with a held document."""

    RELEASED = "released"
    DISCARDED = "discarded"


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what, and when (microseconds UTC): `by` is the id of a key, or `local` for a program on this machine.

    `seq` is what a released document was published as.
    """

    id: str
    action: Action
    by: str
    at: int
    seq: int | None = None


class Case(msgspec.Struct, frozen=True):
    """A record, and what became of it; None while nothing has."""

    record: QuarantineRecord
    audit: Audit | None = None

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to decide."""
        return self.record.is_held and self.audit is None


def record_of(raw_id: str, arrival: Arrival, decoded: Decoded, refusal: Refusal) -> QuarantineRecord:
    """The record of a document that is not published."""
    return QuarantineRecord(
        id=raw_id,
        ts_recv=arrival.recv,
        format=arrival.format,
        source=arrival.source,
        reason=refusal.reason.value,
        detail=refusal.detail,
        where=refusal.where,
        hint=refusal.hint,
        flag=decoded.flag,
        topic=decoded.topic,
        version=decoded.version,
        severity=Severity.HOLD if refusal.is_held else Severity.REFUSE,
        rules=refusal.rules,
    )
