"""X4: a ceremony gets ready while a protest is open; told at a WebSocket, an SSE and a pull client."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.core.test_ceremonies import CEREMONY, FINAL, ceremony, signed
from tests.core.test_disputes import protest
from tests.journey.roles import one_broker
from tests.journey.test_corrections import readers, tip_of
from tests.journey.test_medals import settled
from tests.service_fixture import LIMIT, House

TOPIC = "XA.ATH.M.100M.VICT.MEDAL.ceremony_conflict"


def told(messages: list[dict[str, Any]]) -> list[tuple[int, str, list[tuple[str, str, int]]]]:
    """Of each conflict its cause, the status of the ceremony, and why."""
    return [
        (
            each["caused_by"],
            each["body"]["status"],
            [(why["reason"], why["code"], why["seq"]) for why in each["body"]["why"]],
        )
        for each in messages
        if each["type"] == "ceremony_conflict"
    ]


async def test_a_ceremony_gets_ready_while_a_protest_is_open(house: House):
    """Told within the same batch as what caused it, with the sequence that says why, until the protest is closed."""
    async with readers(house) as seen:
        _, opened, _, ready, closed = [
            (await house.store(document))[0]
            for document in (
                signed(1),
                protest(1, "OPN"),
                ceremony(1, "SCHEDULED"),
                ceremony(2, "GETTING_READY"),
                protest(2, "CLS"),
            )
        ]
        await settled(house, closed)
        _, again, over = await house.store(ceremony(3, "RUNNING"), protest(3, "ROPN"), ceremony(4, "FINISHED"))
        await settled(house, over)
        messages = await seen.all(await tip_of(house))
    why = [("protest", FINAL, opened)]
    assert told(messages) == [
        (ready, "GETTING_READY", why),
        (closed, "GETTING_READY", []),
        (again, "RUNNING", [("protest", FINAL, again)]),
        (over, "FINISHED", []),
    ]
    conflicts = [each for each in messages if each["type"] == "ceremony_conflict"]
    assert [each["prev"] for each in conflicts] == [0, *(each["seq"] for each in conflicts[:-1])]
    _, page = await house.get(f"/v1/units/{CEREMONY}?competition=XA")
    assert [each["topic"] for each in page["documents"] if each["type"] == "ceremony_conflict"] == [TOPIC]


async def test_a_ceremony_for_a_result_that_is_not_signed(house: House):
    """Until it is; who follows the ceremony alone gets nothing else."""
    *_, result_seq, ready = await house.store(signed(1, "UNOFFICIAL"), ceremony(1, "GETTING_READY"))
    *_, signed_seq = await house.store(signed(2))
    await settled(house, signed_seq)
    _, page = await house.get("/v1/log?after=0&filter=XA.*.*.*.VICT.*.ceremony_conflict")
    assert told(page["messages"]) == [
        (ready, "GETTING_READY", [("unofficial", FINAL, result_seq)]),
        (signed_seq, "GETTING_READY", []),
    ]
    assert page["messages"][1]["body"]["until"] == page["messages"][1]["ts"]["event"]


@pytest.mark.slow
async def test_two_projectors_tell_it_once(tmp_path: Path):
    """Each message has its own cause, whoever derives."""
    async with (
        one_broker(tmp_path) as nodes,
        nodes.node("up") as first,
        nodes.node("derive"),
        aiohttp.ClientSession() as session,
    ):
        documents = [signed(1)]
        for round_ in range(1, 21):
            documents += [ceremony(2 * round_, "GETTING_READY"), protest(2 * round_, "OPN")]
            documents += [protest(2 * round_ + 1, "CLS"), ceremony(2 * round_ + 1, "SCHEDULED")]
        for document in documents:
            async with session.post(f"{first.url}/ingest/odf", data=document) as answer:
                assert answer.status == 200
                seq = (await answer.json())["accepted"][-1]["seq"]
        async with asyncio.timeout(LIMIT):
            while (await _got(session, f"{first.url}/v1/medals?competition=XA"))["through"] < seq:
                await asyncio.sleep(0.02)
        page = await _got(session, f"{first.url}/v1/log?after=0&limit=1000&type=ceremony_conflict")
    messages = page["messages"]
    causes = [each["caused_by"] for each in messages]
    assert causes == sorted(set(causes))
    assert [bool(each["body"]["why"]) for each in messages] == [True, False] * 20


async def _got(session: aiohttp.ClientSession, url: str) -> dict[str, Any]:
    async with session.get(url) as answer:
        page: dict[str, Any] = await answer.json()
        return page
