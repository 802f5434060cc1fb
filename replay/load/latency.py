"""How late every delivery of a run was, from the moment when its document was to be sent.

What a subscriber was sent to catch up, a snapshot or the messages behind its cursor up to the tip of the hello, is no
live delivery: it counts from the opening of its connection, in a histogram of its own.
"""

import math
from array import array
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

from hdrh.histogram import HdrHistogram

from replay.load.buckets import KEY_BITS, floor_of, histogram_of, keys, points
from replay.load.offset import Offset
from replay.load.received import Received, Stretch
from replay.load.slowest import Delivery, Slowest
from replay.load.span import Span
from replay.load.subscription import Manner, Subscription
from replay.report import model

PROMPT: Final = (Manner.FOLLOW, Manner.RECONNECT)  # the others make their own latency
RECEIVED, PUBLISHED, DELIVERED = "planned to received", "received to published", "published to delivered"
BOUNDS: Final = [round(0.1 * 10 ** (step / 6), 4) for step in range(37)]  # ms: six to a decade, up to 100 s
_KEY: Final = (1 << KEY_BITS) - 1


class Stamps(NamedTuple):
    """What the service wrote on the messages: arrays of one length, `received` and `published` in microseconds UTC."""

    seqs: "array[int]"
    received: "array[int]"
    published: "array[int]"


class Latency:
    """Counts the deliveries of all subscribers that have a `planned` moment: monotonic, by sequence."""

    def __init__(self, planned: Mapping[int, float], stamps: Stamps, offset: Offset, span: Span) -> None:
        self._span = span
        self._offset = offset
        length = max([*planned, *stamps.seqs], default=0) + 1
        self._due = _unknown(length)
        self._slots = array("Q", bytes(8 * length))  # shifted, ready to be joined with a bucket
        for seq, moment in planned.items():
            self._due[seq] = moment
            self._slots[seq] = span.slot(moment) << KEY_BITS
        self._received = _moments(stamps.seqs, stamps.received, length, offset)
        self._published = _moments(stamps.seqs, stamps.published, length, offset)
        self._live: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self._shown: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self._catch_up: Counter[int] = Counter()
        self._slowest = Slowest()
        self._prompt: set[str] = set()
        self.unplanned: Counter[str] = Counter()  # live deliveries without a planned moment, by tier
        self.caught_up: dict[str, float] = {}  # the longest of each tier, in seconds from the opening

    def add(self, subscription: Subscription, stretches: Iterable[Stretch]) -> None:
        """Count what a subscriber got."""
        tier = subscription.tier
        if subscription.manner in PROMPT:
            self._prompt.add(tier)
        for stretch in stretches:
            got = stretch.messages
            caught = bisect_right(got.seqs, stretch.tip)
            self._caught_up(tier, stretch, caught)
            # Who never breaks off by itself was owed all of it live: what a cut of the service's cost counts as that.
            is_owed = stretch.after is not None and subscription.manner is Manner.FOLLOW
            live = 0 if is_owed else caught
            self._delivered(subscription, Received(got.seqs[live:], got.moments[live:]))

    def histogram(self, tier: str, since: float = -math.inf, until: float = math.inf) -> HdrHistogram:
        """From the planned moment to the delivery: a tier's live deliveries of what was due between two moments."""
        wanted = self._span.between(since, until)
        merged: Counter[int] = Counter()
        for joined, count in self._live[tier].items():
            if joined >> KEY_BITS in wanted:
                merged[joined & _KEY] += count
        return histogram_of(merged)

    def window(self, name: str, tier: str, since: float, until: float) -> model.Window:
        """A tier's latency between two moments, best both among the cuts of the span."""
        found = self.histogram(tier, since, until)
        start = self._span.start
        return model.Window(
            name=name,
            tier=tier,
            since=round(since - start, 3),
            until=round(until - start, 3),
            count=found.get_total_count(),
            latency=points(found),
        )

    def hops(self) -> dict[str, HdrHistogram]:
        """The stretches of the way: the first two by message, the last by delivery, for each prompt tier."""
        ways = {
            RECEIVED: _between(self._due, self._received, self._due),
            PUBLISHED: _between(self._received, self._published, self._due),
        }
        found = {name: histogram_of(Counter(keys(late))) for name, late in ways.items()}
        return found | {f"{DELIVERED}, {tier}": histogram_of(self._shown[tier]) for tier in sorted(self._prompt)}

    def hop_rows(self) -> list[model.Hop]:
        """The hops for the report; what lies between two stamps of the service is not touched by our clock's error."""
        error = math.ceil(self._offset.error * 1e6) / 1000  # never told smaller than it is
        return [
            model.Hop(
                name=name,
                count=found.get_total_count(),
                latency=points(found),
                error_ms=0.0 if name == PUBLISHED else error,
            )
            for name, found in self.hops().items()
        ]

    def histograms(self) -> dict[str, str]:
        """Every histogram that was not left empty, by tier, hop, or `catch_up`; for the report."""
        tiers = {tier: self.histogram(tier) for tier in self._live}
        found = tiers | self.hops() | {model.CATCH_UP: histogram_of(self._catch_up)}
        return {name: each.encode().decode() for name, each in found.items() if each.get_total_count()}

    def heat(self) -> model.Heat:
        """Live deliveries of the prompt tiers by time and latency."""
        span = self._span
        counts = [[0] * (len(BOUNDS) + 1) for _ in range(span.columns)]
        for tier in self._prompt:
            for joined, count in self._live[tier].items():
                micros = floor_of(joined & _KEY)
                if math.isfinite(micros):
                    counts[span.column(joined >> KEY_BITS)][bisect_left(BOUNDS, micros / 1000)] += count
        return model.Heat(start=0.0, bucket=span.bucket, bounds=BOUNDS, counts=counts)

    def slowest(self, topic: Callable[[int], str]) -> list[model.Slowest]:
        """The slowest messages; `topic` names that of a sequence."""
        return [
            model.Slowest(
                seq=each.seq,
                topic=topic(each.seq),
                subscriber=each.subscriber,
                tier=each.tier,
                ms=round(each.micros / 1000, 3),
                at=round(self._due[each.seq] - self._span.start, 3),
                hops=self._way(each),
            )
            for each in self._slowest.ordered()
        ]

    def _delivered(self, subscription: Subscription, got: Received) -> None:
        if not got.seqs:
            return
        due, slots, published, tier = self._due, self._slots, self._published, subscription.tier
        # A number that no message has is a finding of the check, and has no latency.
        pairs = [(seq, moment) for seq, moment in zip(got.seqs, got.moments, strict=True) if seq < len(due)]
        late = array("d", [(moment - due[seq]) * 1e6 for seq, moment in pairs])
        self.unplanned[tier] += late.count(-math.inf) + len(got.seqs) - len(pairs)
        self._live[tier].update([slots[seq] | key for (seq, _), key in zip(pairs, keys(late), strict=True)])
        if subscription.manner in PROMPT:
            self._shown[tier].update(keys(array("d", [(moment - published[seq]) * 1e6 for seq, moment in pairs])))
            looked = ((each, seq, moment) for each, (seq, moment) in zip(late, pairs, strict=True))
            self._slowest.look(looked, subscription.number, tier)

    def _caught_up(self, tier: str, stretch: Stretch, count: int) -> None:
        moments = stretch.snapshot.moments + stretch.messages.moments[:count]
        if not moments:
            return
        if tier in self._prompt:
            self._catch_up.update(keys(array("d", [(moment - stretch.opened) * 1e6 for moment in moments])))
        self.caught_up[tier] = max(self.caught_up.get(tier, 0.0), max(moments) - stretch.opened)

    def _way(self, delivery: Delivery) -> dict[str, float]:
        seq = delivery.seq
        stops = (self._due[seq], self._received[seq], self._published[seq], delivery.moment)
        names = (RECEIVED, PUBLISHED, DELIVERED)
        ways = zip(names, stops, stops[1:], strict=False)
        return {name: round((until - since) * 1000, 3) for name, since, until in ways if math.isfinite(until - since)}


def _unknown(length: int) -> "array[float]":
    return array("d", [math.inf]) * length


def _moments(seqs: "array[int]", micros: "array[int]", length: int, offset: Offset) -> "array[float]":
    found = _unknown(length)
    for seq, stamp in zip(seqs, micros, strict=True):
        found[seq] = offset.moment(stamp)
    return found


def _between(since: "array[float]", until: "array[float]", due: "array[float]") -> "array[float]":
    """Microseconds of the messages that were planned and have both stamps."""
    known = (ways for ways in zip(since, until, due, strict=True) if all(map(math.isfinite, ways)))
    return array("d", [(last - first) * 1e6 for first, last, _ in known])
