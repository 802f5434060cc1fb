"""The documents of one unit in their order (Foundation Principles 2.6, General Messages, sequences of messages).

Getting ready, start list, running, live for as long as it lasts, finished, then the statuses up to the signed result,
and what comes days later.
"""

from collections.abc import Iterator, Sequence

from replay.simulate import lists
from replay.simulate.contest import Contest
from replay.simulate.incidents import PROTEST
from replay.simulate.model import Draft, Outcome, Rows, Unit, general_code
from replay.simulate.moments import MINUTE, SECOND, iso
from replay.simulate.rows import around, final_attributes, officials, result, sharing, source
from replay.simulate.sports import SPORTS, Beat, Held
from replay.simulate.staging import TREES

_START_LIST_BEFORE = 15 * MINUTE
_READY_BEFORE = 3 * MINUTE
_STEP = 240  # milliseconds between documents of one moment
_PLAYED = 0.97  # of a unit's time; the rest is for the last reading
_CLOSE = 3  # hundredths of a second; closer finishes are read from the photograph
_CURRENT = {"match": 0.6, "combat": 0.6}  # snapshots of the moment for each action


class Story:
    """Tells of one unit."""

    def __init__(self, contest: Contest, unit: Unit, seed: int) -> None:
        self._contest = contest
        self._unit = unit
        self._event = contest.event
        self._outcome: Outcome = contest.outcomes[unit.code]
        self._held = Held(contest.event, unit, self._outcome.starters, seed)
        self._source = source(self._event.discipline)
        self._officials = officials(self._event, unit)
        self._actions: list[str] = []
        self._sport = SPORTS[self._event.format.kind]

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

    def _before(self) -> Iterator[Draft]:
        unit, starters = self._unit, self._outcome.starters
        if unit.planned != unit.start:
            yield from self._moved()
        rows = [result(order, order, "", "", entrant.xml) for order, entrant in enumerate(starters, 1)]
        body = around(self._event, unit, unit.start) + self._officials + "".join(rows)
        yield self._result(unit.start - _START_LIST_BEFORE, "START_LIST", body)
        if self._event.format.kind in TREES:
            yield self._play_by_play(unit.start - _START_LIST_BEFORE + _STEP, "START_LIST", "", ())
        yield self._scheduled(unit.start - _READY_BEFORE, "GETTING_READY")
        yield self._scheduled(unit.start, "RUNNING", started=unit.start)
        yield self._result(unit.start + _STEP, "LIVE", body)

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
        is_match = self._event.format.kind in TREES
        written: list[str] = []
        last = unit.start + SECOND
        share_of_current = _CURRENT.get(self._event.format.kind, 1.0)
        owed = 0.0
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
            owed += share_of_current
            if owed >= 1:
                owed -= 1
                last += 1
                yield self._current(last, beat)
        self._actions = written

    def _after(self) -> Iterator[Draft]:
        unit, outcome = self._unit, self._outcome
        over = unit.end
        yield self._scheduled(over, "FINISHED", started=unit.start, ended=over)
        photo = self._event.format.kind == "race" and _is_close(outcome.first)
        yield self._closed("UNCONFIRMED", outcome.first, over + _STEP, photo="P" if photo else "")
        yield self._closed("UNOFFICIAL", outcome.first, over + 30 * SECOND, photo="E" if photo else "")
        signed = outcome.official
        rows = outcome.first if outcome.corrected else outcome.final
        if outcome.incident == PROTEST:
            yield self._communication(over + 35 * SECOND, "OPN", "Inquiry about the order of arrival.")
            yield self._closed("PROTESTED", outcome.first, over + 36 * SECOND)
            yield self._communication(signed - SECOND, "CLS", "The inquiry is upheld; the order is corrected.")
        yield self._closed("OFFICIAL", rows, signed, photo="E" if photo else "")
        if self._event.format.kind in TREES:
            yield self._play_by_play(signed + _STEP, "OFFICIAL", "", self._actions)

    def _closed(self, status: str, rows: Rows, at: int, photo: str = "", notes: tuple[str, ...] = ()) -> Draft:
        """The result when all play is over."""
        unit = self._unit
        closing = self._sport.closing(self._held, rows)
        shared = sharing(rows)
        starts = {entrant.id: start for start, entrant in enumerate(self._outcome.starters, 1)}
        found = []
        for place, (row, (told, competitor)) in enumerate(zip(rows, closing.told, strict=True), 1):
            attributes = final_attributes(row, shares=row.rank in shared)
            if photo and row.rank in {1, 2}:
                attributes += f'PhotoFinish="{photo}" '
            found.append(result(place, starts[row.entrant.id], attributes, told, competitor))
        head = around(self._event, unit, unit.start, ended=unit.end) + self._officials
        return self._result(at, status, f"{head}{closing.head}{''.join(found)}", notes)

    def _result(self, at: int, status: str, body: str, notes: tuple[str, ...] = ()) -> Draft:
        return Draft(at, "DT_RESULT", self._unit.code, body, self._source, status, notes=notes)

    def _current(self, at: int, beat: Beat) -> Draft:
        body = f"{around(self._event, self._unit)}{beat.current}"
        return Draft(at, "DT_CURRENT", self._unit.code, body, self._source)

    def _play_by_play(self, at: int, status: str, period: str, actions: Sequence[str]) -> Draft:
        one, other = self._outcome.starters
        listed = f'<Actions Home="{one.id}" Away="{other.id}">{"".join(actions)}</Actions>' if actions else ""
        body = f"{around(self._event, self._unit)}{listed}"
        subtype = "ACTION" if period else ""
        return Draft(at, "DT_PLAY_BY_PLAY", self._unit.code, body, self._source, status, period, subtype)

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
