import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from feed.serve import views
from tests.core.test_medals import result
from tests.documents import fresh_competition
from tests.journey.test_medals import settled
from tests.keyring import add, reader, sender, store
from tests.schedules import local, schedule, unit, unit_code
from tests.serve.test_coding import PACKED, PLAIN, fetched
from tests.service_fixture import House, Running, opened

START = "2030-07-03T10:00:00+02:00"
DOORS = (
    "snapshot?filter={0}.%3E&filter=XX.%3E",
    "competitions",
    "schedule?competition={0}",
    f"units/{unit_code(1)}?competition={{0}}",
    "documents/{0}.ATH.M.100M.HEAT.000100.unit",
    "codes?competition={0}",
    "medals?competition={0}",
    "medals/ledger?competition={0}",
    "records?competition={0}",
    "athletes/a?competition={0}",
    "nocs/FRA?competition={0}",
    "events/ATHM100M?competition={0}",
)


async def fill(service: Running, competition: str, version: int = 1) -> int:
    """The sequence of the newest of them; what follows from it is still to come."""
    await service.store(
        schedule(competition, unit(1, START, Order=str(version)), version=version), local(competition, "ON", version)
    )
    (seq,) = await service.store(result(version, "1 a XAA", CompetitionCode=competition))
    return seq


async def test_an_answer_names_where_it_is_for_ever(service: Running):
    """The same bytes are at Content-Location, to be kept by everybody, whatever comes afterwards."""
    competition = fresh_competition()
    await fill(service, competition)
    now = {door: await fetched(service.url, f"/v1/{door.format(competition)}", PLAIN) for door in DOORS}
    await fill(service, competition, 2)
    for door, (status, headers, body) in now.items():
        place = headers["Content-Location"]
        assert parse_qs(urlsplit(place).query)["as_of"], door
        then = await fetched(service.url, place, PLAIN)
        assert (then[0], then[2]) == (status, body), door
        assert then[1]["Cache-Control"] == "public, max-age=31536000, immutable", door
        assert then[1]["Content-Location"] == place
        assert then[1]["ETag"] == headers["ETag"], door


async def test_a_competition_that_was_not_named_is_named_there(house: House):
    """What is left open may mean something else one day."""
    await fill(house, "XA")
    _, headers, body = await fetched(house.url, "/v1/schedule", PLAIN)
    assert "competition=XA" in headers["Content-Location"]
    _, headers, then = await fetched(house.url, headers["Content-Location"], PLAIN)
    assert (then, "immutable" in headers["Cache-Control"]) == (body, True)


async def test_a_snapshot_may_be_a_second_old(service: Running):
    """A shared cache answers a storm with it: it names its place; views and documents are asked about each time."""
    competition = fresh_competition()
    await fill(service, competition)
    cached = {}
    for door in DOORS:
        _, headers, _ = await fetched(service.url, f"/v1/{door.format(competition)}", PLAIN)
        cached[door.partition("?")[0]] = headers["Cache-Control"]
    assert cached.pop("snapshot") == "public, max-age=1, stale-while-revalidate=4"
    assert set(cached.values()) == {"no-cache"}


async def test_a_snapshot_is_not_sent_again(service: Running):
    """304 until the next message, in each of its forms."""
    competition = fresh_competition()
    await fill(service, competition)
    path = f"/v1/snapshot?filter={competition}.%3E&as_of={(await service.get('/v1/competitions'))[1]['seq']}"
    tags = set()
    for asked in (PLAIN, PACKED, PLAIN | {"Accept": "application/x-ndjson"}):
        _, headers, _ = await fetched(service.url, path, asked)
        tags.add(headers["ETag"])
        status, again, body = await fetched(service.url, path, asked | {"If-None-Match": headers["ETag"]})
        assert (status, body, again["ETag"]) == (304, b"", headers["ETag"])
    assert len(tags) == 3


async def test_what_a_key_gave_is_for_nobody_else(house: House):
    """Private, also at its place; and the address that is told holds no secret."""
    held, writer = reader(), sender()
    await add(house, held, writer)
    await store(house, writer, schedule("XA", unit(1, START)))
    for door in ("snapshot", "schedule?competition=XA"):
        _, headers, _ = await fetched(house.url, f"/v1/{door}", PLAIN | held.headers)
        assert headers["Cache-Control"].startswith("private")
        _, headers, _ = await fetched(house.url, headers["Content-Location"], PLAIN | held.headers)
        assert headers["Cache-Control"] == "private, max-age=31536000, immutable"


async def test_nothing_is_made_for_who_has_it(house: House, monkeypatch: pytest.MonkeyPatch):
    """A 304 is answered by the tag alone, however long the view is; so is what is kept."""
    await settled(house, await fill(house, "XA"))
    made: list[Any] = []
    encode = views.msgspec.json.encode
    monkeypatch.setattr(views.msgspec.json, "encode", lambda page: made.append(page) or encode(page))
    for door in DOORS[2:4] + DOORS[5:]:
        path = f"/v1/{door.format('XA')}&flag=P"  # an address that nobody asked for before
        _, headers, body = await fetched(house.url, path, PACKED)
        count = len(made)
        assert count, door
        assert (await fetched(house.url, path, PACKED | {"If-None-Match": headers["ETag"]}))[0] == 304
        assert (await fetched(house.url, path, PACKED))[2] == body
        assert len(made) == count, door
        made.clear()


async def test_who_has_anything_of_nothing_is_told_that_there_is_nothing(service: Running):
    """`If-None-Match: *` does not make something out of what is not there."""
    competition = fresh_competition()
    await fill(service, competition)
    for door, status in (("athletes/nobody", 404), ("events/ATHM200M", 404), ("events/ATHM100M", 304)):
        path = f"/v1/{door}?competition={competition}"
        assert (await fetched(service.url, path, PLAIN | {"If-None-Match": "*"}))[0] == status


@pytest.mark.alone
async def test_a_304_costs_the_same_however_long_the_view(tmp_path: Any):
    """CPU of this process: of a list a hundred times as long it is not twice that."""
    async with opened(tmp_path) as house, aiohttp.ClientSession(house.url, headers=PLAIN) as session:
        for discipline, size in (("ATH", 1), ("SWM", 20_000)):
            units = (unit(n, START, discipline=discipline, Location="x" * size) for n in range(1, 10))
            await house.store(schedule("XA", *units, discipline=discipline))

        async def cost(discipline: str) -> float:
            path, tag = f"/v1/schedule?competition=XA&discipline={discipline}", ""
            async with session.get(path) as answer:
                tag = answer.headers["ETag"]
            began = time.process_time()
            for _ in range(50):
                async with session.get(path, headers={"If-None-Match": tag}) as answer:
                    assert answer.status == 304
            return time.process_time() - began

        pairs = [(await cost("SWM"), await cost("ATH")) for _ in range(3)]
        assert min(long / short for long, short in pairs) < 2
