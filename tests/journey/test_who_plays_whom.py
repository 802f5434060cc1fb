"""Ice hockey is seeded anew after the quarter-finals (users' scenario S10): no pair before somebody has said it."""

from typing import Any

from tests.core.test_progression import FINAL, QUARTERS, SEMI, quarters, semis
from tests.journey.test_corrections import readers, tip_of
from tests.journey.test_medals import settled
from tests.matches import bracket, match, match_code, outcome, people, place, side, teams, update
from tests.service_fixture import House


async def upcoming(house: House, name: str) -> list[tuple[str, bool]]:
    status, page = await house.get(f"/v1/athletes/{name}?competition=XA")
    assert status == 200, page
    return [(row["unit"], row["decided"]) for row in page["upcoming"]]


async def semi(house: House, number: int) -> list[Any]:
    """Who is on each side, or the set of those who may be."""
    _, page = await house.get("/v1/events/IHOMTEAM11?competition=XA")
    (row,) = [row for row in page["units"] if row["unit"] == SEMI[number]]
    return [
        side["competitor"]["id"]
        if side["place"] == "decided"
        else (side["place"], {each["id"] for each in side["possible"]})
        for side in row["sides"]
    ]


async def test_no_pair_is_asserted_before_it_is_decided(house: House):
    """Possible opponents grow fewer with each signed result; the pair comes with the document that says it."""
    await house.store(
        people("XA", "7 FIN Aino", "8 ROC Anna"),
        teams("XA", FIN="7", ROC="8"),
        update("XA", 1, *quarters(), *semis()),
    )
    everybody = {noc for pair in QUARTERS.values() for noc in pair}
    assert await semi(house, 0) == [("to_be_decided", everybody)] * 2
    for number, (winner, loser) in QUARTERS.items():
        await house.store(outcome("XA", 1, match_code("QFNL", number), winner, loser))
        everybody.discard(loser)
        assert await semi(house, 0) == await semi(house, 1) == [("to_be_decided", everybody)] * 2
    assert everybody == {"FIN", "SVK", "SWE", "ROC"}
    await house.store(update("XA", 2, *quarters("FINISHED")))
    assert await upcoming(house, "7") == [(SEMI[0], False), (SEMI[1], False)]
    seeded = bracket("XA", 1, SFNL1=place(1, "FIN") + place(2, "SVK"), SFNL2=place(1, "SWE") + place(2, "ROC"))
    await house.store(seeded)
    assert (await semi(house, 0), await semi(house, 1)) == (["FIN", "SVK"], ["SWE", "ROC"])
    assert await upcoming(house, "7") == [(SEMI[0], True)]
    assert await upcoming(house, "8") == await upcoming(house, "ROC") == [(SEMI[1], True)]
    for noc in ("FIN", "SVK", "SWE", "ROC"):
        _, page = await house.get(f"/v1/nocs/{noc}?competition=XA")
        (row,) = page["units"]
        assert (row["decided"], row["start"] is None, row["timing"]) == (True, False, "planned")
    assert await upcoming(house, "SUI") == []


async def test_each_pair_is_told_once_when_it_is_decided(house: House):
    """At a WebSocket, an SSE and a pull client: nothing by the results, two by the bracket, none by the start lists."""
    async with readers(house) as seen:
        await house.store(update("XA", 1, *quarters(), *semis()))
        for number, (winner, loser) in QUARTERS.items():
            await house.store(outcome("XA", 1, match_code("QFNL", number), winner, loser))
        (seeded,) = await house.store(
            bracket("XA", 1, SFNL1=place(1, "FIN") + place(2, "SVK"), SFNL2=place(1, "SWE") + place(2, "ROC"))
        )
        moved = match(SEMI[0], "2030-07-06T11:00:00Z", side(1, "FIN"), side(2, "SVK"))
        *_, last = await house.store(update("XA", 2, *semis(("FIN", "SVK"), ("SWE", "ROC"))), update("XA", 3, moved))
        await settled(house, last)
        messages = [each for each in await seen.all(await tip_of(house)) if each["type"] == "pairing"]
    assert [(each["unit"], each["caused_by"], each["prev"]) for each in messages] == [
        (SEMI[0], seeded, 0),
        (SEMI[1], seeded, 0),
    ]
    told = [each["body"] for each in messages]
    assert [[side["id"] for side in body["sides"]] for body in told] == [["FIN", "SVK"], ["SWE", "ROC"]]
    assert {side["previous_value"] for body in told for side in body["sides"]} == {"best-seeded winner"}
    assert [(body["start"] is None, body["venue"]) for body in told] == [(False, "IHA")] * 2
    for noc, count in (("FIN", 1), ("SVK", 1), ("SWE", 1), ("ROC", 1), ("SUI", 0)):
        _, page = await house.get(f"/v1/log?after=0&limit=1000&type=pairing&noc={noc}")
        assert len(page["messages"]) == count


async def test_what_was_known_before_can_be_asked_for(house: House):
    """As of the moment before the bracket nothing was decided, and the page of then says so."""
    await house.store(update("XA", 1, *quarters(), *semis()))
    *_, seq = await house.store(
        bracket("XA", 1, SFNL1=place(1, "FIN") + place(2, "SVK"), **{"FNL-1": place(1, unit=SEMI[0])})
    )
    _, page = await house.get(f"/v1/athletes/FIN?competition=XA&as_of={seq - 1}")
    assert [(row["unit"], row["decided"]) for row in page["upcoming"]][1:] == [(SEMI[0], False), (SEMI[1], False)]
    assert (await upcoming(house, "FIN"))[1:] == [(SEMI[0], True), (FINAL, False)]
