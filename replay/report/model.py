"""The report of a run under load as values: what `report.json` holds and the page is made of.

Latencies are milliseconds and count from the planned moment of sending; moments are seconds since the run's start.
"""

from pathlib import Path
from typing import Final

import msgspec

from feed.errors import FeedError
from replay.tally import Replayed

VERSION: Final = 1  # of this file's shape: it rises when a field gets another meaning; new fields only join
POINTS: Final = ("p50", "p90", "p99", "p999", "max")
CATCH_UP: Final = "catch_up"  # histogram of messages from a snapshot or caught up on after a break: not live


class ReportError(FeedError):
    """A report that cannot be read."""


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked and what was found, in words; `is_met` None: not judged, and `found` says why."""

    name: str
    asked: str
    found: str
    is_met: bool | None


class Tier(msgspec.Struct, frozen=True, kw_only=True):
    """The subscribers of one kind, summed up; closes by code: 0 we ended it, 1006 it broke without a frame."""

    name: str
    manner: str
    subscribers: int
    expected: int
    received: int
    counts: dict[str, int] = {}  # findings by name
    states: int = 0  # subscribers whose final state was compared
    states_right: int = 0
    latency: dict[str, float] = {}  # ms by the names of POINTS; empty: nothing came live
    measured: int = 0  # live deliveries that these are of
    unplanned: int = 0  # live deliveries without a planned moment: of long lists, or no answer named the message
    closes: dict[int, int] = {}
    broken: int = 0  # closes without a word of the service while it was there
    unresumed: int = 0  # subscribers whom it closed, and who were not greeted again
    reconnects: int = 0
    caught_up: float | None = None  # seconds of the longest catch-up after a break


class Hop(msgspec.Struct, frozen=True, kw_only=True):
    """One stretch of a message's way; `error_ms` is what the comparison of two clocks may be wrong by."""

    name: str
    count: int
    latency: dict[str, float] = {}
    error_ms: float = 0.0


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """A tier's live deliveries of the messages that were due between two moments, for gates that compare."""

    name: str
    tier: str
    since: float
    until: float
    count: int
    latency: dict[str, float] = {}


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """Documents a second around a moment: as planned, and as sent."""

    at: float
    offered: float
    achieved: float


class Heat(msgspec.Struct, frozen=True, kw_only=True):
    """Live deliveries by time and latency. Column n holds messages due from `start` + n * `bucket` seconds on.

    `bounds` are upper bounds in ms; the last row, one more than there are bounds, is above them all.
    """

    start: float = 0.0
    bucket: float = 1.0
    bounds: list[float] = []
    counts: list[list[int]] = []  # [column][row]


class Marker(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened in the run: a restart, a cut, bulk."""

    at: float
    what: str


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """A process at one moment: share of one processor since the sample before, bytes of memory, open descriptors."""

    at: float
    cpu: float
    rss: int
    descriptors: int


class Observed(msgspec.Struct, frozen=True, kw_only=True):
    """A process of the run and what was seen of it."""

    name: str
    pid: int
    role: str
    samples: list[Sample] = []


class Slowest(msgspec.Struct, frozen=True, kw_only=True):
    """One slow delivery, with the milliseconds of each hop."""

    seq: int
    topic: str
    subscriber: int
    tier: str
    ms: float
    at: float
    hops: dict[str, float] = {}


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was wrong; in the stream itself `tier` is "" and `subscriber` -1."""

    name: str
    tier: str
    subscriber: int
    seq: int = 0
    topic: str = ""
    detail: str = ""


class Oracle(msgspec.Struct, frozen=True, kw_only=True):
    """The truth that the Games were made with, against the service's end; `checked` False: there was none."""

    is_checked: bool = False
    hash: str = ""
    findings: list[str] = []


class LoadReport(msgspec.Struct, frozen=True, kw_only=True):
    """All of a run. `histograms` are HdrHistograms of microseconds (V2, compressed, base64) by tier, hop, or name."""

    version: int = VERSION
    title: str
    profile: str
    command: str
    seed: int
    versions: dict[str, str] = {}  # of the service and what it stands on
    started: str  # RFC 3339, UTC
    seconds: float
    environment: dict[str, str] = {}  # the machine, in words
    gates: list[Gate] = []
    sender: Replayed | None = None
    tiers: list[Tier] = []
    hops: list[Hop] = []
    windows: list[Window] = []
    rates: list[Rate] = []
    histograms: dict[str, str] = {}
    heat: Heat | None = None
    markers: list[Marker] = []
    processes: list[Observed] = []
    slowest: list[Slowest] = []
    findings: list[Found] = []
    oracle: Oracle = Oracle()
    notes: list[str] = []

    def total(self, finding: str) -> int:
        """How often a finding was made, over all tiers."""
        return sum(tier.counts.get(finding, 0) for tier in self.tiers)


_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder(LoadReport)


def write(report: LoadReport, path: Path) -> None:
    """Write `report.json`: one object, indented."""
    path.write_bytes(msgspec.json.format(_ENCODER.encode(report), indent=1) + b"\n")


def read(path: Path) -> LoadReport:
    """Read a report. Raises ReportError where there is none, or one of a later version than this program knows."""
    try:
        report = _DECODER.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError) as error:
        raise ReportError(f"no report in {path}: {error}", hint="name the report.json that a run wrote") from error
    if report.version > VERSION:
        raise ReportError(f"{path} has version {report.version}, not {VERSION}", hint="read it with a newer version")
    return report
