"""What a unit's result means for its event: phase, pool, brackets, who is next, records, medals, ranking."""

from collections.abc import Iterator

from replay.simulate import lists, tables, totals
from replay.simulate.contest import Contest
from replay.simulate.incidents import DISQUALIFICATION
from replay.simulate.legs import is_of_legs
from replay.simulate.model import Draft, Outcome, Unit, general_code, phase_code
from replay.simulate.moments import clock_of, day_of
from replay.simulate.rows import source
from replay.simulate.staging import FINAL, TREES

_STEP = 180  # milliseconds between documents of one moment
_RECORD_EVERY = 4  # events of races in which the final is a world record


class Aftermath:
    """Tells of one event, unit by unit."""

    def __init__(self, contest: Contest) -> None:
        self._contest = contest
        self._event = contest.event
        self._source = source(self._event.discipline)

    def drafts(self, unit: Unit, at: int, notes: tuple[str, ...] = ()) -> Iterator[Draft]:
        """After a signed result, the first at or after `at`; with notes after a correction."""
        step = at
        standing = self.standing(unit, at, notes)
        for draft in (*standing, *self._next_units(unit, at), *self._records(unit, at), *self._medals(unit, at, notes)):
            step += _STEP
            yield draft._replace(at=step)

    def standing(self, unit: Unit, at: int, notes: tuple[str, ...] = ()) -> Iterator[Draft]:
        """Where everybody of the phase, the tree or the whole event is now."""
        if is_of_legs(self._event):
            return self._about_legs(unit, at, "OFFICIAL", notes)
        if self._event.format.kind in TREES:
            return self._about_tree(unit, at)
        return self._about_phase(unit, at, notes)

    def foretold(self, unit: Unit, at: int, status: str) -> Iterator[Draft]:
        """The same after the last unit of all, while its result has not been signed."""
        if is_of_legs(self._event):
            if unit.medal and status == "UNOFFICIAL":
                yield from self._about_legs(unit, at, status, ())
            return
        if self._event.format.kind in TREES:
            return
        phase = self._phase(unit)
        others = [each for each in phase if each.code != unit.code]
        if any(self._outcome(each).official > at for each in others):
            return
        body = tables.phase_result(self._contest, phase, [*others, unit], set(), at)
        code = phase_code(self._event.code, unit.phase)
        yield Draft(at, "DT_PHASE_RESULT", code, body, self._source, status)

    def _outcome(self, unit: Unit) -> Outcome:
        return self._contest.outcomes[unit.code]

    def _about_phase(self, unit: Unit, at: int, notes: tuple[str, ...]) -> Iterator[Draft]:
        phase = self._phase(unit)
        over = [each for each in phase if self._outcome(each).official <= at]
        is_done = len(over) == len(phase)
        going = self._going_on(phase) if is_done else set()
        body = tables.phase_result(self._contest, phase, over, going, at)
        code = phase_code(self._event.code, unit.phase)
        status = "OFFICIAL" if is_done else "INTERMEDIATE"
        yield Draft(at, "DT_PHASE_RESULT", code, body, self._source, status, notes=notes)

    def _phase(self, unit: Unit) -> list[Unit]:
        return next(phase for phase in self._event.phases if any(each is unit for each in phase))

    def _about_legs(self, unit: Unit, at: int, status: str, notes: tuple[str, ...]) -> Iterator[Draft]:
        """The total so far; it is as official as the result it follows once all legs are over."""
        body = totals.cumulative_result(self._contest, unit, at)
        told = status if unit.medal else "INTERMEDIATE"
        yield Draft(at, "DT_CUMULATIVE_RESULT", self._event.code, body, self._source, told, notes=notes)

    def _going_on(self, phase: list[Unit]) -> set[str]:
        number = self._event.phases.index(phase)
        following = self._event.phases[number + 1 : number + 2]
        return {entrant.id for units in following for unit in units for entrant in self._contest.starters[unit.code]}

    def _about_tree(self, unit: Unit, at: int) -> Iterator[Draft]:
        if unit.pool:
            pool = [each for each in self._event.phases[0] if each.pool == unit.pool]
            over = [each for each in pool if self._outcome(each).official <= at]
            body = tables.pool_standing(self._contest, pool, over)
            status = "OFFICIAL" if len(over) == len(pool) else "INTERMEDIATE"
            yield Draft(at, "DT_POOL_STANDING", unit.pool, body, self._source, status)
        is_last = all(self._outcome(each).official <= at for each in self._event.units)
        status = "OFFICIAL" if is_last else "INTERMEDIATE"
        body = tables.brackets(self._contest, at)
        yield Draft(at, "DT_BRACKETS", self._event.code, body, self._source, status)

    def _next_units(self, unit: Unit, at: int) -> Iterator[Draft]:
        """The schedule tells who plays whom as soon as both are known."""
        if self._event.format.kind not in TREES:
            return
        for each in self._event.units:
            if self._helps_to_decide(unit, each) and tables.are_known(self._contest, each, at):
                starters = self._contest.starters[each.code]
                when = lists.When(each.planned)
                body = lists.unit(each, self._event.discipline, "SCHEDULED", when, starters)
                yield Draft(at, "DT_SCHEDULE_UPDATE", general_code(self._event.discipline), body, self._source)

    def _helps_to_decide(self, unit: Unit, other: Unit) -> bool:
        """Whether it has a part in who starts in the other: its winner or loser does, or its pool is drawn from."""
        if other.feeders:
            return any(code == unit.code for code, _ in other.feeders)
        return bool(unit.pool) and any(other is each for phase in self._event.phases[1:2] for each in phase)

    def _records(self, unit: Unit, at: int) -> Iterator[Draft]:
        """Some finals are world records; with the winner goes the record."""
        if self._event.format.kind != "race" or unit.phase != FINAL or self._event.number % _RECORD_EVERY:
            return
        outcome = self._outcome(unit)
        is_withdrawn = outcome.incident == DISQUALIFICATION and at >= outcome.corrected
        best = (outcome.final if is_withdrawn or not outcome.corrected else outcome.first)[0]
        is_gone = is_withdrawn and outcome.first[0].entrant.id != best.entrant.id
        set_now = (
            f'<RecordData Order="1" ResultType="TIME" Result="{best.text}" Unit="{unit.code}" Country="SUI" '
            f'Date="{day_of(at)}" Time="{clock_of(at)[:4]}" Unconfirmed="Y" Historical="N" Current="Y">'
            f"{best.entrant.xml}</RecordData>"
        )
        before = (
            '<RecordData Order="2" ResultType="TIME" Result="before" Country="SUI" Date="2028-07-30" '
            f'Historical="Y"{" Reinstated=" + chr(34) + "Y" + chr(34) if is_gone else ""}/>'
        )
        body = (
            f'<Record Code="{self._event.code}"><Description Name="{self._event.name}"/>'
            f'<RecordType Order="1" RecordType="WR" Shared="N">{"" if is_gone else set_now}{before}'
            "</RecordType></Record>"
        )
        yield Draft(at, "DT_RECORD", general_code(self._event.discipline), body, self._source)

    def _medals(self, unit: Unit, at: int, notes: tuple[str, ...]) -> Iterator[Draft]:
        if not unit.medal:
            return
        found = tables.awards(self._contest, at)
        is_last = all(self._outcome(each).official <= at for each in self._event.units if each.medal)
        status = "OFFICIAL" if is_last else "PARTIAL"
        body = tables.medals(found, at)
        code = self._event.code
        yield Draft(at, "DT_MEDALLISTS", code, body, self._source, status, notes=notes)
        yield Draft(at, "DT_MEDALS", general_code(), code, "ODS1")
        discipline = general_code(self._event.discipline)
        yield Draft(at, "DT_MEDALLISTS_DISCIPLINE", discipline, code, self._source, notes=notes)
        yield Draft(at, "DT_RANKING", code, tables.ranking(self._contest, at), self._source, status, notes=notes)
