"""Several processes that share one port: started, watched, restarted and stopped together."""

import asyncio
import logging
import multiprocessing
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection as Pipe
from multiprocessing.process import BaseProcess
from typing import Any

from msgspec.structs import replace

from feed.config import Settings
from feed.errors import FeedError
from feed.listen import listen
from feed.notify import notify
from feed.tls import doorplate

FIRST_DELAY = 0.2  # seconds before the first restart, doubled up to
LONGEST_DELAY = 5.0
STOP_SECONDS = 4.0

Work = Callable[[Settings, Pipe], None]

_log = logging.getLogger("feed.workers")


class WorkersError(FeedError):
    """A worker could not start."""


async def run(settings: Settings, count: int, work: Work, on_ready: Callable[[str], None]) -> None:
    """Run so many workers until SIGTERM or SIGINT; raises FeedError when the first start of one fails.

    `work` runs in each of them, and sends its address through the pipe when it may be used.
    """
    doorplate(settings)  # told once, not by each of them
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    listen(settings.host, settings.port).close()  # a port that is taken by somebody else must be told
    with listen(settings.host, settings.port, shared=True) as reserved:
        settings = replace(settings, port=reserved.getsockname()[1])
    loop.set_default_executor(ThreadPoolExecutor(2 * count))  # each worker has one thread that waits for its end
    workers = [Worker(settings, work) for _ in range(count)]
    starting = asyncio.gather(*(worker.start() for worker in workers))
    stopping = asyncio.ensure_future(stop.wait())
    tasks: list[asyncio.Future[Any]] = [starting, stopping]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            on_ready(starting.result()[0])
            tasks = [stopping, *(asyncio.ensure_future(worker.keep()) for worker in workers)]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        notify("STOPPING=1")
        for task in (starting, *tasks):
            task.cancel()
        await asyncio.gather(*(worker.end() for worker in workers))


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
