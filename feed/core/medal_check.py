"""Whether the standings that a venue or the centre sends (DT_MEDALS) are those of our ledger.

The two are never counted at the same moment: a table is made before the next result, and comes after it. So a number of
theirs is compared with every number that the official ledger had from the making of their table until now, and differs
where it is none of them. As clocks differ, what was decided just before may be unknown to them, but for the event that
they name as the last one they counted. What the ledger counts later shows with their next table.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import NamedTuple

from feed.core.awards import MEDALS
from feed.core.derived import Remembering, derived_envelope
from feed.core.entry import Entry
from schemas.ledger import Ledger, MedalAction, MedalView
from schemas.medal_discrepancy import MedalDifference, MedalDiscrepancy, MedalDiscrepancyBody
from schemas.medals import MedalsBody
from schemas.message import Micros, Op
from schemas.registry import AnyMessage
from schemas.rsc import FILLING, LENGTH, Level, Rsc, parse_code
from schemas.topic import Topic, parse_topic
from schemas.wire import decode

CLOCKS_MICROS = 60_000_000  # by how much the clocks of two systems may differ
NEUTRAL = "AIN"  # individual neutral athletes: organisers may leave them out of the table
GAMES, TOTAL = "GEN", "TOT"
_GENDERS = (TOTAL, "M", "W", "X", "O")
_OFFICIAL = f".{MedalView.OFFICIAL}"


class Scope(NamedTuple):
    """What a table is of: a competition, and a discipline or GEN."""

    competition: str
    discipline: str


class _Cell(NamedTuple):
    """One number of a table."""

    noc: str
    gender: str
    medal: str


class _Step(NamedTuple):
    """One entry of the official ledger: `cause` is the message that it follows from, `moment` when that was made."""

    cause: int
    moment: Micros
    event: str
    noc: str
    medal: str
    change: int


class _Claim(NamedTuple):
    """The newest table of theirs: its message, when it was made and for which event, and its numbers."""

    seq: int
    moment: Micros
    last_event: str | None
    numbers: dict[_Cell, int]

    def knows(self, caused: list[_Step]) -> bool:
        """Whether the table must have counted what a message caused."""
        is_named = any(step.event == self.last_event for step in caused)
        return caused[0].moment <= self.moment - (0 if is_named else CLOCKS_MICROS)


class MedalCheck(Remembering):
    """Compares when a table of theirs comes and when one of ours changes; all that it knows is in the stream."""

    def __init__(self) -> None:
        super().__init__()
        self._steps: dict[str, list[_Step]] = {}
        self._claims: dict[Scope, _Claim] = {}
        self._told: dict[Scope, tuple[MedalDifference, ...]] = {}

    def learn(self, entry: Entry) -> None:
        """Take over an entry of the ledger, a table of theirs, or what was told before."""
        if entry.kind == "medals":
            self._learn_claim(entry)
        elif entry.kind in {"ledger", "medal_discrepancy"}:
            self.recall(entry)

    def concerns(self, entry: Entry) -> bool:
        """Whether a table of theirs came or went, or one of ours changed that there is one of theirs for."""
        if entry.kind == "medals":
            return _scope(entry.topic) is not None
        return entry.kind == "medal_table" and entry.topic.endswith(_OFFICIAL) and _scope(entry.topic) in self._claims

    def before(self, _: Entry) -> frozenset[int]:
        """Nothing: numbers are kept."""
        return frozenset()

    def follows(self, entry: Entry, message: AnyMessage, _: Mapping[int, AnyMessage]) -> list[AnyMessage]:
        """What differs now, if that is not what was told last."""
        scope = _scope(entry.topic)
        if scope is None:
            return []
        claim, steps = self._claims.get(scope), self._steps_of(scope)
        differences = tuple(_differences(claim, steps)) if claim else ()
        if differences == self._told.get(scope, ()):
            return []
        code = parse_code(scope.discipline.ljust(LENGTH, FILLING))
        topic = str(Topic(scope.competition, code, "medal_discrepancy"))
        body = MedalDiscrepancyBody(
            differences=differences,
            ours=steps[-1].cause if steps else None,
            theirs=claim.seq if claim else None,
        )
        return [MedalDiscrepancy(**derived_envelope(message, code, topic, entry.seq), body=body)]

    def apply(self, message: AnyMessage) -> None:
        """Keep what was told of a table, or count an entry of the ledger."""
        if isinstance(message, MedalDiscrepancy) and message.body is not None:
            scope = _scope(message.topic)
            if scope is not None:
                self._told[scope] = message.body.differences
        elif isinstance(message, Ledger) and message.body is not None and message.body.view is MedalView.OFFICIAL:
            body = message.body
            change = 1 if body.action is MedalAction.AWARDED else -1
            step = _Step(body.cause.seq, message.ts.event, body.event, body.winner.noc or "", body.medal, change)
            self._steps.setdefault(message.competition, []).append(step)

    def _learn_claim(self, entry: Entry) -> None:
        scope = _scope(entry.topic)
        if scope is None or (scope in self._claims and self._claims[scope].seq > entry.seq):
            return
        self._claims.pop(scope, None)
        body = decode(entry.json).body if entry.index.op is Op.PUT else None
        if isinstance(body, MedalsBody):
            self._claims[scope] = _Claim(entry.seq, entry.index.event, body.last_event, _numbers(body))

    def _steps_of(self, scope: Scope) -> list[_Step]:
        prefix = "" if scope.discipline == GAMES else scope.discipline
        return [step for step in self._steps.get(scope.competition, ()) if step.noc and step.event.startswith(prefix)]


def _scope(topic: str) -> Scope | None:
    """The scope of a table's topic; None where its code is no discipline's."""
    key = parse_topic(topic)
    if not isinstance(key.code, Rsc) or key.code.level is not Level.DISCIPLINE:
        return None
    return Scope(key.competition, key.code.discipline)


def _differences(claim: _Claim, steps: list[_Step]) -> Iterator[MedalDifference]:
    ours, held = _held(steps, claim)
    listed = {cell.noc for cell in claim.numbers}
    is_split = any(cell.gender != TOTAL for cell in claim.numbers)  # then a gender that a line lacks is zero
    for cell in sorted(claim.numbers.keys() | held.keys(), key=_place):
        theirs = claim.numbers.get(cell, 0)
        is_left_out = cell.noc == NEUTRAL and NEUTRAL not in listed
        is_told = cell.gender == TOTAL or is_split
        if is_told and not is_left_out and theirs not in held.get(cell, {0}):
            yield MedalDifference(**cell._asdict(), ours=ours[cell], theirs=theirs)


def _held(steps: list[_Step], claim: _Claim) -> tuple[Counter[_Cell], dict[_Cell, set[int]]]:
    """What each number is, and all that it was since the table was made; what one cause does is done at once."""
    causes = [list(caused) for _, caused in groupby(steps, key=lambda step: step.cause)]
    counts = _moves(step for caused in causes if claim.knows(caused) for step in caused)
    held = {cell: {count} for cell, count in counts.items()}
    for caused in causes:
        if claim.knows(caused):
            continue
        for cell, change in _moves(caused).items():
            counts[cell] += change
            held.setdefault(cell, {0}).add(counts[cell])
    return counts, held


def _moves(steps: Iterable[_Step]) -> Counter[_Cell]:
    moved = Counter[_Cell]()
    for step in steps:
        moved[_Cell(step.noc, TOTAL, step.medal)] += step.change
        if step.event[3] in _GENDERS:
            moved[_Cell(step.noc, step.event[3], step.medal)] += step.change
    return moved


def _numbers(body: MedalsBody) -> dict[_Cell, int]:
    found: dict[_Cell, int] = {}
    for line in body.lines:
        by_gender = {number.gender: number for number in line.numbers if number.gender in _GENDERS}
        for medal in MEDALS:
            counts = {gender: int(getattr(number, medal)) for gender, number in by_gender.items()}
            found[_Cell(line.noc, TOTAL, medal)] = sum(counts.values())
            found |= {_Cell(line.noc, gender, medal): count for gender, count in counts.items()}
    return found


def _place(cell: _Cell) -> tuple[str, int, int]:
    return cell.noc, _GENDERS.index(cell.gender), MEDALS.index(cell.medal)


class Differences:
    """The view of a board that counts what differs, in all tables of all competitions."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def apply(self, entry: Entry) -> None:
        if entry.kind == "medal_discrepancy":
            body = decode(entry.json).body if entry.index.op is Op.PUT else None
            self._counts[entry.topic] = len(body.differences) if isinstance(body, MedalDiscrepancyBody) else 0

    @property
    def count(self) -> int:
        return sum(self._counts.values())
