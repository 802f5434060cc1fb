"""The register of one record code: what stood before, what happened to it here, and so what stands now.

What happened is the sum of its events and nothing else, so it is the same after a restart. A message counts by what it
says anew: one that only repeats itself does not bring back what another message took.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import asdict, replace

from feed.core.claims import TOTALS, Key, Level, Listed, Said, same
from feed.core.performance import cost
from feed.errors import ContradictionError
from schemas.record_event import (
    EventRef,
    Holding,
    RecordAction,
    RecordCause,
    RecordClaim,
    RecordEventBody,
)
from schemas.record_table import RecordRow, RecordTableBody, Standing

Before = Mapping[Key, tuple[int | None, Standing | None]]  # order, and what stood


class Held(NamedTuple):
    """A claim that is alive: its newest event and where that is; `since` is the cause of its first one."""

    body: RecordEventBody
    ref: EventRef
    since: int

    @property
    def key(self) -> Key:
        return self.body.record_type, self.body.subcode


class Register:
    """One record code of one competition; `table` is what was published of it last."""

    def __init__(self) -> None:
        self.table: RecordTableBody | None = None
        self.claims: list[Held] = []  # by age

    def apply(self, event: RecordEventBody, ref: EventRef) -> None:
        """Add an event; raises ContradictionError for one that takes back what is not there."""
        if event.action is RecordAction.WITHDRAWN:
            taken = event.withdraws.topic if event.withdraws else ""
            left = [each for each in self.claims if each.ref.topic != taken]
            if len(left) == len(self.claims):
                raise ContradictionError(f"{ref.topic} takes back {taken or 'nothing'}, which does not stand")
            self.claims = left
            return
        for place, each in enumerate(self.claims):
            if same(each.body, event):
                self.claims[place] = Held(event, ref, each.since)
                return
        self.claims.append(Held(event, ref, event.cause.seq))

    def copy(self) -> "Register":
        """A register that says the same, to try events on."""
        register = Register()
        register.table, register.claims = self.table, list(self.claims)
        return register

    def events(
        self, before: Sequence[Said], now: Sequence[Said], out: Callable[[Held], str | None], cause: RecordCause
    ) -> list[RecordEventBody]:
        """What a message does: first what it takes back, then what it says anew.

        `before` is what its predecessor said; `out` tells the IRM of a holder who has just got one. A total takes back
        only what it told itself: what it repeated of a result is the result's.
        """
        dropped = [said.claim for said in before if not any(same(said.claim, each.claim) for each in now)]
        lost = [each for each in self.claims if (_may_take(cause, each) and _is_in(each.body, dropped)) or out(each)]
        claimed = [(said, self._alive(said, lost)) for said in now if _is_news(said, before)]
        found = [(said, held) for said, held in claimed if said.level and (not held or _improves(said, held))]
        rest = [each for each in self.claims if each not in lost and each not in [held for _, held in found]]
        return [
            *(self._taken(each, rest, out(each), cause) for each in lost),
            *(self._made(said, held, rest, cause) for said, held in found),
        ]

    def rows(self, before: Before | None = None) -> tuple[RecordRow, ...]:
        """What stands by type; `before` is what stood at first where a list has just told it."""
        known = self._before() if before is None else before
        keys = dict.fromkeys([*known, *(each.key for each in self.claims)])
        rows = [self._row(key, *known.get(key, (None, None))) for key in keys]
        return tuple(sorted(rows, key=lambda row: (row.order or LAST, row.record_type, row.subcode or "")))

    def stood(self, listed: Listed, seq: int) -> Before:
        """What stood before these competitions, since the message `seq` unless it was told earlier."""
        known = self._before()
        found: dict[Key, tuple[int | None, Standing | None]] = {}
        for key, (order, holdings) in listed.items():
            new, (_, old) = standing(holdings, ()), known.get(key, (None, None))
            if new:
                new = old if old and replace(old, since=None) == new else replace(new, since=seq)
            found[key] = (order, new)
        return found

    def _before(self) -> Before:
        rows = self.table.rows if self.table else ()
        return {(row.record_type, row.subcode): (row.order, row.historical) for row in rows}

    def _row(self, key: Key, order: int | None, stood: Standing | None) -> RecordRow:
        claims = [each for each in self.claims if each.key == key]
        return RecordRow(
            record_type=key[0],
            subcode=key[1],
            order=next((each.body.order for each in claims if order is None), order),
            official=standing(_steps(stood), filter(_is_signed, claims)),
            provisional=standing(_steps(stood), claims),
            historical=stood,
        )

    def _alive(self, said: Said, lost: Sequence[Held]) -> Held | None:
        return next((each for each in self.claims if each not in lost and same(each.body, said.claim)), None)

    def _official(self, key: Key, rest: Iterable[Held]) -> Holding | None:
        _, stood = self._before().get(key, (None, None))
        signed = [each for each in rest if each.key == key and _is_signed(each)]
        steps = _steps(standing(_steps(stood), signed))
        return steps[-1] if steps else None

    def _taken(self, held: Held, rest: Iterable[Held], irm: str | None, cause: RecordCause) -> RecordEventBody:
        return replace(
            held.body,
            action=RecordAction.WITHDRAWN,
            previous=self._official(held.key, rest),
            withdraws=held.ref,
            irm=irm,
            cause=cause,
        )

    def _made(self, said: Said, held: Held | None, rest: Iterable[Held], cause: RecordCause) -> RecordEventBody:
        claim = said.claim
        is_signed = said.level is Level.SIGNED or (held is not None and _is_signed(held))
        signed = RecordAction.EQUALLED if claim.equalled else RecordAction.SET
        key = claim.record_type, held.body.subcode if held else claim.subcode or self._only(claim.record_type)
        fields = asdict(claim) | {"subcode": key[1]}
        if held and claim.result is None:
            fields |= {"result": held.body.result, "result_type": held.body.result_type}
        if held and claim.unit is None:
            fields["unit"] = held.body.unit
        return RecordEventBody(
            **fields,
            action=signed if is_signed else RecordAction.PENDING,
            previous=self._official(key, rest),
            cause=cause,
        )

    def _only(self, record_type: str) -> str | None:
        """A mark has no subcode: it is of the one record of its type, if there is no other."""
        found = [subcode for each, subcode in self._before() if each == record_type]
        return found[0] if len(found) == 1 else None


LAST = 1_000  # behind every place in a hierarchy of record types
_MORE_IS_BETTER = "DISTANCE"  # as it is of points wherever there are records in points (common codes, RECORD_TYPE)


def standing(stood: Iterable[Holding], claims: Iterable[Held]) -> Standing | None:
    """The best performance, shared by all who have it; where texts do not tell, the last one that did not equal."""
    made = [(_holding(each), each.body.equalled) for each in claims]
    performances = [*((each, False) for each in stood), *made]
    kind = next((each.result_type for each, _ in performances if each.result_type), None)
    sense = _MORE_IS_BETTER if kind == "POINTS" else kind
    measured = [(cost(sense, each.result), each, equalled) for each, equalled in performances]
    is_told = all(value is not None for value, _, _ in measured)
    if is_told:
        measured.sort(key=lambda each: -(each[0] or 0))
    steps: list[Holding] = []
    last = None
    for value, each, equalled in measured:
        if steps and (value == last if is_told else equalled):
            holders = dict.fromkeys([*steps[-1].holders, *each.holders])
            steps[-1] = replace(steps[-1], holders=tuple(holders))
        else:
            steps.append(each)
        last = value
    if not steps:
        return None
    return Standing(**asdict(steps[-1]), previous=steps[-2] if len(steps) > 1 else None)


def _holding(held: Held) -> Holding:
    body = held.body
    return Holding(
        result=body.result, result_type=body.result_type, holders=(body.holder,), unit=body.unit, since=held.since
    )


def _steps(found: Standing | None) -> tuple[Holding, ...]:
    """A standing as its holdings, the older one first."""
    if found is None:
        return ()
    fields = asdict(found)
    previous = fields.pop("previous")
    return (*((previous,) if previous else ()), Holding(**fields))


def _is_signed(held: Held) -> bool:
    return held.body.action is not RecordAction.PENDING


def _is_in(claim: RecordClaim, claims: Iterable[RecordClaim]) -> bool:
    return any(same(claim, each) for each in claims)


def _may_take(cause: RecordCause, held: Held) -> bool:
    return cause.type not in TOTALS or held.body.cause.topic == cause.topic


def _is_news(said: Said, before: Iterable[Said]) -> bool:
    return not any(
        same(said.claim, each.claim)
        and each.level >= said.level
        and (each.claim.result is not None or said.claim.result is None)
        for each in before
    )


def _improves(said: Said, held: Held) -> bool:
    """Whether it signs what was pending, or tells the value of what was only marked."""
    return (said.level is Level.SIGNED and not _is_signed(held)) or (
        held.body.result is None and bool(said.claim.result)
    )
