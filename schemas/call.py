"""Kind `call`: what may be said of a code's outcome, where a protest changed that after the result was published.

The feed makes it. A result tells its own call; the newest of the two holds.
"""

import msgspec

from schemas.competitor import Decision
from schemas.message import Mentions, Message, Seq


class CallBody(msgspec.Struct, frozen=True, kw_only=True):
    """`call` and `decision` as in a result; `result` is the sequence of the one they are about, null once it is gone.

    Venue, organisations and athletes are those of the result.
    """

    call: str
    decision: Decision
    result: Seq | None
    venue: str | None = None
    nocs: tuple[str, ...] = ()
    athletes: tuple[str, ...] = ()

    def mentions(self) -> Mentions:
        """Whom and where the result is about."""
        return Mentions(self.venue, self.nocs, self.athletes)


class Call(Message, frozen=True, kw_only=True, tag="call"):
    """Its topic is the code of the unit, phase or event; no key parts."""

    body: CallBody | None
