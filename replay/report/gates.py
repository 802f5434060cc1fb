"""What a run must reach: a closed list of gates as values, judged on the report alone.

A gate that cannot be judged is not met: a run that could not measure what it was asked to has not passed.
"""

from collections.abc import Iterable, Sequence
from typing import Final, Literal, assert_never

import msgspec

from replay.report.model import Gate, LoadReport, Tier, Window
from replay.report.wording import number

Point = Literal["p50", "p90", "p99", "p999", "max"]
_EVERY: Final = "findings of any name"
_STALLED: Final = "stall"
_LATE: Final = frozenset({"slow", _STALLED})
_ENDED_BY_US: Final = 0
PASSED, FAILED, UNJUDGED, MEASURED = "passed", "failed", "not judged", "no gates"


class NoFinding(msgspec.Struct, frozen=True, kw_only=True, tag="no_finding"):
    """A finding (one of replay.verify.findings.Name; empty: any) was not made in these tiers (empty: any)."""

    finding: str = ""
    tiers: tuple[str, ...] = ()


class StatesRight(msgspec.Struct, frozen=True, kw_only=True, tag="states_right"):
    """What every subscriber of these tiers (empty: all) holds at its end is the stream's state."""

    tiers: tuple[str, ...] = ()


class LatencyAtMost(msgspec.Struct, frozen=True, kw_only=True, tag="latency"):
    """A percentile of a tier, from the planned moment; with `window` of what was due in a named window only."""

    tier: str
    point: Point
    ms: float
    window: str = ""


class WindowRatioAtMost(msgspec.Struct, frozen=True, kw_only=True, tag="window_ratio"):
    """A percentile of a tier in one window is at most so many times that in another."""

    tier: str
    point: Point
    window: str
    against: str
    ratio: float


class LagAtMost(msgspec.Struct, frozen=True, kw_only=True, tag="lag"):
    """A percentile of how late the sender was."""

    point: Point
    ms: float


class OfferedReached(msgspec.Struct, frozen=True, kw_only=True, tag="offered_reached"):
    """The sender reached this share of the planned rate, and every document got an answer."""

    share: float = 0.99


class OracleAgrees(msgspec.Struct, frozen=True, tag="oracle"):
    """The service's end is what the Games were made with."""


class ClosesByRule(msgspec.Struct, frozen=True, kw_only=True, tag="closes"):
    """Of these tiers (empty: all): who is slow is not cut off without a word and comes back, who stalls is closed."""

    tiers: tuple[str, ...] = ()


AnyGate = (
    NoFinding
    | StatesRight
    | LatencyAtMost
    | WindowRatioAtMost
    | LagAtMost
    | OfferedReached
    | OracleAgrees
    | ClosesByRule
)


def judge(gates: Iterable[AnyGate], report: LoadReport) -> list[Gate]:
    """Hold a report against gates, in their order."""
    return [_judged(gate, report) for gate in gates]


def verdict(gates: Sequence[Gate]) -> str:
    """PASSED, FAILED, UNJUDGED (nothing failed, but something could not be judged) or MEASURED (nothing was asked)."""
    if not gates:
        return MEASURED
    if any(gate.is_met is False for gate in gates):
        return FAILED
    return UNJUDGED if any(gate.is_met is None for gate in gates) else PASSED


def exit_code(gates: Sequence[Gate]) -> int:
    """0 when all that was asked is met, else 1."""
    return 0 if verdict(gates) in {PASSED, MEASURED} else 1


def _judged(gate: AnyGate, report: LoadReport) -> Gate:  # noqa: PLR0911 - one line a gate
    match gate:
        case NoFinding():
            return _no_finding(gate, report)
        case StatesRight():
            return _states_right(gate, report)
        case LatencyAtMost():
            return _latency(gate, report)
        case WindowRatioAtMost():
            return _ratio(gate, report)
        case LagAtMost():
            lag = report.sender.lag_ms.get(gate.point) if report.sender else None
            return _at_most(f"send lag {gate.point}", gate.ms, lag, "nothing was sent at planned moments")
        case OfferedReached():
            return _offered(gate, report)
        case OracleAgrees():
            return _oracle(report)
        case ClosesByRule():
            return _closes(gate, report)
        case _:
            assert_never(gate)


def _no_finding(gate: NoFinding, report: LoadReport) -> Gate:
    name = f"{(gate.finding or _EVERY).replace('_', ' ')}{_among(gate.tiers)}"
    tiers, absent = _tiers(gate.tiers, report)
    expected = sum(tier.expected for tier in tiers)
    if absent or not expected:
        return _unjudged(name, "0", absent or "nothing was expected by any subscriber")
    counts = [tier.counts.get(gate.finding, 0) if gate.finding else sum(tier.counts.values()) for tier in tiers]
    return Gate(name=name, asked="0", found=f"{sum(counts):,} in {expected:,} expected", is_met=not sum(counts))


def _states_right(gate: StatesRight, report: LoadReport) -> Gate:
    name = f"final states right{_among(gate.tiers)}"
    tiers, absent = _tiers(gate.tiers, report)
    states, right = sum(tier.states for tier in tiers), sum(tier.states_right for tier in tiers)
    if absent or not states:
        return _unjudged(name, "all", absent or "no state was compared")
    return Gate(name=name, asked="all", found=f"{right:,} of {states:,}", is_met=right == states)


def _latency(gate: LatencyAtMost, report: LoadReport) -> Gate:
    name = f"{gate.tier} {gate.point}" + (f", {gate.window}" if gate.window else "")
    found = _window(report, gate.window, gate.tier) if gate.window else _tier(report, gate.tier)
    latency = found.latency.get(gate.point) if found else None
    return _at_most(name, gate.ms, latency, "nothing was delivered live there")


def _ratio(gate: WindowRatioAtMost, report: LoadReport) -> Gate:
    name = f"{gate.tier} {gate.point}, {gate.window} against {gate.against}"
    asked = f"at most {gate.ratio:g} times"
    windows = [_window(report, each, gate.tier) for each in (gate.window, gate.against)]
    values = [window.latency.get(gate.point) if window else None for window in windows]
    for window, value in zip((gate.window, gate.against), values, strict=True):
        if value is None:
            return _unjudged(name, asked, f"nothing was delivered live in “{window}”")
    here, there = (float(value or 0) for value in values)
    if not there:
        return _unjudged(name, asked, f"no time passed in “{gate.against}”")
    found = f"{here / there:.2f} times: {number(here)} ms, {number(there)} ms"
    return Gate(name=name, asked=asked, found=found, is_met=here <= gate.ratio * there)


def _offered(gate: OfferedReached, report: LoadReport) -> Gate:
    name, asked, sender = "planned rate reached", f"at least {gate.share:.0%}", report.sender
    if sender is None or not sender.offered:
        return _unjudged(name, asked, "nothing was sent at planned moments")
    share = sender.achieved / sender.offered
    found = f"{share:.1%} of {sender.offered:,.1f} documents a second" + (
        f", {sender.lost:,} without an answer" if sender.lost else "" if sender.is_whole else ", not all of the plan"
    )
    is_met = share >= gate.share and not sender.lost and sender.is_whole
    return Gate(name=name, asked=asked, found=found, is_met=is_met)


def _oracle(report: LoadReport) -> Gate:
    name, asked, oracle = "the truth of the Games agrees", "no difference", report.oracle
    if not oracle.is_checked:
        return _unjudged(name, asked, "no truth was given")
    found = f"{len(oracle.findings):,} differences" if oracle.findings else f"agrees, {oracle.hash[:12]}"
    return Gate(name=name, asked=asked, found=found, is_met=not oracle.findings)


def _closes(gate: ClosesByRule, report: LoadReport) -> Gate:
    name, asked = f"slow readers closed by rule alone{_among(gate.tiers)}", "no other close, no stalled one kept"
    named, absent = _tiers(gate.tiers, report)
    tiers = [tier for tier in named if tier.manner in _LATE]
    readers = sum(tier.subscribers for tier in tiers)
    if absent or not readers:
        return _unjudged(name, asked, absent or "there was no slow reader")
    broken, lost = sum(tier.broken for tier in tiers), sum(tier.unresumed for tier in tiers)
    kept = sum(tier.closes.get(_ENDED_BY_US, 0) for tier in tiers if tier.manner == _STALLED)
    found = f"{broken:,} cut off, {lost:,} not back, {kept:,} stalled and kept, of {readers:,}"
    return Gate(name=name, asked=asked, found=found, is_met=not (broken or lost or kept))


def _at_most(name: str, limit: float, found: float | None, why: str) -> Gate:
    asked = f"at most {limit:,g} ms"
    if found is None:
        return _unjudged(name, asked, why)
    return Gate(name=name, asked=asked, found=f"{found:,.1f} ms", is_met=found <= limit)


def _unjudged(name: str, asked: str, why: str) -> Gate:
    return Gate(name=name, asked=asked, found=why, is_met=None)


def _among(tiers: Sequence[str]) -> str:
    return f" ({', '.join(tiers)})" if tiers else ""


def _tiers(names: Sequence[str], report: LoadReport) -> tuple[list[Tier], str]:
    """The tiers of these names, all when there are none; and what is wrong with the names."""
    absent = [name for name in names if _tier(report, name) is None]
    found = [tier for tier in report.tiers if not names or tier.name in names]
    return found, f"there is no tier {', '.join(absent)}" if absent else ""


def _tier(report: LoadReport, name: str) -> Tier | None:
    return next((tier for tier in report.tiers if tier.name == name), None)


def _window(report: LoadReport, name: str, tier: str) -> Window | None:
    return next((window for window in report.windows if (window.name, window.tier) == (name, tier)), None)
