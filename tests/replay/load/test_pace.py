from collections import Counter

from replay.load.pace import Pace, Way


def test_the_same_seed_draws_the_same():
    """And another one draws otherwise."""

    def drawn(seed: int) -> list[float]:
        pace = Pace(seed)
        return [pace.draw() for _ in range(20)]

    assert drawn(5) == drawn(5)
    assert len({*drawn(5), *drawn(6)}) == 40


def test_back_off_doubles_up_to_five_seconds():
    """Each is drawn between the half and the whole, so that not all come back at once."""
    pace = Pace(1)
    for attempt in range(2_000):
        longest = min(5.0, 0.1 * 2 ** min(attempt, 20))
        assert longest / 2 < pace.back_off(attempt) <= longest
    assert len({pace.back_off(0) for _ in range(100)}) == 100


def test_breaks_have_the_mean_that_was_asked_for_and_every_way():
    """Exponentially distributed: they come at any moment, also two in a row."""
    pace = Pace(2)
    breaks = [pace.next_break(3.0) for _ in range(3_000)]
    seconds = [each for each, _ in breaks]
    assert 2.7 < sum(seconds) / len(seconds) < 3.3
    assert min(seconds) < 0.1
    assert min(Counter(way for _, way in breaks).values()) > 800
    assert {way for _, way in breaks} == set(Way)
