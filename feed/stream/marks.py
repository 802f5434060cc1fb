"""How far everything is derived: the `derived` mark that tells it last, by competition, and what no mark tells yet."""

import asyncio

import msgspec

from feed.core.derived import MARK, is_derived
from feed.core.entry import Entry
from schemas.derived import Derived

_DERIVED = msgspec.json.Decoder(Derived)


class Marks:
    """Those of one flag. Where nothing follows from messages, one mark for all of them is due `seconds` later."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._last: dict[str, int] = {}  # by competition, as topics have it
        self._untold: dict[str, Entry] = {}  # the newest cause that no mark tells
        self._due = 0.0  # the loop's time

    def begin(self, entries: list[Entry]) -> dict[str, int]:
        """Know the marks among the newest messages of all topics, and no others; how far each tells."""
        told = {competition_of(entry): entry for entry in entries if entry.kind == MARK}
        self._last = {competition: entry.seq for competition, entry in told.items()}
        self._untold.clear()
        return {competition: _through(entry) for competition, entry in told.items()}

    def last(self, competition: str) -> int:
        """The sequence of the last mark; 0 where there is none."""
        return self._last.get(competition, 0)

    def wrote(self, competition: str, seq: int) -> None:
        """One of ours was stored."""
        self._last[competition] = seq

    def read(self, entry: Entry) -> None:
        """A mark came by; one that is not ours is of another projector that found nothing either."""
        competition = competition_of(entry)
        if entry.seq > self.last(competition):
            self._last[competition] = entry.seq
            self.tell(competition, _through(entry))

    def note(self, entry: Entry) -> None:
        """Nothing followed from an entry; of our own messages nobody waits to hear that."""
        if entry.kind == MARK or is_derived(entry):
            return
        if not self._untold:
            self._due = _now() + self._seconds
        self._untold[competition_of(entry)] = entry

    def tell(self, competition: str, through: int) -> None:
        """A mark tells how far all of a competition is derived."""
        untold = self._untold.get(competition)
        if untold is not None and untold.seq <= through:
            del self._untold[competition]

    def due(self) -> list[Entry]:
        """The causes that are to be told of now, one for each competition."""
        return list(self._untold.values()) if self._untold and _now() >= self._due else []

    def patience(self, most: float) -> float:
        """Seconds until marks are due; `most` where none will be."""
        return self._due - _now() if self._untold else most


def competition_of(entry: Entry) -> str:
    """As topics have it."""
    return entry.topic.partition(".")[0]


def _through(entry: Entry) -> int:
    body = _DERIVED.decode(entry.json).body
    return body.through if body else 0


def _now() -> float:
    return asyncio.get_running_loop().time()
