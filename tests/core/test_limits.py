import pytest

from feed.core.limits import Bucket, Limits


def test_tokens_come_at_their_rate_and_are_saved_up_for_a_while():
    """Twice the rate at once, then one each interval; a long pause saves up no more."""
    bucket = Bucket(5, 0.0)
    assert [bucket.take(0.0) for _ in range(11)] == [0] * 10 + [1]
    assert [bucket.take(0.2), bucket.take(0.2)] == [0, 1]
    assert [bucket.take(1_000.0) for _ in range(11)] == [0] * 10 + [1]


def test_who_is_refused_is_told_when_to_come_back():
    """In whole seconds, after which there is a token; being refused costs nothing."""
    bucket = Bucket(0.1, 0.0)
    assert [bucket.take(0.0), bucket.take(0.0)] == [0, 10]
    assert bucket.take(9.5) == 1
    assert bucket.take(10.1) == 0


@pytest.mark.parametrize("wrong", [{"connections": 0}, {"requests": -1}])
def test_a_limit_that_allows_nothing_is_none(wrong: dict[str, int]):
    """Who may do nothing gets no key."""
    with pytest.raises(ValueError, match="at least 1"):
        Limits(**wrong)


def test_a_bucket_nobody_asked_for_a_while_is_as_good_as_new():
    """It may be forgotten then, and no sooner."""
    bucket = Bucket(1.0, 0.0)
    assert bucket.is_full(0.0)
    bucket.take(0.0)
    assert [bucket.is_full(0.9), bucket.is_full(1.0)] == [False, True]
