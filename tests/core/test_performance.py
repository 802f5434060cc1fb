from decimal import Decimal

import pytest

from feed.core.performance import cost, is_later, seconds


@pytest.mark.parametrize(
    "text, expected",
    [
        ("9.79", "9.79"),
        ("1:41.19", "101.19"),
        ("2:06:26", "7586"),
        ("59:59.9", "3599.9"),
        ("100", "100"),
        ("0.001", "0.001"),
    ],
)
def test_a_time_is_read_exactly(text: str, expected: str):
    """Hours, minutes and seconds to the last digit, never rounded."""
    assert seconds(text) == Decimal(expected)


@pytest.mark.parametrize("text", ["", "+0.12", "1:60.00", "9,79", "9.79 ", "DNF", "1:2:3:4", "9.", "-1", "٣.٤", "1e3"])
def test_what_is_no_time_is_not_guessed_at(text: str):
    """Differences, other signs and digits, and seconds beyond a minute."""
    assert seconds(text) is None


def test_the_better_costs_less():
    """Times and strokes downwards, distances, weights and percentages upwards; points have no side of their own."""
    for kind, better, worse in (
        ("TIME", "9.79", "9.8"),
        ("STROKES", "69", "70"),
        ("DISTANCE", "8.41", "8.4"),
        ("WEIGHT", "410", "409"),
        ("PERCENT", "90.655", "90.65"),
    ):
        first, second = cost(kind, better), cost(kind, worse)
        assert first is not None
        assert second is not None
        assert first < second
    assert cost("POINTS", "10") is cost("TIME", None) is cost(None, "10") is cost("WEIGHT", "1:10") is None


@pytest.mark.parametrize("text, other", [("10.06", "10.05"), ("1:00.00", "59.99")])
def test_a_later_time_is_told(text: str, other: str):
    """However it is written."""
    assert is_later(text, other)


@pytest.mark.parametrize(
    "text, other",
    [
        ("59.99", "1:00.00"),
        ("10.05", "10.05"),
        ("9000", "59.5"),  # a distance, not a time
        ("101.00", "1:41.00"),
        ("lap 7.00", "9.79"),
    ],
)
def test_nothing_is_later_that_is_not_certain_to_be(text: str, other: str):
    """By the same clock: a number with other decimals is no time of this race."""
    assert not is_later(text, other)
