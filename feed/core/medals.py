"""What the medals of all competitions are made of, and the messages that one message adds to them.

Only results and medallists count. Which unit decides a medal the schedule says; without one its code has to do. Where
an event or its final has a cumulative result, that is its order, and no single unit's (General Messages,
DT_CUMULATIVE_RESULT).
"""

from collections.abc import Iterator, Mapping

import msgspec

from feed.core.awards import FINAL, OVER, Awards, awards_of, medal_by_form
from feed.core.derived import Remembering, derived_envelope
from feed.core.entry import Entry
from feed.core.ledger import DISCIPLINE, Book
from schemas.ledger import Ledger, LedgerBody, MedalCause, MedalView
from schemas.medal_table import MedalTable, MedalTableBody
from schemas.message import Op
from schemas.registry import AnyMessage
from schemas.rsc import FILLING, LENGTH, Code, Level, Rsc, parse_code
from schemas.topic import Topic, parse_topic
from schemas.unit import UnitBody

_GAMES = parse_code("GEN".ljust(LENGTH, FILLING))
_CAUSES = frozenset({"result", "cumulative_result", "medallists"})
_STATE = frozenset({"unit", "cumulative_result", "ledger"})
_DECIDED_BY_TOTAL = "1"


class Medals(Remembering):
    """The books of every competition, and what is known of units and events; all of it is in the stream."""

    def __init__(self) -> None:
        super().__init__()
        self._books: dict[tuple[str, MedalView], Book] = {}
        self._units: dict[tuple[str, str], str | None] = {}
        self._marked: set[tuple[str, str]] = set()  # events of which the schedule says where medals are decided
        self._totalled: set[tuple[str, str]] = set()  # events whose order is a cumulative result

    def learn(self, entry: Entry) -> None:
        """Take over what an entry tells of units, events and the ledger itself; entries come in rising sequence."""
        if entry.kind not in _STATE or entry.index.op is not Op.PUT:
            return
        key = parse_topic(entry.topic)
        if entry.kind == "cumulative_result":
            if _is_last(key.code):
                self._totalled.add((key.competition, _event(key.code)))
        elif entry.kind == "unit":
            self._learn_unit(key.competition, key.code, entry)
        else:
            self.recall(entry)

    def apply(self, message: AnyMessage) -> None:
        """Add an entry of the ledger."""
        if isinstance(message, Ledger) and message.body is not None:
            self.book(message.competition, message.body.view).apply(message.body)

    def book(self, competition: str, view: MedalView) -> Book:
        """The ledger of a competition."""
        return self._books.setdefault((competition, view), Book(view))

    def concerns(self, entry: Entry) -> bool:
        """Whether an entry may move a medal: told without reading its body."""
        if entry.kind not in _CAUSES:
            return False
        key = parse_topic(entry.topic)
        if entry.index.op is Op.PUT and entry.index.status not in OVER:
            # Nothing is won while it is played: what is live again can only take away.
            book = self._books.get((key.competition, MedalView.PROVISIONAL))
            if book is None or not book.has(_event(key.code)):
                return False
        if not isinstance(key.code, Rsc):
            return False
        if entry.kind == "result":
            event = (key.competition, _event(key.code))
            return event not in self._totalled and self._medal(key.competition, key.code) is not None
        return entry.kind == "medallists" or _is_last(key.code)

    def before(self, entry: Entry) -> frozenset[int]:
        """The sequences of the messages whose word on this unit has to be known first."""
        return frozenset(self._before(entry).values())

    def _before(self, entry: Entry) -> dict[MedalView, int]:
        key = parse_topic(entry.topic)
        unit = str(key.code) if entry.kind == "result" else ""
        event = _event(key.code)
        views = {MedalView.OFFICIAL: entry.index.official}
        return {
            view: seq
            for view, seq in views.items()
            if seq and entry.kind != "medallists" and self.book(key.competition, view).needs_before(event, unit)
        }

    def follows(self, entry: Entry, message: AnyMessage, earlier: Mapping[int, AnyMessage]) -> list[AnyMessage]:
        """What an entry adds: entries of the ledger, then the tables that they change; `earlier` by sequence."""
        key = parse_topic(entry.topic)
        event = _event(key.code)
        cause = MedalCause(
            seq=entry.seq,
            topic=entry.topic,
            type=entry.kind,
            version=message.version,
            status=message.status,
            notes=message.document.notes if message.document else (),
        )
        before = {view: earlier[seq] for view, seq in self._before(entry).items()}
        added: list[LedgerBody] = []
        for view in (MedalView.PROVISIONAL, MedalView.OFFICIAL):
            said = self._said(key.competition, key.code, message, view)
            if said is not None:
                overruled = self._said(key.competition, key.code, before[view], view) if view in before else None
                added += self.book(key.competition, view).entries(event, said, cause, overruled)
        entries = [_entry(message, cause, number, body) for number, body in enumerate(added, 1)]
        return [*entries, *self._tables(message, cause, added)]

    def _tables(self, like: AnyMessage, cause: MedalCause, added: list[LedgerBody]) -> Iterator[MedalTable]:
        for view in dict.fromkeys(body.view for body in added):
            # Counted as they will be: the books themselves change when the stream has the entries.
            book = self.book(like.competition, view)
            new = [body for body in added if body.view is view]
            for scope in dict.fromkeys(("", *(body.event[:DISCIPLINE] for body in new))):
                code = parse_code(scope.ljust(LENGTH, FILLING)) if scope else _GAMES
                balance = book.balance(scope).after(body for body in new if body.event.startswith(scope))
                yield _table(like, cause, code, balance.table(view, cause))

    def _said(self, competition: str, code: Code, message: AnyMessage, view: MedalView) -> Awards | None:
        medal = _DECIDED_BY_TOTAL
        if message.unit is not None and isinstance(code, Rsc):
            medal = self._medal(competition, code) or ""
        return awards_of(message, view, medal)

    def _learn_unit(self, competition: str, code: Code, entry: Entry) -> None:
        body = _UNIT.decode(entry.json).body
        self._units[competition, str(code)] = body.medal if body else None
        if body and body.medal in _MARKS:
            self._marked.add((competition, _event(code)))

    def _medal(self, competition: str, code: Rsc) -> str | None:
        medal = self._units.get((competition, str(code)))
        if medal in _MARKS:
            return medal
        return None if (competition, _event(code)) in self._marked else medal_by_form(code)


def _entry(like: AnyMessage, cause: MedalCause, number: int, body: LedgerBody) -> Ledger:
    code = parse_code(body.event)
    topic = Topic(like.competition, code, "ledger", (body.view.value, f"{cause.seq}-{number}"))
    return Ledger(**derived_envelope(like, code, str(topic), cause.seq), body=body)


def _table(like: AnyMessage, cause: MedalCause, code: Code, body: MedalTableBody) -> MedalTable:
    topic = str(Topic(like.competition, code, "medal_table", (body.view.value,)))
    return MedalTable(**derived_envelope(like, code, topic, cause.seq), body=body)


def _is_last(code: Code) -> bool:
    """Whether a total is that of the event; one of a phase before the final decides nothing."""
    return isinstance(code, Rsc) and (code.level is Level.EVENT or code.phase == FINAL)


def _event(code: Code) -> str:
    return str(code)[:22].ljust(LENGTH, FILLING) if isinstance(code, Rsc) else str(code)


_MARKS = frozenset("123")


class _UnitMessage(msgspec.Struct):
    body: UnitBody | None


_UNIT = msgspec.json.Decoder(_UnitMessage)
