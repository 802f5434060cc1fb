"""A commentator's line dies in a relay, and comes back at another node."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from feed.client import Arrival, Feed, Interrupted
from feed.client.subscription import Raw
from replay.verify.state import state_hash
from schemas.control import ReplayEnd, SnapshotEnd
from tests.journey.roles import one_broker
from tests.journey.venue import COMPETITION, Document, Venue, client

UNITS = 4
BEFORE = 5
MISSED = 60
FILTERS = [f"{COMPETITION}.>"]


class Tunnel:
    """One way from here to a node. While `target` is None it is dead, for those who are on it and those who come."""

    def __init__(self, target: str) -> None:
        self.target: str | None = target
        self.url = ""
        self._open: set[asyncio.StreamWriter] = set()

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry bytes both ways until either end has had enough."""
        if self.target is None:
            writer.transport.abort()
            return
        place = urlsplit(self.target)
        back, forth = await asyncio.open_connection(place.hostname, place.port)
        ends = {writer, forth}
        self._open |= ends
        with contextlib.suppress(ConnectionError):
            await asyncio.gather(_carry(reader, forth), _carry(back, writer))
        self._open -= ends

    def die(self) -> None:
        """Cut everybody off."""
        self.target = None
        for writer in self._open:
            writer.transport.abort()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while part := await reader.read(65_536):
        writer.write(part)
        await writer.drain()
    writer.close()


@contextlib.asynccontextmanager
async def tunnel(target: str) -> AsyncIterator[Tunnel]:
    """A tunnel that listens at its `url`."""
    line = Tunnel(target)
    server = await asyncio.start_server(line.pass_on, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()[:2]
        line.url = f"http://{host}:{port}"
        yield line
        line.die()


async def up_to(told: AsyncIterator[Raw], last: type[Raw] | int) -> list[Raw]:
    """What is told until a notice of this kind, or the message of this sequence, has come."""
    found: list[Raw] = []
    async with asyncio.timeout(15):
        async for each in told:
            found.append(each)
            is_last = each.head.seq == last if isinstance(each, Arrival) else type(each) is last
            if is_last:
                break
    return found


def seqs(told: list[Raw]) -> list[int]:
    """The sequences of the messages among it."""
    return [each.head.seq for each in told if isinstance(each, Arrival)]


async def state_of(session: aiohttp.ClientSession, url: str, seq: int) -> str:
    """The hash of what a node shows as the state at a sequence."""
    query = {"filter": FILTERS[0], "as_of": str(seq)}
    accept = {"Accept": "application/x-ndjson"}
    async with session.get(f"{url}/v1/snapshot", params=query, headers=accept) as answer:
        lines = [line for line in (await answer.read()).splitlines() if b'"topic"' in line]
    return state_hash(lines)[0]


async def test_what_was_missed_comes_once_and_ends_by_name_at_another_node(tmp_path: Path):
    """The sixty messages of the dark, then `replay_end`, then live; what the reader holds is the server's state."""
    async with (
        client() as session,
        one_broker(tmp_path) as nodes,
        nodes.node("ingest") as ingest,
        nodes.node("serve") as one,
        nodes.node("serve") as other,
        tunnel(one.url) as line,
    ):
        venue = Venue(session, ingest.url)
        await _lap(venue, range(1, 2))
        feed = Feed(line.url, retry_seconds=(0.01, 0.05))
        told = feed.follow(filters=FILTERS, snapshot=True).raw()
        kept = await up_to(told, SnapshotEnd)
        await _lap(venue, range(2, 2 + BEFORE))
        kept += await up_to(told, last := UNITS * (1 + BEFORE))
        line.die()
        assert isinstance((await up_to(told, Interrupted))[-1], Interrupted)
        await _lap(venue, range(2 + BEFORE, 2 + BEFORE + MISSED // UNITS))
        line.target = other.url
        missed = await up_to(told, ReplayEnd)
        assert seqs(missed) == list(range(last + 1, last + 1 + MISSED))
        await _lap(venue, range(100, 101))
        live = await up_to(told, last + MISSED + UNITS)
        assert seqs(live) == list(range(last + MISSED + 1, last + MISSED + UNITS + 1))
        state = {each.head.topic: each.payload for each in kept + missed + live if isinstance(each, Arrival)}
        held = state_hash(state.values())[0]
        assert {await state_of(session, node.url, last + MISSED + UNITS) for node in (one, other)} == {held}
        await told.aclose()


async def _lap(venue: Venue, versions: range) -> None:
    """Every unit in each of these versions, one document after the other."""
    for version in versions:
        for unit in range(1, UNITS + 1):
            await venue.send(Document(unit, version, f"{unit}.{version:03d}"))
