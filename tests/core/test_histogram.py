from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from feed.core.histogram import Histogram, bucket_of, middle_of

MICROS = st.integers(0, 3_600_000_000)


def figures(histogram: Histogram) -> tuple[dict[int, int], int, int, int]:
    """All that it holds."""
    return histogram.buckets, histogram.count, histogram.sum, histogram.most


@given(MICROS)
def test_a_value_is_near_the_middle_of_its_bucket(value: int):
    """Within 1.6 %, and exact as long as it is small."""
    found = middle_of(bucket_of(value))
    assert abs(found - value) <= value * 0.016
    assert value >= 64 or found == value


@given(st.integers(0, 100_000))
def test_buckets_follow_each_other(value: int):
    """No bucket is left out, and none comes twice."""
    assert bucket_of(value + 1) - bucket_of(value) in {0, 1}


@given(st.lists(MICROS, min_size=1))
def test_a_percentile_is_a_value_that_so_many_are_not_above(values: list[int]):
    """Within 1.6 %; the largest and the sum are as they came."""
    histogram = Histogram()
    for value in values:
        histogram.record(value)
    ratios = (0.25, 0.5, 0.9, 0.99, 1)
    for ratio, found in zip(ratios, histogram.quantiles(*ratios), strict=True):
        expected = sorted(values)[ceil(ratio * len(values)) - 1]
        assert abs(found - expected) <= 0.016 * expected
    assert (histogram.count, histogram.most, histogram.sum) == (len(values), max(values), sum(values))


@given(st.lists(MICROS), st.lists(MICROS))
def test_what_others_counted_is_added(first: list[int], second: list[int]):
    """In whatever order, all figures are those of one that counted all; what is taken off was never there."""
    parts, whole = [Histogram(), Histogram()], Histogram()
    for histogram, values in zip(parts, (first, second), strict=True):
        for value in values:
            histogram.record(value)
            whole.record(value)
    both = Histogram()
    for histogram in reversed(parts):
        both.add(histogram)
    assert figures(both) == figures(whole)
    both.take_off(parts[1], parts[0].most)
    assert figures(both) == figures(parts[0])


def test_bounds_count_what_is_below_them():
    """As far as buckets tell; what is below 0 counts as 0, and nothing has no percentile."""
    histogram = Histogram()
    assert histogram.quantiles(0.5, 0.99) == [0, 0]
    for value in (-5, 0, 10, 1_000, 1_000_000):
        histogram.record(value)
    assert histogram.up_to((0, 9, 10, 1_100, 2_000_000)) == [2, 2, 3, 4, 5]
    assert (histogram.sum, histogram.most) == (1_001_010, 1_000_000)
