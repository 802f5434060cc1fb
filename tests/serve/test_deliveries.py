from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from feed.core.scope import Scope
from tests.documents import odf
from tests.keyring import add, operator, reader
from tests.push.inbox import Inbox, inbox
from tests.service_fixture import House, Running, opened, wait_until

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture
async def customer() -> AsyncIterator[Inbox]:
    async with inbox() as each:
        yield each


def moment(micros: int) -> str:
    return (EPOCH + timedelta(microseconds=micros)).isoformat().replace("+00:00", "Z")


async def records(house: House, query: str = "") -> list[dict[str, Any]]:
    """All records of the customer, read in pages of three."""
    found: list[dict[str, Any]] = []
    after = 0
    while True:
        status, page = await house.get(f"/v1/deliveries/xbc?limit=3&after={after}{query}")
        assert status == 200
        if not page["deliveries"]:
            assert page["next"] == after
            return found
        found += page["deliveries"]
        after = page["next"]


async def test_the_log_tells_at_any_time_what_the_customer_saw(customer: Inbox, tmp_path: Path):
    """Every POST with its answer; what was held between two answers is what had been taken by then."""

    async def judge(name: tuple[str, int], attempt: int) -> int:
        return 500 if name[1] == 2 and not attempt else 200

    customer.judge = judge
    async with opened(tmp_path, customers={"xbc": customer.settings(in_flight=1)}) as house:
        for version in (1, 2, 3):
            await house.store(*(odf("XA", version, unit=unit) for unit in (1, 2)))
        await wait_until(lambda: house.service.pushers[0].attempts["delivered"] == 6)
        told = [each["delivery"] for each in await records(house)]
        ended = [each for each in told if each["state"] != "sending"]
        assert [(each["version"], each["status"]) for each in ended] == [
            (each.name[1], each.status) for each in customer.arrived
        ]
        assert all(
            each["sent"] <= arrived.at <= each["answered"]
            for each, arrived in zip(ended, customer.arrived, strict=True)
        )
        for number, each in enumerate(ended, 1):
            _, page = await house.get(f"/v1/deliveries/xbc/held?at={moment(each['answered'])}")
            held = {row["topic"].split(".")[5]: row["version"] for row in page["documents"]}
            taken = [arrived.name for arrived in customer.arrived[:number] if arrived.status == 200]
            seen = {name[-8:-2]: version for name, version in taken}
            assert held == seen
        since = moment(ended[-1]["sent"])
        assert [each["delivery"] for each in await records(house, f"&at={since}")][-1] == told[-1]
        only = await records(house, f"&document={ended[0]['topic']}")
        assert {each["delivery"]["topic"] for each in only} == {ended[0]["topic"]}
        _, page = await house.get(f"/v1/deliveries/xbc/held?at={since}&document={ended[0]['topic']}")
        assert [(each["topic"], page["count"]) for each in page["documents"]] == [(ended[0]["topic"], 1)]
        _, page = await house.get("/v1/deliveries/xbc/held?limit=1")
        assert (len(page["documents"]), page["count"], page["next"]) == (1, 2, 1)
        assert (await house.get("/v1/deliveries/xbc/held?limit=1&offset=1"))[1]["next"] is None


async def test_a_record_of_a_beginning_is_there_before_the_answer(customer: Inbox, tmp_path: Path):
    """While the customer thinks, the log knows that something was sent, and of no outcome."""
    found: list[dict[str, Any]] = []

    async def judge(_name: tuple[str, int], _attempt: int) -> int:
        found.extend(await records(house))
        return 200

    customer.judge = judge
    async with opened(tmp_path, customers={"xbc": customer.settings()}) as house:
        await house.store(odf("XA"))
        await wait_until(lambda: house.service.pushers[0].attempts["delivered"])
        assert [each["delivery"]["state"] for each in found] == ["sending"]
        assert [each["delivery"]["state"] for each in await records(house)] == ["sending", "delivered"]
        (standing,) = (await house.get("/v1/deliveries"))[1]["customers"]
    assert (standing["behind"], standing["waiting"], standing["failing"], standing["last_error"]) == (0, 0, 0, None)
    assert standing["url"] == customer.url.partition("?")[0]


@pytest.mark.parametrize("query", ["at=x", "document=x", "after=-1", "limit=0", "flag=X"])
async def test_what_is_asked_wrongly_is_named(service: Running, query: str):
    """400, and nobody who was never sent anything is made up."""
    status, body = await service.get(f"/v1/deliveries/nobody?{query}")
    assert (status, body["error"]["name"]) == (400, "bad_request")
    status, body = await service.get("/v1/deliveries/*")
    assert (status, body["error"]["name"]) == (400, "bad_request")
    assert await service.get("/v1/deliveries/nobody") == (200, {"deliveries": [], "next": 0})
    assert await service.get("/v1/deliveries") == (200, {"customers": []})


async def test_operators_alone_may_look(house: House):
    """With a key for all of the flag; that of a reader, or for a part, is refused."""
    whole, part, other = operator(), operator(scope=Scope.of((), ("ATH",))), reader()
    await add(house, whole, part, other)
    async with aiohttp.ClientSession() as session:
        for path in ("/v1/deliveries", "/v1/deliveries/xbc", "/v1/deliveries/xbc/held"):
            found = []
            for headers in ({}, other.headers, part.headers, whole.headers):
                async with session.get(house.url + path, headers=headers) as answer:
                    found.append(answer.status)
            assert found == [401, 403, 403, 200]
