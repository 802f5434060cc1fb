"""At which venue a message is that names none: where its unit is, as far as that is known when it is admitted.

It stands in the index headers alone (`Feed-Venue`), so that those who may read one venue get it; nothing is written
into a body that its sender did not say.
"""

from typing import Protocol

from msgspec.structs import replace

from feed.candidate import Candidate
from feed.core.index import Indexed, venue_of
from schemas.message import Op
from schemas.topic import place_of

_TELLING = ("unit", "result")  # kinds that name the venue of their own place; the schedule's word goes first
_UNIT_CHARACTERS = 6  # of a unit with its subunit: a schedule may know the unit alone


class Newest(Protocol):
    """The newest message of each topic: the gate's heads, or a board."""

    def get(self, topic: str) -> Indexed | None: ...


def placed(candidate: Candidate, newest: Newest) -> Candidate:
    """The candidate with the venue of its unit; as it is where it names one itself, is a tombstone or none is known.

    A topic is no witness for itself: what stops to name a venue has left it, unless its unit is still there.
    """
    message = candidate.message
    if message.op is not Op.PUT or venue_of(message) is not None:
        return candidate
    phase, _, unit = place_of(message.topic).rpartition(".")
    units = dict.fromkeys((unit, unit[:_UNIT_CHARACTERS].rstrip("-"))) if unit != "-" else ()
    for topic in (f"{phase}.{each}.{kind}" for each in units for kind in _TELLING):
        stored = newest.get(topic) if topic != message.topic else None
        if stored is not None and stored.index.place is not None:
            return replace(candidate, venue=stored.index.place)
    return candidate
