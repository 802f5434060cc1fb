"""Keys for tests of a running service: made on its own broker, as `feed keys` does."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import aiohttp

from feed.core.keys import Key, KeyType, Right, digest
from feed.core.scope import Scope
from feed.errors import COMPLAINTS, ErrorName
from feed.stream import keys as stream
from tests.serve.raw import Raw, upgrade
from tests.service_fixture import House, Running, wait_until

_number = count(1)


class Held:
    """A key with its secret; `headers` and `named` present it."""

    def __init__(self, key: Key, secret: str) -> None:
        self.key = key
        self.secret = secret
        self.headers = {"X-API-KEY": secret}
        self.named = {"X_API_KEY": secret}


def reader(
    *flags: str,
    competitions: tuple[str, ...] = (),
    disciplines: tuple[str, ...] = (),
    venues: tuple[str, ...] = (),
    **fields: Any,
) -> Held:
    """A key that reads these flags, P if none is named."""
    scope = Scope.of(competitions, disciplines, venues)
    return _held(KeyType.READER, {Right.READ}, flags=flags or ("P",), scope=scope, **fields)


def graphics(*flags: str) -> Held:
    """A key that may stand in an address."""
    return _held(KeyType.GRAPHICS, {Right.READ, Right.URL}, flags=flags or ("P",))


def admin(*flags: str) -> Held:
    """A key that makes and revokes keys of these flags, of both if none is named."""
    return _held(KeyType.ADMIN, {Right.ADMIN}, flags=flags or ("P", "T"))


def sender(flag: str = "P", *rights: Right, **limits: Any) -> Held:
    """A key that writes into one flag."""
    return _held(KeyType.ODF_SENDER, {Right.WRITE, *rights}, flags=(flag,), **limits)


def operator(*flags: str, **limits: Any) -> Held:
    """A key that decides about the quarantine of these flags, P if none is named."""
    return _held(KeyType.OPERATOR, {Right.OPERATE}, flags=flags or ("P",), **limits)


def _held(key_type: KeyType, rights: set[Right], **fields: Any) -> Held:
    name = f"key{next(_number)}"
    secret = f"feed_{name}_secret"
    return Held(Key(id=name, hash=digest(secret), type=key_type, rights=frozenset(rights), created=1, **fields), secret)


async def add(house: House, *held: Held) -> None:
    """Store keys and return when the service has them."""
    async with house.broker() as link:
        for each in held:
            await stream.add(link, each.key)
        last = (await stream.keys(link))[-1].seq
    await wait_until(lambda: house.service._keys._consumer.delivered >= last)


async def revoke(house: Running, held: Held) -> None:
    """Take a key back; the service hears of it in its own time."""
    async with house.broker() as link:
        await stream.revoke(link, held.key.id, 2)


@contextlib.asynccontextmanager
async def socket(url: str, query: str = "", held: Held | None = None, **headers: str) -> AsyncIterator[Raw]:
    """A WebSocket that presents a key."""
    raw = await Raw.connect(url)
    raw.send(upgrade(url, query, **(held.named if held else {}), **headers))
    assert (await raw.head()).startswith(b"HTTP/1.1 101 ")
    yield raw
    await raw.end()


async def write(
    house: Running, document: bytes, held: Held | None = None, query: str = ""
) -> tuple[int, dict[str, Any]]:
    """Status and JSON of a POST with a key."""
    return await house.post(document, query, **(held.named if held else {}))


async def store(house: Running, held: Held, *documents: bytes) -> list[int]:
    """Sequences of documents that were stored."""
    bodies = [await write(house, document, held) for document in documents]
    assert [status for status, _ in bodies] == [200] * len(documents), bodies
    return [body["accepted"][0]["seq"] for _, body in bodies]


async def ask(house: Running, path: str, held: Held | None = None, **headers: str) -> tuple[int, dict[str, Any]]:
    """Status and JSON of a GET; a stream's refusal is read from its frame and its close code, or from its event."""
    if path.startswith("/v1/stream"):
        async with socket(house.url, path.partition("?")[2], held) as raw:
            error = await raw.text()
            if error["type"] == "hello":
                return 200, error
            code, reason = await raw.closed()
            assert json.loads(reason) == {"name": error["name"], "cursor": ""}  # no stranger is told where the tip is
            return code - 4000, error
    presented = {name.replace("_", "-"): text for name, text in headers.items()} | (held.headers if held else {})
    async with aiohttp.ClientSession(headers=presented) as session, session.get(house.url + path) as answer:
        if answer.content_type == "text/event-stream":
            return await _first_event(answer)
        body = await answer.json(content_type=None)
        assert (answer.status == 401) is ("WWW-Authenticate" in answer.headers)
        return answer.status, body.get("error", body)


async def _first_event(answer: aiohttp.ClientResponse) -> tuple[int, dict[str, Any]]:
    async with asyncio.timeout(5):
        while not (line := await answer.content.readline()).startswith(b"data:"):
            pass
    told = json.loads(line[5:])
    return COMPLAINTS[ErrorName(told["name"])].status if told["type"] == "error" else 200, told
