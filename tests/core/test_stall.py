from feed.core.stall import STALL_MICROS, StallWatch


def test_a_reader_is_given_up_after_the_window_without_a_byte():
    """Not a microsecond earlier."""
    watch = StallWatch()
    assert not watch.is_stalled(100, 0)
    assert not watch.is_stalled(100, STALL_MICROS - 1)
    assert watch.is_stalled(100, STALL_MICROS)


def test_one_accepted_byte_starts_the_window_anew():
    """Lag alone never counts: whoever makes progress stays, however slow."""
    watch = StallWatch()
    for second in range(100):
        assert not watch.is_stalled(second, second * (STALL_MICROS - 1))
    assert not watch.is_stalled(99, 99 * (STALL_MICROS - 1) + STALL_MICROS - 1)
    assert watch.is_stalled(99, 99 * (STALL_MICROS - 1) + STALL_MICROS)


def test_the_window_is_the_callers_to_choose():
    """In microseconds."""
    watch = StallWatch()
    assert not watch.is_stalled(0, 1_000, window=5)
    assert not watch.is_stalled(0, 1_004, window=5)
    assert watch.is_stalled(0, 1_005, window=5)


def test_a_paid_debt_ends_the_window():
    """The next debt starts its own, even when not a byte more was accepted."""
    watch = StallWatch()
    assert not watch.is_stalled(100, 0)
    watch.is_paid()
    assert not watch.is_stalled(100, 5 * STALL_MICROS)
    assert watch.is_stalled(100, 6 * STALL_MICROS)
