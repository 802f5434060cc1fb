import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from feed.serve.doorstep import Doorstep, Patience
from tests.serve.raw import Raw
from tests.service_fixture import wait_until

pytestmark = pytest.mark.alone
HEAD_SECONDS = 0.3
ASK = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


class Step:
    """A door behind a doorstep, at `url`; three connections may stand there, two of one address."""

    def __init__(self, url: str, counts: Counter[str], server: Doorstep) -> None:
        self.url = url
        self.counts = counts
        self.server = server

    async def answer(self, raw: Raw) -> int:
        return int((await raw.head()).split()[1])


async def _hello(request: web.Request) -> web.Response:
    await asyncio.sleep(float(request.query.get("wait", "0")))
    return web.Response(text="hello")


@pytest.fixture
async def step(request: pytest.FixtureRequest) -> AsyncIterator[Step]:
    app = web.Application()
    app.router.add_get("/", _hello)
    inner = web.AppRunner(app)
    await inner.setup()
    assert inner.server is not None
    counts: Counter[str] = Counter()
    patience = getattr(request, "param", Patience(HEAD_SECONDS, 2, 3))
    runner = web.ServerRunner(Doorstep(inner.server, patience, counts, access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    yield Step(f"http://{host}:{port}", counts, runner.server)
    await runner.cleanup()
    await inner.cleanup()


@pytest.mark.parametrize("said, drop", [(b"", b""), (b"GET / HT", b""), (b"GET /", b"x"), (ASK[:-2], b"x")])
async def test_who_does_not_ask_in_time_is_sent_away(step: Step, said: bytes, drop: bytes):
    """408, however much of a head it has sent, and however steadily it goes on (slowloris)."""
    raw = await Raw.connect(step.url)
    began = asyncio.get_running_loop().time()
    raw.send(said)
    dripping = asyncio.ensure_future(_drip(raw, drop))
    assert await step.answer(raw) == 408
    dripping.cancel()
    assert HEAD_SECONDS <= asyncio.get_running_loop().time() - began < HEAD_SECONDS + 0.5
    await wait_until(lambda: not step.server.connections)
    assert step.counts == {"slow": 1}
    await raw.end()


async def _drip(raw: Raw, drop: bytes) -> None:
    while True:
        await asyncio.sleep(0.05)
        raw.send(drop)


async def test_who_has_asked_is_not_hurried(step: Step):
    """A slow answer, and a pause before the next request, are longer than a head may take."""
    raw = await Raw.connect(step.url)
    raw.send(ASK.replace(b"GET /", b"GET /?wait=0.5"))
    assert await step.answer(raw) == 200
    await raw.reader.readexactly(5)
    await asyncio.sleep(HEAD_SECONDS + 0.1)
    raw.send(ASK)
    assert await step.answer(raw) == 200
    assert not step.counts
    await raw.end()


@pytest.mark.parametrize("step, why", [(Patience(5, 2, 9), "address"), (Patience(5, 9, 2), "full")], indirect=["step"])
async def test_one_too_many_is_sent_away(step: Step, why: str):
    """429 with Retry-After, the others stay; who leaves makes room."""
    first, second = await Raw.connect(step.url), await Raw.connect(step.url)
    await wait_until(lambda: len(step.server.connections) == 2)
    third = await Raw.connect(step.url)
    head = await third.head()
    assert head.startswith(b"HTTP/1.1 429 ")
    assert b"Retry-After: 1\r\n" in head
    assert step.counts == {why: 1}
    await third.end()
    await first.end()
    await wait_until(lambda: len(step.server.connections) == 1)
    fourth = await Raw.connect(step.url)
    for raw in (second, fourth):
        raw.send(ASK)
        assert await step.answer(raw) == 200
        await raw.end()
