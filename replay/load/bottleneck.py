"""Whether what was measured is the generator: its processes without time left, or its loops too slow to look."""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from replay.load.progress import Outcome
from replay.report.gates import AnyGate, LatencyAtMost, WindowRatioAtMost
from replay.report.model import Gate, Observed

FULL: Final = 0.9  # of a processor
FULL_SHARE: Final = 0.1  # of the seconds of the replay in which a process may be full, and one in any case
TURN_MS: Final = 50.0  # p99 of the turns of a loop: what is to be read, or to be sent, waits so long for us
GENERATORS: Final = frozenset({"sender", "fleet"})


def bottlenecks(
    processes: Iterable[Observed], outcomes: Iterable[Outcome], sender_ms: float, seconds: float
) -> list[str]:
    """Why latencies of this run are not those of the service, one line each; empty when they are.

    `sender_ms` is p99 of how late the sender's own loop was, `seconds` the length of the replay.
    """
    found = []
    for process in processes:
        shares = [sample.cpu for sample in process.samples if 0 <= sample.at <= seconds]
        full = sum(share > FULL for share in shares)
        if process.role in GENERATORS and full > max(1, FULL_SHARE * len(shares)):
            where = f"the {process.role} (process {process.pid})"
            found.append(f"{where} had no processor time left in {full} of {len(shares)} seconds")
    fleets_ms = max((outcome.lag.get("p99", 0.0) for outcome in outcomes), default=0.0)
    for what, turn in (("a fleet", fleets_ms), ("the sender", sender_ms)):
        if turn > TURN_MS:
            found.append(f"{what} came to what was due {turn:.0f} ms late at p99")
    return [f"the generator is the bottleneck: {line}" for line in found]


def unjudged(wanted: Sequence[AnyGate], judged: Sequence[Gate], why: str) -> list[Gate]:
    """The same gates, those of latency not judged and with the reason."""
    return [
        replace(gate, is_met=None, found=f"{gate.found}: {why}") if _is_of_time(asked) else gate
        for asked, gate in zip(wanted, judged, strict=True)
    ]


def _is_of_time(gate: AnyGate) -> bool:
    return isinstance(gate, LatencyAtMost | WindowRatioAtMost)
