import pytest
import uvloop

from benchmarks import pace

pytestmark = pytest.mark.alone


def test_both_senders_send_all_of_it():
    """At the wished rate, each unit a lane of its own, so that nothing waits for an answer."""
    with pace._door() as port:
        for is_plain in (True, False):
            tally = uvloop.run(pace.sent(port, 100, 0.5, is_plain=is_plain))
            assert tally.outcomes == {"accepted": 50}
            assert (tally.held, tally.connections >= pace.SOURCES) == (0, True)
            assert tally.lag.at(50) > 0


def test_a_timer_of_the_loop_is_what_it_is_compared_with():
    """The plain sender waits without the pacer: its median is no better than the replayer's."""
    with pace._door() as port:
        plain, paced = (uvloop.run(pace.sent(port, 200, 1.0, is_plain=each)).lag.at(50) for each in (True, False))
    assert plain > paced


def test_the_table_has_a_row_for_each_sender():
    """Percentiles in columns, and whether the aim was reached."""
    table = pace.measure(1, 0.2)
    assert table[2].startswith("| sender | p50 | p90 | p99 |")
    assert [row.split(" |")[0] for row in table[4:6]] == ["| plain asyncio.sleep", "| replayer"]
    assert "2 ms: " in table[-1]
