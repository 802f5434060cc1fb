"""Several processes that share one port: started, watched, restarted and stopped together."""

import asyncio
import logging
import multiprocessing
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from multiprocessing.connection import Connection as Pipe
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from feed.config import Settings
from feed.errors import FeedError
from feed.listen import listen
from feed.notify import notify
from feed.stopping import asked_to_stop, entered
from feed.stream.broker import Broker
from feed.tls import doorplate

FIRST_DELAY = 0.2  # seconds before the first restart, doubled up to
LONGEST_DELAY = 5.0
STOP_SECONDS = 4.0

Work = Callable[[Settings, Pipe], None]
Ready = Callable[[str], None]

_log = logging.getLogger("feed.workers")


class WorkersError(FeedError):
    """A worker could not start."""


async def run(settings: Settings, works: Sequence[Work], on_ready: Ready) -> None:
    """Run these workers until SIGTERM or SIGINT, on an embedded broker where the settings name none.

    Each of `works` runs in a process of its own, and sends its address through the pipe when it may be used. Raises
    FeedError when the broker or one of them does not start, and when the broker cannot be kept alive.
    """
    doorplate(settings)  # told once, not by each of them
    stopping = asked_to_stop()
    listen(settings.host, settings.port).close()  # a port that is taken by somebody else must be told
    # Each worker has one thread that waits for its end.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2 * len(works)))
    async with AsyncExitStack() as stack:
        ground = await entered(stack, _on_broker(settings), stopping)
        if ground is None:
            return
        beside, watch = ground
        with listen(settings.host, settings.port, shared=True) as reserved:
            beside = replace(beside, port=reserved.getsockname()[1])
        await _run([Worker(beside, work) for work in works], (stopping, asyncio.ensure_future(watch())), on_ready)


async def _run(workers: Sequence["Worker"], until: Sequence[asyncio.Future[Any]], on_ready: Ready) -> None:
    """Keep the workers up until one of `until` ends, and end them then; raises as that does."""
    starting = asyncio.gather(*(worker.start() for worker in workers))
    tasks: list[asyncio.Future[Any]] = [starting, *until]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            on_ready(starting.result()[0])
            tasks = [*until, *(asyncio.ensure_future(worker.keep()) for worker in workers)]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            if task.done():
                task.result()
    finally:
        notify("STOPPING=1")
        for task in (starting, *tasks):
            task.cancel()
        await asyncio.gather(*(worker.end() for worker in workers))


@asynccontextmanager
async def _on_broker(settings: Settings) -> AsyncIterator[tuple[Settings, Callable[[], Coroutine[None, None, Any]]]]:
    """The settings that lead to the broker, an embedded one where none is named, and what ends when that one fails."""
    if settings.nats is not None:
        yield settings, asyncio.Event().wait
        return
    broker = Broker(Path(settings.data))
    await broker.start()
    try:
        yield settings.at_broker(broker.address("P"), broker.address("T")), broker.watch
    finally:
        await broker.stop()


class Worker:
    """One process and its restarts."""

    def __init__(self, settings: Settings, work: Work) -> None:
        self._settings = settings
        self._work = work
        self._process: BaseProcess | None = None

    async def start(self) -> str:
        """Start the process and return the address it listens at; raises WorkersError when it ended before."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=False)
        # No daemon: one that decodes long documents has a process of its own. It ends with us all the same.
        self._process = context.Process(target=self._work, args=(self._settings, theirs))
        self._process.start()
        theirs.close()
        try:
            return str(await asyncio.to_thread(ours.recv))
        except EOFError:
            raise WorkersError("a worker ended before it was ready", hint="Its own line above says why.") from None

    async def keep(self) -> None:
        """Start the process again whenever it ends, the later the more often it does."""
        delay = FIRST_DELAY
        while self._process is not None:
            await asyncio.to_thread(self._process.join)
            _log.error("a worker ended with %s; it is started again", self._process.exitcode)
            await asyncio.sleep(delay)
            delay = min(2 * delay, LONGEST_DELAY)
            try:
                await self.start()
            except WorkersError as error:
                _log.error("%s", error)

    async def end(self) -> None:
        """End the process politely, and by force when it takes too long."""
        if self._process is not None and self._process.is_alive():
            self._process.terminate()
            await asyncio.to_thread(self._process.join, STOP_SECONDS)
            self._process.kill()
