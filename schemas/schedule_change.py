"""Kind `schedule_change`: the plan of one unit is another than it was; the feed makes it from the schedule itself.

RESCHEDULED has a new time, POSTPONED has none yet, DELAYED keeps its old one and starts late (Foundation Principles
2.6). Play that goes as planned (getting ready, running, finished) is no change.
"""

import msgspec

from schemas.message import Mentions, Message, Micros, Seq


class Moved(msgspec.Struct, frozen=True, kw_only=True, rename={"before": "from", "after": "to"}):
    """What was planned and what is planned now: `start` and `end` in microseconds UTC, anything else a text.

    Null is what nobody has said: a unit that is postponed has neither start nor end.
    """

    field: str
    before: Micros | str | None
    after: Micros | str | None


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """The communication that named the unit before its plan changed; `text` is its summary, or what it has instead."""

    seq: Seq
    topic: str
    text: str | None = None


class ScheduleChangeBody(msgspec.Struct, frozen=True, kw_only=True):
    """`status` is ODF's ScheduleStatus now; `changes` are in the order start, end, session, venue, location, status.

    `session` and `venue` are those of now; `nocs` and `athletes` are those of the unit's start list.
    """

    unit: str
    names: dict[str, str] = {}
    status: str | None = None
    session: str | None = None
    venue: str | None = None
    changes: tuple[Moved, ...]
    reason: Statement | None = None
    nocs: tuple[str, ...] = ()
    athletes: tuple[str, ...] = ()

    def mentions(self) -> Mentions:
        """The venue of now, and whom the start list named."""
        return Mentions(self.venue, self.nocs, self.athletes)


class ScheduleChange(Message, frozen=True, kw_only=True, tag="schedule_change"):
    """Its topic starts with the unit's code. Key part: the sequence of the message that changed the unit."""

    body: ScheduleChangeBody | None
