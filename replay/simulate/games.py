"""All documents of the Games by time: a stream per unit and venue, merged; and the truth of each as it is sent.

What is in memory is the programme with its outcomes, and one step of each unit that is under way.
"""

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO, NamedTuple

from replay.simulate import days, lists, reissue, tables
from replay.simulate.aftermath import Aftermath
from replay.simulate.calendar import arrange
from replay.simulate.catalogue import Scale, events
from replay.simulate.contest import ENDS, Contest, contest, total
from replay.simulate.legs import is_of_legs
from replay.simulate.model import Draft, Row, Unit, general_code
from replay.simulate.moments import DAY, HOUR, SECOND
from replay.simulate.odf import Press
from replay.simulate.oracle import Oracle
from replay.simulate.people import NOCS, entrants
from replay.simulate.rows import source
from replay.simulate.staging import phases
from replay.simulate.story import CANCELLED, Story

_EVE = 12 * HOUR  # before the first day
_STEP = 400
_DECIDING = frozenset({"DT_RESULT", "DT_CUMULATIVE_RESULT"})
_FILLED = frozenset({"DT_MEDALS", "DT_MEDALLISTS_DISCIPLINE"})


class Sent(NamedTuple):
    """A document as a venue would send it; `at` is milliseconds UTC."""

    at: int
    source: str
    document: bytes


class Games:
    """A whole Games out of a seed."""

    def __init__(self, scale: Scale, seed: int) -> None:
        self.digest = ""  # of the truth, once it is whole
        self._scale = scale
        self._seed = seed
        programme = events(scale)
        for event in programme:
            event.phases = phases(event)
        arrange(programme, scale, seed)
        self.contests = {event.code: contest(event, entrants(seed, event), seed) for event in programme}
        self._by_discipline: dict[str, list[Contest]] = defaultdict(list)
        for each in self.contests.values():
            self._by_discipline[each.event.discipline].append(each)
        self._unit_of = {unit.code: (each, unit) for each in self.contests.values() for unit in _all(each)}

    def days(self) -> list[int]:
        """The first moments of the days on which there is competition."""
        return sorted({unit.start - unit.start % DAY for _, unit in self.units()})

    def units(self) -> list[tuple[Contest, Unit]]:
        """Those that are told of."""
        only = self._scale.only
        first = self._scale.first + (only or 0) * DAY
        return [pair for pair in self._unit_of.values() if only is None or first <= pair[1].start < first + DAY]

    def sent(self, truth: BinaryIO) -> Iterator[Sent]:
        """Every document in the order of time; the truth is written beside, and is whole at the end."""
        press, oracle = Press(self._scale.competition), Oracle(truth)
        oracle.tell("games", competition=self._scale.competition, seed=self._seed)
        count = size = 0
        for draft in self._merged():
            if draft.type in self._scale.unsent:
                continue
            whole = self._filled(draft, oracle)
            document, version = press.written(whole)
            count, size = count + 1, size + len(document)
            yield Sent(whole.at, whole.source, document)
            self._witness(whole, version, count, oracle)
        self._tell_ends(oracle)
        self.digest = oracle.close(documents=count, bytes=size)

    def _merged(self) -> Iterator[Draft]:
        """The streams by time; where times are equal, in the order of the streams."""
        starts = [(at, number, make) for number, (at, make) in enumerate(self._streams())]
        starts.sort(key=lambda each: each[:2], reverse=True)
        waiting: list[tuple[int, int, Draft, Iterator[Draft]]] = []
        while starts or waiting:
            while starts and (not waiting or starts[-1][0] <= waiting[0][0]):
                _, number, make = starts.pop()
                stream = make()
                if (first := next(stream, None)) is not None:
                    heapq.heappush(waiting, (first.at, number, first, stream))
            if not waiting:
                continue
            _, number, draft, stream = waiting[0]
            yield draft
            if (following := next(stream, None)) is None:
                heapq.heappop(waiting)
            else:
                heapq.heapreplace(waiting, (following.at, number, following, stream))

    def _streams(self) -> Iterator[tuple[int, Callable[[], Iterator[Draft]]]]:
        """When each can begin at the earliest, and how it is made."""
        told = self.units()
        all_days = self.days()
        eve = all_days[0] - _EVE
        for number, group in enumerate(self._by_discipline.values()):
            yield eve, partial(self._lists, group, eve + number * 20 * SECOND)
            yield eve, partial(days.venue_days, group, self._seed, all_days)
        yield eve, partial(days.greetings, all_days)
        for burst in reissue.bursts(told, self._seed):
            yield burst.at, partial(reissue.drafts, burst, self._seed)
        for each, unit in told:
            if unit.code not in each.outcomes:
                continue
            begins = min(unit.planned, unit.start) - HOUR
            yield begins, partial(self._story, each, unit)
            if each.outcomes[unit.code].corrected:
                yield each.outcomes[unit.code].corrected, partial(self._corrections, each, unit)

    def _story(self, each: Contest, unit: Unit) -> Iterator[Draft]:
        yield from Story(each, unit, self._seed).drafts()
        if not unit.whole:
            yield from Aftermath(each).drafts(unit, each.outcomes[unit.code].official + SECOND)

    def _corrections(self, each: Contest, unit: Unit) -> Iterator[Draft]:
        outcome = each.outcomes[unit.code]
        yield from Story(each, unit, self._seed).corrections()
        yield from Aftermath(each).drafts(unit, outcome.corrected + SECOND, (outcome.note,))

    def _lists(self, group: list[Contest], at: int) -> Iterator[Draft]:
        """The initial download of a discipline, in its order (Foundation Principles, operating day)."""
        discipline = group[0].event.discipline
        code, sender = general_code(discipline), source(discipline)
        whole = [
            ("DT_PARTIC", lists.participants(group, discipline)),
            ("DT_PARTIC_TEAMS", lists.teams(group, discipline)),
            ("DT_SCHEDULE", lists.schedule(group)),
        ]
        for type_, body in whole:
            if body:
                at += _STEP
                yield Draft(at, type_, code, body, sender)
        if self._scale.earlier and group is next(iter(self._by_discipline.values())):
            at += _STEP
            body = lists.earlier_participants(self._scale.earlier, self._seed, NOCS, discipline)
            yield Draft(at, "DT_PARTIC", code, body, "HR", subtype="HISTORICAL")
        for each in group:
            at += 20
            yield Draft(at, "DT_ENTRIES", each.event.code, lists.entries(each), sender)
            for phase in each.event.phases:
                at += 20
                yield Draft(at, "DT_CONFIG", f"{phase[0].code[:26]}--------", lists.config(each, phase), sender)

    def _filled(self, draft: Draft, oracle: Oracle) -> Draft:
        """What tells of all events is written when it is known what came before: its body was the event so far."""
        if draft.type not in _FILLED:
            return draft
        last = self.contests[draft.body]
        group = self._by_discipline[last.event.discipline]
        if draft.type == "DT_MEDALLISTS_DISCIPLINE":
            return draft._replace(body=tables.medallists_discipline(group, draft.at))
        total, finished = len(self.contests), oracle.events
        body = tables.medal_table(oracle.rows(), last.event, draft.at, total=total, finished=finished)
        return draft._replace(body=body)

    def _witness(self, draft: Draft, version: int, number: int, oracle: Oracle) -> None:
        """A signed result of a unit that decides medals moves them."""
        if draft.type not in _DECIDING or draft.status != "OFFICIAL":
            return
        each, decides = self._decided_by(draft)
        if decides:
            held = [(medal, entrant.id, entrant.noc) for medal, _, entrant in tables.awards(each, draft.at)]
            said = {"type": draft.type, "code": draft.code, "version": version}
            oracle.won(each.event.code, held, number, said)

    def _decided_by(self, draft: Draft) -> tuple[Contest, bool]:
        """The contest of a signed result, and whether that decides medals: of legs it is their total."""
        if draft.type == "DT_CUMULATIVE_RESULT":
            return self.contests[draft.code], True
        each, unit = self._unit_of[draft.code]
        return each, bool(unit.medal) and not is_of_legs(each.event)

    def _tell_ends(self, oracle: Oracle) -> None:
        for each, unit in self.units():
            if unit.code not in each.outcomes:
                oracle.tell("unit", code=unit.code, status=CANCELLED, start=unit.start, end=unit.end)
                continue
            oracle.tell("unit", code=unit.code, status="FINISHED", start=unit.start, end=unit.end)
            rows = [_told(row) for row in each.outcomes[unit.code].final]
            oracle.tell("result", code=unit.code, status="OFFICIAL", rows=rows)
            if unit.medal and is_of_legs(each.event):
                rows = [_told(row) for row in total(each, unit, ENDS)]
                oracle.tell("total", code=each.event.code, status="OFFICIAL", rows=rows)


def _all(contest: Contest) -> list[Unit]:
    return [*contest.event.units, *contest.event.parts]


def _told(row: Row) -> dict[str, object]:
    """As the truth has it; None for what there is not."""
    return {
        "id": row.entrant.id,
        "rank": row.rank or None,
        "result": row.text or None,
        "irm": row.irm or None,
        "wlt": row.wlt or None,
    }
