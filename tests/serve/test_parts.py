from itertools import chain

import pytest

from tests.core.test_medals import medallists, result
from tests.documents import fresh_competition
from tests.journey.test_medals import settled
from tests.schedules import schedule, session, unit
from tests.serve.test_codes import table
from tests.serve.test_representation import START
from tests.service_fixture import House, Running


async def parts(running: Running, path: str, rows: str, limit: int) -> list[list[object]]:
    """The rows of each part, as `next` leads through them."""
    found, offset = [], 0
    while offset is not None:
        status, page = await running.get(f"{path}&limit={limit}&offset={offset}")
        assert status == 200
        found.append(page[rows])
        offset = page["next"]
    return found


async def test_lists_come_in_parts(house: House):
    """Joined they are the whole, which comes where nobody asks for less."""
    names = ["a", "b", "c"]
    await house.store(
        schedule("XA", session("S1", START), *(unit(number, START) for number in range(1, 6))),
        table("XA", *(f"X{name} ENG:{name}" for name in names), name="NOC"),
    )
    (seq,) = await house.store(result(1, "1 a XAA", "2 b XBB", "3 c XCC", CompetitionCode="XA"))
    await house.store(medallists(1, "GOLD a XAA", "SILVER b XBB", "BRONZE c XCC"))
    await settled(house, seq)
    for path, rows, count in (
        ("/v1/schedule?competition=XA", "units", 5),
        ("/v1/codes/NOC?competition=XA", "codes", 3),
        ("/v1/medals/ledger?competition=XA", "entries", 3),
    ):
        _, whole = await house.get(path)
        assert (len(whole[rows]), whole["next"]) == (count, None), path
        found = await parts(house, path, rows, 2)
        assert [len(part) for part in found] == [2] * (count // 2) + [1] * (count % 2)
        assert list(chain(*found)) == whole[rows]
        assert await parts(house, path, rows, count) == [whole[rows]]
        _, page = await house.get(f"{path}&offset={count}")
        assert (page[rows], page["next"]) == ([], None)


@pytest.mark.parametrize("door", ["schedule", "codes/NOC", "medals/ledger", "records"])
@pytest.mark.parametrize("query", ["limit=0", "limit=x", "limit=10001", "offset=-1", "offset=x", "limit="])
async def test_a_part_has_limits(service: Running, door: str, query: str):
    """What is no number, or too high, is refused by name."""
    competition = fresh_competition()
    await service.store(schedule(competition, unit(1, START)))
    status, page = await service.get(f"/v1/{door}?competition={competition}&{query}")
    assert (status, page["error"]["name"]) == (400, "bad_request")


async def test_all_parts_may_be_of_one_moment(service: Running):
    """At the place that the first one names, whatever comes in between."""
    competition = fresh_competition()
    await service.store(schedule(competition, *(unit(number, START) for number in range(1, 5))))
    path = f"/v1/schedule?competition={competition}"
    _, whole = await service.get(path)
    place = (await service.get("/v1/competitions"))[1]
    at = f"{path}&as_of={place['epoch']}:{place['seq']}"
    await service.store(schedule(competition, unit(1, START), version=2))
    assert list(chain(*await parts(service, at, "units", 3))) == whole["units"]
