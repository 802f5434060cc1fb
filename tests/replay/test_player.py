import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from feed.errors import FeedError
from replay import player as player_module
from replay import venues as venues_module
from replay.capture import Captured
from replay.faults import Faults
from replay.link import address_of
from replay.plan import Plan, Read, Wishes
from replay.player import Player
from replay.tally import Tally
from replay.venues import Keys, Venues
from tests.documents import fresh_competition
from tests.replay.captured import START, Came, Door, captured, games, reading, stored
from tests.service_fixture import House, wait_until

pytestmark = pytest.mark.alone

ALL_FAULTS = Faults(jitter_ms=30, loss=0.15, duplicate=0.2, reorder=0.2, cut=0.15)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(venues_module, "RESEND_SECONDS", (0.01, 0.1))


class Stage:
    """A player before a service."""

    def __init__(self, url: str, read: Read, wishes: Wishes, in_flight: int = 64) -> None:
        self.wishes = wishes
        self.tally = Tally()
        self.told: list[str] = []
        self.venues = Venues(address_of(url), Keys(), self.tally, 20.0)
        self.player = Player(Plan(read, wishes), self.venues, self.tally, in_flight, self.told.append)

    async def play(self, *, steps: bool = False) -> bool:
        try:
            return await self.player.play(self.wishes.speed, steps=steps)
        finally:
            self.venues.close()


@contextlib.asynccontextmanager
async def staged(
    door: Door, documents: Iterable[Captured], in_flight: int = 64, **wishes: object
) -> AsyncIterator[Stage]:
    async with TestServer(door.app) as server:
        # the wishes are fields of Wishes by name
        yield Stage(str(server.make_url("/")), reading(documents), Wishes(**wishes), in_flight)  # type: ignore[arg-type]


async def state(house: House, competition: str) -> list[dict[str, object]]:
    """What the service knows of a competition at last: topics, versions, contents."""
    _, snapshot = await house.get(f"/v1/snapshot?filter={competition}.%3E")
    passing = ("seq", "prev", "ts", "remarks", "supersedes")
    kept = [{name: part for name, part in each.items() if name not in passing} for each in snapshot["messages"]]
    return sorted(kept, key=lambda message: message["topic"])


async def test_faults_change_nothing_of_what_the_service_knows_at_last(house: House):
    """Max speed, twice, with every fault: the last snapshot is that of sending the documents one after the other."""
    first, second = fresh_competition(), fresh_competition()
    await house.store(*(each.data for each in games(first)))
    documents = games(second)
    for seed in (1, 2):
        stage = Stage(house.url, reading(documents), Wishes(speed=None, seed=seed, faults=ALL_FAULTS))
        assert await stage.play()
        tally = stage.tally
        assert {"loss", "cut", "duplicate", "reorder"} <= set(tally.faults), tally.faults
        assert tally.outcomes["lost"] == tally.outcomes["refused"] == 0
        assert sum(tally.outcomes.values()) == len(documents) + tally.faults["duplicate"]
    _, tip = await house.get("/v1/competitions")
    await house.known(tip["seq"])
    expected = await state(house, first)
    assert len(expected) == 8
    assert str(await state(house, second)) == str(expected).replace(first, second)


async def test_versions_of_one_document_never_overtake_each_other(house: House):
    """At max speed, without faults, every version of every unit is accepted: none is stale."""
    competition = fresh_competition()
    documents = games(competition, units=3, versions=20)
    stage = Stage(house.url, reading(documents), Wishes(speed=None))
    assert await stage.play()
    assert stage.tally.outcomes == {"accepted": len(documents)}


async def test_later_rounds_are_new_when_they_are_moved_on(house: House):
    """Rewritten, two more rounds of the same documents are all accepted; not rewritten, they are duplicates."""
    for rewrite, outcomes in ((True, {"accepted": 36}), (False, {"accepted": 12, "stale": 16, "duplicate": 8})):
        documents = games(fresh_competition(), units=4, versions=3)
        stage = Stage(house.url, reading(documents), Wishes(speed=None, loops=3, rewrite=rewrite))
        assert await stage.play()
        assert stage.tally.outcomes == outcomes


async def test_the_planned_times_are_kept_while_answers_are_slow():
    """An open loop: documents of other keys leave on time, although no answer has come to the first."""
    left: list[float] = []

    async def slow(came: Came) -> web.StreamResponse:
        left.append(time.monotonic())
        await asyncio.sleep(0.5)
        return await stored(came)

    documents = [captured("XA", unit=unit, after=unit / 50) for unit in range(10)]
    async with staged(Door(slow), documents) as stage:
        assert await stage.play()
    assert left[-1] - left[0] < 0.4
    assert stage.tally.lag.at(100) < 100
    assert stage.tally.answers.at(50) >= 500


async def test_a_version_waits_for_the_answer_to_the_one_before_and_nothing_else_does():
    """While the first version of a unit is sent again, its next waits, and the delay shows as its lag."""
    order: list[str] = []

    async def busy_at_first(came: Came) -> web.StreamResponse:
        name = "first" if b'Version="1"' in came.body and b"000001--" in came.body else "other"
        order.append("next" if b'Version="2"' in came.body else name)
        return web.Response(status=503) if order.count("first") < 4 and name == "first" else await stored(came)

    documents = [captured("XA", 1), captured("XA", 2), captured("XA", 1, unit=2)]
    async with staged(Door(busy_at_first), documents) as stage:
        assert await stage.play()
    assert order.index("other") < order.index("next")
    assert [each for each in order if each != "other"] == ["first"] * 4 + ["next"]
    assert (stage.tally.held, stage.tally.sent_again) == (1, 3)
    assert stage.tally.lag.at(100) >= 50


async def test_no_more_than_agreed_is_in_flight_and_the_sender_says_that_it_is_late(monkeypatch: pytest.MonkeyPatch):
    """A service that does not keep up fills the room in flight: one line says so, and the lag grows in the report."""
    monkeypatch.setattr(player_module, "BEHIND_SECONDS", 0.05)
    now = most = 0

    async def slow(came: Came) -> web.StreamResponse:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.05)
        now -= 1
        return await stored(came)

    documents = [captured("XA", unit=unit) for unit in range(20)]
    async with staged(Door(slow), documents, in_flight=4) as stage:
        assert await stage.play()
    assert most == 4
    (line,) = stage.told
    assert "cannot keep the planned pace: 4 documents are in flight" in line
    assert stage.tally.notes
    assert stage.tally.lag.at(100) >= 200


async def test_a_source_of_its_own_lane_sends_one_at_a_time():
    """--parallel-venues: a source waits for its answers, other sources do not."""
    under_way: list[str] = []

    async def one_each(came: Came) -> web.StreamResponse:
        source = came.path.partition("=")[2]
        assert source not in under_way
        under_way.append(source)
        both.append(len(under_way))
        await asyncio.sleep(0.02)
        under_way.remove(source)
        return await stored(came)

    both: list[int] = []
    async with staged(Door(one_each), games("XA", versions=1), speed=None, parallel_venues=True) as stage:
        assert await stage.play()
    assert stage.tally.outcomes == {"accepted": 8}
    assert max(both) == 2


async def test_a_pause_moves_what_follows():
    """Nothing leaves during a pause; afterwards the planned times go on, and the pause is no lag."""
    door = Door()
    async with staged(door, [captured("XA", unit=unit, after=unit / 10) for unit in range(4)]) as stage:
        playing = asyncio.ensure_future(stage.play())
        await wait_until(lambda: len(door.came) == 2)
        stage.player.pause()
        await asyncio.sleep(0.4)
        assert len(door.came) == 2
        stage.player.pause()
        assert await playing
    assert len(door.came) == 4
    assert stage.tally.lag.at(100) < 200


async def test_seeking_skips_and_repeats():
    """Forward leaves documents out, backward sends them again; the clock of the Games follows."""
    door = Door()
    documents = [captured("XA", unit=unit, after=60 * unit) for unit in range(6)]
    async with staged(door, documents) as stage:
        playing = asyncio.ensure_future(stage.play())
        await wait_until(lambda: len(door.came) == 1)
        stage.player.seek(180)
        await wait_until(lambda: len(door.came) == 2)
        assert stage.player.recv == START + 180_000_000
        stage.player.seek(-120)
        await wait_until(lambda: len(door.came) == 3)
        stage.player.end()
        assert not await playing
    assert [came.body for came in door.came] == [documents[place].data for place in (0, 3, 1)]


async def test_steps_are_taken_one_by_one():
    """Each step sends one document, whenever it was planned."""
    door = Door()
    async with staged(door, [captured("XA", unit=unit, after=3600 * unit) for unit in range(3)]) as stage:
        playing = asyncio.ensure_future(stage.play(steps=True))
        await asyncio.sleep(0.05)
        for count in (1, 2, 3):
            assert len(door.came) == count - 1
            stage.player.step()
            # the default binds the count of this round
            await wait_until(lambda count=count: len(door.came) == count)  # type: ignore[misc]
        assert await playing
    assert stage.tally.lag.points() == {}


async def test_a_capture_that_breaks_off_is_told_as_such():
    """What cannot be read ends the replay with the error of the reader, not with a group of errors."""

    def broken(_: int | None) -> Iterable[Captured]:
        yield captured("XA")
        raise FeedError("a block is damaged")

    async with TestServer(Door().app) as server:
        with pytest.raises(FeedError, match="a block is damaged"):
            await Stage(str(server.make_url("/")), broken, Wishes()).play()
