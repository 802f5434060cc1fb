"""What is safe to repeat is repeated until the broker has answered; what can be done bit by bit holds up nobody."""

import asyncio
from collections.abc import Awaitable, Callable

from feed.candidate import Candidate
from feed.errors import OutcomeUnknownError

RETRY_SECONDS = 0.05
FREED_AT_ONCE = 50  # candidates


async def again(attempt: Callable[[], Awaitable[None]]) -> None:
    """Call `attempt` until it does not raise OutcomeUnknownError; the deadline of the admission ends it."""
    while True:
        try:
            return await attempt()
        except OutcomeUnknownError:
            await asyncio.sleep(RETRY_SECONDS)


async def let_go(held: list[Candidate]) -> None:
    """Empty a list whose candidates nobody else holds: freeing thousands at once takes longer than a result waits."""
    while len(held) > FREED_AT_ONCE:
        del held[-FREED_AT_ONCE:]
        await asyncio.sleep(0)
    held.clear()
