"""Two services on one NATS server, fed the same and contradicting versions of the same documents at once."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from feed.candidate import Receipt
from feed.core.gate import Accepted, admit
from feed.core.heads import Head
from feed.core.index import index_of
from feed.venues import FORMATS
from tests.journey.checker import DERIVED, Kept, Post, check
from tests.journey.reader import Reader, kept_of, seen_by
from tests.journey.roles import one_broker
from tests.journey.soak import seed_of
from tests.journey.venue import Document, Venue, client

UNITS = 30
VERSIONS = 15
VENUES = 4


def documents_of(unit: int, chance: random.Random) -> list[Document]:
    """A unit's documents: every Version, some with later content, some with other content at the same time."""
    documents = []
    for version in range(1, VERSIONS + 1):
        documents.append(Document(unit, version, f"{version}.00"))
        if chance.random() < 0.2:
            documents.append(Document(unit, version, f"{version}.10", late=500))
        if chance.random() < 0.2:
            documents.append(Document(unit, version, f"{version}.20"))
    return documents


def gate_faults(stream: Sequence[Kept], documents: Sequence[Document]) -> list[str]:
    """What one sequential gate would not have let through in this order."""
    by_content = {(each.topic, each.version, each.mark): each for each in documents}
    heads: dict[str, Head] = {}
    faults = []
    for kept in stream:
        document = by_content[kept.topic, kept.version, kept.mark]
        (candidate,) = FORMATS["odf"](document.data, Receipt(1, None, lambda _: None)).candidates
        verdict = admit(candidate, heads.get(kept.topic), now=1 << 60, window=0)
        if not isinstance(verdict, Accepted) or verdict.prev != kept.prev:
            faults.append(f"{kept}: {verdict}")
        heads[kept.topic] = Head(kept.seq, index_of(candidate))
    return faults


def answer_faults(posts: Sequence[Post], stream: Sequence[Kept]) -> list[str]:
    """Refusals that no message of the stream justifies: another content at the same Version and time."""
    kept = {(each.topic, each.version): each.mark for each in stream}
    return [
        f"{post}: {kept.get((post.topic, post.version))}"
        for post in posts
        if post.answer == "refused" and kept.get((post.topic, post.version)) in {None, post.mark}
    ]


async def test_two_services_make_the_stream_of_one_gate(tmp_path: Path):
    """Order per document, nothing twice, refusals with a reason, and the same log at subscribers of both services."""
    chance = random.Random(seed_of("two services"))
    documents = [documents_of(unit, chance) for unit in range(UNITS)]
    async with (
        client() as session,
        one_broker(tmp_path) as nodes,
        nodes.node("up") as one,
        nodes.node("up") as other,
        nodes.link() as link,
        asyncio.TaskGroup() as group,
    ):
        venue = Venue(session, one.url, other.url)
        readers = [Reader(session, one.url), Reader(session, other.url)]
        reading = [group.create_task(reader.run()) for reader in readers]

        async def feed_in(unit: int, door: int) -> None:
            for document in documents[unit]:
                await venue.send(document, door)

        async with asyncio.TaskGroup() as venues:
            for unit in range(UNITS):
                for door in range(VENUES):
                    venues.create_task(feed_in(unit, door % 2))
        stream = await seen_by(readers, lambda: kept_of(link))
        for task in reading:
            task.cancel()
    answers = Counter(post.answer for post in venue.posts)
    print(f"{len(stream)} messages, {dict(answers)}, unknown {dict(venue.unknown)}")  # noqa: T201 - the point
    assert check(venue.posts, stream, [reader.seen for reader in readers]) == []
    sent = [kept for kept in stream if kept.mark != DERIVED]
    assert gate_faults(sent, [each for unit in documents for each in unit]) == []
    assert answer_faults(venue.posts, stream) == []
    assert answers["accepted"] == len(sent)
    assert answers["duplicate"] > answers["accepted"]
