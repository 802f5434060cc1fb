"""The Games of `feed demo`: out of a seed, at many times their speed, and what people wait for on the screen."""

import io
from collections.abc import Callable, Iterator
from typing import Any, Final

from replay.capture import Captured
from replay.link import address_of
from replay.plan import Plan, Wishes
from replay.player import Player
from replay.simulate.catalogue import SCALES
from replay.simulate.games import Games
from replay.tally import Tally
from replay.venues import Keys, Venues

SCALE: Final = SCALES["small"]
SEED: Final = 2030
SPEED: Final = 60.0
PAUSE_SECONDS: Final = 2.0  # the longest, also where the Games sleep for a night
IN_FLIGHT: Final = 200
GIVE_UP_SECONDS: Final = 60.0
_WHOLE: Final = frozenset({"record_event", "schedule_change", "ceremony_conflict", "call", "pairing"})
_TABLE: Final = f"{SCALE.competition}.GEN.-.-.-.-.medal_table.official"
_OPEN: Final = frozenset({"UNCONFIRMED", "PROTESTED", "OFFICIAL"})


def is_shown(message: dict[str, Any]) -> bool:
    """Whether a message of the Games is for the screen: what is signed, what is open, and what follows from that.

    The rest comes faster than anybody reads.
    """
    kind, topic = message["type"], message["topic"]
    if kind == "result":
        return message["status"] in _OPEN
    if kind == "ledger":
        return ".ledger.official." in topic
    return kind in _WHOLE or topic == _TABLE


async def play_games(url: str, speed: float, tell: Callable[[str], None]) -> None:
    """Send the whole Games as their venues would, `speed` times faster than `SPEED`; raises FeedError."""
    wishes, tally = Wishes(speed=SPEED * speed, max_gap=PAUSE_SECONDS / speed), Tally()
    venues = Venues(address_of(url), Keys(), tally, GIVE_UP_SECONDS)
    try:
        await Player(Plan(_documents, wishes), venues, tally, IN_FLIGHT, tell).play(wishes.speed)
    finally:
        venues.close()


def _documents(_start: int | None) -> Iterator[Captured]:
    for sent in Games(SCALE, SEED).sent(io.BytesIO()):
        yield Captured(sent.at * 1000, sent.source, "odf", "", sent.document, "synthesised")
