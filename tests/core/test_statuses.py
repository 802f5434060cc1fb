import itertools

import pytest

from feed.core.statuses import NEXT, is_usual

FINISHED = ("UNCONFIRMED", "UNOFFICIAL", "OFFICIAL", "PARTIAL", "PROTESTED", "PROVISIONAL")


@pytest.mark.parametrize("status", [*NEXT, None, "SOMETHING_NEW"])
def test_a_status_may_always_repeat(status: str | None):
    """Re-sends keep their status."""
    assert is_usual(status, status)


@pytest.mark.parametrize("path", ["START_LIST LIVE INTERMEDIATE LIVE UNCONFIRMED UNOFFICIAL OFFICIAL", "LIVE OFFICIAL"])
def test_the_usual_life_of_a_result_is_usual(path: str):
    """Foundation Principles 2.6: steps may be left out, not walked back."""
    statuses = path.split()
    assert all(is_usual(*pair) for pair in itertools.pairwise(statuses))


@pytest.mark.parametrize("before", FINISHED)
@pytest.mark.parametrize("after", ["START_LIST", "LIVE", "INTERMEDIATE"])
def test_what_is_finished_does_not_run_again(before: str, after: str):
    """A finished result that is live again is unusual."""
    assert not is_usual(before, after)


@pytest.mark.parametrize(
    "before, after",
    [("OFFICIAL", "UNOFFICIAL"), ("OFFICIAL", "UNCONFIRMED"), ("UNOFFICIAL", "UNCONFIRMED"), ("LIVE", "START_LIST")],
)
def test_a_step_back_is_unusual(before: str, after: str):
    """Official results are protested or reviewed, never just less official."""
    assert not is_usual(before, after)


@pytest.mark.parametrize("held", ["PROTESTED", "PROVISIONAL"])
def test_an_official_result_may_be_held_and_decided(held: str):
    """There and back again."""
    assert is_usual("OFFICIAL", held)
    assert is_usual(held, "OFFICIAL")


@pytest.mark.parametrize("other", [None, "SOMETHING_NEW"])
def test_unknown_and_absent_statuses_are_never_unusual(other: str | None):
    """What is not in the table is not judged."""
    assert all(is_usual(other, status) and is_usual(status, other) for status in NEXT)


def test_the_table_speaks_of_itself_only():
    """Every status that may follow has its own row."""
    assert frozenset().union(*NEXT.values()) <= set(NEXT)
