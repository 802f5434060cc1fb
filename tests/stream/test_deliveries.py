import hashlib
import time

import pytest

from feed.core.deliveries import Delivery, Held, Last, Place, State, outcome_of
from feed.errors import ContradictionError
from feed.stream import deliveries as module
from feed.stream import history
from feed.stream.connection import Connection
from feed.stream.deliveries import Deliveries

PLACE = Place(customer="xbc", epoch="e1", through=7, at=1)


def sending(topic: str, seq: int, held: Held | None = None, through: int = 0, customer: str = "xbc") -> Delivery:
    return Delivery(
        customer=customer,
        topic=topic,
        name=f"{topic}.xml",
        seq=seq,
        version=seq,
        attempt=1,
        state=State.SENDING,
        sent=time.time_ns() // 1000,
        bytes=3,
        sha256=hashlib.sha256(b"abc").hexdigest(),
        by="me",
        seconds=5,
        through=through,
        held=held,
    )


def delivered(begun: Delivery) -> Delivery:
    return outcome_of(begun, 200, None, time.time_ns() // 1000)


@pytest.fixture
async def kept(connection: Connection, epoch: str) -> Deliveries:
    assert epoch
    return Deliveries(connection)


async def test_a_customer_begins_once(kept: Deliveries):
    """The first place holds; who comes later learns it, and what was sent last of each key."""
    found: list[Last] = []
    assert await kept.begin(PLACE, found.append) == 7
    later = Place(customer="xbc", epoch="e1", through=99, at=2)
    assert await kept.begin(later, found.append) == 7
    first = await kept.append(sending("A", 8), 0)
    assert first
    second = await kept.append(delivered(sending("A", 8)), first)
    await kept.append(sending("B.x", 9, through=8), 0)
    await kept.append(sending("B.x", 9, customer="other"), 0)
    assert await kept.begin(later, found.append) == 8
    assert [(each.id, each.delivery and each.delivery.state) for each in found] == [
        (second, "delivered"),
        (second + 1, "sending"),
    ]
    await kept.note(Place(customer="xbc", epoch="e1", through=20, at=3))
    assert await kept.begin(later, found.append) == 20


async def test_a_log_that_was_made_anew_is_another(kept: Deliveries):
    """A place in one log says nothing of another."""
    await kept.begin(PLACE, lambda _: None)
    with pytest.raises(ContradictionError, match="e2"):
        await kept.begin(Place(customer="xbc", epoch="e2", through=0, at=1), lambda _: None)


async def test_who_comes_second_stores_nothing(kept: Deliveries):
    """Of two records behind the same one the first is kept, and the other's writer is told which."""
    first = sending("A", 1)
    assert await kept.newest("xbc", "A") == (0, None)
    place = await kept.append(first, 0)
    assert await kept.append(sending("A", 2), 0) is None
    assert await kept.newest("xbc", "A") == (place, first)


async def test_what_was_sent_is_found_by_place_time_and_key(kept: Deliveries):
    """In order, of one customer, page by page."""
    made = [sending(topic, seq) for seq, topic in enumerate(("A", "B", "A.b", "C"), 1)]
    places = [await kept.append(each, 0) for each in made]
    await kept.append(sending("A", 5, customer="other"), 0)
    assert [each.delivery for each in await kept.page("xbc", 1, 10)] == made
    assert [each.id for each in await kept.page("xbc", 1, 3)] == places[:3]
    assert [each.id for each in await kept.page("xbc", places[2] or 0, 10)] == places[2:]
    assert [each.delivery for each in await kept.page("xbc", 1, 10, "A")] == made[:1]
    assert await kept.page("nobody", 1, 10) == []
    assert await kept.first_from(made[0].sent - 1_000_000) == 1
    assert await kept.first_from(made[3].sent + 60_000_000) == 6


async def test_what_is_held_is_the_newest_of_each_key(kept: Deliveries, monkeypatch: pytest.MonkeyPatch):
    """As it was before a place in the log, in portions; a failed attempt keeps what there was."""
    monkeypatch.setattr(module, "SUBJECTS_MAX", 2)
    monkeypatch.setattr(history, "MAX_BYTES", 1500)
    ends: list[int] = []
    expected: dict[str, int] = {}
    states: list[dict[str, int]] = []
    lasts: dict[str, int] = {}
    held: dict[str, Held | None] = {}
    for version in (1, 2, 3):
        for topic in "ABCDE":
            begun = sending(topic, version, held.get(topic))
            end = outcome_of(begun, 500 if (version, topic) == (2, "C") else 200, None, begun.sent)
            for record in (begun, end):
                lasts[topic] = await kept.append(record, lasts.get(topic, 0)) or 0
                assert lasts[topic]
            held[topic] = end.held
            if end.held:
                expected = expected | {topic: end.held.seq}
            ends.append(lasts[topic] + 1)
            states.append(expected)
    for end_place, state in zip(ends, states, strict=True):
        found = await kept.held("xbc", end_place)
        assert {each.topic: each.held.seq for each in found if each.held} == state
    assert await kept.held("xbc", 1) == []
    assert {each.topic: each.seq for each in await kept.held("xbc")} == dict.fromkeys("ABCDE", 3)
