"""How documents of many messages are stored: in batches, or little by little while results come."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import pytest

from feed.core.gate import Accepted
from feed.core.lists import Change, Plan
from feed.errors import OutcomeUnknownError
from feed.stream import publisher as publishing
from feed.stream import traffic
from feed.stream.batch import Piece
from feed.stream.connection import Connection
from feed.stream.history import read
from feed.stream.publisher import SHORT_BATCH, Bounds, Publisher
from feed.stream.streams import last_sequence
from feed.stream.tide import Tide
from tests.core.makers import TOPIC, candidate

pytestmark = pytest.mark.usefixtures("epoch")
NOW = 1_909_346_172_145_000
FIRST = Accepted(0)
MB = 1_000_000
HEAD = Change(candidate(topic=f"{TOPIC}.head"), FIRST)
CLAIM = Change(candidate(topic=f"{TOPIC}.head"), FIRST)
SMALL = Bounds(20, MB, gives_way=True)


@pytest.fixture
def publisher(connection: Connection) -> Publisher:
    return Publisher(connection, Tide(), lambda: NOW)


async def listed(publisher: Publisher, plan: Plan, bounds: Bounds) -> list[tuple[Change, int]]:
    """What is stored of a document, in order."""
    return [pair async for batch in publisher.publish_all(plan, "id", bounds) for pair in batch]


@pytest.fixture(autouse=True)
def live(monkeypatch: pytest.MonkeyPatch) -> None:
    """Results come as soon as one has come, however busy the machine is."""
    monkeypatch.setattr(traffic, "RECENT_SECONDS", 60.0)


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every list is late, by eight messages or more."""
    monkeypatch.setattr(traffic.Pace, "late", lambda _: 100)
    monkeypatch.setattr(publishing, "STEP_MAX", 8)


def many(count: int, name: str = "entity") -> list[Change]:
    """Entities that are new."""
    return [Change(candidate(topic=f"{TOPIC}.{name}{number}"), FIRST) for number in range(count)]


async def in_batches(connection: Connection, first: int, count: int) -> list[bool]:
    """Whether each message is part of an atomic batch."""
    return ["Nats-Batch-Id" in message.headers for message in await read(connection, "FEED", first, count)]


async def test_a_long_list_goes_one_by_one_while_results_come(connection: Connection, publisher: Publisher):
    """The claim first and the head last, behind the claim; everything in its order."""
    assert await publisher.publish(candidate(), FIRST, "id") == 1
    entities = many(50)
    stored = await listed(publisher, Plan([*entities, HEAD], claim=CLAIM), SMALL)
    assert [seq for _, seq in stored] == list(range(2, 54))
    assert [change for change, _ in stored[:-1]] == [CLAIM, *entities]
    assert stored[-1][0].verdict.prev == stored[0][1] == 2
    assert await in_batches(connection, 2, 52) == [False] * 52


@pytest.mark.usefixtures("late")
async def test_where_it_is_late_some_go_at_a_time(connection: Connection, publisher: Publisher):
    """In eights, in their order, the head last."""
    await publisher.publish(candidate(), FIRST, "id")
    entities = many(50)
    stored = await listed(publisher, Plan([*entities, HEAD], claim=CLAIM), SMALL)
    assert [change for change, _ in stored[:-1]] == [CLAIM, *entities]
    assert [seq for _, seq in stored] == list(range(2, 54))
    commits = [message for message in await read(connection, "FEED", 2, 52) if "Nats-Batch-Commit" in message.headers]
    assert {int(message.headers["Nats-Batch-Sequence"]) for message in commits} <= {2, 3, 4, 5, 6, 7, 8}
    assert 52 / 8 <= len(commits) < 52 / 4


@pytest.mark.usefixtures("late")
@pytest.mark.parametrize("missed, kept", [(0, 0), (5, 0), (12, 8), (45, 41)])
async def test_a_miss_among_some_leaves_a_beginning(
    connection: Connection, publisher: Publisher, missed: int, kept: int
):
    """Whole steps in front of the miss, nothing behind it."""
    await publisher.publish(candidate(topic=f"{TOPIC}.entity{missed}"), FIRST, "id")
    entities = many(50)
    stored = await listed(publisher, Plan([*entities, HEAD], claim=CLAIM), SMALL)
    assert [change for change, _ in stored] == [CLAIM, *entities][:kept]
    assert await last_sequence(connection) == 1 + kept


async def test_a_long_list_that_is_alone_goes_in_batches(connection: Connection, publisher: Publisher):
    """They are stored in a third of the time."""
    stored = await listed(publisher, Plan([*many(50), HEAD], claim=CLAIM), SMALL)
    assert len(stored) == 52
    assert all(await in_batches(connection, 1, 52))


@pytest.mark.parametrize(
    "count, bounds", [(19, SMALL), (50, Bounds(20, MB))], ids=["one batch", "effects of one cause"]
)
async def test_what_must_be_whole_is_stored_in_batches(
    connection: Connection, publisher: Publisher, count: int, bounds: Bounds
):
    """Whether results come or not: what one batch holds is never there in part."""
    await publisher.publish(candidate(), FIRST, "id")
    await listed(publisher, Plan([*many(count), HEAD], claim=CLAIM), bounds)
    assert (await in_batches(connection, 2, count))[0]


async def test_a_list_lets_results_go_first(
    connection: Connection, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
):
    """While one is on its way to the broker, no more of the list is sent."""
    await publisher.publish(candidate(), FIRST, "id")
    subjects: list[str] = []
    request, arrived = connection.request, asyncio.Event()

    async def watched(subject: str, *arguments: Any, **options: Any) -> Any:
        subjects.append(subject)
        if subject.endswith("slow"):
            await arrived.wait()
        return await request(subject, *arguments, **options)

    monkeypatch.setattr(connection, "request", watched)
    result = asyncio.ensure_future(publisher.publish(candidate(topic=f"{TOPIC}.slow"), FIRST, "id"))
    listing = asyncio.ensure_future(listed(publisher, Plan([*many(50), HEAD], claim=CLAIM), SMALL))
    await asyncio.sleep(0.05)
    assert len(subjects) == 1
    arrived.set()
    assert await result is not None
    assert len(await listing) == 52


async def test_a_list_takes_its_time_while_results_come(publisher: Publisher, monkeypatch: pytest.MonkeyPatch):
    """It need not be there long before its sender gives up waiting; a list that is alone does not linger."""
    monkeypatch.setattr(traffic, "INTERVAL_SECONDS_MAX", 0.02)

    async def write(name: str) -> float:
        began = time.monotonic()
        assert len(await listed(publisher, Plan(many(50, name), seconds=1.0), SMALL)) == 50
        return time.monotonic() - began

    alone = await write("alone")
    await publisher.publish(candidate(), FIRST, "id")
    assert alone < 49 * 0.02 <= await write("beside")


async def test_a_list_that_was_held_up_is_there_in_time(
    connection: Connection, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
):
    """What should have gone meanwhile goes at once, and then one by one again."""
    monkeypatch.setattr(traffic, "INTERVAL_SECONDS_MAX", 0.005)
    await publisher.publish(candidate(), FIRST, "id")
    with publisher._traffic.passing():
        listing = asyncio.ensure_future(listed(publisher, Plan(many(100), seconds=0.5), Bounds(60, MB, gives_way=True)))
        await asyncio.sleep(0.2)
    assert len(await listing) == 100
    batched = await in_batches(connection, 2, 100)
    assert any(batched)
    assert not all(batched)


async def test_how_long_a_batch_took_makes_nothing_late(
    connection: Connection, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
):
    """Results that begin behind it find the list going one by one."""
    batched = publisher._batched

    async def slow(pieces: Sequence[Piece]) -> list[int]:
        await asyncio.sleep(0.5 if len(pieces) > 1 else 0)
        return await batched(pieces)

    monkeypatch.setattr(publisher, "_batched", slow)
    storing = publisher.publish_all(Plan(many(40), seconds=0.8), "id", SMALL)
    first = await anext(storing)
    await publisher.publish(candidate(), FIRST, "id")
    assert len(first) == len([pair async for batch in storing for pair in batch]) == 20
    assert all(await in_batches(connection, 1, 20))
    assert not any(await in_batches(connection, 22, 20))


async def test_a_list_that_takes_its_time_holds_up_no_other(
    connection: Connection, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
):
    """While one waits for its next message, the other's go."""
    monkeypatch.setattr(traffic, "INTERVAL_SECONDS_MAX", 60.0)
    await publisher.publish(candidate(), FIRST, "id")
    slow = asyncio.ensure_future(listed(publisher, Plan(many(50, "slow"), seconds=600.0), SMALL))
    while await last_sequence(connection) == 1:
        await asyncio.sleep(0)
    assert len(await listed(publisher, Plan(many(50, "quick")), SMALL)) == 50
    assert not slow.done()
    slow.cancel()


@pytest.mark.parametrize("missed", [0, 5, 45])
async def test_a_miss_in_a_long_list_ends_it(connection: Connection, publisher: Publisher, missed: int):
    """What was stored before is told, and the head stays as it was."""
    other = await publisher.publish(candidate(topic=f"{TOPIC}.entity{missed}"), FIRST, "id")
    stored = await listed(publisher, Plan([*many(50), HEAD], claim=CLAIM), SMALL)
    assert other == 1
    assert stored[0] == (CLAIM, 2)
    assert [seq for _, seq in stored] == list(range(2, 3 + missed))
    assert await last_sequence(connection) == 2 + missed


async def test_a_lost_answer_in_a_long_list_ends_it(
    connection: Connection, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
):
    """Nothing is sent behind what may not be stored, least of all the head."""
    await publisher.publish(candidate(), FIRST, "id")
    request = connection.request

    async def losing(subject: str, *arguments: Any, **options: Any) -> Any:
        if subject.endswith("entity5"):
            raise OutcomeUnknownError("no answer")
        return await request(subject, *arguments, **options)

    monkeypatch.setattr(connection, "request", losing)
    with pytest.raises(OutcomeUnknownError):
        await listed(publisher, Plan([*many(50), HEAD], claim=CLAIM), SMALL)
    assert await last_sequence(connection) == 1 + 1 + 5


async def test_two_long_lists_collide_at_their_claims(connection: Connection, publisher: Publisher):
    """The second writes nothing while results come either."""
    other = Publisher(connection, Tide(), lambda: NOW)
    for number, each in enumerate((publisher, other)):
        await each.publish(candidate(topic=f"{TOPIC}.result{number}"), FIRST, "id")
    plans = [Plan([*many(50, name), HEAD], claim=CLAIM) for name in ("ours", "theirs")]
    pairs = zip((publisher, other), plans, strict=True)
    found = await asyncio.gather(*(listed(each, plan, SMALL) for each, plan in pairs))
    assert sorted(map(len, found)) == [0, 52]


async def test_long_batches_leave_room_for_results(publisher: Publisher, monkeypatch: pytest.MonkeyPatch):
    """After each of them, while results come; a list that is alone does not wait, nor does a short one."""
    monkeypatch.setattr(publishing, "ROOM", 1e9)
    bounds = Bounds(SHORT_BATCH + 1, MB)
    loop = asyncio.get_running_loop()

    async def write(name: str, count: int) -> float:
        began = loop.time()
        assert len(await listed(publisher, Plan(many(count, name)), bounds)) == count
        return loop.time() - began

    monkeypatch.setattr(publishing, "ROOM_SECONDS_MAX", 60.0)
    await write("alone", 3 * SHORT_BATCH)
    await publisher.publish(candidate(), FIRST, "id")
    await write("short", SHORT_BATCH)
    monkeypatch.setattr(publishing, "ROOM_SECONDS_MAX", 0.2)
    monkeypatch.setattr(traffic, "RECENT_SECONDS", 60.0)
    assert await write("beside", 2 * (SHORT_BATCH + 1)) > 2 * 0.2
