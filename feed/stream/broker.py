"""The embedded broker: nats-server started, proven by a round trip, watched, restarted and stopped with us."""

import asyncio
import logging
import time
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from feed.errors import BrokerError, OutcomeUnknownError
from feed.stream.backoff import backoff
from feed.stream.child import Child, Login, Logins, configure, find_server, free_port
from feed.stream.connection import Connection
from feed.stream.folder import LEAST_FREE, FolderLock, kill_stale, require_room

START_LIMIT: Final = 120.0  # seconds until the server answers: it reads its whole store first
FIRST_DELAY: Final = 0.05  # seconds before the first restart, doubled up to
LONGEST_DELAY: Final = 5.0
MOST_FAILURES: Final = 8  # starts in a row that bring no answer, until the owner is told

_log = logging.getLogger("feed.broker")


class Broker:
    """nats-server with its data in `folder/broker`, accounts P and T, fsync before every acknowledgement.

    Start it in the thread that lives as long as the program: the kernel ties the child to it.
    """

    def __init__(self, folder: Path, *, port: int | None = None, least_free: int = LEAST_FREE) -> None:
        self._home = folder.absolute() / "broker"
        self._lock = FolderLock(folder.absolute())
        self._port = port
        self._least_free = least_free
        self._logins = Logins.random()
        self._child: Child | None = None
        self._supervisor: asyncio.Task[None] | None = None
        self._system: Connection | None = None
        self._opening = asyncio.Lock()
        self.restarts = 0

    @property
    def url(self) -> str:
        """Where it listens; the same for the whole run."""
        return f"nats://127.0.0.1:{self._port}"

    @property
    def system_credentials(self) -> tuple[str, str]:
        """User and password of the server's own account (health, no streams)."""
        return self._logins.system

    @property
    def pid(self) -> int | None:
        """Process number of the child that runs now."""
        return self._child.pid if self._child is not None and not self._child.gone.is_set() else None

    def credentials(self, flag: Literal["P", "T"]) -> tuple[str, str]:
        """User and password of the account of one flag."""
        return self._logins.production if flag == "P" else self._logins.test

    def address(self, flag: Literal["P", "T"]) -> str:
        """Where the account of one flag is, with its login: not to be told."""
        user, password = self.credentials(flag)
        return self.url.replace("://", f"://{user}:{password}@")

    async def start(self) -> None:
        """Start the server and return when JetStream answers in both accounts.

        Raises BrokerError, one line what and where with a hint what to do; nothing is left running then.
        """
        self._lock.acquire()
        try:
            require_room(self._home.parent, self._least_free)
            kill_stale(self._home / "pid", self._home / "nats.conf")
            self._port = self._port or free_port()
            configuration = configure(self._home, self._port, self._logins)
            self._child = Child(find_server(), configuration)
            await self._ready(self._child)
        except BaseException:
            await self.stop()
            raise
        self._supervisor = asyncio.create_task(self._supervise(configuration), name="broker")

    async def watch(self) -> None:
        """Wait for as long as the broker can be kept alive. Raises BrokerError when it cannot; returns after `stop`."""
        if self._supervisor is not None:
            await asyncio.wait({self._supervisor})
            if not self._supervisor.cancelled():
                self._supervisor.result()

    async def stop(self) -> None:
        """Stop the server within about 3 s, keep its data, give the folder up. Safe to call twice."""
        if self._supervisor is not None:
            self._supervisor.cancel()
            await asyncio.wait({self._supervisor})
        if self._system is not None:
            await self._system.close()
            self._system = None
        if self._child is not None:
            await self._child.stop()
            (self._home / "pid").unlink(missing_ok=True)
        self._lock.release()

    async def health(self) -> str | None:
        """Ask the server itself, for at most about 1 s: None when all is well, else what is wrong in a sentence."""
        try:
            async with asyncio.timeout(1.2), self._opening:
                if self._system is None:
                    self._system = await Connection.open(self.url, *self._logins.system, "feed health", limit=1.0)
                reply = await self._system.request("$SYS.REQ.SERVER.PING.HEALTHZ", timeout=1.0)
        except (BrokerError, OutcomeUnknownError, TimeoutError) as problem:
            return f"the broker does not answer: {problem}" if str(problem) else "the broker does not answer"
        return read_health(reply.payload)

    async def _ready(self, child: Child) -> None:
        """Return when the server answers JetStream requests in both accounts; raise when it ends or takes too long."""
        deadline = time.monotonic() + START_LIMIT
        for login in (self._logins.production, self._logins.test):
            while not await self._answers_or_ends(child, login):
                if child.gone.is_set():
                    raise BrokerError(
                        f"the broker did not start in {self._home}: {child.last_words or 'no reason given'}",
                        hint=f"see {self._home / 'nats.log'}",
                    )
                if time.monotonic() > deadline:
                    raise BrokerError(
                        f"the broker in {self._home} gave no answer on {self.url} within {START_LIMIT:g} s",
                        hint=f"see {self._home / 'nats.log'}",
                    )
                await asyncio.sleep(0.02)

    async def _answers_or_ends(self, child: Child, login: Login) -> bool:
        """Tell whether the server answers; false at once when its child ends meanwhile."""
        answering = asyncio.create_task(silence(self.url, *login))
        ending = asyncio.create_task(child.gone.wait())
        try:
            await asyncio.wait({answering, ending}, return_when=asyncio.FIRST_COMPLETED)
            return answering.done() and answering.result() is None
        finally:
            answering.cancel()
            ending.cancel()

    async def _supervise(self, configuration: Path) -> None:
        """Restart the child whenever it ends; give up when it cannot even start any more.

        A child that answered did not fail at its start, however soon it is killed.
        """
        failures = 0
        while self._child is not None:
            await self._child.gone.wait()
            if failures > MOST_FAILURES:
                raise BrokerError(
                    f"the broker in {self._home} ended {failures} times in a row: {self._child.last_words}",
                    hint=f"see {self._home / 'nats.log'}",
                )
            await asyncio.sleep(backoff(failures, FIRST_DELAY, LONGEST_DELAY))
            self.restarts += 1
            _log.warning("the broker ended and is started again: %s", self._child.last_words or "no reason given")
            self._child = Child(find_server(), configuration)
            try:
                await self._ready(self._child)
                failures = 0
            except BrokerError:
                failures += 1


async def silence(url: str, user: str = "", password: str = "") -> str | None:
    """Why JetStream gives this account no answer within about 1 s; None when it does."""
    try:
        connection = await Connection.open(url, user, password, "feed start", limit=1.0)
        try:
            await connection.api("INFO", timeout=1.0)
        finally:
            await connection.close()
    except (BrokerError, OutcomeUnknownError) as error:
        return error.detail
    return None


class _Health(msgspec.Struct):
    status: str = ""
    error: str = ""
    errors: list[dict[str, Any]] = []


class _HealthAnswer(msgspec.Struct):
    data: _Health | None = None
    error: dict[str, Any] | None = None


def read_health(payload: bytes) -> str | None:
    """Return what an answer of the server's HEALTHZ says is wrong, or None."""
    try:
        answer = msgspec.json.decode(payload, type=_HealthAnswer)
    except msgspec.MsgspecError as problem:
        return f"the broker's health cannot be read: {problem}"
    if answer.data is None:
        return f"the broker gives no health: {answer.error}"
    if answer.data.status == "ok":
        return None
    reasons = [answer.data.error, *(str(each.get("error", "")) for each in answer.data.errors)]
    return "; ".join(filter(None, reasons)) or f"the broker is {answer.data.status}"
