"""What every kind of sport is asked: how a unit ends, what is shown on the way there, and what of it in the end."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from replay.simulate.model import Entrant, Event, Format, Rows, Unit


class Beat(NamedTuple):
    """Something happened: at `share` (0 to 1) of the unit's time the result is `rows`, with `head` before them.

    `current` are the rows of those concerned. `actions` are all of a `period` so far; with `is_break` it is over.
    `stats` are the figures of a `side` so far, by its id.
    """

    share: float
    rows: Sequence[str]
    current: str
    head: str = ""
    period: str = ""
    actions: Sequence[str] = ()
    is_break: bool = False
    side: str = ""
    stats: str = ""


class Closing(NamedTuple):
    """What stands before the rows once all is over, and of each row its ExtendedResult elements and its competitor."""

    head: str
    told: tuple[tuple[str, str], ...]


class Held(NamedTuple):
    """A unit that is held: what it belongs to, who starts in it, and what its chance comes from."""

    event: Event
    unit: Unit
    starters: Sequence[Entrant]
    seed: int

    @property
    def form(self) -> Format:
        """How it is held."""
        return self.event.form_of(self.unit)


class Sport(Protocol):
    """A kind of sport. What is drawn comes from the seed and the unit alone, however often it is asked."""

    def play(self, held: Held, /) -> Rows:
        """How it ends: in the order of ranks, or both sides in their own."""

    def beats(self, held: Held, rows: Rows, /) -> Iterator[Beat]:
        """How it comes to that end, in the order of time."""

    def closing(self, held: Held, rows: Rows, /) -> Closing:
        """What is told of it in the end, row by row."""
