import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from feed.core.keys import Right
from feed.core.limits import Limits
from feed.serve import rights
from feed.serve.quotas import Quotas
from tests.documents import odf
from tests.keyring import Held, add, ask, reader, sender, socket, write
from tests.serve.raw import Raw
from tests.service_fixture import House, opened, wait_until


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds by which a service that is started now counts requests; they stand still."""
    now = [0.0]
    monkeypatch.setattr(rights, "Quotas", lambda: Quotas(lambda: now[0]))
    return now


async def test_a_key_that_asks_too_often_is_told_when_to_come_back(clock: list[float], house: House):
    """429 with Retry-After on a pull, 4429 on a socket, an error event that is tried again; others are not held up."""
    mine, other = reader(limits=Limits(requests=1)), reader()
    await add(house, mine, other)
    assert [(await ask(house, "/v1/log", mine))[0] for _ in range(2)] == [200, 200]
    async with aiohttp.ClientSession(headers=mine.headers) as session:
        async with session.get(f"{house.url}/v1/log") as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (429, "1")
            assert (await answer.json(content_type=None))["error"]["name"] == "too_many"
        async with session.get(f"{house.url}/v1/sse") as answer:
            text = await answer.text()
            assert '"name":"too_many"' in text
            assert "\nid:" not in text
    async with socket(house.url, "", mine) as raw:
        assert (await raw.text())["name"] == "too_many"
        assert (await raw.closed())[0] == 4429
    assert (await ask(house, "/v1/log", other))[0] == 200
    clock[0] += 1
    assert (await ask(house, "/v1/log", mine))[0] == 200
    assert (await ask(house, "/v1/log", mine))[0] == 429
    assert 'feed_denied_total{name="too_many",side="read"} 4.0' in await house.text("/metrics")


async def test_a_sender_is_counted_once_for_each_document(clock: list[float], house: House):
    """Although its key is looked at again when the body has come."""
    writer = sender("P", Right.BULK, limits=Limits(requests=1))
    await add(house, writer)
    found = [(await write(house, odf("XA", version), writer))[0] for version in (1, 2, 3)]
    assert found == [200, 200, 429]


async def test_a_key_has_so_many_connections_and_no_more(house: House):
    """Sockets, events and waiting pulls of both flags together; who leaves makes room, other keys have their own."""
    mine, other = reader("P", "T", limits=Limits(connections=2)), reader()
    await add(house, mine, other)
    async with socket(house.url, "", mine) as first:
        await first.text()
        waiting = asyncio.ensure_future(ask(house, "/v1/log?flag=T&wait=30", mine))
        await wait_until(lambda: house.pump("T").polls._waiting)
        for path in ("/v1/stream", "/v1/sse", "/v1/log", "/v1/log?flag=T", "/v1/log?delay=5"):
            status, error = await ask(house, path, mine) if path != "/v1/stream" else await _refused(house, mine)
            assert (status, error["name"]) == (429, "too_many")
            assert mine.key.id in error["detail"]
        assert (await ask(house, "/v1/stream", other))[0] == 200
        waiting.cancel()
        await wait_until(lambda: not house.pump("T").pulls)
        assert (await ask(house, "/v1/log", mine))[0] == 200
    await wait_until(lambda: not house.pump().held)


async def _refused(house: House, held: Held) -> tuple[int, dict[str, Any]]:
    async with socket(house.url, "", held) as raw:
        error = await raw.text()
        return (await raw.closed())[0] - 4000, error


async def test_an_address_has_so_many_connections_and_no_more(tmp_path: Path):
    """Also without a key: 4429, and room again when one of them ends."""
    async with opened(tmp_path, address_connections_max=2) as house:
        first, second = [await Raw.open(house.url) for _ in range(2)]
        await asyncio.gather(first.text(), second.text())
        third = await Raw.open(house.url)
        assert "address 127.0.0.1" in (await third.text())["detail"]
        assert (await third.closed())[0] == 4429
        await first.end()
        await wait_until(lambda: len(house.pump().subscribers) == 1)
        fourth = await Raw.open(house.url)
        assert (await fourth.text())["type"] == "hello"
        for raw in (second, fourth):
            await raw.end()


async def test_a_refused_connection_is_not_counted(tmp_path: Path):
    """However often somebody is sent away, that takes nobody's place."""
    async with opened(tmp_path, address_connections_max=1) as house:
        for _ in range(3):
            raw = await Raw.open(house.url, "after=nonsense")
            await raw.closed()
        async with socket(house.url) as raw:
            assert (await raw.text())["type"] == "hello"
            assert sum(house.pump().held.values()) == 1
