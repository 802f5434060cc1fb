"""Schedules from many senders by two ingest processes, one of them killed: the set that one writer would have made."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import aiohttp
import pytest

from feed.stream.connection import Connection
from feed.stream.streams import last_sequence
from tests.journey.checker import Kept, Post, check_log, check_stream
from tests.journey.reader import Reader, kept_of
from tests.journey.roles import one_broker
from tests.journey.schedules import FULL, LIST_TOPIC, Schedule, history, mark_of, one_writer
from tests.journey.service import Feed
from tests.journey.soak import seed_of
from tests.journey.venue import Venue, client

UNITS = 1_007
SENDERS = 8
COPIES = 2  # of each document, by senders of both doors
DISORDER = 15  # how many later documents may overtake one
KILLS = 2
MIDDLE_TRIES = 5


class Senders:
    """Eight senders at two doors, each with its share of the documents, every document with several of them.

    They are nearly in order, as networks leave them. `outcomes` tells what became of each document.
    """

    def __init__(self, venue: Venue, documents: Sequence[Schedule], chance: random.Random) -> None:
        self.outcomes: list[tuple[Schedule, Post]] = []
        self._venue = venue
        self._shares: list[list[Schedule]] = [[] for _ in range(SENDERS)]
        for each in documents:
            first = chance.randrange(SENDERS)
            for copy in range(COPIES):
                self._shares[(first + 3 * copy) % SENDERS].append(each)  # 3 is odd: the copies go to both doors
        for share in self._shares:
            share.sort(key=lambda each: each.made + chance.uniform(0, DISORDER))

    async def run(self) -> None:
        """Post everything."""
        async with asyncio.TaskGroup() as group:
            for number in range(SENDERS):
                group.create_task(self._send(number))

    async def _send(self, number: int) -> None:
        for document in self._shares[number]:
            self.outcomes.append((document, await self._venue.send(document, number % 2)))

    def winners(self) -> list[Schedule]:
        """The documents that nobody contradicted, or that were there first; none of them was refused as well."""
        refused = {document for document, post in self.outcomes if post.answer == "refused"}
        assert refused.isdisjoint(document for document, post in self.outcomes if post.answer == "accepted")
        return [document for document, _ in self.outcomes if document not in refused]


async def state_of(session: aiohttp.ClientSession, feed: Feed) -> tuple[bytes, dict[str, str]]:
    """The snapshot byte by byte, and the units in it by topic."""
    async with session.get(f"{feed.url}/v1/snapshot") as answer:
        assert answer.status == 200
        whole = await answer.read()
        messages = (await answer.json())["messages"]
    return whole, {each["topic"]: mark_of(each) for each in messages if each["type"] == "unit"}


async def kill_in_the_middle(feed: Feed, link: Connection, group: asyncio.TaskGroup, venue: Venue) -> list[Schedule]:
    """Post full lists until one of them is there in part when the process dies; all of them are sent until stored."""
    lists: list[Schedule] = []
    while True:
        version = len(lists) + 1
        assert version <= MIDDLE_TRIES, "no kill met a list on its way"
        units = dict.fromkeys(range(UNITS), f"list {version}")
        lists.append(Schedule(FULL, version, version - MIDDLE_TRIES - 1, units))  # before all of the history
        before = await last_sequence(link)
        sending = group.create_task(venue.send(lists[-1]))
        while await last_sequence(link) == before:
            await asyncio.sleep(0)
        await feed.kill9()
        stored = (await kept_of(link, mark_of))[before:]
        await feed.start()
        await sending
        if stored and stored[-1].topic != LIST_TOPIC:
            print(f"killed after {len(stored)} of {UNITS} units")  # noqa: T201 - the figures are the point
            return lists


async def kill_at_random(feed: Feed, chance: random.Random, sending: asyncio.Task[None]) -> int:
    """Kill and restart a few times while something is sent; returns how often."""
    for number in range(KILLS):
        await asyncio.wait({sending}, timeout=chance.uniform(0.05, 0.6))
        if sending.done():
            return number
        await feed.kill9()
        await feed.start()
    return KILLS


def repeated(stream: Sequence[Kept]) -> list[Kept]:
    """Messages of an entity that say no more than the one before."""
    newest: dict[str, Kept] = {}
    found = []
    for kept in stream:
        before = newest.get(kept.topic)
        if before and (before.version, before.mark) == (kept.version, kept.mark):
            found.append(kept)
        newest[kept.topic] = kept
    return found


@pytest.mark.slow
async def test_two_writers_and_a_kill_make_the_set_of_one(tmp_path: Path):
    """Shuffled, repeated, contradicted and cut off by kills: the set is that of one writer, and it stays so."""
    chance = random.Random(seed_of("sets"))
    documents = history(chance, UNITS, full=6, updates=50, contradictions=8)
    async with (
        client() as session,
        one_broker(tmp_path) as nodes,
        nodes.link() as link,
        nodes.node("ingest") as one,
        nodes.node("ingest") as other,
        nodes.node("serve") as serve,
        asyncio.TaskGroup() as group,
    ):
        venue, reader = Venue(session, one.url, other.url), Reader(session, serve.url)
        reading = group.create_task(reader.run())
        early = await kill_in_the_middle(one, link, group, venue)
        senders = Senders(venue, documents, chance)
        began = time.monotonic()
        sending = group.create_task(senders.run())
        kills = await kill_at_random(one, chance, sending)
        await sending
        took = time.monotonic() - began
        stream = await kept_of(link, mark_of)
        await reader.reach(len(stream))
        whole, state = await state_of(session, serve)
        again = Senders(venue, documents, chance)
        await again.run()
        assert await last_sequence(link) == len(stream), "the second time something was published"
        assert {post.answer for _, post in again.outcomes} <= {"duplicate", "stale", "refused"}
        await serve.stop()
        await serve.start()
        assert (await state_of(session, serve))[0] == whole
        await serve.kill9()
        await serve.start()
        assert (await state_of(session, serve))[0] == whole
        reading.cancel()
    answers = Counter(post.answer for _, post in senders.outcomes)
    # pytest shows it when the test failed
    print(f"{len(stream)} messages, {took:.1f} s, {kills} kills, {dict(answers)}, {dict(venue.unknown)}")  # noqa: T201
    assert venue.unknown, "no kill met a document on its way"
    assert answers["refused"] > 0
    assert answers["duplicate"] > 0
    assert state == one_writer([*early, *senders.winners()])
    assert [fault for fault in check_stream(stream) if fault.rule in {"gap", "broken_chain"}] == []
    assert repeated(stream) == []
    assert check_log(reader.seen, stream) == []


async def test_lists_that_contradict_each_other_at_two_doors_never_mix(tmp_path: Path):
    """One of them is stored wholly, the other refused before anything of it is written."""
    async with (
        client() as session,
        one_broker(tmp_path) as nodes,
        nodes.node("ingest") as one,
        nodes.node("ingest") as other,
        nodes.node("serve") as serve,
        nodes.link() as link,
    ):
        venue, reader = Venue(session, one.url, other.url), Reader(session, serve.url)
        reading = asyncio.ensure_future(reader.run())
        for version in range(2, 8, 2):
            base = dict.fromkeys(range(UNITS), f"old {version}")
            await venue.send(Schedule(FULL, version - 1, version - 1, base))
            sides = [
                base | dict.fromkeys(part, f"new {version}") for part in (range(UNITS // 2), range(UNITS // 2, UNITS))
            ]
            both = [Schedule(FULL, version, version, units) for units in sides]
            posts = await asyncio.gather(*(venue.send(each, door) for door, each in enumerate(both)))
            assert sorted(post.answer for post in posts) == ["accepted", "refused"]
            stored = next(each for each, post in zip(both, posts, strict=True) if post.answer == "accepted")
            await reader.reach(await last_sequence(link))
            assert (await state_of(session, serve))[1] == stored.state()
        reading.cancel()
