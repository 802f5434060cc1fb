from replay.load.bottleneck import FULL_SHARE, TURN_MS, bottlenecks, unjudged
from replay.load.progress import Outcome
from replay.report.gates import LatencyAtMost, NoFinding, WindowRatioAtMost
from replay.report.model import Gate, Observed, Sample


def observed(role: str, *shares: float) -> Observed:
    samples = [Sample(at=place, cpu=share, rss=1, descriptors=1) for place, share in enumerate(shares)]
    return Observed(name="python", pid=7, role=role, samples=samples)


def outcome(turn_ms: float) -> Outcome:
    nothing = dict.fromkeys(("subscribers", "connected", "received", "reconnects", "refused", "slowest"), 0)
    times = dict.fromkeys(("busiest", "worst_turn", "cpu_seconds"), 0.0)
    # the numbers are fields of an Outcome by name
    return Outcome(**nothing, **times, closed={}, behind=[], lag={"p99": turn_ms})  # type: ignore[arg-type]


def test_a_generator_without_time_left_is_the_bottleneck():
    """More than a tenth of the seconds of the replay; what comes after it does not count."""
    busy = 1 + int(20 * FULL_SHARE)
    (said,) = bottlenecks([observed("fleet", *[1.0] * busy, *[0.1] * (20 - busy))], [], 0.0, 100.0)
    assert said.startswith(
        "the generator is the bottleneck: the fleet (process 7) had no processor time left in 3 of 20"
    )
    assert bottlenecks([observed("sender", 0.5, 0.5, 1.0)], [], 0.0, 1.5) == []


def test_a_service_without_time_left_is_no_bottleneck_of_ours():
    """That is what a load is for."""
    assert bottlenecks([observed("service", *[1.0] * 20), observed("broker", *[1.0] * 20)], [], 0.0, 100.0) == []


def test_loops_that_come_late_are():
    """A fleet's, by its own measure, and the sender's."""
    assert bottlenecks([], [outcome(TURN_MS)], TURN_MS, 10.0) == []
    said = bottlenecks([], [outcome(1.0), outcome(80.0)], 90.0, 10.0)
    assert [line.partition(": ")[2] for line in said] == [
        "a fleet came to what was due 80 ms late at p99",
        "the sender came to what was due 90 ms late at p99",
    ]


def test_gates_of_time_are_not_judged_then():
    """With the reason; what is lost is lost whoever was slow."""
    wanted = (
        NoFinding(),
        LatencyAtMost(tier="board", point="p99", ms=5.0),
        WindowRatioAtMost(tier="board", point="p99", window="a", against="b", ratio=1.0),
    )
    judged = [Gate(name=str(place), asked="5", found="4", is_met=True) for place in range(3)]
    gates = unjudged(wanted, judged, "it was us")
    assert [gate.is_met for gate in gates] == [True, None, None]
    assert gates[1].found == "4: it was us"
