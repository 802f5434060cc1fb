"""One subscriber of a load run: what it asks for and how it reads."""

from enum import StrEnum

import msgspec


class Manner(StrEnum):
    """How a subscriber reads.

    FOLLOW reads as fast as it is sent; SLOW at a bounded pace; STALL opens and never reads; RECONNECT breaks off now
    and then and resumes by its cursor; POLL pulls pages of the log.
    """

    FOLLOW = "follow"
    SLOW = "slow"
    STALL = "stall"
    RECONNECT = "reconnect"
    POLL = "poll"


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """A subscriber, `number` counting from 0 in the whole run; `tier` is a name of the profile.

    With `snapshot` it opens with the current state, else live only; it resumes by cursor either way. `seed` is for its
    own draws. `every` is the seconds between requests of POLL, and the mean seconds between breaks of RECONNECT.
    `bytes_per_second` is the pace of SLOW. It joins `since` seconds after the fleet's start.
    """

    number: int
    tier: str
    manner: Manner
    filters: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    snapshot: bool = False
    seed: int = 0
    every: float = 0.0
    bytes_per_second: float = 0.0
    since: float = 0.0
