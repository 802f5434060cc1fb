"""Reports and pictures: the message refers to them, and the reference gives the bytes that the venue sent."""

import asyncio
import base64
import hashlib
import io
import json
import random
import struct
import zlib
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from feed.stream.streams import usage
from tests.documents import odf
from tests.journey.reader import connected
from tests.journey.service import Feed, serving
from tests.journey.venue import client

SECONDS = 10.0
XML = {"Content-Type": "text/xml"}
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\n"
)


def png(colour: int) -> bytes:
    """A picture of one grey point."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    point = zlib.compress(bytes((0, colour)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", point) + chunk(b"IEND", b"")


def report(pdf: bytes, version: int = 1) -> bytes:
    body = f"<PDFData>\n{base64.encodebytes(pdf).decode()}</PDFData>"
    return odf("JRN2030", version, body=body, DocumentType="DT_PDF", DocumentSubtype="C73A")


def picture(*contents: bytes, version: int = 1) -> bytes:
    body = "".join(f"<Picture>{base64.b64encode(each).decode()}</Picture>" for each in contents)
    return odf("JRN2030", version, body=body, DocumentCode="1900123", DocumentType="DT_PIC", DocumentSubtype="HEADSHOT")


async def posted(session: aiohttp.ClientSession, feed: Feed, document: bytes) -> tuple[int, dict[str, Any]]:
    async with session.post(f"{feed.url}/ingest/odf", data=io.BytesIO(document), headers=XML) as answer:
        return answer.status, await answer.json(content_type=None)


async def fetched(session: aiohttp.ClientSession, feed: Feed, ref: dict[str, Any]) -> bytes:
    async with session.get(f"{feed.url}/v1/blobs/{ref['sha256']}") as answer:
        assert (answer.status, answer.headers["Content-Type"]) == (200, ref["media"])
        return await answer.read()


async def kept(feed: Feed) -> tuple[int, int]:
    """Messages in FEED and in BLOB."""
    async with feed.broker() as link:
        found = await usage(link)
    return found["FEED"].messages, found["BLOB"].messages


async def test_a_report_and_portraits_are_fetched_by_their_references(tmp_path: Path):
    """A subscriber reads the messages and finds every byte; sent again, also under a new Version, nothing is new."""
    grey, black = png(128), png(0)
    async with client() as session, serving(tmp_path) as feed, connected(session, feed.url) as socket:
        assert json.loads((await socket.receive(SECONDS)).data)["type"] == "hello"
        for document in (report(PDF), picture(grey, black)):
            assert (await posted(session, feed, document))[0] == 200
        first, second = [json.loads((await socket.receive(SECONDS)).data) for _ in range(2)]
        assert (first["type"], second["type"]) == ("report", "picture")
        assert second["topic"] == "JRN2030.-.-.-.-.1900123.picture.-.HEADSHOT"
        refs = [first["body"]["content"], *(each["content"] for each in second["body"]["pictures"])]
        assert [ref["media"] for ref in refs] == ["application/pdf", "image/png", "image/png"]
        assert [await fetched(session, feed, ref) for ref in refs] == [PDF, grey, black]
        before = await kept(feed)
        assert before == (2, 6)
        for document in (report(PDF), picture(grey, black)):
            assert (await posted(session, feed, document))[1]["duplicates"] == 1
        assert await kept(feed) == before
        assert (await posted(session, feed, picture(black, version=2)))[1]["count"] == 1
        assert await kept(feed) == (3, 6)


async def test_a_picture_that_is_none_is_in_quarantine(tmp_path: Path):
    """Nothing of the document is stored but its raw bytes; the next one passes."""
    async with client() as session, serving(tmp_path) as feed:
        status, answer = await posted(
            session, feed, picture(png(1)).replace(b"</Picture>", b"</Picture><Picture>?</Picture>")
        )
        assert (status, answer["error"]["name"]) == (422, "bad_value")
        assert await kept(feed) == (0, 0)
        assert (await posted(session, feed, picture(png(1))))[0] == 200


@pytest.mark.parametrize("chunks", [1, 5])
async def test_a_kill_while_a_report_is_written_leaves_no_message_without_it(tmp_path: Path, chunks: int):
    """Killed after so many chunks: sent again it is there once, with all its bytes."""
    pdf = PDF + random.Random(1).randbytes(5_000_000)
    async with client() as session, serving(tmp_path) as feed:
        posting = asyncio.create_task(posted(session, feed, report(pdf)))
        async with asyncio.timeout(SECONDS), feed.broker() as link:
            while (await usage(link))["BLOB"].messages < chunks:
                await asyncio.sleep(0.002)
        await feed.kill9()
        await asyncio.gather(posting, return_exceptions=True)
        await feed.start()
        assert (await posted(session, feed, report(pdf)))[0] == 200
        async with session.get(f"{feed.url}/v1/log?after=0&wait=5") as answer:
            (message,) = (await answer.json())["messages"]
        ref = message["body"]["content"]
        assert ref["sha256"] == hashlib.sha256(pdf).hexdigest()
        assert await fetched(session, feed, ref) == pdf
