"""What a venue's system says of itself: signs of life are kept and counted, its coming and going is told."""

import json
from pathlib import Path
from typing import Any

import aiohttp
import zstandard

from feed.stream.history import read
from feed.stream.streams import last_sequence
from tests.documents import odf
from tests.journey.reader import connected
from tests.journey.service import Feed, serving
from tests.journey.venue import COMPETITION, client

ARCHIVED = 'feed_documents_total{flag="P",outcome="archived"}'
CODE = "GL0" + "-" * 31  # of no discipline


def control(kind: str, version: int = 1, body: str = "", **attributes: str) -> bytes:
    return odf(COMPETITION, version, body=body, DocumentType=kind, DocumentCode=CODE, Source="STAATH1", **attributes)


async def post(session: aiohttp.ClientSession, feed: Feed, document: bytes) -> dict[str, Any]:
    async with session.post(f"{feed.url}/ingest/odf", data=document) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json(content_type=None)


async def archived(session: aiohttp.ClientSession, feed: Feed) -> float:
    """The counter's value."""
    async with session.get(f"{feed.url}/metrics") as answer:
        (line,) = [line for line in (await answer.text()).splitlines() if line.startswith(ARCHIVED)]
    return float(line.removeprefix(ARCHIVED))


async def test_signs_of_life_are_kept_and_published_to_nobody(tmp_path: Path):
    """The bytes are in RAW, each time; the counter `archived` tells them, the answer that nothing came of it."""
    async with client() as session, serving(tmp_path) as feed:
        documents = [control(kind, version) for kind in ("DT_KA", "DT_PING") for version in (1, 2, 2)]
        for document in documents:
            told = await post(session, feed, document)
            assert told == {"accepted": [], "count": 0, "duplicates": 0, "stale": 0, "quarantined": []}
        assert await archived(session, feed) == len(documents)
        async with feed.broker() as link:
            raw = await read(link, "RAW", 1, 10)
            assert [zstandard.decompress(each.payload) for each in raw] == documents
            assert [await last_sequence(link, stream) for stream in ("FEED", "QUARANTINE")] == [0, 0]


async def test_the_coming_and_going_of_a_source_is_told(tmp_path: Path):
    """DT_LOCAL_ON and DT_LOCAL_OFF are one topic with its state, since when, and how often it will be heard of."""
    config = '<Config KADelay="60" DelayOffSet="10"/>'
    documents = [control("DT_LOCAL_ON", 1, config), control("DT_LOCAL_OFF", 2), control("DT_LOCAL_ON", 3, config)]
    async with client() as session, serving(tmp_path) as feed:
        async with connected(session, feed.url, ("type", "source")) as socket:
            await socket.receive(5)
            for document in (*documents, documents[2]):
                await post(session, feed, document)
            told = [json.loads((await socket.receive(5)).data) for _ in documents]
        assert await archived(session, feed) == 0
        async with session.get(f"{feed.url}/v1/snapshot?type=source") as answer:
            assert (await answer.json())["messages"] == told[-1:]
    assert {each["topic"] for each in told} == {told[0]["topic"]}
    assert told[0]["topic"].endswith(".source.STAATH1")
    bodies = [each["body"] for each in told]
    assert [body["state"] for body in bodies] == ["on", "off", "on"]
    assert [body["since"] for body in bodies] == [each["ts"]["event"] for each in told]
    assert [(body["keep_alive_seconds"], body["tolerance_seconds"]) for body in bodies] == [
        (60, 10),
        (None, None),
        (60, 10),
    ]
