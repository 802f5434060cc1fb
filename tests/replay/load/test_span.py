import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.load.span import Span


@pytest.mark.parametrize(
    "seconds, bucket, columns",
    [(0.0, 0.1, 1), (10.0, 0.1, 100), (90.0, 1.0, 90), (1_500.0, 15.0, 100), (1e6, 1e6 / 120, 120)],
)
def test_a_run_has_at_most_120_columns_of_a_round_length(seconds: float, bucket: float, columns: int):
    """From a tenth of a second on."""
    span = Span(1000.0, seconds)
    assert (span.bucket, span.columns) == (bucket, columns)


@given(st.floats(0, 60), st.lists(st.floats(0, 60), max_size=4))
def test_a_moment_lies_in_its_column(after: float, cuts: list[float]):
    """Whatever else is cut; before the start it is the first, behind the end the last."""
    span = Span(1000.0, 60.0, [1000.0 + cut for cut in cuts])
    moment = 1000.0 + after
    assert span.column(span.slot(moment)) == pytest.approx(min(119, int((moment - 1000.0) / span.bucket + 1e-9)), abs=0)
    assert span.column(span.slot(900.0)) == 0
    assert span.column(span.slot(2000.0)) == span.columns - 1


@given(st.floats(1, 58), st.floats(0.1, 1), st.floats(0, 60))
def test_between_two_cuts_is_exact(since: float, length: float, after: float):
    """A moment's slot is among them when the moment is."""
    cuts = (1000.0 + since, 1000.0 + since + length)
    span = Span(1000.0, 60.0, cuts)
    moment = 1000.0 + after
    assert (span.slot(moment) in span.between(*cuts)) == (cuts[0] <= moment < cuts[1])


def test_between_moments_that_are_no_cuts_are_the_slots_wholly_inside():
    """Half a column is left out; all of the run holds all of them."""
    span = Span(0.0, 60.0)
    assert span.bucket == 0.5
    assert list(span.between(0.25, 1.75)) == [1, 2]
    assert list(span.between(-1.0, 61.0)) == list(range(120))
    assert list(span.between(0.0, 1.0)) == [0, 1]
