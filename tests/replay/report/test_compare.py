from msgspec.structs import replace

from replay.report.compare import Change, compare
from tests.replay.report import made_up

REPORT = made_up.report()


def test_a_report_beside_itself_has_no_change_and_no_warning():
    """Every number is there all the same."""
    found = compare(REPORT, REPORT)
    assert found.warnings == []
    assert {change.is_better for change in found.changes} == {None}
    assert {change.share for change in found.changes} <= {0.0, None}
    assert {"sender", "firehose", "planned to received", "service 1"} <= {change.where for change in found.changes}


def test_a_change_says_how_much_and_whether_it_is_better():
    """Less latency and fewer findings, a higher rate."""
    earlier = made_up.report(pace=1.25, missing=4)
    earlier = replace(earlier, sender=replace(made_up.sender(), achieved=80.0))
    found = {(change.where, change.what): change for change in compare(REPORT, earlier).changes}
    assert found["firehose", "max"].is_better
    assert -0.21 < (found["firehose", "max"].share or 0) < -0.19
    assert found["firehose", "findings"] == Change("firehose", "findings", "", 5, 0)
    assert found["sender", "sent"].is_better
    assert found["firehose", "received"].is_better is None


def test_what_differs_besides_is_warned_of():
    """Command, seed, machine, and tiers that only one of them has."""
    earlier = replace(
        REPORT, command="feed load", seed=8, environment={"machine": "64 processors"}, tiers=REPORT.tiers[1:]
    )
    warnings = "\n".join(compare(REPORT, earlier).warnings)
    assert f"another command: {REPORT.command} now, feed load then" in warnings
    assert "another seed: 7 now, 8 then" in warnings
    assert "another machine: machine is 2 processors, 24 GB now, was 64 processors then" in warnings
    assert "another machine: system is Linux 6.8 now, was unknown then" in warnings
    assert "not in both: firehose" in warnings
