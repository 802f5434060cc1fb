"""What follows from a unit that is planned otherwise than before: one message, with all that changed in it.

A unit that is sent again as it was causes nothing, nor does one that is new. What it was before is not remembered but
read in the stream, so a restart cannot lose or repeat a change.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from feed.core.derived import derived_envelope
from feed.core.entry import Entry
from schemas.communication import CommunicationBody
from schemas.message import Micros, Op
from schemas.registry import AnyMessage
from schemas.rsc import parse_code
from schemas.schedule_change import Moved, ScheduleChange, ScheduleChangeBody, Statement
from schemas.topic import Topic, parse_topic
from schemas.unit import Unit, UnitBody

KIND = "schedule_change"
# The planned times of these stay in the document for its order alone (General Messages, DT_SCHEDULE, StartDate).
TIMELESS = frozenset({"POSTPONED", "CANCELLED"})
# Not as planned: to become so, or to be so no more, is a change. Who is RESCHEDULED has a plan again.
_ASTRAY = frozenset({"UNSCHEDULED", "DELAYED", "POSTPONED", "CANCELLED", "INTERRUPTED"})
_TOLD = _ASTRAY | {"RESCHEDULED"}
_PLACES = ("session", "venue", "location")


class ScheduleChanges:
    """The newest communication about the schedule of each unit, until a change has told it."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, str], Statement] = {}

    def learn(self, entry: Entry) -> None:
        """Take over a communication; one that a change has told is not told again with the next."""
        if entry.kind == KIND:
            key = parse_topic(entry.topic)
            self._told(key.competition, str(key.code), int(key.parts[0]))
        elif entry.kind == "communication" and entry.index.op is Op.PUT:
            self._hear(entry)

    def concerns(self, entry: Entry) -> bool:
        """Whether it is a unit that was there before."""
        return entry.kind == "unit" and entry.index.op is Op.PUT and entry.prev > 0

    def before(self, entry: Entry) -> frozenset[int]:
        """The unit as it was."""
        return frozenset((entry.prev,))

    def follows(self, entry: Entry, message: AnyMessage, earlier: Mapping[int, AnyMessage]) -> list[AnyMessage]:
        """One message with all that is planned otherwise, or none."""
        old, new = earlier[message.prev].body, message.body
        if not isinstance(old, UnitBody) or not isinstance(new, UnitBody) or not isinstance(message, Unit):
            return []
        changes = changes_of(old, new)
        if not changes:
            return []
        said = self._said.get((message.competition, new.code))
        mentions = new.mentions()
        body = ScheduleChangeBody(
            unit=new.code,
            names=new.names,
            status=new.status,
            session=new.session,
            venue=new.venue,
            changes=changes,
            reason=said if said and said.seq < entry.seq else None,
            nocs=mentions.nocs,
            athletes=mentions.athletes,
        )
        code = parse_code(message.code)
        topic = str(Topic(message.competition, code, KIND, (str(entry.seq),)))
        envelope = derived_envelope(message, code, topic, entry.seq) | {"unit": message.unit}
        return [ScheduleChange(**envelope, body=body)]

    def wrote(self, messages: Iterable[AnyMessage], last: int) -> None:  # noqa: ARG002 - every deriver is told where
        """Our own changes are in the stream."""
        for message in messages:
            if isinstance(message, ScheduleChange) and message.body and message.caused_by:
                self._told(message.competition, message.body.unit, message.caused_by)

    def _hear(self, entry: Entry) -> None:
        message = _COMMUNICATION.decode(entry.json)
        decision = message.body.decision if message.body else None
        if decision is None or not decision.affects_schedule:
            return
        unit = decision.unit or message.unit
        if unit:
            text = next((text for text in (decision.summary, decision.subtitle, decision.details) if text), None)
            self._said[message.competition, unit] = Statement(seq=entry.seq, topic=entry.topic, text=text)

    def _told(self, competition: str, unit: str, cause: int) -> None:
        said = self._said.get((competition, unit))
        if said is not None and said.seq < cause:
            del self._said[competition, unit]


def changes_of(old: UnitBody, new: UnitBody) -> tuple[Moved, ...]:
    """What is planned otherwise, field by field."""
    (start, end), (new_start, new_end) = planned(old), planned(new)
    pairs: list[tuple[str, Any, Any]] = [("start", start, new_start), ("end", end, new_end)]
    pairs += [(name, getattr(old, name), getattr(new, name)) for name in _PLACES]
    if new.status in _TOLD or old.status in _ASTRAY:
        pairs.append(("status", old.status, new.status))
    return tuple(Moved(field=name, before=before, after=after) for name, before, after in pairs if before != after)


def planned(unit: UnitBody) -> tuple[Micros | None, Micros | None]:
    """Start and end as far as they are planned: what is postponed or cancelled has neither."""
    return (None, None) if unit.status in TIMELESS else (unit.start, unit.end)


class _Message(msgspec.Struct):
    competition: str
    unit: str | None
    body: CommunicationBody | None


_COMMUNICATION = msgspec.json.Decoder(_Message)
