"""A report as one page that opens from disk: no network, no script, everything escaped."""

from collections.abc import Iterator
from pathlib import Path
from statistics import fmean
from typing import Final, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from replay.report import gates, hdr, plots, wording
from replay.report.compare import Change, Comparison, compare
from replay.report.model import CATCH_UP, POINTS, LoadReport, Observed
from replay.report.svg import tag

_HERE: Final = Path(__file__).parent
_ALWAYS: Final = ("missing", "duplicated", "out_of_order")  # columns even when there are none
_POINT_NAMES: Final = {
    "p50": "50\N{NO-BREAK SPACE}%",
    "p90": "90\N{NO-BREAK SPACE}%",
    "p99": "99\N{NO-BREAK SPACE}%",
    "p999": "99.9\N{NO-BREAK SPACE}%",
    "max": "max",
}
_STATES: Final = {gates.PASSED: "good", gates.FAILED: "bad", gates.UNJUDGED: "open", gates.MEASURED: "open"}
_PARTS: Final = (
    ("rate", "Rate"),
    ("latency", "Latency"),
    ("time", "Over time"),
    ("correctness", "Correctness"),
    ("readers", "Slow readers"),
    ("processes", "Processes"),
    ("slowest", "Slowest"),
    ("comparison", "Comparison"),
    ("again", "Run it again"),
)


class Words(NamedTuple):
    """The verdict; `state` is its class on the page."""

    verdict: str
    sentence: str
    state: str


class Tile(NamedTuple):
    """One number at the top."""

    name: str
    value: str
    unit: str = ""


class Bar(NamedTuple):
    """A bar's length in percent, and its number."""

    share: float
    words: str


class Plot(NamedTuple):
    """A small plot of one number of a process."""

    name: str
    value: str
    peak: str
    drawing: Markup


def render(report: LoadReport, earlier: LoadReport | None = None) -> str:
    """The page of a report, beside an earlier one if there is one."""
    page = _environment().get_template("page.html.j2")
    drawn = _plots(report)
    comparison = compare(report, earlier) if earlier else None
    others = [change for change in comparison.changes if change.what not in POINTS] if comparison else []
    absent = {
        "rate": report.sender is None,
        "time": not drawn["heat"],
        "processes": not report.processes,
        "slowest": not report.slowest,
        "comparison": earlier is None,
    }
    text = page.render(
        report=report,
        style=Markup((_HERE / "page.css").read_text("utf-8")),  # noqa: S704 - our own file
        words=_words(report),
        tiles=list(_tiles(report)),
        parts=[(part, name) for part, name in _PARTS if not absent.get(part)],
        points=POINTS,
        point_names=[_POINT_NAMES[point] for point in POINTS],
        finding_names=_finding_names(report),
        bars=_bars(report),
        plots=drawn,
        observed=[_observed(each, report) for each in report.processes],
        hop_names=list(dict.fromkeys(hop for each in report.slowest for hop in each.hops)),
        slowest=[{"row": each, "shares": plots.shares("Shares of the hops", each.hops)} for each in report.slowest],
        comparison=comparison,
        latencies=_latencies(comparison),
        others=[change for change in others if change.now != change.before],
        same=sum(change.now == change.before for change in others),
    )
    return text.lstrip()


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "number": wording.number,
        "size": wording.size,
        "clock": wording.clock,
        "share": wording.share,
        "close": wording.close,
    }
    return environment


def _words(report: LoadReport) -> Words:
    verdict = gates.verdict(report.gates)
    met = sum(gate.is_met is True for gate in report.gates)
    missed = [gate.name for gate in report.gates if gate.is_met is False]
    unjudged = [gate.name for gate in report.gates if gate.is_met is None]
    sentence = f"{met} of {len(report.gates)} gates met."
    if missed:
        sentence += f" Not met: {'; '.join(missed)}."
    if unjudged:
        sentence += f" Could not be judged: {'; '.join(unjudged)}."
    if verdict == gates.MEASURED:
        sentence = "Nothing was asked of this run: it was only measured."
    return Words(verdict.capitalize(), sentence, _STATES[verdict])


def _tiles(report: LoadReport) -> Iterator[Tile]:
    yield Tile("subscribers", wording.number(sum(tier.subscribers for tier in report.tiers)))
    received, expected = (sum(getattr(tier, what) for tier in report.tiers) for what in ("received", "expected"))
    yield Tile("messages delivered", wording.number(received), f"of {expected:,}")
    wrong = [report.total(name) for name in _ALWAYS]
    yield Tile("missing, duplicated, out of order", " / ".join(f"{count:,}" for count in wrong))
    slow = max(
        ((tier.latency["p99"], tier.name) for tier in report.tiers if _is_prompt(tier.manner, tier.latency)),
        default=None,
    )
    if slow:
        yield Tile("slowest prompt p99", f"{wording.number(slow[0])} ms", slow[1])
    if report.sender:
        yield Tile("sent", f"{wording.number(report.sender.achieved)} /s", f"of {_rate(report.sender.offered)}")


def _is_prompt(manner: str, latency: dict[str, float]) -> bool:
    return manner in {"follow", "reconnect"} and "p99" in latency


def _rate(offered: float | None) -> str:
    return f"{wording.number(offered)} planned" if offered else "no plan"


def _finding_names(report: LoadReport) -> list[str]:
    found = {name for tier in report.tiers for name, count in tier.counts.items() if count}
    return [*_ALWAYS, *sorted(found - set(_ALWAYS))]


def _bars(report: LoadReport) -> list[tuple[str, Bar, str]]:
    sender = report.sender
    if sender is None:
        return []
    most = max(sender.offered or 0.0, sender.achieved) or 1.0
    rows = [("planned", sender.offered, "planned"), ("sent", sender.achieved, "")]
    return [
        (name, Bar(round(100 * value / most, 1), f"{wording.number(value)} /s"), kind)
        for name, value, kind in rows
        if value is not None
    ]


def _latencies(comparison: Comparison | None) -> dict[str, dict[str, Change]]:
    """What is compared by percentile: a row for each tier, hop and so on."""
    found: dict[str, dict[str, Change]] = {}
    for change in comparison.changes if comparison else ():
        if change.what in POINTS:
            found.setdefault(change.where, {})[change.what] = change
    return found


def _plots(report: LoadReport) -> dict[str, Markup]:
    tiers = {tier.name for tier in report.tiers}
    held = {name: hdr.decoded(text) for name, text in report.histograms.items() if name != CATCH_UP}
    by_tier = {name: found for name, found in held.items() if name in tiers}
    by_hop = {name: found for name, found in held.items() if name not in tiers}
    heat, nothing = report.heat, Markup("")
    return {
        "tiers": plots.percentiles("Latency by percentile, a line for each tier", by_tier) if by_tier else nothing,
        "hops": plots.percentiles("Latency by percentile, a line for each hop", by_hop) if by_hop else nothing,
        "heat": plots.heat("Deliveries by time and latency", heat, report.markers) if heat and heat.counts else nothing,
        "rates": plots.rates("Documents a second", report.rates, report.markers) if report.rates else nothing,
        "shades": _shades(),
    }


def _shades() -> Markup:
    levels = range(1, plots.LEVELS + 1)
    cells = [tag("rect", x=(level - 1) * 16, y=0, width=16, height=14, class_=f"h{level}") for level in levels]
    return tag("svg", *cells, viewBox=f"0 0 {16 * plots.LEVELS} 14", aria_hidden="true")


def _observed(each: Observed, report: LoadReport) -> dict[str, object]:
    """A process with its three plots, none without samples."""
    drawn = [
        Plot(
            what,
            words(summed([float(getattr(sample, field)) for sample in each.samples])),
            words(max(float(getattr(sample, field)) for sample in each.samples)),
            plots.spark(f"{what} of {each.name}", each, field, report.seconds, report.markers),
        )
        for what, field, summed, words in (
            ("CPU", "cpu", fmean, "{:.0%}".format),
            ("memory", "rss", _last, wording.size),
            ("descriptors", "descriptors", _last, wording.number),
        )
        if each.samples
    ]
    return {"name": each.name, "role": each.role, "pid": each.pid, "plots": drawn}


def _last(values: list[float]) -> float:
    return values[-1]
