"""The documents of one unit in their order (Foundation Principles 2.6, General Messages, sequences of messages).

Getting ready, start list, running, live for as long as it lasts, finished, then the statuses up to the signed result,
and what comes days later.
"""

from collections.abc import Iterator, Sequence

from replay.simulate import lists
from replay.simulate.aftermath import Aftermath
from replay.simulate.contest import Contest, direct
from replay.simulate.incidents import PROTEST
from replay.simulate.model import Draft, Outcome, Rows, Unit, general_code
from replay.simulate.moments import MINUTE, SECOND, iso
from replay.simulate.rows import around, final_attributes, officials, result, sharing, source, system_of
from replay.simulate.sports import SPORTS, Beat, Held
from replay.simulate.staging import TREES

CANCELLED = "CANCELLED"  # what nobody has to play any more
_READY_BEFORE = 12 * MINUTE
_START_LIST_BEFORE = 10 * MINUTE
_STEP = 240  # milliseconds between documents of one moment
_PLAYED = 0.97  # of a unit's time; the rest is for the last reading
_CLOSE = 3  # hundredths of a second; closer finishes are read from the photograph
_COUNTED = "match"  # the kind of which there are statistics


class Story:
    """Tells of one unit."""

    def __init__(self, contest: Contest, unit: Unit, seed: int) -> None:
        self._contest = contest
        self._unit = unit
        self._event = contest.event
        self._outcome: Outcome = contest.outcomes[unit.code]
        self._held = Held(contest.event, unit, self._outcome.starters, seed)
        self._source = source(self._event.discipline)
        self._system = source(self._event.discipline, system_of(self._event.format, unit))
        self._officials = officials(self._event, unit)
        self._actions: list[str] = []
        self._kind = self._event.form_of(unit).kind
        self._sport = SPORTS[self._kind]
        self._aftermath = Aftermath(contest)

    def drafts(self) -> Iterator[Draft]:
        """All of them, to the first signed result."""
        yield from self._before()
        yield from self._live()
        yield from self._after()

    def corrections(self) -> Iterator[Draft]:
        """The signed result once more, where something was found later; with a Note."""
        outcome = self._outcome
        if outcome.corrected:
            yield self._communication(outcome.corrected, "CLS", outcome.note)
            yield self._closed("OFFICIAL", outcome.final, outcome.corrected + _STEP, notes=(outcome.note,))

    def signed_again(self, at: int, *, other_judge: bool) -> Iterator[Draft]:
        """The schedule, the signed result and the actions once more, as they are known at a time."""
        unit, outcome = self._unit, self._outcome
        if other_judge:
            self._officials = officials(self._event, unit, other_judge=True)
        notes = (outcome.note,) if outcome.corrected and outcome.corrected <= at else ()
        yield self._scheduled(at, "FINISHED", started=unit.start, ended=unit.end)
        yield self._closed("OFFICIAL", outcome.told(at), at, notes=notes)
        if self._kind in TREES:
            beats = self._sport.beats(self._held, outcome.first)
            actions = [action for beat in beats if beat.is_break for action in beat.actions]
            yield self._play_by_play(at, "OFFICIAL", "", actions)

    def start_list(self, at: int) -> Draft:
        """Who starts, in order."""
        unit = self._unit
        starters = enumerate(self._outcome.starters, 1)
        rows = [result(order, order, "", "", entrant.xml) for order, entrant in starters]
        body = around(self._event, unit, unit.start) + self._officials + "".join(rows)
        return self._result(at, "START_LIST", body)

    def _before(self) -> Iterator[Draft]:
        unit = self._unit
        if unit.planned != unit.start:
            yield from self._moved()
        yield self._scheduled(unit.start - _READY_BEFORE, "GETTING_READY")
        listed = self.start_list(unit.start - _START_LIST_BEFORE)
        yield listed
        if self._kind in TREES:
            yield self._play_by_play(unit.start - _START_LIST_BEFORE + _STEP, "START_LIST", "", ())
        yield self._scheduled(unit.start, "RUNNING", started=unit.start)
        yield self._result(unit.start + _STEP, "LIVE", listed.body)

    def _moved(self) -> Iterator[Draft]:
        """Weather: delayed, postponed, told why, and held at another time."""
        unit, at = self._unit, self._unit.planned
        yield self._scheduled(at - 2 * MINUTE, "DELAYED", start=at)
        yield self._scheduled(at + 8 * MINUTE, "POSTPONED", start=at)
        yield self._communication(at + 9 * MINUTE, "", f"{unit.name} is postponed because of the weather.")
        yield self._scheduled(at + 20 * MINUTE, "RESCHEDULED")

    def _live(self) -> Iterator[Draft]:
        unit, outcome = self._unit, self._outcome
        length = int((unit.end - unit.start) * _PLAYED) - 2 * SECOND
        head = around(self._event, unit, unit.start) + self._officials
        is_match = self._kind in TREES
        written: list[str] = []
        last = unit.start + SECOND
        for beat in self._sport.beats(self._held, outcome.first):
            at = last = max(last + 1, unit.start + SECOND + int(beat.share * length))
            status = "INTERMEDIATE" if beat.is_break else "LIVE"
            yield self._result(at, status, f"{head}{beat.head}{''.join(beat.rows)}")
            if is_match:
                last = at + 1
                yield self._play_by_play(last, "LIVE", beat.period, beat.actions)
                if beat.is_break:
                    written += beat.actions
                    last += 1
                    yield self._play_by_play(last, "INTERMEDIATE", "", written)
            if self._kind == _COUNTED:
                last += 1
                yield self._figures(last, beat)
            last += 1
            yield self._current(last, beat)
        self._actions = written

    def _after(self) -> Iterator[Draft]:
        unit, outcome = self._unit, self._outcome
        over = unit.end
        for part in unit.parts:
            if part.code not in self._contest.outcomes:
                body = lists.unit(part, self._event.discipline, CANCELLED, lists.When())
                yield Draft(over, "DT_SCHEDULE_UPDATE", general_code(self._event.discipline), body, self._source)
        yield self._scheduled(over, "FINISHED", started=unit.start, ended=over)
        photo = self._kind == "race" and _is_close(outcome.first)
        for status, at, mark in (("UNCONFIRMED", over + _STEP, "P"), ("UNOFFICIAL", over + 30 * SECOND, "E")):
            yield self._closed(status, outcome.first, at, photo=mark if photo else "")
            yield from self._aftermath.foretold(unit, at + _STEP, status)
        signed = outcome.official
        rows = outcome.first if outcome.corrected else outcome.final
        if outcome.incident == PROTEST:
            yield self._communication(over + 35 * SECOND, "OPN", "Inquiry about the order of arrival.")
            yield self._closed("PROTESTED", outcome.first, over + 36 * SECOND)
            yield self._communication(signed - SECOND, "CLS", "The inquiry is upheld; the order is corrected.")
        yield self._closed("OFFICIAL", rows, signed, photo="E" if photo else "")
        if self._kind in TREES:
            yield self._play_by_play(signed + _STEP, "OFFICIAL", "", self._actions)

    def _closed(self, status: str, rows: Rows, at: int, photo: str = "", notes: tuple[str, ...] = ()) -> Draft:
        """The result when all play is over."""
        unit = self._unit
        closing = self._sport.closing(self._held, rows)
        shared = sharing(rows)
        going_on = direct(self._contest, unit, rows)
        starts = {entrant.id: start for start, entrant in enumerate(self._outcome.starters, 1)}
        found = []
        for place, (row, (told, competitor)) in enumerate(zip(rows, closing.told, strict=True), 1):
            attributes = final_attributes(row, shares=row.rank in shared)
            if row.entrant.id in going_on:
                attributes += 'QualificationMark="Q" '
            if photo and row.rank in {1, 2}:
                attributes += f'PhotoFinish="{photo}" '
            found.append(result(place, starts[row.entrant.id], attributes, told, competitor))
        head = around(self._event, unit, unit.start, ended=unit.end) + self._officials
        return self._result(at, status, f"{head}{closing.head}{''.join(found)}", notes)

    def _result(self, at: int, status: str, body: str, notes: tuple[str, ...] = ()) -> Draft:
        return Draft(at, "DT_RESULT", self._unit.code, body, self._system, status, notes=notes)

    def _current(self, at: int, beat: Beat) -> Draft:
        body = f"{around(self._event, self._unit)}{beat.current}"
        return Draft(at, "DT_CURRENT", self._unit.code, body, self._system)

    def _figures(self, at: int, beat: Beat) -> Draft:
        body = f"{around(self._event, self._unit)}{beat.stats}"
        return Draft(at, "DT_STATS", self._unit.code, body, self._system, "LIVE", beat.side, "CUM")

    def _play_by_play(self, at: int, status: str, period: str, actions: Sequence[str]) -> Draft:
        one, other = self._outcome.starters
        listed = f'<Actions Home="{one.id}" Away="{other.id}">{"".join(actions)}</Actions>' if actions else ""
        body = f"{around(self._event, self._unit)}{listed}"
        subtype = "ACTION" if period else ""
        return Draft(at, "DT_PLAY_BY_PLAY", self._unit.code, body, self._system, status, period, subtype)

    def _scheduled(self, at: int, status: str, *, start: int = 0, started: int = 0, ended: int = 0) -> Draft:
        starters = self._outcome.starters if self._event.format.kind in TREES else ()
        discipline = self._event.discipline
        when = lists.When(start, started, ended)
        body = lists.unit(self._unit, discipline, status, when, starters)
        return Draft(at, "DT_SCHEDULE_UPDATE", general_code(discipline), body, self._source)

    def _communication(self, at: int, status: str, text: str) -> Draft:
        """A protest with its status, or a decision without one."""
        code = self._unit.code
        inner = (
            f'<Protest Status="{status}" Interpreter="N" Rule="8.2" Unit="{code}"><Details>{text}</Details></Protest>'
            if status
            else f'<Decision AffectsSCH="Y" IssuedTime="{iso(at)}" Unit="{code}"><Summary>{text}</Summary></Decision>'
        )
        body = f'<Communication PublishTime="{iso(at)}">{inner}</Communication>'
        number = str(self._event.number * 1000 + self._unit.number)
        general = general_code(self._event.discipline)
        return Draft(at, "DT_COMMUNICATION", general, body, self._source, subcode=number)


def _is_close(rows: Rows) -> bool:
    present = [row for row in rows if not row.irm]
    return len(present) > 1 and present[1].value - present[0].value <= _CLOSE
