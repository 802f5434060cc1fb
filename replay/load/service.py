"""A service of a run's own: started on a free port with its streams in a folder, ended and started again there.

`feed up` takes in and derives; with workers, `feed serve --workers` on its broker has the readers.
"""

import asyncio
import ctypes
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

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
    """At `url` it is read and at `door` written, once it is started. What it logs goes to the file `log`."""

    def __init__(self, data: Path, log: Path, *, workers: int = 0) -> None:
        self.url = self.door = ""
        self._data = data
        self._log = log
        self._workers = workers
        self._ports = ["0", "0"]
        self._born: list[Process] = []
        self._restarting = asyncio.Lock()

    @property
    def pids(self) -> dict[int, str]:
        """The processes that were started here with what they do; they have children of their own."""
        commands = ("service", "readers")
        return {each.pid: name for each, name in zip(self._born, commands, strict=False) if each.returncode is None}

    async def start(self) -> None:
        """Return when it is ready; from the second time on at the same addresses. Raises ServiceError."""
        with self._log.open("ab") as log:
            self.door = self.url = await self._start(log, 0, _OFTEN, "up", "--data", str(self._data))
            if self._workers:
                words = "serve", "--workers", str(self._workers)
                self.url = await self._start(log, 1, self._accounts(), *words)

    async def restart(self, *, is_killed: bool = False) -> None:
        """End it and start it again, once it has come up; killed, it has no time to say goodbye.

        Raises ServiceError where it does not come up, and also where it did not end in time and is up again.
        """
        async with self._restarting:
            try:
                await self.stop(signal.SIGKILL if is_killed else signal.SIGTERM)
            finally:
                await self.start()

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End it, readers first; raises ServiceError when that takes too long, and then it is killed."""
        is_late = False
        while self._born:
            process = self._born.pop()
            if process.returncode is None:
                process.send_signal(number)
            try:
                await asyncio.wait_for(process.wait(), STOP_SECONDS)
            except TimeoutError:
                process.kill()
                await process.wait()
                is_late = True
        if is_late:
            raise ServiceError(f"the service did not end within {STOP_SECONDS:g} s", hint=f"See {self._log}.")

    async def _start(self, log: BinaryIO, place: int, settings: dict[str, str], *arguments: str) -> str:
        """The address it tells; settings of this shell's environment are not its own."""
        environment = {name: text for name, text in os.environ.items() if not name.startswith("FEED_")}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "feed", *arguments, "--port", self._ports[place]),
            stdout=PIPE,
            stderr=log,
            env=environment | settings | {"PYTHONUNBUFFERED": "1"},
            start_new_session=True,  # a Ctrl-C is ours to pass on
            preexec_fn=_end_with_parent(),
        )
        self._born.append(process)
        assert process.stdout is not None  # noqa: S101 - for types: a pipe was asked for
        try:
            line = await asyncio.wait_for(process.stdout.readline(), READY_SECONDS)
        except TimeoutError:
            line = b""
        if not line.startswith(_READY):
            raise ServiceError(f"feed {arguments[0]} does not start: {self._said()}", hint=f"See {self._log}.")
        url = line.removeprefix(_READY).decode().strip()
        self._ports[place] = url.rpartition(":")[2]
        return url

    def _accounts(self) -> dict[str, str]:
        """The embedded broker and its logins, as settings; they are others after each start."""
        broker = json.loads((self._data / "broker" / "nats.conf").read_text("utf-8"))
        found = {}
        for flag, setting in (("P", "FEED_NATS"), ("T", "FEED_NATS_TEST")):
            login = broker["accounts"][flag]["users"][0]
            found[setting] = f"nats://{login['user']}:{login['password']}@{broker['listen']}"
        return found

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
