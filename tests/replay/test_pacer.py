import asyncio
import time

import pytest

from replay.pacer import until

pytestmark = pytest.mark.alone


async def test_nobody_is_let_go_before_the_moment():
    """Near and far moments are waited for to the end; one that is over is not."""
    for ahead in (0.0, 0.0001, 0.001, 0.005, 0.06):
        moment = time.monotonic() + ahead
        assert await until(moment)
        assert time.monotonic() >= moment
    begun = time.monotonic()
    assert await until(begun - 10)
    assert time.monotonic() - begun < 0.05


async def test_most_moments_are_met_to_a_fraction_of_a_millisecond():
    """The median of fifty waits: a busy machine may disturb some of them, not most."""
    late = []
    for _ in range(50):
        moment = time.monotonic() + 0.0037
        await until(moment)
        late.append(time.monotonic() - moment)
    assert sorted(late)[25] < 0.0005


async def test_the_loop_runs_while_a_moment_is_waited_for():
    """Also within the last two milliseconds: others get their turns."""
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    busy = asyncio.ensure_future(others())
    for _ in range(20):
        await until(time.monotonic() + 0.0015)
    busy.cancel()
    assert turns > 40


async def test_an_interruption_ends_the_wait():
    """Long before the moment, and it is told."""
    begun = time.monotonic()
    assert not await until(begun + 60, lambda: time.monotonic() - begun > 0.02)
    assert time.monotonic() - begun < 5
