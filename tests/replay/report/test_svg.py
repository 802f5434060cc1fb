import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.report.svg import Scale, around, tag, text, upwards


def test_what_is_drawn_is_escaped():
    """Words and attributes, whoever made them; elements within elements are not escaped twice."""
    inner = text(1, 2.50, "<script>", class_='"x"')
    assert tag("g", inner) == '<g><text x="1" y="2.5" class="&#34;x&#34;">&lt;script&gt;</text></g>'


@given(st.lists(st.floats(0.001, 1e7), min_size=1, max_size=9))
def test_a_logarithmic_scale_holds_its_values_between_round_numbers(values: list[float]):
    """It has ticks within, and never leaves its pixels."""
    scale = around(values, 300.0, 10.0)
    assert scale.low <= min(values) * 1.001
    assert max(values) <= scale.high * 1.001
    assert all(10.0 <= scale.at(value) <= 300.0 for value in (*values, 0.0, 1e12))
    assert 2 <= len(scale.ticks()) <= 13


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=9))
def test_a_linear_scale_begins_at_zero_and_ends_at_a_round_number(values: list[float]):
    """With the values in it and at most a dozen ticks."""
    scale = upwards(values, 300.0, 10.0)
    assert scale.low == 0.0
    assert max(values) <= scale.high * 1.000001
    assert 3 <= len(scale.ticks()) <= 12


@pytest.mark.parametrize("value, pixel", [(1, 100.0), (10, 50.0), (100, 0.0)])
def test_decades_are_of_one_width(value: float, pixel: float):
    """On a logarithmic scale."""
    assert Scale(1, 100, 100, 0, is_log=True).at(value) == pytest.approx(pixel)
