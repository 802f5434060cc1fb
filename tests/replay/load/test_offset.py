import time

from replay.load.offset import Offset, measured, over


def test_the_offset_of_now_turns_a_stamp_into_a_moment():
    """Within the error that it states, and that is small."""
    offset = measured()
    before = time.monotonic()
    stamp = time.time_ns() // 1000
    after = time.monotonic()
    assert 0 <= offset.error < 0.001
    assert before - offset.error - 0.001 <= offset.moment(stamp) <= after + offset.error + 0.001


def test_a_clock_that_was_moved_shows_in_the_error():
    """Half of what lies between the first and the last offset, and their own errors."""
    assert over(Offset(100.0, 0.25), Offset(101.0, 0.125)) == Offset(100.5, 0.75)
