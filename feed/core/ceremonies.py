"""Victory ceremonies that begin while the result they celebrate may not be called: kind `ceremony_conflict`.

A ceremony is a unit of phase VICT below its event (Common Codes, Phase: Victory Ceremony; the units are MEDAL and
FLOWER). It is watched from GETTING_READY until it is over. An event's medals are certain when all that decides them is
OFFICIAL with nothing pending, and nothing about the event is protested.
"""

from collections.abc import Iterator, Mapping

import msgspec
from msgspec.structs import replace

from feed.core.awards import OVER
from feed.core.ceremony_event import UNDERWAY, CeremonyEvent, Outcome, Planned, UnitMessage
from feed.core.decision import OFFICIAL, judge
from feed.core.derived import Remembering, derived_envelope
from feed.core.disputes import KIND as COMMUNICATION
from feed.core.disputes import Disputes
from feed.core.entry import Entry
from schemas.ceremony_conflict import CeremonyConflict, CeremonyConflictBody, Obstacle
from schemas.competitor import Rows
from schemas.message import Op
from schemas.registry import AnyMessage
from schemas.rsc import FILLING, LENGTH
from schemas.topic import parse_topic, place_of

KIND = "ceremony_conflict"
_NO_MORE_PLAY = frozenset({"FINISHED", "CANCELLED", "UNSCHEDULED"})
_OUTCOMES = frozenset({"result", "cumulative_result", "medallists"})
_CAUSES = _OUTCOMES | {"unit", COMMUNICATION}
_EVENT_TOKENS = 4  # of a topic
_EVENT_CHARACTERS = 22  # of a code


class Ceremonies(Remembering):
    """The events of every competition, their ceremonies, and the conflicts that were told."""

    def __init__(self) -> None:
        super().__init__()
        self._events: dict[str, CeremonyEvent] = {}
        self._disputes = Disputes()

    def learn(self, entry: Entry) -> None:
        """Take over what an entry tells of units, outcomes, disputes and conflicts."""
        if entry.kind == COMMUNICATION:
            self._disputes.learn(entry.topic, entry.seq, entry.index.op, entry.json)
            place = self._disputes.place_of(entry.topic)
            if place is not None:
                self._event(place).disputed.add(place)
        elif entry.kind in _OUTCOMES:
            status = entry.index.status if entry.index.op is Op.PUT else None
            self._event(entry.topic).outcomes[entry.topic] = Outcome(entry.seq, entry.kind, status)
        elif entry.kind == "unit":
            said = _UNIT.decode(entry.json).body if entry.index.op is Op.PUT else None
            self._event(entry.topic).plan(place_of(entry.topic), entry.seq, said)
        elif entry.kind == KIND:
            self.recall(entry)

    def concerns(self, entry: Entry) -> bool:
        """Whether it is about an event whose medals are being handed over."""
        event = self._about(entry)
        return event is not None and event.is_watched()

    def before(self, entry: Entry) -> frozenset[int]:
        """The outcomes that have to be signed, to see what is pending in them."""
        event = self._about(entry)
        decided_by = event.decided_by().values() if event else ()
        return frozenset(each.seq for each in decided_by if each.status is not None and each.seq != entry.seq)

    def follows(self, entry: Entry, message: AnyMessage, earlier: Mapping[int, AnyMessage]) -> list[AnyMessage]:
        """A message for each ceremony of the event whose conflict is another than was told."""
        event = self._about(entry)
        if event is None:
            return []
        known = {**earlier, entry.seq: message}
        found = {(each.reason, each.code): each for each in reversed(list(self._obstacles(event, known)))}
        obstacles = tuple(reversed(found.values()))  # a result PROTESTED for its protest is one obstacle
        conflicts: list[AnyMessage] = []
        for place in sorted(event.ceremonies.keys() | event.told.keys()):
            planned, told = event.ceremonies.get(place), event.told.get(place)
            is_underway = planned is not None and planned.said.status in UNDERWAY
            body = _conflict(planned, told, obstacles if is_underway else (), message.ts.event)
            if body is not None and (told is None or _gist(body) != _gist(told)):
                conflicts.append(_written(entry, message, place, body))
        return conflicts

    def _about(self, entry: Entry) -> CeremonyEvent | None:
        """The event that an entry is about."""
        if entry.kind not in _CAUSES:
            return None
        place = self._disputes.place_of(entry.topic) if entry.kind == COMMUNICATION else entry.topic
        return self._events.get(_event_of(place)) if place is not None else None

    def _event(self, topic: str) -> CeremonyEvent:
        key = _event_of(topic)
        found = self._events.get(key)
        if found is None:
            found = self._events[key] = CeremonyEvent(_event_code(_code(place_of(topic))))
        return found

    def apply(self, message: AnyMessage) -> None:
        """Keep what was told of a ceremony."""
        if isinstance(message, CeremonyConflict) and message.body is not None:
            self._event(message.topic).told[place_of(message.topic)] = message.body

    def _obstacles(self, event: CeremonyEvent, known: Mapping[int, AnyMessage]) -> Iterator[Obstacle]:
        """What is protested, not signed or not over; last, that nothing tells of the event's end at all."""
        for place in sorted(event.disputed):
            dispute = self._disputes.open(place)
            if dispute is not None:
                yield Obstacle(reason=dispute.reason, code=_code(place), seq=dispute.seq)
        decided_by = event.decided_by()
        for topic, outcome in sorted(decided_by.items()):
            reason = _reason(outcome, known.get(outcome.seq))
            if reason is not None:
                yield Obstacle(reason=reason, code=_code(place_of(topic)), seq=outcome.seq)
        told = {place_of(topic) for topic in decided_by}
        for place, unit in sorted(event.deciding.items()):
            if place not in told and unit.said.status not in _NO_MORE_PLAY:
                yield Obstacle(reason="undecided", code=unit.said.code, seq=unit.seq)
        if not decided_by:
            newest = max((each.seq for each in event.outcomes.values()), default=None)
            yield Obstacle(reason="undecided", code=event.code, seq=newest)


def _reason(outcome: Outcome, message: AnyMessage | None) -> str | None:
    """Why an outcome is no ground for a ceremony; None where it is. Protests are told by themselves."""
    body = judge(message).body if message is not None else None
    if isinstance(body, Rows) and body.decision.pending:
        return body.decision.reason
    if outcome.status == OFFICIAL:
        return None
    return "unofficial" if outcome.status in OVER else "undecided"


def _conflict(
    planned: Planned | None, told: CeremonyConflictBody | None, why: tuple[Obstacle, ...], now: int
) -> CeremonyConflictBody | None:
    """How it stands now; None where there is no conflict and none to be ended."""
    lasting = told if told is not None and told.why else None
    if planned is None or not why:
        status = planned.said.status if planned else None
        return replace(lasting, status=status, why=(), until=now) if lasting else None
    said = planned.said
    first = {(each.reason, each.code): each for each in lasting.why} if lasting else {}
    return CeremonyConflictBody(
        unit=said.code,
        names=said.names,
        status=said.status,
        event=_event_code(said.code),
        session=said.session,
        venue=said.venue,
        why=tuple(first.get((each.reason, each.code), each) for each in why),
        since=lasting.since if lasting else now,
    )


def _gist(body: CeremonyConflictBody) -> tuple[object, ...]:
    """What has to change before it is told again; a later version that says the same as the first does not."""
    return body.status, body.venue, body.why


def _written(cause: Entry, like: AnyMessage, place: str, body: CeremonyConflictBody) -> CeremonyConflict:
    topic = f"{place}.{KIND}"
    envelope = derived_envelope(like, parse_topic(topic).code, topic, cause.seq)
    return CeremonyConflict(**envelope | {"unit": body.unit}, body=body)


def _event_of(topic: str) -> str:
    """The tokens of a topic, or of a place, that name its event."""
    return ".".join(topic.split(".", _EVENT_TOKENS)[:_EVENT_TOKENS])


def _event_code(code: str) -> str:
    return code[:_EVENT_CHARACTERS].ljust(LENGTH, FILLING)


def _code(place: str) -> str:
    return str(parse_topic(f"{place}.{KIND}").code)


_UNIT = msgspec.json.Decoder(UnitMessage)
