"""What is safe to repeat is repeated until the broker has answered; the deadline of the admission ends it."""

import asyncio
from collections.abc import Awaitable, Callable

from feed.errors import OutcomeUnknownError

RETRY_SECONDS = 0.05


async def again(attempt: Callable[[], Awaitable[None]]) -> None:
    """Call `attempt` until it does not raise OutcomeUnknownError."""
    while True:
        try:
            return await attempt()
        except OutcomeUnknownError:
            await asyncio.sleep(RETRY_SECONDS)
