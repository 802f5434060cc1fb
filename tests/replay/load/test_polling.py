import os
import select
import time
from functools import partial

import pytest

from replay.load import polling
from replay.load.polling import Polling

pytestmark = pytest.mark.alone


def test_what_is_ready_is_called_until_it_is_forgotten():
    """A descriptor may be forgotten twice."""
    loop = Polling()
    reading, writing = os.pipe()
    seen: list[int] = []
    loop.watch(reading, select.EPOLLIN, lambda events: seen.append(events) or os.read(reading, 1))
    os.write(writing, b"ab")
    loop.turn()
    loop.turn()
    assert seen == [select.EPOLLIN, select.EPOLLIN]
    os.write(writing, b"c")
    loop.forget(reading)
    loop.forget(reading)
    loop.at(0.0, lambda: None)
    loop.turn()
    assert len(seen) == 2
    os.close(reading)
    os.close(writing)


def test_moments_come_in_their_order():
    """And not before they have come."""
    loop, seen, now = Polling(), [], time.monotonic()
    for seconds in (0.06, 0.02, 0.04):
        loop.at(now + seconds, partial(seen.append, seconds))
    while len(seen) < 3:
        loop.turn()
        assert all(time.monotonic() >= now + seconds for seconds in seen)
    assert seen == [0.02, 0.04, 0.06]


def test_so_many_connections_are_on_their_way_at_once(monkeypatch: pytest.MonkeyPatch):
    """The next ones follow as others arrive."""
    monkeypatch.setattr(polling, "OPENING_MAX", 3)
    loop, begun = Polling(), []
    for number in range(8):
        loop.line_up(partial(begun.append, number))
    loop.turn()
    assert begun == [0, 1, 2]
    loop.arrived()
    loop.arrived()
    loop.turn()
    assert begun == [0, 1, 2, 3, 4]


def test_a_long_turn_is_told():
    """In seconds, and among the percentiles in milliseconds; what was before `measure` is forgotten."""
    loop = Polling()
    reading, writing = os.pipe()
    loop.watch(reading, select.EPOLLIN, lambda _: time.sleep(0.05))
    os.write(writing, b"a")
    loop.turn()
    assert 0.05 <= loop.worst_turn < 0.5
    assert loop.turns.points()["max"] == pytest.approx(1000 * loop.worst_turn, rel=0.01)
    loop.measure()
    assert loop.worst_turn == 0
    assert loop.turns.points() == {}
    os.close(reading)
    os.close(writing)


def test_a_busy_second_is_told():
    """As the share of one core."""
    loop = Polling()
    end = time.monotonic() + 1.2

    def work() -> None:
        while time.monotonic() < end:
            pass

    loop.at(0.0, work)
    loop.turn()
    assert 0.02 < loop.busiest <= 1.05
