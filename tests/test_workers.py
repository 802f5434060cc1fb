import asyncio
import contextlib
import json
import signal
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import aiohttp
import psutil
import pytest

from tests.documents import fresh_competition, odf
from tests.serve.raw import Raw
from tests.service_fixture import Child, Running, wait_until

Start = Callable[..., Child]
SUBSCRIBERS = 32  # all of them at one of two workers by chance: once in two thousand million runs


@pytest.fixture
def serve(service: Running, children: Start) -> Child:
    """`feed serve` with two workers, on the broker of the service."""
    return children("serve", "--workers", "2", "--port", "0", FEED_NATS=service.nats())


async def ready(serve: Child) -> str:
    """Its address."""
    (line,) = await serve.lines(1)
    return line.removeprefix("ready ").strip()


def lives(each: psutil.Process, argument: str = "") -> bool:
    """Whether it runs, with an argument that contains this text."""
    try:
        return each.status() != psutil.STATUS_ZOMBIE and argument in " ".join(each.cmdline())
    except psutil.NoSuchProcess:
        return False


def workers_of(serve: Child) -> list[psutil.Process]:
    """The processes that serve; there is one more, which multiprocessing has for itself."""
    return [each for each in psutil.Process(serve.process.pid).children() if lives(each, "--multiprocessing-fork")]


async def scraped(url: str) -> str:
    """The process that answers a scrape on a connection of its own."""
    async with aiohttp.ClientSession() as session, session.get(f"{url}/metrics") as answer:
        return (await answer.text()).partition('feed_process_info{pid="')[2].partition('"')[0]


def sockets(worker: psutil.Process, url: str, status: str) -> int:
    """How many of a worker's sockets at the address have a status."""
    port = urlsplit(url).port
    with contextlib.suppress(psutil.NoSuchProcess):
        return sum(each.laddr.port == port and each.status == status for each in worker.net_connections("tcp"))
    return 0


async def test_workers_share_a_port_and_the_stream(service: Running, serve: Child):
    """Readers meet one of them by chance; each brings every message to all of its readers, and says which one it is."""
    url = await ready(serve)
    competition = fresh_competition()
    raws = [await Raw.open(url, f"filter={competition}.>") for _ in range(SUBSCRIBERS)]
    hellos = [await raw.text() for raw in raws]
    counts = [sockets(worker, url, psutil.CONN_ESTABLISHED) for worker in workers_of(serve)]
    assert sum(counts) == SUBSCRIBERS
    assert len([count for count in counts if count]) == 2
    await service.store(odf(competition, 1), odf(competition, 2))
    for raw in raws:
        assert [message["version"] for message in await raw.messages(2)] == [1, 2]
        await raw.end()
    assert len({hello["epoch"] for hello in hellos}) == 1
    told = {await scraped(url) for _ in range(SUBSCRIBERS)}
    assert told == {str(worker.pid) for worker in workers_of(serve)}


async def test_a_killed_worker_comes_back(service: Running, serve: Child):
    """Its readers lose their connection and resume, the others do not; a new process listens, and the end is told."""
    url = await ready(serve)
    competition = fresh_competition()
    raws = [await Raw.open(url) for _ in range(SUBSCRIBERS)]
    cursors = [(await raw.text())["cursor"] for raw in raws]
    killed, other = workers_of(serve)
    kept = sockets(other, url, psutil.CONN_ESTABLISHED)
    killed.kill()
    await wait_until(lambda: sum(sockets(each, url, psutil.CONN_LISTEN) for each in workers_of(serve)) == 2, 20)
    assert killed.pid not in {each.pid for each in workers_of(serve)}
    assert sockets(other, url, psutil.CONN_ESTABLISHED) == kept
    seqs = await service.store(*(odf(competition, version) for version in (1, 2)))
    for cursor in cursors[:8]:
        raw = await Raw.open(url, f"after={cursor}&filter={competition}.>")
        assert [message["seq"] for message in await raw.messages(2)] == seqs
        await raw.end()
    for raw in raws:
        await raw.end()
    assert any("a worker ended with -9" in text for text in serve.errors)


async def test_a_term_signal_ends_all_of_them(service: Running, serve: Child):
    """Readers of every worker get 1012 with their cursor; exit 0 within 5 s, and no process is left."""
    url = await ready(serve)
    family = psutil.Process(serve.process.pid).children(recursive=True)
    raws = [await Raw.open(url) for _ in range(SUBSCRIBERS)]
    for raw in raws:
        await raw.text()
    began = time.monotonic()
    serve.process.send_signal(signal.SIGTERM)
    for raw in raws:
        code, reason = await raw.closed()
        assert (code, json.loads(reason)["name"]) == (1012, "restarting")
    assert await asyncio.to_thread(serve.ended) == 0, serve.errors
    await wait_until(lambda: not any(map(lives, family)), 5)  # multiprocessing's own process ends after its parent
    assert time.monotonic() - began < 5
    assert serve.errors == []


async def test_no_worker_outlives_a_killed_parent(serve: Child):
    """Kill -9: nobody is left to stop them, so they end by themselves, and the port is free."""
    url = await ready(serve)
    family = psutil.Process(serve.process.pid).children(recursive=True)
    assert len(family) >= 2
    serve.process.kill()
    await wait_until(lambda: not any(map(lives, family)), 5)
    with pytest.raises(OSError, match=r"Connect call failed|refused"):
        await Raw.connect(url)


def test_workers_that_cannot_start_end_the_command(service: Running, children: Start):
    """A broker that lets nobody in: exit 1 with the reason in a line of its own, no traceback."""
    address = service.nats().replace("nats://", "nats://nobody")
    serve = children("serve", "--workers", "2", "--port", "0", FEED_NATS=address)
    assert serve.ended() == 1
    assert any("cannot connect to NATS" in text for text in serve.errors)
    assert any(text.startswith("feed: a worker ended before it was ready") for text in serve.errors)
    assert not any("Traceback" in text for text in serve.errors)
