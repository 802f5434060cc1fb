"""Kind `ceremony_conflict`: a victory ceremony begins while the result that it celebrates may not be called.

The feed tells it to whoever runs the ceremony and whoever announces it; it stops nobody.
"""

import msgspec

from schemas.message import Mentions, Message, Micros, Seq


class Obstacle(msgspec.Struct, frozen=True, kw_only=True):
    """Why the medals of the event are not certain.

    `reason` is that of a decision that is open (photo_finish, protest, inquiry, jury, review), `unofficial` for what is
    over and not signed, `undecided` for what is not over, was taken back or never came. `code` is what it is about: a
    unit, a phase or the event. `seq` is the first message that said so, null where none says anything.
    """

    reason: str
    code: str
    seq: Seq | None = None


class CeremonyConflictBody(msgspec.Struct, frozen=True, kw_only=True):
    """The ceremony's unit, its ScheduleStatus now, and the event whose medals it hands over.

    `why` is empty once it is over: the result may be called, or the ceremony is neither getting ready nor running.
    `since` is when it began and `until` when it was over, in microseconds UTC by the documents that made it so.
    """

    unit: str
    names: dict[str, str] = {}
    status: str | None = None
    event: str
    session: str | None = None
    venue: str | None = None
    why: tuple[Obstacle, ...] = ()
    since: Micros
    until: Micros | None = None

    def mentions(self) -> Mentions:
        """Where the ceremony is; whom it is for is what is not certain."""
        return Mentions(self.venue)


class CeremonyConflict(Message, frozen=True, kw_only=True, tag="ceremony_conflict"):
    """Its topic is the code of the ceremony's unit; no key parts."""

    body: CeremonyConflictBody | None
