"""Other servers beside the fan-out: uWebSockets and Nchan, where `set-up.sh` has installed them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from benchmarks.contenders import Contender
from benchmarks.peers import nchan, uwebsockets

NAMES = (uwebsockets.NAME, nchan.NAME)


@asynccontextmanager
async def peers(folder: Path, nats: str) -> AsyncIterator[list[Contender]]:
    """Those that are here, ready; `nats` is the broker they follow if they follow one."""
    async with AsyncExitStack() as stack:
        found = []
        if uwebsockets.is_here():
            found.append(await stack.enter_async_context(uwebsockets.running(nats)))
        if nchan.is_here():
            found.append(await stack.enter_async_context(nchan.running(folder / "nchan")))
        yield found
