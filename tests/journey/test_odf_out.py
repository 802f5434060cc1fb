"""What the feed holds goes out as ODF, although nothing of what came in is kept any more."""

import io
from pathlib import Path

import aiohttp
import pytest

from feed.candidate import Decoded, Receipt
from feed.venues.odf import decode
from tests.journey import post_odf
from tests.journey.service import Feed, serving
from tests.venues.odf.test_encoding import all_told

XML = {"Accept": "application/xml"}
RECEIPT = Receipt(0, None, lambda _: None)  # of a service that was told no zones
HANDMADE = "statuses_handmade.xml"  # contradicts a real schedule of the same Version
Sent = tuple[Path, Decoded, str, int]  # a file, what it says, the topic it is asked for by, where its message is


async def sent(feed: Feed, paths: list[Path]) -> list[Sent]:
    """Post the files one after the other; those that became messages."""
    found: list[Sent] = []
    async with aiohttp.ClientSession() as session:
        for path in paths:
            document = path.read_bytes()
            async with session.post(f"{feed.url}/ingest/odf", data=io.BytesIO(document)) as answer:
                accepted = (await answer.json())["accepted"] if answer.status == 200 else ()
            first = decode(document, RECEIPT)
            if accepted and first.flag and (topic := topic_of(first)):
                found.append((path, first, topic, await newest(session, feed, topic, first.flag)))
    return found


async def newest(session: aiohttp.ClientSession, feed: Feed, topic: str, flag: str) -> int:
    """Where the newest message of a topic is."""
    async with session.get(f"{feed.url}/v1/documents/{topic}?flag={flag}") as answer:
        return int((await answer.json())["seq"])


def topic_of(decoded: Decoded) -> str:
    """What a document is asked for by: its only message, or the head of the list that it is all of; else nothing."""
    if decoded.listing is None:
        return decoded.candidates[0].message.topic
    return decoded.listing.topic if decoded.listing.full else ""


@pytest.mark.shared
@pytest.mark.slow
async def test_every_real_file_is_written_without_what_came_in(shared: Path, tmp_path: Path):
    """All are stored, RAW is deleted; each message, as of when it was the newest, is the document that it came from."""
    paths = [path for path in post_odf.documents(shared / "data" / "odf") if path.name != HANDMADE]
    async with serving(tmp_path) as feed, aiohttp.ClientSession(headers=XML) as session:
        files = await sent(feed, paths)
        for flag in "PT":
            async with feed.broker(flag) as link:
                await link.api("STREAM.DELETE.RAW")
        odd = []
        for path, first, topic, seq in files:
            query = f"flag={first.flag}&as_of={seq}"
            async with session.get(f"{feed.url}/v1/documents/{topic}?{query}") as answer:
                text = await answer.read()
            if answer.status != 200 or all_told(decode(text, RECEIPT)) != all_told(first):
                odd.append((path.name, answer.status, text[:200]))
    assert odd == []
    assert len(files) > 150
