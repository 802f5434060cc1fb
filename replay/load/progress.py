"""What a fleet tells of itself, to the process that started it."""

import msgspec

from feed.errors import FeedError


class FleetError(FeedError):
    """A fleet cannot start, was turned away by the service, or its process has ended."""


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """Counts up to now.

    `connected` have been greeted on the connection they have; `closed` counts ended connections by code, as in
    Stretch; `refused` will not come back. `slowest` is the sequence up to which the follower that is furthest behind
    has everything, -1 before it was greeted. `busiest` is the largest share of one core that any second took;
    `worst_turn` the seconds of the loop's longest turn: what waits to be read waits at most that long for us. When
    either nears 1 or what is to be measured, the fleet is the bottleneck. `cpu_seconds` are those of the process.
    """

    subscribers: int
    connected: int
    received: int
    reconnects: int
    closed: dict[int, int]
    refused: int
    slowest: int
    busiest: float
    worst_turn: float
    cpu_seconds: float


class Outcome(Progress, frozen=True, kw_only=True):
    """The counts at the end. `behind` are followers that had not everything in time.

    `lag` is how long the loop's turns took, in milliseconds by percentile (p50, p90, p99, p999, max), those that had
    nothing to do left out.
    """

    behind: list[int]
    lag: dict[str, float]
