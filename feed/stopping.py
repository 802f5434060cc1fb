"""Being stopped: a signal that is waited for, and a start that it cuts short."""

import asyncio
import signal
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any, TypeVar

Started = TypeVar("Started")


def asked_to_stop() -> asyncio.Future[Any]:
    """Done at SIGTERM or SIGINT, which end nothing by themselves any more."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return asyncio.ensure_future(stop.wait())


async def entered(
    stack: AsyncExitStack, context: AbstractAsyncContextManager[Started], stopping: asyncio.Future[Any]
) -> Started | None:
    """Enter a context, which is left with the stack; None when we are asked to stop before. Raises as it does."""
    starting = asyncio.ensure_future(stack.enter_async_context(context))
    await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if starting.done():
        return starting.result()
    starting.cancel()
    await asyncio.wait({starting})
    return None
