"""S7, the Atlanta day: what cannot be true reaches nobody, and an operator has the last word."""

import asyncio
import json
import statistics
import time
from typing import Any

import aiohttp

from tests.results import record, result, row
from tests.schedules import schedule
from tests.service_fixture import House

QUARANTINED_SECONDS = 0.1
HEAT = "ATHM100M--------------HEAT000100--"
FINAL = "ATHM100M--------------FNL-000100--"
QUARTER = "FENMTEAMSABR----------QFNL000100--"
SEMI = "FENMTEAMSABR----------SFNL000100--"


UNITS = schedule(
    "XA",
    f'<Unit Code="{HEAT}" PhaseType="3" ScheduleStatus="SCHEDULED"/>',
    f'<Unit Code="{FINAL}" PhaseType="3" ScheduleStatus="RUNNING"/>',
)
MATCH = result(QUARTER, row("1", WLT="W"), row("2", "ITA", WLT="L"))
TIME = {"ResultType": "TIME"}
SPLIT = '<ExtendedResults><ExtendedResult Type="PROGRESS" Code="INTERMEDIATE" Pos="1" Value="10.95"/></ExtendedResults>'
SLOWER = result(FINAL, row("1", Rank="1", Result="9.99", **TIME), row("2", Rank="2", Result="9.89", **TIME), version=3)
IMPLAUSIBLE = {
    "record_before_start": result(HEAT, row("1", inner=record("WR"), Rank="1", Result="9.50", **TIME)),
    "record_of_other_continent": result(FINAL, row("1", "GER", record("AS"), Rank="1", Result="9.90", **TIME)),
    "loser_in_next_round": result(SEMI, row("2", "ITA"), row("3", "GER"), status="START_LIST"),
    "split_after_finish": result(FINAL, row("1", inner=SPLIT, Rank="1", Result="10.05", **TIME), version=2),
    "leader_not_best": SLOWER,
}
VALID = result(FINAL, row("1", Rank="1", Result="9.99", **TIME), row("2", Rank="2", Result="10.01", **TIME), version=4)


async def act(house: House, id_: str, action: str) -> tuple[int, dict[str, Any]]:
    """Status and JSON of an operator's decision."""
    address = f"{house.url}/v1/quarantine/{id_}/{action}"
    async with aiohttp.ClientSession() as session, session.post(address) as answer:
        return answer.status, await answer.json(content_type=None)


async def quarantined(house: House, document: bytes, rule: str, took: list[float]) -> str:
    """The id under which a document is held for one rule; adds how many seconds that took."""
    began = time.perf_counter()
    status, body = await house.post(document)
    took.append(time.perf_counter() - began)
    assert (status, body["error"]["name"]) == (422, "implausible"), body
    assert f"(rule {rule})" in body["error"]["detail"]
    return str(body["quarantine"])


async def seen_by_all(house: House, last: int) -> list[tuple[str, int]]:
    """Topic and Version of every message up to `last`: the same at a WebSocket, an SSE and a pull client."""
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{house.url}/v1/stream?after=0") as socket,
        session.get(f"{house.url}/v1/sse?after=0") as events,
    ):
        streamed: list[dict[str, Any]] = []
        async with asyncio.timeout(10):
            while not streamed or streamed[-1]["seq"] < last:
                message = json.loads((await socket.receive()).data)
                streamed += [message] if "topic" in message else []
            told: list[dict[str, Any]] = []
            while not told or told[-1]["seq"] < last:
                line = await events.content.readline()
                message = json.loads(line[5:]) if line.startswith(b"data:") else {}
                told += [message] if "topic" in message else []
    _, page = await house.get("/v1/log?after=0&limit=1000")
    assert streamed == told == page["messages"][: len(told)]
    return [(message["topic"], message["version"]) for message in told if message["type"] == "result"]


async def test_an_atlanta_day(house: House):
    """Nonsense is kept back by rule and reaches nobody, the valid one comes through, a release comes once."""
    await house.store(UNITS, MATCH)
    took: list[float] = []
    held = {rule: await quarantined(house, document, rule, took) for rule, document in IMPLAUSIBLE.items()}
    assert statistics.median(took) < QUARANTINED_SECONDS
    status, body = await house.post(VALID[:-20])
    assert (status, body["error"]["name"]) == (422, "not_well_formed")
    (last,) = await house.store(VALID)
    before = [("XA.FEN.M.TEAMSABR.QFNL.000100.result", 1), ("XA.ATH.M.100M.FNL.000100.result", 4)]
    assert await seen_by_all(house, last) == before
    figures = await house.text("/metrics")
    for rule in IMPLAUSIBLE:
        assert f'feed_implausible_total{{flag="P",rule="{rule}",severity="hold"}} 1.0' in figures
    _, page = await house.get("/v1/quarantine")
    assert [each["record"]["id"] for each in page["documents"]] == list(held.values())
    assert [each["record"]["rules"] for each in page["documents"]] == [[rule] for rule in held]

    semi = held["loser_in_next_round"]
    status, audit = await act(house, semi, "release")
    assert (status, audit["action"], audit["by"], audit["seq"] > last) == (200, "released", "local", True), audit
    assert await seen_by_all(house, audit["seq"]) == [*before, ("XA.FEN.M.TEAMSABR.SFNL.000100.result", 1)]
    _, message = await house.get("/v1/documents/XA.FEN.M.TEAMSABR.SFNL.000100.result")
    _, case = await house.get(f"/v1/quarantine/{semi}")
    assert message["ts"]["recv"] == case["record"]["ts_recv"] < message["ts"]["published"]
    assert (message["seq"], message["remarks"]) == (audit["seq"], ["zone_assumed", "implausible"])
    assert case["audit"] == audit
    assert (await act(house, semi, "release"))[1]["error"]["name"] == "not_held"
    status, body = await house.post(IMPLAUSIBLE["loser_in_next_round"])
    assert (status, body["duplicates"]) == (200, 1)


async def test_what_was_overtaken_is_not_released(house: House):
    """A held version does not block the next; released after it, it is `superseded`; discarded, it is decided."""
    id_ = await quarantined(house, SLOWER, "leader_not_best", [])
    (seq,) = await house.store(VALID)
    status, body = await act(house, id_, "release")
    assert (status, body["error"]["name"]) == (409, "superseded")
    assert str(seq) in body["error"]["detail"]
    status, audit = await act(house, id_, "discard")
    assert (status, audit["action"], audit["seq"]) == (200, "discarded", None)
    assert (await act(house, id_, "discard"))[0] == 409
    assert (await act(house, id_, "release"))[1]["error"]["name"] == "not_held"
    assert (await house.get("/v1/quarantine"))[1] == {"documents": []}
    _, page = await house.get("/v1/quarantine?all=1")
    assert [(each["record"]["id"], each["audit"]["action"]) for each in page["documents"]] == [(id_, "discarded")]


async def test_a_release_waives_only_what_held_it(house: House):
    """What another rule says by now refuses it by name; it stays held and goes out when that is settled."""
    mixed = result(SEMI, row("1", Rank="1", Result="9.99", **TIME), row("2", "ITA", Rank="2", Result="9.89", **TIME))
    id_ = await quarantined(house, mixed, "leader_not_best", [])
    await house.store(MATCH)
    status, body = await act(house, id_, "release")
    assert (status, body["error"]["name"]) == (409, "refused")
    assert "(rule loser_in_next_round)" in body["error"]["detail"]
    assert "leader_not_best" not in body["error"]["detail"]
    assert [each["record"]["id"] for each in (await house.get("/v1/quarantine"))[1]["documents"]] == [id_]
    await house.store(result(QUARTER, row("9", WLT="L"), row("2", "ITA", WLT="W"), version=2))
    assert (await act(house, id_, "release"))[0] == 200
