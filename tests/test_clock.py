import time

from feed.clock import now_micros


def test_the_clock_tells_whole_microseconds_utc():
    """Between two readings of the system's clock."""
    before = time.time_ns()
    now = now_micros()
    assert isinstance(now, int)
    assert before // 1000 <= now <= time.time_ns() // 1000
