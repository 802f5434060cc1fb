import time

from replay.faults import Faults
from replay.tally import Spread, Tally
from tests.replay.captured import captured, planned


def test_percentiles_are_milliseconds():
    """To three digits; nothing was measured, nothing is told; what is early counts as on time."""
    spread = Spread()
    assert (spread.points(), spread.at(99)) == ({}, 0.0)
    for each in range(1, 1001):
        spread.add(each / 1000)
    assert abs(spread.at(50) - 500) < 1
    assert abs(spread.at(99) - 990) < 1
    assert list(spread.points()) == ["p50", "p90", "p99", "p999", "max"]
    spread.add(-1)
    spread.add(1e9)
    assert spread.at(0) < 0.01


def test_the_report_tells_what_was_counted():
    """Rates between the first document and the last; faults, lag and outcomes by name."""
    tally = Tally()
    (item,) = planned([captured("XA")], faults=Faults(loss=1))
    tally.left(item, time.monotonic() - 0.5)
    tally.left(item, time.monotonic())
    tally.planned_seconds = 0.5
    tally.answered("accepted", time.monotonic())
    tally.answered("refused", time.monotonic(), "bad_key")
    report = tally.report(command="feed replay x", seed=3, speed=60.0, is_whole=True)
    assert (report.documents, report.bytes, report.offered) == (2, 2 * len(item.captured.data), 2.0)
    assert report.faults == {"loss": 2}
    assert report.outcomes == {"accepted": 1, "refused": 1}
    assert report.refused == {"bad_key": 1}
    assert report.lost == 0
    assert 500 <= report.lag_ms["max"] < 600


def test_without_planned_times_nothing_is_offered():
    """At max speed there is a rate that was reached, and no lag."""
    tally = Tally()
    (item,) = planned([captured("XA")])
    tally.left(item, None)
    report = tally.report(command="", seed=0, speed=None, is_whole=True)
    assert (report.offered, report.achieved, report.lag_ms) == (None, 0.0, {})
