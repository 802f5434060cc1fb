import resource

import pytest

from replay.load.company import Company, Order, raise_limit
from replay.load.progress import FleetError


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """What the limit of open files was set to; it is 100, and may be raised to 1,000."""
    made: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (100, 1_000))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: made.append(limits))
    return made


def test_the_limit_of_open_files_is_raised_where_it_must_be(limits: list[tuple[int, int]]):
    """To what the system allows."""
    raise_limit(100)
    assert limits == []
    raise_limit(101)
    assert limits == [(1_000, 1_000)]


def test_too_many_for_one_process_are_refused(limits: list[tuple[int, int]]):
    """With what to do about it."""
    with pytest.raises(FleetError, match="1001 open files are needed in one process, 1000 are allowed") as failed:
        raise_limit(1_001)
    assert "more processes" in failed.value.hint
    assert limits == []


def test_an_unknown_host_is_told():
    """Before anybody joins."""
    order = Order(
        url="http://no.such.host.invalid", subscriptions=(), journal="", key=None, local_addresses=("x",), flag="P"
    )
    with pytest.raises(FleetError, match="is not known"):
        Company(order, journal=None)
