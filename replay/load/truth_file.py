"""The truth of simulated Games as `feed simulate` wrote it (docs/simulation.md), read and verified."""

from collections import Counter, defaultdict
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec

from feed.errors import FeedError
from schemas.medal_table import MedalRow

Held = tuple[str, str, str]  # medal, competitor, organisation
Step = tuple[frozenset[Held], frozenset[Held]]  # what one document awards, and what it takes back
_NOTHING: Final[frozenset[Held]] = frozenset()
_RESULTS: Final = {"result": "result", "total": "cumulative_result"}  # what a line is about, and the kind it is told as


class TruthError(FeedError):
    """A file is no whole truth."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A competitor of a result, as far as the truth tells of it; a rank is a number there and a text in messages."""

    id: str | None = None
    rank: str | int | None = None
    result: str | None = None
    irm: str | None = None
    wlt: str | None = None

    def __str__(self) -> str:
        told = (None if value is None else str(value) for value in msgspec.structs.astuple(self))
        return " ".join(value or "-" for value in told)


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """A unit in the end; times in milliseconds UTC."""

    code: str
    status: str
    start: int
    end: int


class Ranked(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of a result in the end."""

    code: str
    status: str
    rows: tuple[Row, ...]


class _Games(msgspec.Struct):
    competition: str


class _Medals(msgspec.Struct):
    event: str
    held: frozenset[Held]


class _Table(msgspec.Struct):
    rows: tuple[MedalRow, ...]


class _End(msgspec.Struct):
    sha256: str


class _About(msgspec.Struct):
    about: str


_SHAPES: Final[dict[str, Any]] = {
    "games": _Games,
    "medals": _Medals,
    "unit": Ended,
    "table": _Table,
    "end": _End,
} | dict.fromkeys(_RESULTS, Ranked)
_DECODERS: Final = {about: msgspec.json.Decoder(shape) for about, shape in _SHAPES.items()}
_about: Final = msgspec.json.Decoder(_About)


class Truth:
    """`units` by code, `results` by kind and code, the final `table`, and `steps`: how the medals of each event moved.

    `hash` is that of all lines but the last, which tells it.
    """

    def __init__(self, path: Path) -> None:
        """Read a file. Raises TruthError where it cannot be read, or is not what its last line says."""
        self.competition = self.hash = ""
        self.units: dict[str, Ended] = {}
        self.results: dict[tuple[str, str], Ranked] = {}
        self.table: tuple[MedalRow, ...] = ()
        self.steps: defaultdict[str, Counter[Step]] = defaultdict(Counter)
        self._held: dict[str, frozenset[Held]] = {}
        found = sha256()
        try:
            with path.open("rb") as file:
                for line in file:
                    if self.hash:
                        raise TruthError(f"{path.name} goes on behind its end", hint="Simulate the Games again.")
                    self._take(line)
                    if not self.hash:
                        found.update(line)
        except (OSError, msgspec.DecodeError) as error:
            hint = "Name what --truth of `feed simulate` wrote."
            raise TruthError(f"{path.name} is no truth: {error}", hint=hint) from error
        if self.hash != found.hexdigest():
            raise TruthError(f"{path.name} is not whole, or was changed", hint="Simulate the Games again.")

    def _take(self, line: bytes) -> None:
        about = _about.decode(line).about
        told = _DECODERS[about].decode(line) if about in _DECODERS else None
        match told:
            case _Games(competition=competition):
                self.competition = competition
            case _Medals(event=event, held=held):
                before = self._held.get(event, _NOTHING)
                self.steps[event][held - before, before - held] += 1
                self._held[event] = held
            case Ended(code=code):
                self.units[code] = told
            case Ranked(code=code):
                self.results[_RESULTS[about], code] = told
            case _Table(rows=rows):
                self.table = rows
            case _End(sha256=digest):
                self.hash = digest
