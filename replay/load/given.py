"""What a run is given, and what it comes back with."""

import time
from pathlib import Path
from typing import NamedTuple

import msgspec

from replay.load.index import Index
from replay.load.offset import Offset
from replay.load.profile import Profile, Span
from replay.load.progress import Outcome
from replay.load.service import Service
from replay.load.subscription import Subscription
from replay.report.model import Marker, Observed, Rate
from replay.tally import Replayed


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """How a run was asked for; `name` is how the profile was named.

    `url` is a service that runs already; else it has one of its own, of so many `workers`.
    """

    name: str
    profile: Profile
    capture: Path
    command: str
    seed: int
    truth: Path | None = None
    url: str | None = None
    key: str | None = None
    workers: int = 1


class Doors(NamedTuple):
    """Where the service is read and written; `service` is ours to restart, or there is none."""

    url: str
    key: str | None
    service: Service | None


class Diary:
    """What happened when: `markers` and `notes` for the report.

    Spans of seconds are `pauses`, without a service, and `lists`, long ones that are on their way.

    `missed` is what was to happen, or to happen in order, and did not: no run has passed with it.
    `began` is the monotonic moment from which on everything else counts.
    """

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.markers: list[Marker] = []
        self.pauses: list[Span] = []
        self.lists: list[Span] = []
        self.notes: list[str] = []
        self.missed: list[str] = []

    def begin(self) -> None:
        """Now the replay begins; before it moments are below 0."""
        self.began = time.monotonic()

    @property
    def now(self) -> float:
        """Seconds since it began."""
        return round(time.monotonic() - self.began, 3)

    def miss(self, what: str) -> None:
        """Something does not happen as it was to."""
        self.notes.append(what)
        self.missed.append(what)

    def mark(self, what: str) -> None:
        """Something happens now."""
        self.markers.append(Marker(at=self.now, what=what))


class Ran(NamedTuple):
    """What happened in a run. By sequence, as answers named it: `planned` are monotonic moments, `acknowledged` topics.

    Subscribers are checked up to `tip`. `turns_ms` is p99 of how late the sender's own loop was.
    `truth` is its hash and what is not so, None where it was not looked at.
    """

    given: Given
    diary: Diary
    seconds: float
    subscriptions: dict[int, Subscription]
    journals: list[Path]
    outcomes: list[Outcome]
    planned: dict[int, float]
    acknowledged: dict[int, str]
    sent: Replayed
    rates: list[Rate]
    turns_ms: float
    processes: list[Observed]
    offset: Offset
    stream: Index
    tip: int
    truth: tuple[str, list[str]] | None
