"""A document of a set is there as a whole or not at all, for whoever looks and whenever, and so is a refused one."""

import asyncio
import itertools
import json
import random
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import aiohttp

from feed.stream.batch import is_open
from feed.stream.history import read
from feed.stream.streams import last_sequence
from tests.journey.reader import connected
from tests.journey.schedules import FULL, LIST_TOPIC, SYNC, UPDATE, Schedule, mark_of, topic_of
from tests.journey.service import Feed, serving
from tests.journey.soak import seed_of
from tests.journey.venue import COMPETITION, Venue, client
from tests.service_fixture import wait_until

UNITS = 150  # go into one batch
STEP = UNITS + 1  # sequences a document takes, its head the last
UPDATES = 40
KILLS = 5
LOOKS = 10  # at least, while documents come in


def update(version: int, key: str = UPDATE) -> Schedule:
    return Schedule(key, version, version, dict.fromkeys(range(UNITS), str(version)))


def check_whole(seq: int, messages: list[dict[str, Any]]) -> None:
    """What a reader holds at `seq` is all of one document and nothing of the next."""
    assert seq % STEP == 0
    assert len(messages) == (STEP if seq else 0)
    assert {mark_of(each) for each in messages if each["type"] == "unit"} == ({str(seq // STEP)} if seq else set())


async def look_at_snapshot(session: aiohttp.ClientSession, feed: Feed) -> None:
    async with session.get(f"{feed.url}/v1/snapshot") as answer:
        snapshot = await answer.json()
    check_whole(snapshot["seq"], snapshot["messages"])


async def look_by_websocket(session: aiohttp.ClientSession, feed: Feed) -> None:
    async with connected(session, feed.url, ("snapshot", "1")) as socket:
        frames = [json.loads((await socket.receive(5)).data)]
        while frames[-1]["type"] != "snapshot_end":
            frames.append(json.loads((await socket.receive(5)).data))
    assert frames[0]["tip"] == frames[-1]["seq"]
    check_whole(frames[-1]["seq"], frames[1:-1])


class Poller:
    """Follows the log; every page is of whole documents, the newest one as well."""

    def __init__(self) -> None:
        self.cursor = "0"

    async def __call__(self, session: aiohttp.ClientSession, feed: Feed) -> None:
        query = {"after": self.cursor, "wait": "0.5", "limit": str(6 * STEP)}
        async with session.get(f"{feed.url}/v1/log", params=query) as answer:
            page = await answer.json()
        assert (page["tip"] % STEP, len(page["messages"]) % STEP) == (0, 0)
        self.cursor = page["next"]


async def test_no_reader_ever_sees_a_part_of_a_batch(tmp_path: Path):
    """Snapshots, subscribers and pages of the log end where a document ends, while forty of them come in."""
    async with client() as session, serving(tmp_path) as feed:
        venue = Venue(session, feed.url)
        looks: list[int] = []

        async def keep_looking(look: Callable[[aiohttp.ClientSession, Feed], Coroutine[Any, Any, None]]) -> None:
            times = 0
            while not sending.done():
                await look(session, feed)
                times += 1
            looks.append(times)

        async def send() -> None:
            for version in range(1, UPDATES + 1):
                await venue.send(update(version))

        async with asyncio.TaskGroup() as group:
            sending = group.create_task(send())
            for look in (look_at_snapshot, look_by_websocket, Poller()):
                group.create_task(keep_looking(look))
        await look_at_snapshot(session, feed)
    print(f"looks: {looks}")  # noqa: T201 - the figures are the point
    assert [post.answer for post in venue.posts] == ["accepted"] * UPDATES
    assert min(looks) >= LOOKS


async def test_a_killed_broker_leaves_no_part_of_a_batch(tmp_path: Path):
    """Kill -9 at random moments while documents come in: every batch in the stream is whole, and none is repeated."""
    chance = random.Random(seed_of("killed broker"))
    async with client() as session, serving(tmp_path) as feed:
        venue, ending = Venue(session, feed.url), asyncio.Event()

        async def send() -> None:
            for version in itertools.count(1):
                if ending.is_set():
                    return
                await venue.send(update(version))

        sending = asyncio.create_task(send())
        for _ in range(KILLS):
            await asyncio.wait({sending}, timeout=chance.uniform(0.1, 0.4))
            sent = len(venue.posts)
            await feed.kill9_broker()
            await wait_until(lambda count=sent + 2: len(venue.posts) >= count or sending.done())
        ending.set()
        await sending
        await look_at_snapshot(session, feed)
        async with feed.broker() as link:
            stored = [
                each
                for each in await read(link, "FEED", 1, await last_sequence(link))
                if ".derived." not in each.subject  # a place that the projector wrote down
            ]
    assert [is_open(each.headers) for each in stored] == [each.seq % STEP != 0 for each in stored]
    assert len(stored) == STEP * len(venue.posts)


async def post(session: aiohttp.ClientSession, feed: Feed, document: Schedule) -> tuple[int, dict[str, Any]]:
    async with session.post(f"{feed.url}/ingest/odf", data=document.data) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_contradicting_files_are_refused_whole(tmp_path: Path):
    """Another content of the same Version and time: 422 version_conflict, kept in quarantine, nothing of it stored."""
    stored = [update(1, FULL), update(1, SYNC), update(2)]
    async with client() as session, serving(tmp_path) as feed:
        for document in stored:
            assert (await post(session, feed, document))[0] == 200
        tip, before = await tip_and_snapshot(session, feed)
        ids = []
        for document in stored:
            units = dict(document.units) | {UNITS - 1: "other", UNITS: "new"}
            other = Schedule(document.mark, document.version[0], document.made, units)
            for _ in range(2):
                status, told = await post(session, feed, other)
                assert (status, told["error"]["name"]) == (422, "version_conflict")
                ids.append(told["quarantine"])
            assert (await post(session, feed, document))[1]["count"] == 0
        assert await tip_and_snapshot(session, feed) == (tip, before)
        async with feed.broker() as link:
            refused = await read(link, "QUARANTINE", 1, await last_sequence(link, "QUARANTINE"))
    assert [each.headers["Raw-Id"] for each in refused] == ids
    assert {each.subject for each in refused} == {"quarantine.version_conflict"}
    assert [json.loads(each.payload)["topic"] for each in refused] == [LIST_TOPIC] * len(ids)
    assert topic_of(UNITS).encode() not in before


async def tip_and_snapshot(session: aiohttp.ClientSession, feed: Feed) -> tuple[int, bytes]:
    async with session.get(f"{feed.url}/v1/log?after=0&limit=1") as answer:
        tip = (await answer.json())["tip"]
    async with session.get(f"{feed.url}/v1/snapshot?filter={COMPETITION}.>") as answer:
        return tip, await answer.read()
