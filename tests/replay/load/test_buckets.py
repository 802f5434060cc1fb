import math
from array import array
from collections import Counter

from hdrh.histogram import HdrHistogram
from hypothesis import given
from hypothesis import strategies as st

from replay.load.buckets import DIGITS, LONGEST, floor_of, histogram_of, keys, points

MICROS = st.floats(0.0, float(LONGEST)) | st.integers(1, LONGEST).map(float)


def recorded(values: list[float]) -> HdrHistogram:
    """The same one by one."""
    histogram = HdrHistogram(1, LONGEST, DIGITS)
    for value in values:
        histogram.record_value(min(LONGEST, max(1, int(value))))
    return histogram


def counted(values: list[float]) -> HdrHistogram:
    return histogram_of(Counter(keys(array("d", values))))


@given(st.lists(MICROS, min_size=1, max_size=60))
def test_counting_by_bucket_is_recording_one_by_one(values: list[float]):
    """The highest bits of a double are the buckets of an HdrHistogram of three digits: nothing is lost."""
    ours, theirs = counted(values), recorded(values)
    assert ours.equals(theirs)
    assert points(ours) == points(theirs)


def test_what_the_histogram_cannot_hold():
    """Below a microsecond counts as one, above an hour as an hour, and what was never planned is left out."""
    histogram = counted([-5.0, 0.0, 0.3, 1e12, -math.inf, math.inf])
    assert histogram.get_total_count() == 4
    assert histogram.get_count_at_value(1) == 3
    assert histogram.get_count_at_value(LONGEST) == 1


def test_a_bucket_begins_at_its_floor():
    """1,025 microseconds are their own bucket; from 2,048 on a bucket is two wide."""
    found = [floor_of(key) for key in keys(array("d", [1024.9, 1025.0, 2048.0, 2049.9, 2050.0]))]
    assert found == [1024.0, 1025.0, 2048.0, 2048.0, 2050.0]


def test_points_are_milliseconds():
    """1 to 1,000 ms, one each."""
    assert points(counted([each * 1000.0 for each in range(1, 1001)])) == {
        "p50": 500.223,
        "p90": 900.095,
        "p99": 990.207,
        "p999": 999.423,
        "max": 1000.447,
    }
    assert points(counted([])) == {}
