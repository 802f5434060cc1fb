"""X2: a rehearsal of test messages beside production, of the same codes: neither is seen anywhere in the other."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
import zstandard

from feed.stream.history import read
from feed.stream.streams import STREAMS, last_sequence
from tests.core.test_disputes import UNIT as FINAL
from tests.core.test_medals import EVENT
from tests.journey.test_medals import _from_events, _from_socket
from tests.journey.worlds import REAL, REHEARSAL, World, documents, refused
from tests.service_fixture import LIMIT, House

ROUNDS = 6
UNREAD = 2  # documents of a round that say nothing of their sender: they could not be read
WORLDS = (REAL, REHEARSAL)
KINDS = {
    *("result", "unit", "session", "participant", "code", "record", "medallists", "medals", "picture", "communication"),
    *("source", "list", "document", "call", "ledger", "medal_table", "medal_discrepancy", "schedule_change"),
    *("record_event", "record_table", "ceremony_conflict", "derived"),
}
VIEWS = (
    *("/v1/schedule?", f"/v1/units/{FINAL}?", f"/v1/units/{FINAL}/result?", f"/v1/events/{EVENT}?", "/v1/sources?"),
    *("/v1/medals?", "/v1/medals?view=provisional&", "/v1/medals/ledger?", "/v1/medals/ledger?view=provisional&"),
    *("/v1/records?", "/v1/records?view=provisional&", "/v1/codes/LOCATION?"),
)
FIGURES = re.compile(r'^(feed_(?:documents|refusals|remarks|implausible)_total\{.*)flag="(.)"(.*)$', re.MULTILINE)
Sequel = dict[str, list[dict[str, Any]]]


def other(world: World) -> World:
    return REHEARSAL if world is REAL else REAL


def traces(world: World, text: str) -> list[str]:
    """Where a text names what only the other world has."""
    names = other(world).mark, f'"{other(world).noc}"'
    return [text[max(0, found.start() - 200) : found.end()] for name in names for found in re.finditer(name, text)]


async def answered(house: House, world: World, path: str) -> str:
    """The text of an answer of one flag, which is 200."""
    return await house.text(f"{path}{'' if path[-1] in '?&' else '&' if '?' in path else '?'}flag={world.flag}")


async def played(house: House, world: World, first: int, last: int) -> None:
    """Send some rounds, one document after the other."""
    for version in range(first, last + 1):
        for document in documents(world, version):
            status, body = await house.post(document)
            assert status == 200, (document, body)
        for document in refused(world, version):
            status, body = await house.post(document)
            assert status == 422, (document, body)


async def settled(house: House, world: World) -> list[dict[str, Any]]:
    """All messages of a flag, once all of them are counted."""
    async with asyncio.timeout(LIMIT):
        while True:
            _, page = await house.get(f"/v1/log?after=0&limit=1000&flag={world.flag}")
            messages: list[dict[str, Any]] = page["messages"]
            _, medals = await house.get(f"/v1/medals?competition=XA&flag={world.flag}")
            if medals["through"] >= max(each["seq"] for each in messages if each["type"] != "derived"):
                return messages
            await asyncio.sleep(0.05)


@asynccontextmanager
async def followed(house: House) -> AsyncIterator[tuple[Sequel, Sequel]]:
    """What a WebSocket and an SSE client of each flag were sent from the beginning, once the context ends."""
    streamed: Sequel = {}
    events: Sequel = {}
    async with aiohttp.ClientSession() as session:
        sockets = [await session.ws_connect(f"{house.url}/v1/stream?after=0&flag={world.flag}") for world in WORLDS]
        answers = [await session.get(f"{house.url}/v1/sse?after=0&flag={world.flag}") for world in WORLDS]
        yield streamed, events
        for world, socket, answer in zip(WORLDS, sockets, answers, strict=True):
            last = (await settled(house, world))[-1]["seq"]
            streamed[world.flag] = await _from_socket(socket, last)
            events[world.flag] = await _from_events(answer, last)
            await socket.close()
            answer.close()


@pytest.mark.slow
async def test_a_rehearsal_beside_production(house: House):
    """The same codes, at the same time: every door and every stream of a flag has its own names alone."""
    async with followed(house) as (streamed, events):
        await asyncio.gather(*(played(house, world, 1, ROUNDS) for world in WORLDS))
    for world in WORLDS:
        pulled = await settled(house, world)
        last = streamed[world.flag][-1]["seq"]
        assert streamed[world.flag] == events[world.flag] == [each for each in pulled if each["seq"] <= last]
        assert {each["type"] for each in pulled} == KINDS
        assert {each["source"] for each in pulled} == {f"{world.mark}1", "feed"}
        assert traces(world, await answered(house, world, "/v1/log?after=0&limit=1000")) == []
        await _views_are_apart(house, world)
        await _streams_are_apart(house, world)
    await _names_lead_nowhere(house)
    await _cursors_are_refused(house)
    await _figures_are_apart(house)


async def _views_are_apart(house: House, world: World) -> None:
    """All of them, the snapshots of now and of before, ODF and the quarantine."""
    tip = (await settled(house, world))[-1]["seq"]
    epoch = (await house.get(f"/v1/competitions?flag={world.flag}"))[1]["epoch"]
    asked = f"DocumentCode={FINAL}&DocumentType=DT_RESULT&Version={ROUNDS}&FeedFlag={world.flag}"
    paths = [f"{view}competition=XA" for view in VIEWS]
    paths += [f"/v1/athletes/{world.athlete}?competition=XA", f"/v1/odf?{asked}&competition=XA"]
    paths += ["/v1/snapshot", f"/v1/snapshot?as_of={epoch}:{tip}", "/v1/quarantine?all=1&limit=1000"]
    for path in paths:
        text = await answered(house, world, path)
        assert traces(world, text) == [], path
        assert world.mark in text or world.noc in text, path


async def _streams_are_apart(house: House, world: World) -> None:
    """RAW, FEED, QUARANTINE and BLOB of an account: subjects, headers and contents, also those that are compressed."""
    expected = {"RAW": _sent(world), "QUARANTINE": ROUNDS * len(refused(world, 1))}
    async with house.broker(world.flag) as link:
        for stream in STREAMS:
            messages = await read(link, stream.name, 1, await last_sequence(link, stream.name))
            for each in messages:
                is_packed = each.headers.get("Raw-Encoding") == "zstd" and each.payload
                data = zstandard.decompress(each.payload) if is_packed else each.payload
                text = f"{each.subject} {each.headers} {data.decode('utf-8', 'replace')}"
                assert traces(world, text) == [], stream.name
            assert len(messages) == expected.get(stream.name, len(messages))


async def _names_lead_nowhere(house: House) -> None:
    """Who knows the name of an athlete, a blob or a refused document of one flag does not find it in the other."""
    paths = {world.flag: await _named(house, world) for world in WORLDS}
    async with aiohttp.ClientSession() as session:
        for world in WORLDS:
            for flag, status in ((world.flag, 200), (other(world).flag, 404)):
                for path in paths[flag]:
                    async with session.get(f"{house.url}{path}flag={world.flag}") as answer:
                        assert answer.status == status, path


async def _named(house: House, world: World) -> list[str]:
    held = re.findall(r'"id": ?"(\w+)"', await answered(house, world, "/v1/quarantine?limit=1000"))
    blobs = set(re.findall(r'"sha256":"(\w+)"', await answered(house, world, "/v1/snapshot")))
    assert (len(held), len(blobs)) == (ROUNDS, 2)
    return [
        f"/v1/athletes/{world.athlete}?competition=XA&",
        *(f"/v1/quarantine/{id_}?" for id_ in held),
        *(f"/v1/blobs/{sha256}?" for sha256 in blobs),
    ]


async def _cursors_are_refused(house: House) -> None:
    """Nobody goes on in the wrong world by mistake."""
    for world in WORLDS:
        _, page = await house.get(f"/v1/log?after=0&limit=1&flag={world.flag}")
        status, body = await house.get(f"/v1/log?after={page['next']}&flag={other(world).flag}")
        assert (status, body["error"]["name"]) == (410, "wrong_epoch")


async def _figures_are_apart(house: House) -> None:
    """Each counts its own, and the same was sent of both; a rehearsal that goes on alone moves nothing else."""
    figures = await _figures(house)
    assert figures["P"] == figures["T"]
    assert len(figures["P"]) >= len(REAL)
    heard = [(await house.get(f"/v1/sources?competition=XA&flag={world.flag}"))[1]["sources"] for world in WORLDS]
    assert [[row["documents"] for row in rows] for rows in heard] == [[_sent(REAL) - UNREAD * ROUNDS]] * len(WORLDS)
    before = [each for each in await settled(house, REAL) if each["type"] != "derived"]
    await played(house, REHEARSAL, ROUNDS + 1, ROUNDS + 1)
    await settled(house, REHEARSAL)
    after = await _figures(house)
    assert after["P"] == figures["P"]
    moved = {line.partition("{")[0] for line in after["T"] - figures["T"]}
    assert moved >= {"feed_documents_total", "feed_refusals_total", "feed_implausible_total"}
    assert [each for each in await settled(house, REAL) if each["type"] != "derived"] == before


async def _figures(house: House) -> dict[str, set[str]]:
    """What was admitted and what was not, by flag."""
    found: dict[str, set[str]] = {"P": set(), "T": set()}
    for before, flag, behind in FIGURES.findall(await house.text("/metrics")):
        found[flag].add(before + behind)
    return found


def _sent(world: World) -> int:
    """How many documents of a flag."""
    return sum(len([*documents(world, version), *refused(world, version)]) for version in range(1, ROUNDS + 1))
