"""Kind `pairing`: the open places of a unit are taken; the feed makes it from the document that says so.

Never from a result: winners may be seeded anew, so who meets whom is what a start list or a bracket says.
"""

import msgspec

from schemas.message import Mentions, Message, Micros


class Paired(msgspec.Struct, frozen=True, kw_only=True):
    """One side: an athlete or a team, with its members as far as the document names them.

    What the place had waited for: `previous_wlt` tells whether the winner (W) or the loser (L) of `previous_unit` was
    to come, `previous_value` is what the venue wrote there: a match, a pool, or the rule.
    """

    id: str
    kind: str | None = None
    noc: str | None = None
    name: str | None = None
    members: tuple[str, ...] = ()
    previous_unit: str | None = None
    previous_wlt: str | None = None
    previous_value: str | None = None


class PairingBody(msgspec.Struct, frozen=True, kw_only=True):
    """Who meets in `unit`, in the order of the document; `by` is the topic of the message that said so.

    `sides` are empty once that message, or its withdrawal, has opened the places again. Names, times and places are
    those of the schedule then: `start` in microseconds UTC, null where none is planned or it is for sorting only.
    """

    unit: str
    names: dict[str, str] = {}
    start: Micros | None = None
    session: str | None = None
    venue: str | None = None
    location: str | None = None
    sides: tuple[Paired, ...] = ()
    by: str

    def mentions(self) -> Mentions:
        """Where it is, and who meets: organisations, athletes, and members of teams."""
        nocs = dict.fromkeys(side.noc for side in self.sides if side.noc)
        athletes = dict.fromkeys(
            name for side in self.sides for name in ((side.id,) if side.kind == "athlete" else ()) + side.members
        )
        return Mentions(self.venue, tuple(nocs), tuple(athletes))


class Pairing(Message, frozen=True, kw_only=True, tag="pairing"):
    """Its topic is the code of the unit; no key parts. `supersedes` is the pairing that it changes or takes back."""

    body: PairingBody | None
