"""A message above 512 kB: what the subscriber gets, where its body is, and that both outlive the service."""

import hashlib
import io
import json
import random
import string
from pathlib import Path

import aiohttp
import zstandard

from feed.stream.blobs import Blobs
from feed.stream.history import read
from tests.documents import odf
from tests.journey.reader import connected
from tests.journey.service import Feed, serving
from tests.journey.venue import client

ROWS = 9_000


def code_table() -> bytes:
    """A table of codes that is carried whole: 1.3 MB, of which so much is chance that its raw bytes are large too."""
    chance = random.Random(1)
    rows = "".join(
        f'<Code Key="XC{number:06}" Order="{number}"><Language Language="ENG" Description="'
        f'{"".join(chance.choices(string.ascii_letters, k=80))}"/></Code>\n'
        for number in range(ROWS)
    )
    return odf("JRN2030", body=rows, DocumentType="DT_XTABLE")


async def got(session: aiohttp.ClientSession, url: str) -> bytes:
    async with session.get(url) as answer:
        assert answer.status == 200
        return await answer.read()


async def message_of(session: aiohttp.ClientSession, feed: Feed, table: bytes) -> dict[str, object]:
    """Post the document while a subscriber listens; the message that reaches it."""
    async with connected(session, feed.url) as socket:
        await socket.receive(5)
        headers = {"Content-Type": "text/xml"}
        async with session.post(f"{feed.url}/ingest/odf", data=io.BytesIO(table), headers=headers) as answer:
            assert answer.status == 200, await answer.text()
        message: dict[str, object] = json.loads((await socket.receive(5)).data)
    return message


async def test_a_large_body_is_fetched_by_its_name(tmp_path: Path):
    """The message names it, the blob is `{"xml": ...}` as received, RAW has the bytes, a kill changes none of it."""
    table = code_table()
    assert 1_100_000 < len(table) < 2_000_000
    async with client() as session, serving(tmp_path) as feed:
        message = await message_of(session, feed, table)
        ref = message["body_ref"]
        assert message["body"] is None
        assert isinstance(ref, dict)
        blob = f"{feed.url}/v1/blobs/{ref['sha256']}"
        body = await got(session, blob)
        snapshot = await got(session, f"{feed.url}/v1/snapshot")
        await feed.kill9()
        await feed.start()
        assert await got(session, f"{feed.url}/v1/snapshot") == snapshot
        assert await got(session, blob) == body
        async with feed.broker() as link:
            (raw,) = await read(link, "RAW", 1, 10)
            blobs = Blobs(link)
            kept = await blobs.find(raw.headers["Raw-Blob"])
            assert kept is not None
            packed = b"".join([part async for part in blobs.read(kept)])
    assert json.loads(snapshot)["messages"] == [message]
    assert (ref["bytes"], ref["media"]) == (len(body), "application/json")
    assert ref["sha256"] == hashlib.sha256(body).hexdigest()
    assert json.loads(body) == {"xml": table.decode()}
    assert zstandard.decompress(packed) == table
