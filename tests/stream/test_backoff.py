from feed.stream.backoff import backoff


def test_the_wait_doubles_up_to_a_cap():
    """At least half of it, so that several that fail together do not try again together."""
    full = [0.05 * factor for factor in (1, 2, 4, 8, 16, 32, 64)] + [5.0] * 3
    for failures, most in enumerate(full):
        assert all(most / 2 <= backoff(failures, 0.05, 5.0) <= most for _ in range(50))
    assert len({backoff(0, 0.05, 5.0) for _ in range(50)}) > 1
