"""The records of all competitions: the events that one message adds, and the tables that they change.

Two things tell of records: results with their totals, whose marks are pending until they are signed, and lists of
records, which know what stood before and what the venue keeps by now. What a message took back stays so until one says
it anew.
"""

from collections.abc import Callable, Iterable, Mapping

import msgspec
from msgspec.structs import replace

from feed.core.claims import TOTALS, Said, historical_in, invalid_in, said_by
from feed.core.derived import Remembering, derived_envelope
from feed.core.entry import Entry
from feed.core.register import Held, Register
from schemas.call import Call, CallBody
from schemas.competitor import Decision
from schemas.message import Op
from schemas.record import RecordBody
from schemas.record_event import EventRef, RecordCause, RecordEvent, RecordEventBody
from schemas.record_table import RecordTable, RecordTableBody
from schemas.registry import AnyMessage
from schemas.rsc import Rsc, parse_code
from schemas.topic import BadKeyError, Topic, place_of

Out = Callable[[Held], str | None]
_OWN = frozenset({"record_event", "record_table"})
_LONGEST = "9" * 20  # more digits than any number of an event has
# Told by the bytes as we write them: decoding every result for the few that have a mark would cost more than all else.
_MARKED, _APART = b'"records":[{', b'"body_ref":{'
_END = 400  # bytes in which a body kept apart is told


class Records(Remembering):
    """The registers of every competition by record code; all that is in them is in events and tables of the stream."""

    def __init__(self) -> None:
        super().__init__()
        self._registers: dict[tuple[str, str], Register] = {}
        self._claimed: set[str] = set()  # documents and units that have ever claimed a record
        self._totalled: set[str] = set()  # events and phases of which a total did, without a unit

    def learn(self, entry: Entry) -> None:
        """Take over what was derived before; results and lists only cause, they are never remembered."""
        if entry.kind in _OWN and entry.index.op is Op.PUT:
            self.recall(entry)

    def register(self, competition: str, code: str) -> Register:
        """What is known of a record."""
        return self._registers.get((competition, code)) or Register()

    def concerns(self, entry: Entry) -> bool:
        """Whether an entry lists or marks records, or is about a unit where one was marked."""
        if entry.kind == "call":
            return place_of(entry.topic) in self._claimed
        if entry.kind != "result" and entry.kind not in TOTALS:
            return entry.kind == "record"
        if _MARKED in entry.json or _APART in entry.json[-_END:]:
            return True
        place = place_of(entry.topic)
        return bool(self._claimed & {entry.topic, place} or self._totalled & {*_above(place)})

    def before(self, entry: Entry) -> frozenset[int]:
        """The message of the topic before this one: what it no longer says is taken back. Of a call, its result."""
        if entry.kind == "call":
            call = _CALL.decode(entry.json).body
            return frozenset((call.result,)) if call and call.result else frozenset()
        return frozenset((entry.prev,)) if entry.prev else frozenset()

    def follows(self, entry: Entry, message: AnyMessage, earlier: Mapping[int, AnyMessage]) -> list[AnyMessage]:
        """The events of each record that the message speaks of, then the tables that they change."""
        cause = _cause(entry, message)
        prior = earlier.get(message.prev)
        said, said_before = _by_code(said_by(message)), _by_code(said_by(prior))
        if isinstance(message, Call):
            result = earlier.get((message.body and message.body.result) or 0)
            said_before = _by_code(said_by(result, Decision(pending=True)))
            said = _by_code(said_by(result, message.body.decision)) if message.body else said_before
        out = _out(message, prior, entry.topic)
        events: list[RecordEvent] = []
        tables: list[RecordTable] = []
        for code in self._codes(message, prior, [*said, *said_before], out):
            register = self.register(message.competition, code).copy()
            for body in register.events(said_before.get(code, ()), said.get(code, ()), out, cause):
                events.append(_event(message, len(events) + 1, body))
                register.apply(body, EventRef(seq=0, topic=events[-1].topic))
            table = _table_of(register, code, message, cause)
            told = register.table or RecordTableBody(code=code)
            if replace(table, cause=None) != replace(told, cause=None):
                tables.append(_table(message, table))
        return [*events, *tables]

    def _codes(self, message: AnyMessage, prior: AnyMessage | None, said: list[str], out: Out) -> list[str]:
        """The records that a message may change."""
        listed = [each.body.code for each in (message, prior) if each and isinstance(each.body, RecordBody)]
        lost = [
            code
            for (competition, code), register in self._registers.items()
            if competition == message.competition and any(map(out, register.claims))
        ]
        return [code for code in dict.fromkeys([*listed, *said, *lost]) if _has_topic(message.competition, code)]

    def apply(self, message: AnyMessage) -> None:
        """Add an event of a record."""
        if isinstance(message, RecordEvent) and message.body is not None:
            body = message.body
            self._known(message.competition, body.code).apply(body, EventRef(seq=message.seq or 0, topic=message.topic))
            self._claimed.add(body.cause.topic)
            if body.cause.type in TOTALS:
                place = place_of(body.cause.topic)
                self._claimed.add(place)
                self._totalled.update(() if body.unit else [_trimmed(place)])
            if body.unit and isinstance(parse_code(body.unit), Rsc):
                self._claimed.add(place_of(str(Topic(message.competition, parse_code(body.unit), "result"))))
        elif isinstance(message, RecordTable) and message.body is not None:
            self._known(message.competition, message.body.code).table = message.body

    def _known(self, competition: str, code: str) -> Register:
        return self._registers.setdefault((competition, code), Register())


def _out(message: AnyMessage, prior: AnyMessage | None, topic: str) -> Out:
    """Tells the IRM that the holder of a claim has got by a message, in the unit where it happened."""
    known = invalid_in(prior)
    invalid = {id_: irm for id_, irm in invalid_in(message).items() if id_ not in known}

    def out(held: Held) -> str | None:
        is_here = held.body.unit == message.unit if message.unit else held.body.cause.topic == topic
        return invalid.get(held.body.holder.id or "") if is_here else None

    return out


def _trimmed(place: str) -> str:
    """A place without the empty tokens at its end: an event or a phase."""
    return place.rstrip(".-")


def _above(place: str) -> tuple[str, str]:
    """The phase and the event of a unit's place."""
    phase = place.rpartition(".")[0]
    return phase, phase.rpartition(".")[0]


def _table_of(register: Register, code: str, message: AnyMessage, cause: RecordCause) -> RecordTableBody:
    """The table as it is after a message; a list of records also says what stood before, and the name."""
    name, rows = register.table.name if register.table else None, register.rows()
    if cause.type == "record":
        body = message.body if isinstance(message.body, RecordBody) else RecordBody(code=code)
        name, rows = body.name or name, register.rows(register.stood(historical_in(body), cause.seq))
    return RecordTableBody(code=code, name=name, rows=rows, cause=cause)


def _by_code(said: Iterable[Said]) -> dict[str, list[Said]]:
    found: dict[str, list[Said]] = {}
    for each in said:
        found.setdefault(each.claim.code, []).append(each)
    return found


def _cause(entry: Entry, message: AnyMessage) -> RecordCause:
    return RecordCause(
        seq=entry.seq,
        topic=entry.topic,
        type=entry.kind,
        version=message.version,
        status=message.status,
        notes=message.document.notes if message.document else (),
    )


def _event(like: AnyMessage, number: int, body: RecordEventBody) -> RecordEvent:
    code = parse_code(body.code)
    topic = str(Topic(like.competition, code, "record_event", (f"{body.cause.seq}-{number}",)))
    envelope = derived_envelope(like, code, topic, body.cause.seq)
    return RecordEvent(**envelope, supersedes=body.withdraws.seq if body.withdraws else None, body=body)


def _table(like: AnyMessage, body: RecordTableBody) -> RecordTable:
    code = parse_code(body.code)
    topic = str(Topic(like.competition, code, "record_table"))
    return RecordTable(**derived_envelope(like, code, topic, body.cause.seq if body.cause else 0), body=body)


def _has_topic(competition: str, code: str) -> bool:
    """A mark may name any text as its record; one that cannot be in a topic is left out."""
    try:
        return bool(code and str(Topic(competition, parse_code(code), "record_event", (_LONGEST,))))
    except BadKeyError:
        return False


class _CallMessage(msgspec.Struct):
    body: CallBody | None


_CALL = msgspec.json.Decoder(_CallMessage)
