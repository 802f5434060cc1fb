from pathlib import Path
from typing import Any

import aiohttp

from feed.core.scope import Scope
from tests.documents import large, odf
from tests.keyring import Held, add, ask, reader, sender, socket, store, write
from tests.schedules import schedule, unit, unit_code
from tests.serve.raw import op
from tests.service_fixture import House, opened, wait_until

UNITS = "type=unit"  # what the feed says itself of their changes is not looked at
START = "2030-07-03T10:00:00+02:00"
UPDATE = {"DocumentType": "DT_SCHEDULE_UPDATE"}
WHERE = '<ExtendedInfos><VenueDescription Venue="{}"/></ExtendedInfos>'


def at(number: int, venue: str, **attributes: str) -> str:
    return unit(number, START, Venue=venue, **attributes)


def topic(number: int) -> str:
    return f"XA.ATH.M.100M.HEAT.000{number}00.unit"


async def units(house: House, held: Held, query: str = "") -> list[str]:
    """Codes of the units that the schedule shows to a key."""
    status, page = await ask(house, f"/v1/schedule?competition=XA{query}", held)
    assert status == 200, page
    return [row["code"] for row in page["units"]]


def steps(messages: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(message["topic"], message["op"]) for message in messages]


async def taken(house: House, held: Held, *documents: bytes) -> int:
    """The first sequence of the last document, once every door knows it: it has to be one of a single message."""
    *_, last = await store(house, held, *documents)
    await wait_until(lambda: house.service.tip("P") >= last)
    return last


async def fill(house: House, writer: Held) -> None:
    """Units 1 and 2 at the stadium, 3 at the pool, 4 nowhere; then what no venue is told of."""
    await taken(
        house,
        writer,
        schedule("XA", at(1, "STA"), at(2, "STA"), at(3, "POO"), unit(4)),
        odf("XA"),
        large("XA", size=10),
    )


async def change(house: House, writer: Held) -> None:
    """Unit 1 moves to the pool, 2 is removed, 1 changes where it is now."""
    await taken(
        house,
        writer,
        schedule("XA", at(1, "POO"), version=2, **UPDATE),
        schedule("XA", at(1, "POO"), at(3, "POO"), unit(4), version=3),
        schedule("XA", at(1, "POO", Order="7"), version=4, **UPDATE),
        odf("XA", 2),
    )


async def test_a_reader_of_a_venue_is_told_what_is_there_and_what_leaves(house: House):
    """On the stream as on the log: its units, the one that moves away, the one that is removed, and nothing else."""
    writer, near, far = sender(), reader(venues=("STA",)), reader(venues=("POO",))
    await add(house, writer, near, far)
    await fill(house, writer)
    left = [(topic(1), "put"), (topic(2), "removed")]
    came = [(topic(1), "put"), (topic(1), "put")]
    async with (
        socket(house.url, f"snapshot=1&{UNITS}", near) as one,
        socket(house.url, f"snapshot=1&filter=%3E&{UNITS}", far) as other,
        socket(house.url, f"after=0&filter=XA.ATH.%3E&{UNITS}", near) as replayed,
    ):
        for raw, numbers in ((one, [1, 2]), (other, [3])):
            *_, end = shown = await raw.until("snapshot_end")
            assert [each["topic"] for each in shown[1:-1]] == [topic(number) for number in numbers]
            assert end["type"] == "snapshot_end"
        await change(house, writer)
        for raw, expected in ((one, left), (other, came)):
            messages = await raw.messages(2)
            assert steps(messages) == expected
        assert steps(await replayed.messages(4)) == [(topic(1), "put"), (topic(2), "put"), *left]
        for raw in (one, other, replayed):
            raw.send(op(op="ping"))
            assert not any("topic" in each for each in await raw.until("pong"))
    _, log = await ask(house, f"/v1/log?{UNITS}", near)
    assert steps(log["messages"]) == [(topic(1), "put"), (topic(2), "put"), *left]
    assert [each["body"] and each["body"]["venue"] for each in log["messages"]] == ["STA", "STA", "POO", None]


async def test_the_state_of_a_venue_is_what_is_there_now(tmp_path: Path):
    """Snapshot, views and documents, on a node that saw it leave and on one that was started later."""
    writer, near, far = sender(), reader(venues=("STA",)), reader(venues=("POO",))
    async with opened(tmp_path) as house:
        await add(house, writer, near, far)
        await fill(house, writer)
        assert await units(house, near) == [unit_code(1), unit_code(2)]
        await change(house, writer)
        await _check_state(house, near, far)
    async with opened(tmp_path) as house:
        await _check_state(house, near, far)


async def _check_state(house: House, near: Held, far: Held) -> None:
    for held, there in ((near, []), (far, [3, 1])):
        _, snapshot = await ask(house, f"/v1/snapshot?{UNITS}", held)
        assert [each["topic"] for each in snapshot["messages"]] == [topic(number) for number in there]
        assert sorted(await units(house, held)) == sorted(unit_code(number) for number in there)
        for number in (1, 2, 3, 4):
            expected = 200 if number in there else 404
            assert (await ask(house, f"/v1/documents/{topic(number)}", held))[0] == expected
            assert (await ask(house, f"/v1/units/{unit_code(number)}?competition=XA", held))[0] == expected


async def test_a_venue_outside_the_key_is_told(house: House):
    """As a discipline is: not a day without sport."""
    writer, near = sender(), reader(disciplines=("ATH",), venues=("STA",))
    await add(house, writer, near)
    await fill(house, writer)
    assert await units(house, near, "&venue=STA") == [unit_code(1), unit_code(2)]
    for query, name in (("venue=STA,POO", "venue=POO"), ("discipline=SWM", "discipline=SWM")):
        status, error = await ask(house, f"/v1/schedule?competition=XA&{query}", near)
        assert (status, error["name"]) == (403, "not_entitled")
        assert error["detail"] == f"{name} is not for this key"


async def test_a_view_of_a_venue_has_a_tag_of_its_own(house: House):
    """It names the venues and the tip: where a unit was seen leaving, and where not, equal tags are equal bytes."""
    writer, near, far = sender(), reader(venues=("STA",)), reader(venues=("POO",))
    await add(house, writer, near, far)
    await fill(house, writer)
    tags = set()
    for held in (near, far):
        async with aiohttp.ClientSession(house.url, headers=held.headers) as session:
            async with session.get("/v1/schedule?competition=XA") as answer:
                tag, page = answer.headers["ETag"], await answer.json()
            assert page["seq"] == house.service.tip("P")
            assert tag.startswith(f'"{page["epoch"]}:{page["seq"]}:json')
            async with session.get("/v1/schedule?competition=XA", headers={"If-None-Match": tag}) as answer:
                assert answer.status == 304
            tags.add(tag)
    assert len(tags) == 2


async def test_a_result_belongs_to_the_venue_it_names(house: House):
    """What names none, and whose unit nobody has named, is for no reader of a venue."""
    writer, near = sender(), reader(venues=("STA",))
    await add(house, writer, near)
    named = [odf("XA", unit=number, body=WHERE.format(venue)) for number, venue in ((1, "STA"), (2, "POO"))]
    seq = await taken(house, writer, *named, odf("XA", unit=3))
    _, log = await ask(house, "/v1/log", near)
    assert (log["tip"], [each["seq"] for each in log["messages"]]) == (seq, [1])


async def test_what_names_no_venue_is_where_its_unit_is(house: House):
    """The play-by-play of a match, what heads it, and a result without a venue reach the socket of that venue alone."""
    writer, near, far = sender(), reader(venues=("STA",)), reader(venues=("POO",))
    await add(house, writer, near, far)
    await taken(house, writer, schedule("XA", at(1, "STA"), at(2, "POO")), odf("XA", unit=9))
    place = topic(1).removesuffix(".unit")
    async with socket(house.url, "after=0", near) as one, socket(house.url, "after=0", far) as other:
        await taken(house, writer, actions(1, "1"), actions(1, "2"), odf("XA", DocumentCode=unit_code(1)))
        expected = [(topic(1), "put")]
        expected += [(f"{place}.{name}", "put") for name in ("action.1H.1", "list.actions")]
        expected += [(f"{place}.action.1H.2", "put"), (f"{place}.action.1H.1", "removed")]
        expected += [(f"{place}.{name}", "put") for name in ("list.actions", "result")]
        told = await one.messages(len(expected))
        assert steps(told) == expected
        assert "venue" not in told[1]["body"]
        other.send(op(op="ping"))
        assert [each["topic"] for each in await other.until("pong") if "topic" in each] == [topic(2)]


def actions(number: int, id_: str) -> bytes:
    """The whole play-by-play of a unit, of one action."""
    body = f'<Actions><Action Id="{id_}" Period="1H" Action="P2"/></Actions>'
    header = {"DocumentType": "DT_PLAY_BY_PLAY", "DocumentCode": unit_code(number)}
    return odf("XA", int(id_), body=body, **header)


async def test_a_sender_of_a_venue_writes_and_takes_back_what_is_there(house: House):
    """Another venue is refused; what names none passes; a full list removes only at its own venue."""
    writer, swimmer, anybody = sender(), sender(scope=Scope.of([], [], ["POO"])), reader()
    await add(house, writer, swimmer, anybody)
    await fill(house, writer)
    status, body = await write(house, schedule("XA", at(5, "STA"), version=2, **UPDATE), swimmer)
    assert (status, body["error"]["name"]) == (403, "wrong_competition")
    await taken(house, swimmer, schedule("XA", at(6, "POO"), unit(4), version=2), odf("XA", 2))
    assert set(await units(house, anybody)) == {unit_code(number) for number in (1, 2, 4, 6)}
