import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from feed.stopping import asked_to_stop, entered


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_is_waited_for(number: signal.Signals):
    """It ends nothing by itself."""
    stopping = asked_to_stop()
    await asyncio.sleep(0)
    assert not stopping.done()
    os.kill(os.getpid(), number)
    await asyncio.wait_for(stopping, 5)


async def test_a_start_goes_on_until_its_stack_ends():
    """What it made is given, and left behind with the stack."""
    left = []

    @asynccontextmanager
    async def context() -> AsyncIterator[str]:
        yield "up"
        left.append("down")

    async with AsyncExitStack() as stack:
        assert await entered(stack, context(), asyncio.get_running_loop().create_future()) == "up"
        assert left == []
    assert left == ["down"]


async def test_a_start_that_is_stopped_is_cut_short():
    """And has cleaned up when that is told."""
    cleaned = []

    @asynccontextmanager
    async def context() -> AsyncIterator[str]:
        try:
            await asyncio.Event().wait()
            yield "never"
        finally:
            cleaned.append("up")

    stopping: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(stopping.set_result, None)
    async with AsyncExitStack() as stack:
        assert await entered(stack, context(), stopping) is None
        assert cleaned == ["up"]


async def test_a_start_that_fails_says_why():
    """In its own words."""

    @asynccontextmanager
    async def context() -> AsyncIterator[str]:
        raise OSError("no room")
        yield "never"

    async with AsyncExitStack() as stack:
        with pytest.raises(OSError, match="no room"):
            await entered(stack, context(), asyncio.get_running_loop().create_future())
