"""Kind `ledger`: one entry of the medal ledger, which is only ever added to.

The feed makes it from results and medallists alone. A medal that moves is an entry that withdraws it and one that
awards it, both with their cause; nothing is ever changed or taken out.
"""

from enum import StrEnum

import msgspec

from schemas.message import Mentions, Message, Seq


class MedalView(StrEnum):
    """Which statuses count: `official` what is signed off, `provisional` the newest version once all play is over."""

    OFFICIAL = "official"
    PROVISIONAL = "provisional"


class MedalAction(StrEnum):
    """What happened to a medal."""

    AWARDED = "awarded"
    WITHDRAWN = "withdrawn"


class Winner(msgspec.Struct, frozen=True, kw_only=True):
    """Who has the medal; `athletes` are the members who are entitled to it, of an athlete itself."""

    id: str
    kind: str | None = None
    noc: str | None = None
    name: str | None = None
    athletes: tuple[str, ...] = ()


class MedalCause(msgspec.Struct, frozen=True, kw_only=True):
    """The message that changed the medals: where it is, its kind, and what its venue said about it."""

    seq: Seq
    topic: str
    type: str
    version: int | None = None
    status: str | None = None
    notes: tuple[str, ...] = ()


class LedgerBody(msgspec.Struct, frozen=True, kw_only=True):
    """`medal` (gold, silver, bronze) of an event; `unit` is the one that decided it, as far as that is known.

    `moved` tells that another competitor got, or lost, a medal of this event by the same cause.
    """

    view: MedalView
    action: MedalAction
    medal: str
    event: str
    unit: str | None = None
    winner: Winner
    cause: MedalCause
    moved: bool = False

    def mentions(self) -> Mentions:
        """Organisation and athletes of the winner."""
        return Mentions(None, (self.winner.noc,) if self.winner.noc else (), self.winner.athletes)


class Ledger(Message, frozen=True, kw_only=True, tag="ledger"):
    """Its topic starts with the event's code. Key parts: the view, and the entry's number: cause and place."""

    body: LedgerBody | None
