from collections import Counter

from replay.simulate.draws import Draws


def test_a_stream_belongs_to_its_name():
    """The same seed and name give the same draws, another name or seed others; the first one is pinned."""
    first = [Draws(7, "play", "x").below(1_000_000) for _ in range(2)]
    assert first == [500_513, 500_513]
    assert Draws(7, "play", "y").below(1_000_000) != first[0] != Draws(8, "play", "x").below(1_000_000)


def test_names_do_not_run_together():
    """Two parts are not one."""
    assert Draws(1, "ab", "c").share() != Draws(1, "a", "bc").share()


def test_every_choice_is_drawn_about_as_often():
    """6,000 throws of a die are near a thousand each, and both ends of a range are in it."""
    draws = Draws(1, "die")
    counted = Counter(draws.between(1, 6) for _ in range(6_000))
    assert set(counted) == set(range(1, 7))
    assert all(850 < count < 1_150 for count in counted.values())


def test_shuffling_keeps_everything():
    """In another order."""
    items = list(range(50))
    shuffled = Draws(1, "cards").shuffled(items)
    assert sorted(shuffled) == items != shuffled
