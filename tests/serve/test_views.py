import aiohttp
import pytest

from tests.documents import fresh_competition, odf
from tests.keyring import Held, add, reader, sender, store
from tests.schedules import local, schedule, unit, unit_code
from tests.service_fixture import House, Running

START = "2030-07-03T10:00:00+02:00"


def paths(competition: str) -> list[str]:
    views = ("schedule", "sources", f"units/{unit_code(1)}")
    return [f"/v1/{view}?competition={competition}" for view in views]


async def fill(service: Running, competition: str, version: int = 1) -> None:
    units = schedule(competition, unit(1, START, Order=str(version)), version=version)
    await service.store(units, local(competition, "ON", version))


async def test_what_is_known_is_not_sent_again(service: Running):
    """The tag is strong, holds while other things change, and is another one with what the view shows."""
    competition = fresh_competition()
    await fill(service, competition)
    async with aiohttp.ClientSession(service.url) as session:
        for path in filter(_goes_by_messages, paths(competition)):
            async with session.get(path) as answer:
                assert answer.status == 200
                tag, page = answer.headers["ETag"], await answer.json()
            assert tag.startswith(f'"{page["epoch"]}:{page["seq"]}:json')
            await service.store(odf(fresh_competition()))
            for known in (tag, f'"x", {tag}', "*"):
                async with session.get(path, headers={"If-None-Match": known}) as answer:
                    assert (answer.status, await answer.read(), answer.headers["ETag"]) == (304, b"", tag)
                    assert answer.headers["Cache-Control"] == "no-cache"
                    assert "X-API-KEY" in answer.headers["Vary"]
            await fill(service, competition, page["seq"] + 10)
            async with session.get(path, headers={"If-None-Match": tag}) as answer:
                assert (answer.status, answer.headers["ETag"] != tag) == (200, True)
                assert (await answer.json())["seq"] > page["seq"]


def _goes_by_messages(path: str) -> bool:
    """Ages and counts of /v1/sources change by themselves: its tag tells the second (tests/serve/test_sources.py)."""
    return "/v1/sources" not in path


async def test_head_has_no_body(service: Running):
    """HEAD answers the headers alone, and the connection stays usable."""
    competition = fresh_competition()
    await fill(service, competition)
    plain = {"Accept-Encoding": "identity"}
    one = aiohttp.TCPConnector(limit=1)
    async with aiohttp.ClientSession(service.url, connector=one, headers=plain) as session:
        for path in paths(competition):
            async with session.head(path) as answer:
                assert (answer.status, await answer.read()) == (200, b"")
                length = answer.headers["Content-Length"]
            async with session.get(path) as answer:
                assert len(await answer.read()) == int(length) > 0


async def test_a_large_view_arrives_whole(service: Running):
    """It leaves in portions."""
    competition = fresh_competition()
    long = "x" * 4_000
    await service.store(schedule(competition, *(unit(n, START, Location=long) for n in range(10))))
    count = 10
    for discipline in ("SWM", "JUD", "ARC", "BKB", "FEN", "ROW", "TEN", "VVO", "WLF"):
        units = (unit(n, START, discipline=discipline, Location=long) for n in range(10))
        await service.store(schedule(competition, *units, discipline=discipline))
        count += 10
    _, page = await service.get(f"/v1/schedule?competition={competition}")
    assert len(page["units"]) == count
    assert {row["location"] for row in page["units"]} == {long}


@pytest.mark.parametrize("flag", ["P", "T"])
async def test_the_flags_have_views_of_their_own(service: Running, flag: str):
    """What was tested is not found in production, and the other way round."""
    competition = fresh_competition()
    await service.store(schedule(competition, unit(1, START), FeedFlag=flag), local(competition, "ON", FeedFlag=flag))
    other = "PT".replace(flag, "")
    for path in paths(competition):
        assert (await service.get(f"{path}&flag={flag}"))[0] == 200
        assert (await service.get(f"{path}&flag={other}"))[0] == 404


async def test_a_view_shows_no_more_than_its_key_may_see(house: House):
    """Neither rows nor counts of another discipline or competition; what is asked for by name is refused by name."""
    everything, athletics, writer = reader(), reader(competitions=("XA",), disciplines=("ATH",)), sender()
    await add(house, everything, athletics, writer)
    await store(
        house,
        writer,
        schedule("XA", unit(1, START)),
        schedule("XA", unit(1, START, discipline="SWM"), discipline="SWM"),
        schedule("XB", unit(1, START)),
        local("XA", "ON"),
    )

    async def get(path: str, held: Held = athletics) -> tuple[int, dict, aiohttp.ClientResponse]:
        async with aiohttp.ClientSession(house.url, headers=held.headers) as session, session.get(path) as answer:
            return answer.status, await answer.json(content_type=None), answer

    status, page, mine = await get("/v1/schedule")
    assert (status, page["competition"]) == (200, "XA")
    assert [row["code"] for row in page["units"]] == [unit_code(1)]
    _, page, all_of_it = await get("/v1/schedule?competition=XA", everything)
    assert len(page["units"]) == 2
    assert all_of_it.headers["ETag"] != mine.headers["ETag"]
    assert mine.headers["Cache-Control"] == "private, no-cache"
    assert (await get("/v1/sources"))[1]["sources"] == []
    assert (await get(f"/v1/units/{unit_code(1)}"))[0] == 200
    assert (await get(f"/v1/units/{unit_code(1, 'SWM')}"))[0] == 404
    for path in ("schedule?competition=XB", "schedule?discipline=SWM", "sources?competition=XB"):
        status, page, _ = await get(f"/v1/{path}")
        assert (status, page["error"]["name"]) == (403, "not_entitled")
