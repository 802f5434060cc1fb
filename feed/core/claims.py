"""Which records a message says were set or equalled, and which it says stood before.

Rules: General Messages, DT_RESULT (RecordIndicator, in the rows that DT_PHASE_RESULT and DT_CUMULATIVE_RESULT share
with it) and DT_RECORD; the record types are those of the common codes.
"""

from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

from feed.core.performance import seconds
from schemas.competitor import Competitor, Decision
from schemas.contender import PLACEHOLDERS, Contender
from schemas.cumulative_result import CumulativeResultBody
from schemas.phase_result import PhaseResultBody
from schemas.record import Performance, RecordBody, RecordOfType
from schemas.record_event import Holder, Holding, RecordClaim
from schemas.registry import AnyMessage
from schemas.result import ResultBody
from schemas.result_parts import Member, RecordMark
from schemas.rsc import FILLING, Rsc, parse_code

NATIONAL = "NR"
# A competitor's own bests, rankings and lists of former bests: no record that anybody else could lose.
NO_RECORDS = frozenset({"PB", "SB", "SBP", "ALL", "BOP", "TOT", "WRC"})
_EQUALLED = {f"E{name}": name for name in ("WR", "OR", "FWR", "FOR", "WRJ", "FWRJ")}  # shooting, modern pentathlon
_INTERMEDIATE = frozenset({"W", "O", "J"})  # swimming: records on the way, whose value is not the result
_SIGNED = "OFFICIAL"
TOTALS = frozenset({"phase_result", "cumulative_result"})  # kinds that repeat the marks of results, and have their own
_OUTCOMES = (ResultBody, PhaseResultBody, CumulativeResultBody)


class Level(IntEnum):
    """How far a claim has come; `listed` is one that was, and is broken since."""

    LISTED = 0
    PENDING = 1
    SIGNED = 2


class Said(NamedTuple):
    """A claim as one message makes it."""

    claim: RecordClaim
    level: Level


Key = tuple[str, str | None]  # record type and subcode
Listed = dict[Key, tuple[int | None, tuple[Holding, ...]]]  # order, and who held it


def same(one: RecordClaim, other: RecordClaim) -> bool:
    """Whether both speak of one performance; what one of them does not tell does not part them."""
    return (
        (one.code, one.record_type, one.equalled, one.holder.id)
        == (other.code, other.record_type, other.equalled, other.holder.id)
        and (one.subcode is None or other.subcode is None or one.subcode == other.subcode)
        and (one.result is None or other.result is None or _is_same(one.result, other.result))
    )


def said_by(message: AnyMessage | None, decision: Decision | None = None) -> list[Said]:
    """What a message claims, each performance once; nothing for a tombstone and for other kinds.

    `decision` is what is open of a result where something later told that.
    """
    body = message.body if message else None
    found: list[Said] = []
    if message is None or body is None:
        return found
    claims: Iterator[tuple[RecordClaim, Level]]
    if isinstance(body, _OUTCOMES):
        is_open = (decision or body.decision).pending
        level = Level.SIGNED if message.status == _SIGNED and not is_open else Level.PENDING
        claims = ((claim, level) for row in body.competitors for claim in _of_row(row, message.code, message.unit))
    elif isinstance(body, RecordBody):
        claims = _of_record(body)
    else:
        return found
    for claim, level in claims:
        if not any(same(claim, each.claim) for each in found):
            found.append(Said(claim, level))
    return found


def invalid_in(message: AnyMessage | None) -> dict[str, str]:
    """Who has an IRM in a result or a total, and which."""
    body = message.body if message else None
    return {row.id: row.irm for row in body.competitors if row.irm} if isinstance(body, _OUTCOMES) else {}


def historical_in(body: RecordBody) -> Listed:
    """What stood before these competitions, by type: nothing where there was no record."""
    found: Listed = {}
    for type_ in body.types:
        if type_.record_type not in NO_RECORDS:
            older = [] if type_.not_established else [each for each in type_.performances if not _is_new(each)]
            # A list that was sent after the record fell says of none of them that it stands.
            standing = [each for each in older if each.current] or older
            holdings = tuple(_holding(each) for each in standing if each.holder)
            found[type_.record_type, _subcode(type_, standing)] = (_number(type_.order), holdings)
    return found


def _of_row(row: Competitor, code: str, unit: str | None) -> Iterator[RecordClaim]:
    """The marks of a competitor and of its parts (attempts, legs, units of a total); an IRM leaves none."""
    if row.irm or row.id in PLACEHOLDERS:
        return
    marked = [(mark, row.result if _is_whole(mark, code) else None, row.result_type, unit) for mark in row.records]
    for item in row.items or ():
        if not item.irm:
            told = item.result or None, item.result_type or row.result_type, unit or item.unit or None
            marked += [(mark, *told) for mark in item.records or ()]
    holder = _holder(row.id, row.kind, row.noc, row.name, row.members) if marked else Holder()
    for mark, result, result_type, where in marked:
        record_type = _EQUALLED.get(mark.record_type, mark.record_type)
        if record_type in NO_RECORDS:
            continue
        yield RecordClaim(
            code=mark.code,
            record_type=record_type,
            subcode=row.noc if record_type == NATIONAL else None,
            order=_number(mark.order),
            holder=holder,
            result=result,
            result_type=result_type,
            unit=where,
            equalled=bool(mark.equalled) or record_type != mark.record_type,
        )


def _is_whole(mark: RecordMark, code: str) -> bool:
    """Whether the record is for all that the result tells: not at part of the distance, nor for another event."""
    record, own = parse_code(mark.code), parse_code(code)
    if not isinstance(record, Rsc) or not isinstance(own, Rsc):
        return True
    is_event = str(record)[:22] == str(own)[:22] and record.phase in (own.phase, FILLING * 4)
    return is_event and not record.unit.strip(FILLING) and mark.record_type not in _INTERMEDIATE


def _of_record(body: RecordBody) -> Iterator[tuple[RecordClaim, Level]]:
    for type_ in body.types:
        record_type = _EQUALLED.get(type_.record_type, type_.record_type)
        for each in type_.performances:
            if record_type in NO_RECORDS or not each.holder or not _is_new(each):
                continue
            yield (
                RecordClaim(
                    code=body.code,
                    record_type=record_type,
                    subcode=_subcode(type_, [each]),
                    order=_number(type_.order),
                    holder=_holder_of(each.holder),
                    result=each.result,
                    result_type=each.result_type,
                    unit=each.unit or None,
                    equalled=bool(each.equalled) or record_type != type_.record_type,
                ),
                _level(each),
            )


def _level(performance: Performance) -> Level:
    if performance.current is False:
        return Level.LISTED
    return Level.PENDING if performance.unconfirmed else Level.SIGNED


def _is_new(performance: Performance) -> bool:
    """Whether it happened at these competitions."""
    return not performance.historical and bool(performance.historical is False or performance.unit)


def _subcode(type_: RecordOfType, performances: list[Performance]) -> str | None:
    if type_.subcode or type_.record_type != NATIONAL:
        return type_.subcode or None
    return next((each.holder.noc for each in performances if each.holder), None)


def _holding(performance: Performance) -> Holding:
    return Holding(
        result=performance.result,
        result_type=performance.result_type,
        holders=(_holder_of(performance.holder),) if performance.holder else (),
        date=performance.date or None,
    )


def _holder_of(contender: Contender) -> Holder:
    return _holder(contender.id, contender.kind, contender.noc, contender.name, contender.members)


def _holder(id_: str, kind: str | None, noc: str | None, name: str | None, members: tuple[Member, ...]) -> Holder:
    athletes = tuple(dict.fromkeys(each.id for each in members if each.id)) or ((id_,) if kind == "athlete" else ())
    if name is None and kind == "athlete" and members:
        name = " ".join(part for part in (members[0].given_name, members[0].family_name) if part) or None
    return Holder(id=id_ or None, kind=kind, noc=noc, name=name, athletes=tuple(filter(None, athletes)))


def _is_same(one: str, other: str) -> bool:
    """Whether two texts tell one value: 10.04 and 10.040 do."""
    value = seconds(one)
    return one == other or (value is not None and value == seconds(other))


def _number(text: object) -> int | None:
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() else None
