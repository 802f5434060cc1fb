"""Who is sent what, and what a pusher needs for it: the log as ODF, and the log of its deliveries."""

from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

import msgspec

from feed.core.deliveries import Delivery, Last, Place
from feed.core.entry import Entry
from feed.core.filters import Filter

FROM_NOW: Final = "now"


class Customer(msgspec.Struct, frozen=True):
    """Who gets what: `start` is a cursor or `now`, `seconds` how long an answer may take."""

    name: str
    flag: str
    wish: Filter
    family: str
    in_flight: int
    seconds: float
    start: str = FROM_NOW


class Document(NamedTuple):
    """An ODF document: what it is called where documents are files, its Version, its text."""

    name: str
    version: int
    text: bytes


class Source(Protocol):
    """The log, and what it says as ODF; all but `tip` and `epoch` raise OutcomeUnknownError while the broker is away.

    `document` gives None for a message that is none by itself, and raises DamagedError.
    """

    @property
    def epoch(self) -> str: ...

    @property
    def tip(self) -> int: ...

    def is_document(self, entry: Entry) -> bool: ...

    async def read(self, after: int, limit: int) -> list[Entry]: ...

    async def document(self, entry: Entry, family: str) -> Document | None: ...

    async def moved(self, after: int, seconds: float) -> None: ...


class Records(Protocol):
    """The log of deliveries; see `feed.stream.deliveries`. All raise OutcomeUnknownError."""

    async def begin(self, first: Place, take: Callable[[Last], None]) -> int: ...

    async def append(self, delivery: Delivery, last: int) -> int | None: ...

    async def newest(self, customer: str, topic: str) -> Last: ...

    async def note(self, place: Place, last: int | None = None) -> int | None: ...
