import asyncio

import pytest

from feed.ingest import room as subject
from feed.ingest.room import INTERVAL_SECONDS_MAX, RECENT_SECONDS, Room


class Time:
    """Of the test: only what sleeps makes it go on."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.now += seconds


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    monkeypatch.setattr(subject, "time", time)
    monkeypatch.setattr(subject.asyncio, "sleep", time.sleep)
    return time


async def test_steps_rest_while_others_come(time: Time):
    """From the beginning of one to that of the next, whatever of that it took by itself."""
    room = Room()
    room.came()
    steps = room.steps(0.3, 100)
    for seconds in (0.001, 0.002, 0.005):
        time.now += seconds
        await steps.pause()
    assert time.slept == [0.002, 0.001, 0]


async def test_nobody_waits_for_nobody(time: Time):
    """Before the first one, and a second behind the last, a step is one turn of the loop and no more."""
    room = Room()
    steps = room.steps(0.3, 100)
    await steps.pause()
    room.came()
    time.now += RECENT_SECONDS
    await steps.pause()
    assert time.slept == [0, 0]


@pytest.mark.parametrize("count, interval", [(1, INTERVAL_SECONDS_MAX), (500, 0.002), (0, INTERVAL_SECONDS_MAX)])
async def test_one_rest_is_never_long(time: Time, count: int, interval: float):
    """It is the step's share of what they may rest together."""
    room = Room()
    room.came()
    await room.steps(1.0, count).pause()
    assert time.slept == [interval]


async def test_rests_have_a_sum(time: Time):
    """Also where there are more steps than were told."""
    room = Room()
    room.came()
    steps = room.steps(0.01, 5)
    for _ in range(10):
        await steps.pause()
    assert sum(time.slept) == pytest.approx(0.01, abs=0.002)
    assert time.slept[-1] == 0


async def test_a_step_lets_the_loop_turn():
    """Also where it does not rest."""
    turned = []
    asyncio.get_running_loop().call_soon(turned.append, True)
    await Room().steps(1.0, 1).pause()
    assert turned
