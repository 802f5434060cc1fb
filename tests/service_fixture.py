"""The service for real: as a child process for the whole session, or in this process where a test turns its screws."""

import asyncio
import contextlib
import io
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from feed.app import started
from feed.config import Settings
from feed.serve.pump import Pump
from feed.service import Service
from feed.stream.connection import Connection
from feed.stream.history import read
from feed.stream.pull import StreamMessage
from feed.stream.streams import StreamSpec, last_sequence

ROOT = Path(__file__).parent.parent
LIMIT = 20.0
XML = {"Content-Type": "application/xml"}


class Child:
    """A `feed` command that runs; `line` waits for one line of its output."""

    def __init__(self, *arguments: str, **environment: str) -> None:
        kept = {name: text for name, text in os.environ.items() if not name.startswith("FEED_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "feed", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=kept | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"} | environment,
            text=True,
        )
        self.output: list[str] = []
        self.errors: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._threads = [
            threading.Thread(target=self._read_output, daemon=True),
            threading.Thread(target=self._read_errors, daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def line(self, limit: float = LIMIT) -> str:
        """The next line of its output; fails with its errors when it ends or takes too long."""
        try:
            text = self._lines.get(timeout=limit)
        except queue.Empty:
            text = None
        assert text is not None, "".join(self.errors)
        return text

    async def lines(self, count: int) -> list[str]:
        """The next lines, read without holding up this process's loop."""
        return [await asyncio.to_thread(self.line) for _ in range(count)]

    def ended(self, limit: float = LIMIT) -> int:
        """Its exit code, once all it wrote has been read."""
        code = self.process.wait(limit)
        for thread in self._threads:
            thread.join(limit)
        for pipe in (self.process.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()
        return code

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Its exit code after a signal."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.ended()

    def _read_output(self) -> None:
        assert self.process.stdout is not None
        for text in self.process.stdout:
            self.output.append(text)
            self._lines.put(text)
        self._lines.put(None)

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        self.errors.extend(self.process.stderr)


class Running:
    """A service at `url`, with its streams in `data`."""

    def __init__(self, url: str, data: Path) -> None:
        self.url = url
        self.data = data

    async def post(
        self, document: bytes, query: str = "", format_name: str = "odf", **headers: str
    ) -> tuple[int, dict[str, Any]]:
        """Status and JSON of one POST to the venues' door."""
        named = XML | {name.replace("_", "-"): text for name, text in headers.items()}
        address = f"{self.url}/ingest/{format_name}{query}"
        async with (
            aiohttp.ClientSession() as session,
            session.post(address, data=io.BytesIO(document), headers=named) as answer,
        ):
            return answer.status, await answer.json(content_type=None)

    async def store(self, *documents: bytes) -> list[int]:
        """The sequences under which documents were stored; every reading door knows the last one on return."""
        seqs: list[int] = []
        async with aiohttp.ClientSession() as session:
            for document in documents:
                async with session.post(f"{self.url}/ingest/odf", data=document, headers=XML) as answer:
                    body = await answer.json(content_type=None)
                    assert answer.status == 200, body
                    seqs.append(body["accepted"][0]["seq"])
        await self.known(seqs[-1], "T" if b'FeedFlag="T"' in documents[-1] else "P")
        return seqs

    async def known(self, seq: int, flag: str = "P") -> None:
        """Return when every reading door knows a sequence: a venue's answer may be some milliseconds ahead."""
        async with asyncio.timeout(LIMIT):
            while (await self.get(f"/v1/competitions?flag={flag}"))[1]["seq"] < seq:
                await asyncio.sleep(0.002)

    async def get(self, path: str) -> tuple[int, dict[str, Any]]:
        """Status and JSON of one GET."""
        async with aiohttp.ClientSession() as session, session.get(self.url + path) as answer:
            return answer.status, await answer.json(content_type=None)

    async def text(self, path: str) -> str:
        async with aiohttp.ClientSession() as session, session.get(self.url + path) as answer:
            assert answer.status == 200
            return await answer.text()

    def nats(self, flag: str = "P") -> str:
        """The address of the embedded broker, with the login of a flag's account."""
        settings = json.loads((self.data / "broker" / "nats.conf").read_text())
        (login,) = settings["accounts"][flag]["users"]
        return f"nats://{login['user']}:{login['password']}@{settings['listen']}"

    @contextlib.asynccontextmanager
    async def broker(self, flag: str = "P") -> AsyncIterator[Connection]:
        """A connection of our own to the embedded broker."""
        link = await Connection.open(self.nats(flag))
        yield link
        await link.close()

    async def kept(self, stream: str, raw_id: str, flag: str = "P") -> StreamMessage | None:
        """The message of RAW or QUARANTINE under an id."""
        async with self.broker(flag) as link:
            last = await last_sequence(link, stream)
            messages = await read(link, stream, 1, last) if last else []
        return next((message for message in messages if message.headers["Raw-Id"] == raw_id), None)


class House(Running):
    """A service in this process."""

    def __init__(self, url: str, data: Path, service: Service, running: asyncio.Future[None]) -> None:
        super().__init__(url, data)
        self.service = service
        self.running = running

    def pump(self, flag: str = "P") -> Pump:
        return self.service._worlds[flag].reading.pump

    @contextlib.contextmanager
    def frozen_broker(self) -> Iterator[None]:
        """The broker takes no step while this lasts."""
        assert self.service._broker is not None
        pid = self.service._broker.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOWAIT)  # a thread on the other core may take a step yet
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)


Until = Callable[..., Awaitable[None]]
Open = Callable[..., contextlib.AbstractAsyncContextManager[House]]
Lose = Callable[[House, int], Awaitable[None]]


async def wait_until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Return once a condition holds; fails after the deadline."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        await asyncio.sleep(0.005)


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """`feed up` for the whole session; tests keep apart by competition, marks alone come never."""
    data = tmp_path_factory.mktemp("service")
    child = Child("up", "--port", "0", "--data", str(data), FEED_MARK_SECONDS="3600")
    yield Running(child.line().removeprefix("ready ").strip(), data)
    assert child.stop() == 0, "".join(child.errors)


@contextlib.asynccontextmanager
async def opened(data: Path, **settings: Any) -> AsyncIterator[House]:
    """A service in this process until the context ends."""
    async with started(Settings(port=0, data=str(data), **settings)) as (service, url):
        running = asyncio.ensure_future(service.run())
        try:
            yield House(url, data, service, running)
        finally:
            service.draining = True
            running.cancel()
            await asyncio.wait({running})
    if not running.cancelled():
        running.result()  # it ended by itself: that is what the test has to know


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A service of this test's own, in this process."""
    async with opened(tmp_path) as house:
        yield house


@pytest.fixture
def lose(monkeypatch: pytest.MonkeyPatch) -> Lose:
    """Has the broker of a house lose a message of FEED; the streams of this test's services allow for it."""
    settings = StreamSpec.settings
    monkeypatch.setattr(StreamSpec, "settings", lambda *own: settings(*own) | {"deny_delete": False})

    async def lose(house: House, seq: int) -> None:
        async with house.broker() as link:
            await link.api("STREAM.MSG.DELETE.FEED", {"seq": seq})

    return lose


@pytest.fixture
def children() -> Iterator[Callable[..., Child]]:
    """Starts `feed` commands and ends what is left of them."""
    born: list[Child] = []

    def start(*arguments: str, **environment: str) -> Child:
        born.append(Child(*arguments, **environment))
        return born[-1]

    yield start
    for child in born:
        if child.process.poll() is None:
            child.process.kill()
            child.ended()
