from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.documents import odf
from tests.keyring import Held, add, graphics, operator, reader, revoke, sender, socket, store
from tests.keyring import ask as ask_with
from tests.service_fixture import House, Running, opened, wait_until

PAGE = {"Origin": "https://graphics.example"}


async def ticket_of(house: House, held: Held | None = None, **headers: str) -> tuple[int, dict[str, Any]]:
    """Status and JSON of POST /v1/tickets."""
    presented = (held.headers if held else {}) | headers
    async with aiohttp.ClientSession(headers=presented) as session, session.post(house.url + "/v1/tickets") as answer:
        assert answer.status != 201 or answer.headers["Cache-Control"] == "no-store"
        return answer.status, await answer.json(content_type=None)


async def ticket(house: House, held: Held | None = None, **headers: str) -> str:
    status, body = await ticket_of(house, held, **headers)
    assert status == 201, body
    assert body["seconds"] == 30
    return str(body["ticket"])


@pytest.mark.parametrize("door", ["/v1/stream", "/v1/sse"])
async def test_a_ticket_lets_in_once_with_the_rights_of_its_key(house: House, door: str):
    """What the key may read and nothing else; the second time it is nobody's."""
    mine, writer = reader(disciplines=("SWM",)), sender()
    await add(house, mine, writer)
    await store(house, writer, odf("XA"))
    mine_once = await ticket(house, mine)
    assert (await ask_with(house, f"{door}?ticket={mine_once}"))[0] == 200
    status, error = await ask_with(house, f"{door}?ticket={mine_once}")
    assert (status, error["name"]) == (401, "unauthorized")
    status, error = await ask_with(house, f"{door}?filter=XA.ATH.%3E&ticket={await ticket(house, mine)}")
    assert (status, error["name"]) == (403, "not_entitled")
    status, error = await ask_with(house, f"{door}?flag=T&ticket={await ticket(house, mine)}")
    assert (status, error["name"]) == (403, "not_entitled")


async def test_a_ticket_of_another_node_lets_in_once(house: House):
    """Browsers do not choose the node they come to: one makes the ticket, any takes it."""
    mine = reader()
    await add(house, mine)
    async with opened(house.data / "unused", nats=house.nats("P"), nats_test=house.nats("T")) as other:
        for first, second in ((house, other), (other, house)):
            made = await ticket(house, mine)
            async with socket(first.url, f"ticket={made}") as raw:
                assert (await raw.text())["type"] == "hello"
            assert (await ask_with(second, f"/v1/stream?ticket={made}"))[0] == 401


async def test_who_came_with_a_ticket_is_sent_away_with_its_key(house: House):
    """It is that key's connection from then on; a ticket made before opens nothing any more."""
    mine = reader()
    await add(house, mine)
    unused = await ticket(house, mine)
    async with socket(house.url, f"ticket={await ticket(house, mine)}") as raw:
        await raw.text()
        await revoke(house, mine)
        assert (await raw.closed())[0] == 4401
    assert (await ask_with(house, f"/v1/stream?ticket={unused}"))[0] == 401


async def test_without_keys_a_ticket_is_for_whoever_asks(house: House):
    """The same page runs before there are keys; from the first one on its ticket is no use."""
    assert (await ask_with(house, f"/v1/stream?ticket={await ticket(house)}"))[0] == 200
    late = await ticket(house)
    await add(house, reader())
    assert (await ask_with(house, f"/v1/stream?ticket={late}"))[0] == 401


async def test_who_may_not_read_gets_no_ticket(house: House):
    """No key, a stranger's, one that does not read, one in the address."""
    show = graphics()
    await add(house, writer := sender(), decider := operator(), show)
    for held in (None, reader()):
        assert (await ticket_of(house, held))[1]["error"]["name"] == "unauthorized"
    for held in (writer, decider):
        assert (await ticket_of(house, held))[1]["error"]["name"] == "not_entitled"
    async with aiohttp.ClientSession() as session, session.post(f"{house.url}/v1/tickets?key={show.secret}") as answer:
        assert (answer.status, (await answer.json(content_type=None))["error"]["name"]) == (403, "not_entitled")


async def test_a_ticket_and_a_key_are_one_too_many(house: House):
    """Which of the two should count would be a guess."""
    mine = reader()
    await add(house, mine)
    query = f"ticket={await ticket(house, mine)}"
    assert (await ask_with(house, f"/v1/stream?{query}", mine))[1]["name"] == "bad_request"
    assert (await ask_with(house, f"/v1/stream?{query}"))[0] == 200


async def test_pages_of_others_get_neither_ticket_nor_socket(tmp_path: Path):
    """Unless the settings name them: 403 for a ticket, 4403 for a socket; the service's own pages are no others."""
    async with opened(tmp_path, origins="https://graphics.example") as house:
        own = {"Origin": house.url}
        foreign = {"Origin": "https://elsewhere.example"}
        for headers, opens in ((PAGE, True), (own, True), (foreign, False), ({"Origin": "null"}, False)):
            status, body = await ticket_of(house, **headers)
            assert status == (201 if opens else 403)
            assert opens or body["error"]["name"] == "not_entitled"
            async with socket(house.url, **headers) as raw:
                said = await raw.text()
                assert (said["type"] == "hello") is opens
                if not opens:
                    assert said["name"] == "not_entitled"
                    assert (await raw.closed())[0] == 4403
        made = await ticket(house)
        address = f"{house.url}/v1/sse?ticket={made}"
        async with aiohttp.ClientSession(headers=foreign) as session, session.get(address) as answer:
            assert b"not_entitled" in await answer.read()
        assert (await ask_with(house, f"/v1/sse?ticket={made}"))[0] == 200  # nothing was taken from its owner
        await wait_until(lambda: not house.pump().subscribers)


async def test_where_nothing_is_set_only_own_pages_open_sockets(service: Running):
    """Whatever answers they may read: a socket stays open, and is no cache's to give."""
    for headers, opens in (({"Origin": service.url}, True), (PAGE, False), ({}, True)):
        async with socket(service.url, **headers) as raw:
            assert ((await raw.text())["type"] == "hello") is opens
