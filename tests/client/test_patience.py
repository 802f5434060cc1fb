from feed.client.patience import Patience


def test_waits_grow_and_are_never_the_same_for_all():
    """Doubled up to the highest, each shortened at random, longer than what was asked for; anew after a success."""
    patience = Patience(1, 8)
    waits = [patience.wait() for _ in range(6)]
    assert all(full / 2 <= wait <= full for wait, full in zip(waits, (1, 2, 4, 8, 8, 8), strict=True))
    assert len(set(waits[3:])) == 3
    assert 30 <= patience.wait(26) <= 34
    patience.reset()
    assert patience.wait() <= 1
