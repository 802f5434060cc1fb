import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from replay.report import gates, model
from replay.report.gates import AnyGate
from tests.replay.report import made_up

REPORT = made_up.report()
UNFIT = {
    "no tier": gates.NoFinding(tiers=("nobody",)),
    "nobody of it": gates.StatesRight(tiers=("firehose", "nobody")),
    "nothing expected": gates.NoFinding(tiers=("stalled",)),
    "no states": gates.StatesRight(tiers=("stalled",)),
    "nothing live": gates.LatencyAtMost(tier="stalled", point="p99", ms=1e9),
    "no such tier": gates.LatencyAtMost(tier="nobody", point="p99", ms=1e9),
    "no such window": gates.LatencyAtMost(tier="firehose", point="p99", ms=1e9, window="noon"),
    "no window to compare": gates.WindowRatioAtMost(
        tier="board", point="p99", window="bulk", against="before", ratio=9
    ),
}


def judged(gate: AnyGate, report: model.LoadReport = REPORT) -> model.Gate:
    (found,) = gates.judge([gate], report)
    return found


def with_tier(**fields: object) -> model.LoadReport:
    """The made-up report, its firehose changed."""
    return replace(REPORT, tiers=[replace(REPORT.tiers[0], **fields), *REPORT.tiers[1:]])


@pytest.mark.parametrize("gate", UNFIT.values(), ids=UNFIT.keys())
def test_what_cannot_be_judged_is_told_and_does_not_pass(gate: AnyGate):
    """With the reason in place of a number."""
    found = judged(gate)
    assert found.is_met is None
    assert found.found
    assert gates.exit_code([found]) == 1


@pytest.mark.parametrize("gate", [gates.LagAtMost(point="p99", ms=9), gates.OfferedReached(), gates.OracleAgrees()])
def test_without_a_plan_or_a_truth_there_is_nothing_to_judge(gate: AnyGate):
    """Sent as fast as possible, or not at all; no oracle given."""
    bare = replace(REPORT, sender=None, oracle=model.Oracle())
    unplanned = replace(bare, sender=replace(made_up.sender(), offered=None, lag_ms={}))
    assert judged(gate, bare).is_met is judged(gate, unplanned).is_met is None
    assert judged(gate).is_met


@given(st.floats(0.01, 1e6), st.floats(0.01, 1e6))
def test_a_percentile_is_met_when_it_is_at_most_what_was_asked(found: float, asked: float):
    """Of a tier and of the sender's lag, at the limit too."""
    report = replace(with_tier(latency={"p99": found}), sender=replace(made_up.sender(), lag_ms={"p99": found}))
    for gate in (gates.LatencyAtMost(tier="firehose", point="p99", ms=asked), gates.LagAtMost(point="p99", ms=asked)):
        assert judged(gate, report).is_met is (found <= asked)


@given(st.dictionaries(st.sampled_from(["missing", "duplicated", "leaked"]), st.integers(1, 9)))
def test_a_finding_is_missed_by_its_own_gate_and_by_that_of_any_name(counts: dict[str, int]):
    """And by none of another name or another tier."""
    report = with_tier(counts=counts)
    for name in ("missing", "duplicated", "leaked", "altered"):
        assert judged(gates.NoFinding(finding=name), report).is_met is (name not in counts)
        assert judged(gates.NoFinding(finding=name, tiers=("board",)), report).is_met
    assert judged(gates.NoFinding(), report).is_met is not bool(counts)


@pytest.mark.parametrize("ratio, is_met", [(1.5, True), (1.49, False)])
def test_a_window_is_held_against_another(ratio: float, is_met: bool):  # noqa: FBT001 - a case
    """The percentile in one is at most so many times that in the other."""
    windows = [
        model.Window(name=name, tier="firehose", since=0, until=1, count=9, latency={"p99": ms})
        for name, ms in (("bulk", 15.0), ("before", 10.0))
    ]
    gate = gates.WindowRatioAtMost(tier="firehose", point="p99", window="bulk", against="before", ratio=ratio)
    found = judged(gate, replace(REPORT, windows=windows))
    assert (found.is_met, found.found) == (is_met, "1.50 times: 15 ms, 10 ms")
    only = gates.LatencyAtMost(tier="firehose", point="p99", ms=10, window="before")
    assert judged(only, replace(REPORT, windows=windows)).is_met


@pytest.mark.parametrize(
    "changed",
    [{"achieved": 100.0}, {"outcomes": {"accepted": 9, "lost": 1}}, {"is_whole": False}],
    ids=["slow", "lost", "cut short"],
)
def test_the_planned_rate_is_reached_only_with_every_answer(changed: dict[str, object]):
    """Too slow, one document without an answer, or not the whole plan: not met."""
    assert judged(gates.OfferedReached()).is_met
    assert judged(gates.OfferedReached(), replace(REPORT, sender=replace(made_up.sender(), **changed))).is_met is False


def test_states_and_truth_must_be_right():
    """One subscriber's state, one difference."""
    assert judged(gates.StatesRight(), with_tier(states_right=49)).found == "2,429 of 2,430"
    assert judged(gates.StatesRight(), with_tier(states_right=49)).is_met is False
    wrong = replace(REPORT, oracle=replace(REPORT.oracle, findings=["gold of ATH"]))
    assert judged(gates.OracleAgrees(), wrong).is_met is False


@given(st.lists(st.sampled_from([True, False, None])))
def test_the_verdict_is_that_of_the_worst_gate(results: list[bool | None]):
    """One that is missed fails all, one that was not judged keeps all from passing."""
    rows = [model.Gate(name="", asked="", found="", is_met=each) for each in results]
    expected = "failed" if False in results else "not judged" if None in results else "passed" if rows else "no gates"
    assert gates.verdict(rows) == expected
    assert gates.exit_code(rows) == (0 if expected in {"passed", "no gates"} else 1)


@pytest.mark.parametrize(
    "tier, wrong, found",
    [
        ("slow", {"broken": 1}, "1 cut off, 0 not back, 0 stalled and kept, of 25"),
        ("slow", {"unresumed": 2}, "0 cut off, 2 not back, 0 stalled and kept, of 25"),
        ("stalled", {"closes": {0: 1, 1006: 4}}, "0 cut off, 0 not back, 1 stalled and kept, of 25"),
        ("firehose", {"broken": 1, "unresumed": 1}, "0 cut off, 0 not back, 0 stalled and kept, of 25"),
    ],
)
def test_slow_readers_are_closed_by_rule(tier: str, wrong: dict[str, object], found: str):
    """A slow one is not cut off, or comes back; a stalled one is not kept. Of the others nothing is asked here."""
    right: dict[str, dict[str, object]] = {"slow": {"closes": {0: 18, 1012: 2}}, "stalled": {"closes": {1006: 5}}}
    right[tier] = right.get(tier, {}) | wrong
    report = replace(REPORT, tiers=[replace(each, **right.get(each.name, {})) for each in REPORT.tiers])
    assert (gate := judged(gates.ClosesByRule(), report)).found == found
    assert gate.is_met is (tier == "firehose")
    assert judged(gates.ClosesByRule(tiers=("board",)), report).is_met is None
