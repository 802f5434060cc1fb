"""What is safe to repeat is repeated until the broker has answered; what can be done bit by bit holds up nobody."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from feed.candidate import Candidate
from feed.errors import OutcomeUnknownError

RETRY_SECONDS = 0.05
FREED_AT_ONCE = 50  # candidates


class Patience:
    """What is told when it ends: `late`, mostly the broker."""

    def __init__(self) -> None:
        self.late = "the broker did not answer in time"

    @contextmanager
    def of(self, late: str) -> Iterator[None]:
        """While something else is waited for."""
        before, self.late = self.late, late
        yield
        self.late = before


@asynccontextmanager
async def patient(seconds: float, hint: str) -> AsyncIterator[Patience]:
    """Wait at most so long; raises OutcomeUnknownError with what was late then."""
    patience = Patience()
    try:
        async with asyncio.timeout(seconds):
            yield patience
    except TimeoutError as error:
        raise OutcomeUnknownError(patience.late, hint=hint) from error


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
