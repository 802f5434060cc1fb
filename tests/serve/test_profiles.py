import asyncio
from collections import Counter
from typing import Any

import aiohttp
import pytest

from feed.core.board import View
from feed.core.entry import Entry
from feed.core.involvement import Casts
from feed.core.schedule import Schedule
from feed.serve import profiles
from tests.core.test_medals import result
from tests.core.test_profiles import NINE, TEN
from tests.documents import fresh_competition
from tests.matches import match, match_code, people, side, teams, update
from tests.schedules import schedule, unit, unit_code
from tests.service_fixture import House, Running

OVERTIME = "2030-07-04T00:30:00Z"


async def told(service: Running, path: str) -> dict[str, Any]:
    status, page = await service.get(path)
    assert status == 200, page
    return page


async def test_an_athlete_is_shown_with_units_and_messages_as_delivered(service: Running):
    """Participant, team and scheduled unit are what the stream has; `seq` is the newest of all that."""
    competition = fresh_competition()
    code = match_code("QFNL", 1)
    await service.store(people(competition, "7 FIN Aino"), teams(competition, FIN="7"))
    await service.store(update(competition, 1, match(code, NINE, side(1, "FIN"), side(2, "SUI"))))
    _, snapshot = await service.get(f"/v1/snapshot?filter={competition}.%3E")
    messages = {message["type"]: message for message in snapshot["messages"]}
    page = await told(service, f"/v1/athletes/7?competition={competition}")
    assert (page["participants"], page["teams"]) == ([messages["participant"]], [messages["team"]])
    (row,) = page["upcoming"]
    scheduled = {name: messages["unit"][name] for name in ("topic", "seq", "version")} | messages["unit"]["body"]
    assert (row["scheduled"], row["start"], row["timing"]) == (scheduled, scheduled["start"], "planned")
    assert (page["id"], page["ids"], page["past"], page["next"]) == ("7", ["7"], [], None)
    assert page["seq"] == messages["unit"]["seq"]
    assert [each["competitor"]["noc"] for each in row["sides"]] == ["FIN", "SUI"]


async def test_an_organisation_is_shown_by_the_days_of_the_competition(service: Running):
    """A day is one of the zone that the page names; who has done nothing yet has an empty page."""
    competition = fresh_competition()
    await service.store(schedule(competition, unit(1, TEN, "FIN"), unit(2, OVERTIME, "FIN"), unit(3, TEN, "SUI")))
    page = await told(service, f"/v1/nocs/FIN?competition={competition}&date=2030-07-03")
    assert ([row["unit"] for row in page["units"]], page["zone"], page["date"]) == ([unit_code(1)], "UTC", "2030-07-03")
    page = await told(service, f"/v1/nocs/FIN?competition={competition}")
    assert [row["unit"] for row in page["units"]] == [unit_code(1), unit_code(2)]
    page = await told(service, f"/v1/nocs/XZZ?competition={competition}")
    assert (page["units"], page["participants"], page["medals"]["total"]) == ([], 0, 0)


async def test_lists_come_in_pages(service: Running):
    """`next` is the offset of the next page."""
    competition = fresh_competition()
    await service.store(schedule(competition, *(unit(number, TEN, "FIN") for number in range(1, 4))))
    address = f"/v1/nocs/FIN?competition={competition}&limit=2"
    first, second = await told(service, address), await told(service, f"{address}&offset=2")
    units = [row["unit"] for row in (*first["units"], *second["units"])]
    assert (units, first["next"], second["next"]) == ([unit_code(n) for n in (1, 2, 3)], 2, None)


@pytest.mark.parametrize(
    "path, status, name",
    [
        ("athletes/nobody?", 404, "not_found"),
        ("athletes/a?limit=0", 400, "bad_request"),
        ("athletes/a?limit=501", 400, "bad_request"),
        ("athletes/a?offset=x", 400, "bad_request"),
        ("athletes/a?date=2030-07-03", 400, "unknown_parameter"),
        ("nocs/fin?", 400, "bad_request"),
        ("nocs/FIN?date=today", 400, "bad_request"),
        ("events/ATHM100M?", 404, "not_found"),
        ("events/ATH?", 400, "bad_request"),
        ("events/ATHM100M--------------FNL-?", 400, "bad_request"),
        ("events/ATHM100M?limit=x", 400, "bad_request"),
    ],
)
async def test_what_cannot_be_answered_is_refused_by_name(service: Running, path: str, status: int, name: str):
    """Nobody there, a parameter that is none, a code of another level."""
    competition = fresh_competition()
    await service.store(schedule(competition, unit(1, TEN, discipline="SWM")))
    answered, page = await service.get(f"/v1/{path}&competition={competition}")
    assert (answered, page["error"]["name"]) == (status, name)


@pytest.mark.parametrize("path", ["athletes/a", "nocs/XAA", "events/ATHM100M"])
async def test_a_page_has_a_tag_until_something_changes(service: Running, path: str):
    """304 while nothing it is made of is new, another tag afterwards; a key behind no other page."""
    competition = fresh_competition()
    await service.store(result(1, "1 a XAA", status="LIVE", CompetitionCode=competition))
    address = f"{service.url}/v1/{path}?competition={competition}"
    async with aiohttp.ClientSession() as session:
        async with session.get(address) as answer:
            tag, page = answer.headers["ETag"], await answer.json()
        assert page["competition"] == competition
        async with session.get(address, headers={"If-None-Match": tag}) as answer:
            assert answer.status == 304
        await service.store(result(2, "2 a XAA", status="LIVE", CompetitionCode=competition))
        async with session.get(address, headers={"If-None-Match": tag}) as answer:
            assert (answer.status, answer.headers["ETag"] == tag) == (200, False)


async def test_an_event_is_shown_by_its_code(service: Running):
    """With its filling or without; units, phases and documents."""
    competition = fresh_competition()
    await service.store(schedule(competition, unit(1, TEN), unit(2, NINE)))
    short = await told(service, f"/v1/events/ATHM100M?competition={competition}")
    code = "ATHM100M".ljust(34, "-")
    assert await told(service, f"/v1/events/{code}?competition={competition}") == short
    assert [row["unit"] for row in short["units"]] == [unit_code(2), unit_code(1)]
    ((phase,), event) = (short["phases"], short["event"])
    assert (phase["status"], phase["units"], event) == ("SCHEDULED", 2, code)


class Turns:
    """Counts the turns of the loop, and how much is done within one of them."""

    def __init__(self) -> None:
        self.done: Counter[tuple[str, int]] = Counter()
        self._turn = 0

    async def count(self) -> None:
        while True:
            self._turn += 1
            await asyncio.sleep(0)

    def watch(self, patch: pytest.MonkeyPatch, kind: type[View]) -> None:
        """Count what is put into a view."""
        apply = kind.apply

        def counted(this: Any, entry: Entry) -> None:
            self.done[kind.__name__, self._turn] += 1
            apply(this, entry)

        patch.setattr(kind, "apply", counted)


@pytest.mark.parametrize("moment", ["", "&as_of="])
async def test_a_page_of_many_messages_holds_nobody_up(house: House, monkeypatch: pytest.MonkeyPatch, moment: str):
    """The loop turns after every few messages that it is made of, now and in the past."""
    units = [unit(number, TEN, "FIN") for number in range(1, 10)]
    (*_, seq) = await house.store(schedule("XA", *units), schedule("XA", *units, version=2))
    monkeypatch.setattr(profiles, "AT_ONCE", 2)
    turns = Turns()
    for kind in (Casts, Schedule):
        turns.watch(monkeypatch, kind)
    turning = asyncio.ensure_future(turns.count())
    page = await told(house, f"/v1/nocs/FIN?competition=XA&limit=5{moment and f'{moment}{seq}'}")
    turning.cancel()
    assert len(page["units"]) == 5
    assert max(turns.done.values()) <= 2
    for kind in (Casts, Schedule):
        assert sum(count for (name, _), count in turns.done.items() if name == kind.__name__) >= len(units)
