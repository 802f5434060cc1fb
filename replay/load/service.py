"""A service of a run's own: `feed up` on a free port with its streams in a folder, ended and started again there."""

import asyncio
import ctypes
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from pathlib import Path
from typing import Final

from feed.errors import FeedError

READY_SECONDS: Final = 60.0
STOP_SECONDS: Final = 10.0
_READY: Final = b"ready "
_LAST_LINES: Final = 3
_OFTEN: Final = {"FEED_MARK_SECONDS": "1"}  # its marks tell the end of a run
_SET_PARENT_DEATH_SIGNAL: Final = 1  # PR_SET_PDEATHSIG of prctl(2)


class ServiceError(FeedError):
    """The service of this run does not start, or does not end."""


class Service:
    """At `url` once it is started, `workers` processes. What it logs goes to the file `log`."""

    def __init__(self, data: Path, log: Path, *, workers: int = 1) -> None:
        self.url = ""
        self._data = data
        self._log = log
        self._workers = workers
        self._port = "0"
        self._born: Process | None = None
        self._restarting = asyncio.Lock()

    @property
    def pids(self) -> list[int]:
        """The process that was started here, while it runs; it has children of its own."""
        return [self._born.pid] if self._born is not None and self._born.returncode is None else []

    async def restart(self, *, is_killed: bool = False) -> None:
        """End it and start it again, once it has come up; killed, it has no time to say goodbye.

        Raises ServiceError where it does not come up, and also where it did not end in time and is up again.
        """
        async with self._restarting:
            try:
                await self.stop(signal.SIGKILL if is_killed else signal.SIGTERM)
            finally:
                await self.start()

    async def start(self) -> None:
        """Return when it is ready; from the second time on at the same address. Raises ServiceError."""
        settings = {name: text for name, text in os.environ.items() if not name.startswith("FEED_")}
        words = "--data", str(self._data), "--workers", str(self._workers), "--port", self._port
        with self._log.open("ab") as log:
            self._born = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "feed", "up", *words),
                stdout=PIPE,
                stderr=log,
                env=settings | _OFTEN | {"PYTHONUNBUFFERED": "1"},
                start_new_session=True,  # a Ctrl-C is ours to pass on
                preexec_fn=_end_with_parent(),
            )
        assert self._born.stdout is not None  # noqa: S101 - for types: a pipe was asked for
        try:
            line = await asyncio.wait_for(self._born.stdout.readline(), READY_SECONDS)
        except TimeoutError:
            line = b""
        if not line.startswith(_READY):
            raise ServiceError(f"feed up does not start: {self._said()}", hint=f"See {self._log}.")
        self.url = line.removeprefix(_READY).decode().strip()
        self._port = self.url.rpartition(":")[2]

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End it; raises ServiceError when that takes too long, and then it is killed."""
        process, self._born = self._born, None
        if process is None:
            return
        if process.returncode is None:
            process.send_signal(number)
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
            raise ServiceError(f"the service did not end within {STOP_SECONDS:g} s", hint=f"See {self._log}.") from None

    def _said(self) -> str:
        """The end of its log, in one line."""
        lines = self._log.read_text("utf-8", "replace").splitlines()
        return " ".join(lines[-_LAST_LINES:]) or "it said nothing"


def _end_with_parent() -> Callable[[], None] | None:
    """What the service runs first: the kernel then ends it when we are killed. None where there is no such call."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl

    def tie() -> None:
        prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)

    return tie
