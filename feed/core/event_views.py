"""What is shown of an event: its phases and units, its order, brackets, records and medals."""

from collections.abc import Iterable
from operator import attrgetter

import msgspec

from feed.core.agenda import Agenda, UnitRow
from feed.core.entry import Entry
from feed.core.involvement import PHASE
from feed.core.medal_views import Journal, LedgerRow
from feed.core.profiles import Medal, Page, held
from schemas.ledger import MedalView
from schemas.message import Micros, Op
from schemas.rsc import FILLING, LENGTH, Code, Level, Rsc
from schemas.topic import Topic, parse_topic

EVENT_TOKENS = 4
_EXPECTED = frozenset({"SCHEDULED", "RESCHEDULED"})
_SHARED = frozenset({"SCHEDULED", "RESCHEDULED", "FINISHED", "CANCELLED"})


class PhaseRow(msgspec.Struct, frozen=True):
    """One phase: the earliest start of its units, and their status as one.

    All of one status have that; scheduled and rescheduled together are scheduled; anything else is running (Foundation
    Principles, ScheduleStatus).
    """

    phase: str
    status: str | None
    start: Micros | None
    units: int


class EventRows(msgspec.Struct, frozen=True):
    """An event; messages stand as they were delivered, the newest of their kind or all of them.

    `medals` are those of now, `history` every award and withdrawal, both official; `documents` are the topics of all
    that has the event's own code.
    """

    phases: tuple[PhaseRow, ...]
    units: tuple[UnitRow, ...]
    next: int | None
    ranking: msgspec.Raw | None
    medallists: msgspec.Raw | None
    brackets: tuple[msgspec.Raw, ...]
    records: tuple[msgspec.Raw, ...]
    medals: tuple[Medal, ...]
    history: tuple[LedgerRow, ...]
    documents: tuple[str, ...]


class Events:
    """The view of a board by the events of its topics."""

    def __init__(self) -> None:
        self._by_event: dict[tuple[str, ...], dict[str, Entry]] = {}

    def apply(self, entry: Entry) -> None:
        if entry.kind != "ledger":
            self._by_event.setdefault(_tokens(entry.topic), {})[entry.topic] = entry

    def of(self, competition: str, code: Code) -> list[Entry]:
        """The living messages of an event and all below it, newest last."""
        living = (entry for entry in self._known(competition, code) if entry.index.op is Op.PUT)
        return sorted(living, key=attrgetter("seq"))

    def seq(self, competition: str, code: Code) -> int:
        """The newest message of an event, 0 where there never was one."""
        return max((entry.seq for entry in self._known(competition, code)), default=0)

    def _known(self, competition: str, code: Code) -> Iterable[Entry]:
        return self._by_event.get(_tokens(str(Topic(competition, code, "unit"))), {}).values()


def event_rows(agenda: Agenda, journal: Journal, events: Events, code: Rsc, page: Page) -> EventRows | None:
    """What is known of an event, by its code of 34 characters; None where that is nothing."""
    event = str(code)
    entries = events.of(agenda.competition, code)
    history = journal.chosen(MedalView.OFFICIAL, frozenset((event,)), frozenset())
    if not entries and not history:
        return None
    own_topic = str(Topic(agenda.competition, code, ""))
    own = [entry for entry in entries if entry.topic.startswith(own_topic)]
    codes = (parse_topic(entry.topic).code for entry in entries if entry.kind in {"unit", "result"})
    units = agenda.in_order({str(code) for code in codes if isinstance(code, Rsc) and code.level is Level.UNIT})
    shown, following = page.cut(units)
    return EventRows(
        phases=tuple(_phases(agenda, units)),
        units=tuple(agenda.row(unit, {}) for unit in shown),
        next=following,
        ranking=_newest(own, "ranking"),
        medallists=_newest(own, "medallists"),
        brackets=_all(entries, "bracket"),
        records=_all(entries, "record"),
        medals=tuple(held(history)),
        history=history,
        documents=tuple(entry.topic for entry in own),
    )


def _tokens(topic: str) -> tuple[str, ...]:
    return tuple(topic.split(".", EVENT_TOKENS)[:EVENT_TOKENS])


def _phases(agenda: Agenda, units: Iterable[str]) -> Iterable[PhaseRow]:
    by_phase: dict[str, list[str]] = {}
    for unit in units:
        by_phase.setdefault(unit[:PHASE].ljust(LENGTH, FILLING), []).append(unit)
    for phase, members in by_phase.items():
        rows = [row for row in map(agenda.scheduled, members) if row]
        starts = [row.start for row in rows if row.start is not None]
        status = _status({row.status for row in rows if row.status != "UNSCHEDULED"})
        yield PhaseRow(phase, status, min(starts, default=None), len(members))


def _status(statuses: set[str | None]) -> str | None:
    if statuses <= {None}:
        return None
    (only, *others) = statuses
    if not others and only in _SHARED:
        return only
    return "SCHEDULED" if statuses <= _EXPECTED else "RUNNING"


def _newest(entries: list[Entry], kind: str) -> msgspec.Raw | None:
    return next((msgspec.Raw(entry.json) for entry in reversed(entries) if entry.kind == kind), None)


def _all(entries: list[Entry], kind: str) -> tuple[msgspec.Raw, ...]:
    return tuple(msgspec.Raw(entry.json) for entry in entries if entry.kind == kind)
