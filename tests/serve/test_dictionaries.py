import aiohttp
import pytest

from feed.core.dictionaries import CURRENT, DICTIONARIES
from tests.keyring import add, reader
from tests.service_fixture import House, Running

FOR_EVER = "public, max-age=31536000, immutable"


async def test_the_list_says_what_each_is(service: Running):
    """Id, size, digest, origin, and which one is in use."""
    _, page = await service.get("/v1/dictionaries?flag=P")
    assert [row["id"] for row in page["dictionaries"]] == list(DICTIONARIES)
    assert [row["id"] for row in page["dictionaries"] if row["current"]] == [CURRENT.id]
    assert page["dictionaries"][-1] == {
        "id": CURRENT.id,
        "bytes": len(CURRENT.content),
        "sha256": CURRENT.sha256,
        "current": True,
        "trained_from": CURRENT.trained_from,
    }


async def test_a_dictionary_is_kept_for_ever(service: Running):
    """Its bytes never change: whoever has them asks no more, and any cache and page may have them."""
    address = f"{service.url}/v1/dictionaries/{CURRENT.id}"
    origin = {"Origin": "https://example.org"}
    async with aiohttp.ClientSession(headers=origin) as session:
        async with session.get(address) as answer:
            assert await answer.read() == CURRENT.content
            assert (answer.status, answer.headers["Cache-Control"]) == (200, FOR_EVER)
            assert answer.headers["ETag"] == f'"{CURRENT.sha256}"'
            assert answer.headers["Content-Type"] == "application/octet-stream"
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
        async with session.get(address, headers={"If-None-Match": answer.headers["ETag"]}) as again:
            assert (again.status, await again.read()) == (304, b"")
            assert again.headers["Cache-Control"] == FOR_EVER
        async with session.head(address) as head:
            assert (head.status, head.headers["Content-Length"]) == (200, str(len(CURRENT.content)))


@pytest.mark.parametrize("name", ["1", "4294967297", f"0{CURRENT.id}", "x", "..%2Ftrained.json", "trained"])
async def test_there_are_no_others(service: Running, name: str):
    """Whatever else is asked for is told by name that it is not there."""
    status, body = await service.get(f"/v1/dictionaries/{name}")
    assert (status, body["error"]["name"]) == (404, "not_found")


async def test_nobody_needs_a_key_for_it(house: House):
    """It holds nobody's results, and a page's fetch has no header."""
    await add(house, reader("P"))
    assert (await house.get("/v1/log"))[0] == 401
    assert (await house.get("/v1/dictionaries"))[0] == 200
