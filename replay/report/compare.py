"""Two reports side by side, number by number, and what makes them hard to compare."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from replay.report.model import POINTS, LoadReport, Observed, Tier


class Change(NamedTuple):
    """One number then and now. `is_less_better` None: neither is."""

    where: str
    what: str
    unit: str
    before: float
    now: float
    is_less_better: bool | None = True

    @property
    def share(self) -> float | None:
        """The change as a share of what it was; None from nothing."""
        return (self.now - self.before) / self.before if self.before else None

    @property
    def is_better(self) -> bool | None:
        """None when it is the same, or when neither is better."""
        if self.is_less_better is None or self.now == self.before:
            return None
        return (self.now < self.before) == self.is_less_better


class Comparison(NamedTuple):
    """An earlier report against this one: `warnings` say what else differs than the code."""

    started: str
    warnings: list[str]
    changes: list[Change]


def compare(report: LoadReport, earlier: LoadReport) -> Comparison:
    """Put an earlier report beside this one."""
    changes = [*_sender(report, earlier), *_tiers(report, earlier), *_hops(report, earlier)]
    changes += _processes(report, earlier)
    return Comparison(earlier.started, list(_warnings(report, earlier)), changes)


def _warnings(report: LoadReport, earlier: LoadReport) -> Iterator[str]:
    for what, now, before in (
        ("profile", report.profile, earlier.profile),
        ("command", report.command, earlier.command),
        ("seed", report.seed, earlier.seed),
    ):
        if now != before:
            yield f"another {what}: {now} now, {before} then"
    for what in sorted(report.environment.keys() | earlier.environment.keys()):
        now, before = report.environment.get(what, "unknown"), earlier.environment.get(what, "unknown")
        if now != before:
            yield f"another machine: {what} is {now} now, was {before} then"
    names = {tier.name for tier in report.tiers} ^ {tier.name for tier in earlier.tiers}
    if names:
        yield f"not in both: {', '.join(sorted(names))}"


def _sender(report: LoadReport, earlier: LoadReport) -> Iterator[Change]:
    now, before = report.sender, earlier.sender
    if now is None or before is None:
        return
    yield Change("sender", "planned", "documents/s", before.offered or 0.0, now.offered or 0.0, None)
    yield Change("sender", "sent", "documents/s", before.achieved, now.achieved, is_less_better=False)
    yield from _points("sender, lag", before.lag_ms, now.lag_ms)
    yield from _points("sender, answer", before.answer_ms, now.answer_ms)


def _tiers(report: LoadReport, earlier: LoadReport) -> Iterator[Change]:
    known = {tier.name: tier for tier in earlier.tiers}
    for now in report.tiers:
        before = known.get(now.name)
        if before is None:
            continue
        yield Change(now.name, "subscribers", "", before.subscribers, now.subscribers, None)
        yield Change(now.name, "received", "messages", before.received, now.received, None)
        yield Change(now.name, "findings", "", _findings(before), _findings(now))
        yield from _points(now.name, before.latency, now.latency)


def _hops(report: LoadReport, earlier: LoadReport) -> Iterator[Change]:
    known = {hop.name: hop for hop in earlier.hops}
    for now in report.hops:
        if now.name in known:
            yield from _points(now.name, known[now.name].latency, now.latency)


def _processes(report: LoadReport, earlier: LoadReport) -> Iterator[Change]:
    known = _numbered(earlier.processes)
    for name, now in _numbered(report.processes).items():
        before = known.get(name)
        if before is None or not before.samples or not now.samples:
            continue
        yield Change(name, "mean CPU", "%", 100 * _cpu(before), 100 * _cpu(now))
        yield Change(name, "peak memory", "MB", _rss(before) / 1e6, _rss(now) / 1e6)


def _numbered(processes: Iterable[Observed]) -> dict[str, Observed]:
    """By role and number within it: all of them run the same program."""
    seen: Counter[str] = Counter()
    found = {}
    for each in processes:
        seen[each.role] += 1
        found[f"{each.role} {seen[each.role]}"] = each
    return found


def _points(where: str, before: dict[str, float], now: dict[str, float]) -> Iterator[Change]:
    for point in POINTS:
        if point in before and point in now:
            yield Change(where, point, "ms", before[point], now[point])


def _findings(tier: Tier) -> int:
    return sum(tier.counts.values())


def _cpu(each: Observed) -> float:
    return sum(sample.cpu for sample in each.samples) / len(each.samples)


def _rss(each: Observed) -> int:
    return max(sample.rss for sample in each.samples)
