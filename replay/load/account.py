"""What a run came to: every subscriber checked, every delivery measured, and the gates held against it."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from hdrh.histogram import HdrHistogram
from msgspec.structs import replace

from replay.load.bottleneck import bottlenecks, unjudged
from replay.load.buckets import DIGITS, LONGEST, points
from replay.load.check import Checked, check
from replay.load.due import due
from replay.load.given import Ran
from replay.load.journal import read_journal
from replay.load.latency import Latency, Stamps
from replay.load.profile import LISTED, STEADY, Profile, Span, Tier
from replay.load.reader import ENDED_BY_US
from replay.load.received import BROKEN, Stretch
from replay.load.span import Span as Slots
from replay.load.subscription import Manner, Subscription
from replay.load.surroundings import environment, versions
from replay.load.truth import acknowledged
from replay.report import model
from replay.report.gates import judge
from replay.tally import REFUSED

FLAG: Final = "P"
RECOVERY_SECONDS: Final = 15.0  # behind a restart: who was away comes back, and what waited is sent
FINDINGS_MAX, LOST_MAX = 200, 20  # that the report shows; all are counted
UNDER_WAY_SECONDS: Final = 1.0  # what was due so shortly before the service went away may have been under way


class Account:
    """Takes subscriber by subscriber, then tells the report."""

    def __init__(self, ran: Ran) -> None:
        began, length = ran.diary.began, max(ran.seconds, 1.0)
        self._ran = ran
        self._windows = windows(ran.given.profile, ran.diary.pauses, ran.diary.lists, length)
        cuts = {began + moment for spans in self._windows.values() for span in spans for moment in span}
        planned = due(ran.planned, ran.stream)
        self._lost = acknowledged(ran.stream, ran.acknowledged)
        stamps = Stamps(ran.stream.seqs, ran.stream.recvs, ran.stream.published)
        self._latency = Latency(planned, stamps, ran.offset, Slots(began, length, cuts))
        self._visitors = {tier.name for tier in ran.given.profile.tier if tier.during}
        self._checked: defaultdict[str, list[Checked]] = defaultdict(list)
        self._closes: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self._reconnects: Counter[str] = Counter()
        self._broken: Counter[str] = Counter()
        self._unresumed: Counter[str] = Counter()

    def add(self, subscription: Subscription, stretches: Sequence[Stretch]) -> None:
        """Check and measure one subscriber; without a stretch it never got in. A visitor is owed what it was sent."""
        ran, tier = self._ran, subscription.tier
        until = 0 if tier in self._visitors else ran.tip
        self._checked[tier].append(check(subscription, stretches, ran.stream, ran.stream.epoch, FLAG, until))
        self._latency.add(subscription, stretches)
        self._closes[tier].update(stretch.code for stretch in stretches)
        self._reconnects[tier] += max(0, len(stretches) - 1)
        if subscription.manner is not Manner.STALL:
            self._broken[tier] += sum(map(self._is_broken, stretches))
            self._unresumed[tier] += bool(stretches) and stretches[-1].code != ENDED_BY_US

    def report(self) -> model.LoadReport:
        """All of it, with the gates judged."""
        ran, profile = self._ran, self._ran.given.profile
        limits = bottlenecks(ran.processes, ran.outcomes, ran.turns_ms, ran.seconds)
        began = datetime.fromtimestamp(ran.diary.began + ran.offset.seconds, UTC)
        report = model.LoadReport(
            title=profile.title,
            profile=ran.given.name,
            command=ran.given.command,
            seed=ran.given.seed,
            versions=versions(),
            started=began.isoformat(timespec="seconds"),
            seconds=round(ran.seconds, 3),
            environment=environment(),
            sender=ran.sent,
            tiers=[self._tier(tier) for tier in profile.tier if tier.subscribers],
            hops=self._latency.hop_rows(),
            windows=list(self._window_rows()),
            rates=ran.rates,
            histograms=self._latency.histograms(),
            heat=self._latency.heat(),
            markers=ran.diary.markers,
            processes=ran.processes,
            slowest=self._latency.slowest(self._topic),
            findings=list(self._found())[:FINDINGS_MAX],
            oracle=_oracle(ran.truth),
            notes=[*ran.diary.notes, *limits, *ran.sent.notes, *map(str, self._lost[:LOST_MAX])],
        )
        judged = judge(profile.gate, report)
        gates = unjudged(profile.gate, judged, limits[0]) if limits else judged
        return replace(report, gates=[*gates, *self._stream()])

    def _is_broken(self, stretch: Stretch) -> bool:
        """Whether a connection broke that the service was there for all the time."""
        diary = self._ran.diary
        opened, closed = stretch.opened - diary.began, stretch.closed - diary.began
        return stretch.code == BROKEN and not any(opened <= away <= closed for away, _ in diary.pauses)

    def _stream(self) -> Iterator[model.Gate]:
        """What is asked of the stream itself in every run."""
        stream = self._ran.stream
        sent = self._ran.sent
        breaks = sum(stream.findings.counts.values())
        untaken = sent.lost + sent.outcomes.get(REFUSED, 0)
        for name, wrong, count in (
            ("no break in the stream itself", breaks, len(stream)),
            ("nothing that was acknowledged is lost", len(self._lost), len(self._ran.acknowledged)),
            ("every document was taken", untaken, sent.documents),
        ):
            is_met = not wrong if wrong or count else None
            yield model.Gate(name=name, asked="0", found=f"{wrong:,} in {count:,}", is_met=is_met)
        if missed := self._ran.diary.missed:
            yield model.Gate(name="all that was to happen happened", asked="all", found=missed[0], is_met=None)

    def _tier(self, tier: Tier) -> model.Tier:
        checked = self._checked[tier.name]
        counts: Counter[str] = Counter()
        for each in checked:
            counts.update(each.counts)
        live = self._latency.histogram(tier.name)
        return model.Tier(
            name=tier.name,
            manner=tier.manner,
            subscribers=len(checked),
            expected=sum(each.expected for each in checked),
            received=sum(each.received for each in checked),
            counts=dict(counts),
            states=len(checked),
            states_right=sum(each.state_is_right for each in checked),
            latency=points(live),
            measured=live.get_total_count(),
            unplanned=self._latency.unplanned[tier.name],
            closes=dict(sorted(self._closes[tier.name].items())),
            broken=self._broken[tier.name],
            unresumed=self._unresumed[tier.name],
            reconnects=self._reconnects[tier.name],
            caught_up=self._latency.caught_up.get(tier.name),
        )

    def _window_rows(self) -> Iterator[model.Window]:
        began = self._ran.diary.began
        healthy = [tier.name for tier in self._ran.given.profile.tier if tier.is_healthy and tier.subscribers]
        for name, spans in self._windows.items():
            for tier in healthy:
                merged = HdrHistogram(1, LONGEST, DIGITS)
                for since, until in spans:
                    merged.add(self._latency.histogram(tier, began + since, began + until))
                yield model.Window(
                    name=name,
                    tier=tier,
                    since=spans[0][0],
                    until=spans[-1][1],
                    count=merged.get_total_count(),
                    latency=points(merged),
                )

    def _found(self) -> Iterator[model.Found]:
        for found in self._ran.stream.findings.shown:
            yield model.Found(name=found.name, tier="", subscriber=-1, seq=found.seq, topic=found.topic)
        for tier, checked in self._checked.items():
            for each in checked:
                for found in each.findings:
                    yield model.Found(
                        name=found.name,
                        tier=tier,
                        subscriber=each.number,
                        seq=found.seq,
                        topic=found.topic,
                        detail=found.detail,
                    )

    def _topic(self, seq: int) -> str:
        position = self._ran.stream.position(seq)
        return "" if position is None else self._ran.stream.topic(position)


def account(ran: Ran, tell: Callable[[int], None]) -> model.LoadReport:
    """The report of a run; `tell` hears how many subscribers have been checked."""
    taken = Account(ran)
    missed = dict(ran.subscriptions)
    for journal in ran.journals:
        for number, stretches in read_journal(journal):
            taken.add(missed.pop(number), stretches)
            tell(len(ran.subscriptions) - len(missed))
    for subscription in missed.values():
        taken.add(subscription, [])
    return taken.report()


def windows(profile: Profile, pauses: Iterable[Span], lists: Iterable[Span], length: float) -> dict[str, list[Span]]:
    """The windows of a profile within a run of so many seconds, STEADY and LISTED; without those that are empty."""
    found = {window.name: _within(window.spans, length) for window in profile.window}
    found[STEADY] = _within(_steady(pauses, length), length)
    found[LISTED] = _within(sorted(lists), length)
    return {name: spans for name, spans in found.items() if spans}


def _steady(pauses: Iterable[Span], length: float) -> Iterator[Span]:
    since = 0.0
    for away, ready in sorted(pauses):
        yield since, away - UNDER_WAY_SECONDS
        since = ready + RECOVERY_SECONDS
    yield since, length


def _within(spans: Iterable[Span], length: float) -> list[Span]:
    return [(since, min(until, length)) for since, until in spans if since < min(until, length)]


def _oracle(truth: tuple[str, list[str]] | None) -> model.Oracle:
    if truth is None:
        return model.Oracle()
    digest, findings = truth
    return model.Oracle(is_checked=True, hash=digest, findings=findings)
