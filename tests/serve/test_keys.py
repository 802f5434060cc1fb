import asyncio
import logging
import time
from typing import Any

import aiohttp
import pytest

from tests.documents import odf
from tests.keyring import Held, add, admin, ask, reader, sender, socket
from tests.service_fixture import House, opened, wait_until


class Made(Held):
    """A key that came from the door."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.id = told["key"]["id"]
        self.secret = told["secret"]
        self.headers = {"X-API-KEY": self.secret}
        self.named = {"X_API_KEY": self.secret}


async def call(
    house: House, method: str, path: str = "/v1/keys", held: Held | None = None, body: Any = None, **headers: str
) -> tuple[int, dict[str, Any]]:
    presented = (held.headers if held else {}) | {name.replace("_", "-"): text for name, text in headers.items()}
    async with (
        aiohttp.ClientSession(headers=presented) as session,
        session.request(method, house.url + path, json=body) as answer,
    ):
        return answer.status, await answer.json(content_type=None)


async def made(house: House, by: Held | None = None, **wish: Any) -> Made:
    status, told = await call(house, "POST", held=by, body={"type": "reader"} | wish)
    assert status == 201, told
    return Made(told)


async def test_keys_live_and_end_by_the_door(house: House, caplog: pytest.LogCaptureFixture):
    """The first from this machine, others by an admin: each works, is listed and logged without a secret, and ends."""
    caplog.set_level(logging.INFO, "feed.keys")
    root = Made((await call(house, "POST", body={"type": "admin", "flags": ["P", "T"]}))[1])
    assert (await ask(house, "/v1/log"))[0] == 401
    mine = await made(house, root, delay_seconds=0, connections=3, requests=100, disciplines=["SWM"])
    writer = await made(house, root, type="odf-sender")
    assert (await ask(house, "/v1/log", mine))[0] == 200
    assert (await house.post(odf("XA"), X_API_KEY=writer.secret))[0] == 200
    status, listed = await call(house, "GET", held=root)
    assert status == 200
    assert [each["id"] for each in listed["keys"]] == [root.id, mine.id, writer.id]
    assert [each["by"] for each in listed["keys"]] == ["local", root.id, root.id]
    assert listed["keys"][1]["limits"] == {"connections": 3, "requests": 100}
    status, ended = await call(house, "DELETE", f"/v1/keys/{mine.id}", root)
    assert (status, ended["revoked_by"], ended["revoked"] > 0) == (200, root.id, True)
    assert (await ask(house, "/v1/log", mine))[0] == 401
    for text in (str(listed), str(ended), caplog.text):
        assert "hash" not in text
        assert all(each.secret not in text for each in (root, mine, writer))
    assert f"key {mine.id} is made by {root.id}" in caplog.text
    assert f"key {mine.id} is revoked by {root.id}" in caplog.text


async def test_a_key_of_a_certificate_has_no_secret_to_tell(house: House):
    """As was wished: it is stored, listed and found like any other, and who has not shown the certificate is nobody."""
    root = admin()
    await add(house, root)
    wish = {"type": "odf-sender", "certificate": "venue.example", "secret": False}
    status, told = await call(house, "POST", held=root, body=wish)
    assert (status, told["secret"], told["key"]["certificate"]) == (201, None, "venue.example")
    listed = (await call(house, "GET", held=root))[1]["keys"]
    assert [each["certificate"] for each in listed] == [None, "venue.example"]
    assert (await house.post(odf("XA")))[0] == 401
    assert (await house.post(odf("XA"), X_API_KEY=""))[0] == 401


async def test_what_the_door_does_holds_on_every_node_within_a_second(house: House):
    """A key made on one opens another; revoked on one, its sockets and waiting pulls on another are closed."""
    root = admin()
    await add(house, root)
    async with opened(house.data / "unused", nats=house.nats("P"), nats_test=house.nats("T")) as other:
        mine = await made(house, root)
        began = time.monotonic()
        while (await ask(other, "/v1/log", mine))[0] != 200:
            await asyncio.sleep(0.005)
        assert time.monotonic() - began < 1
        async with socket(other.url, "", mine) as raw:
            await raw.text()
            waiting = asyncio.ensure_future(ask(other, "/v1/log?wait=30", mine))
            await wait_until(lambda: other.pump().polls._waiting)
            began = time.monotonic()
            await call(house, "DELETE", f"/v1/keys/{mine.id}", root)
            assert (await raw.closed())[0] == 4401
            assert (await waiting)[0] == 401
            assert time.monotonic() - began < 1


async def test_only_an_admin_makes_and_revokes(house: House):
    """401 without a key, 403 with another's or in the address; nothing is changed."""
    mine, root = reader(), admin()
    await add(house, mine, root)
    in_address = (None, f"?key={root.secret}", 403)
    for held, query, status in ((None, "", 401), (mine, "", 403), (sender(), "", 401), in_address):
        assert (await call(house, "POST", f"/v1/keys{query}", held, {"type": "reader"}))[0] == status
        assert (await call(house, "GET", f"/v1/keys{query}", held))[0] == status
        assert (await call(house, "DELETE", f"/v1/keys/{mine.key.id}{query}", held))[0] == status
    assert (await ask(house, "/v1/log", mine))[0] == 200
    assert len((await call(house, "GET", held=root))[1]["keys"]) == 2


async def test_without_keys_only_this_machine_makes_one(house: House):
    """Not a web page on it, nor somebody behind a proxy."""
    for header in ("Origin", "X_Forwarded_For"):
        assert (await call(house, "POST", body={"type": "reader"}, **{header: "https://a.example"}))[0] == 401
    assert (await ask(house, "/v1/log"))[0] == 200


async def test_an_admin_makes_no_other_and_keeps_to_its_flags(house: House):
    """A stolen one neither multiplies nor locks others out; it may end itself."""
    root, test_root, mine = admin(), admin("T"), reader()
    await add(house, root, test_root, mine)
    assert (await call(house, "POST", held=root, body={"type": "admin"}))[0] == 403
    assert (await call(house, "DELETE", f"/v1/keys/{test_root.key.id}", root))[0] == 403
    assert (await call(house, "POST", held=test_root, body={"type": "reader"}))[0] == 403
    assert (await call(house, "DELETE", f"/v1/keys/{mine.key.id}", test_root))[0] == 403
    assert [each["id"] for each in (await call(house, "GET", held=test_root))[1]["keys"]] == [test_root.key.id]
    await made(house, test_root, flags=["T"])
    assert (await call(house, "DELETE", f"/v1/keys/{root.key.id}", root))[0] == 200
    assert (await call(house, "GET", held=root))[0] == 401


@pytest.mark.parametrize(
    "body",
    [None, [], {}, {"type": "king"}, {"type": "reader", "rights": ["write"]}, {"type": "reader", "bulk": True}],
)
async def test_a_wish_that_cannot_be_is_a_bad_request(house: House, body: Any):
    """The detail says why, and no key is made."""
    status, told = await call(house, "POST", body=body)
    assert (status, told["error"]["name"]) == (400, "bad_request")
    assert (await call(house, "GET"))[1] == {"keys": []}


async def test_a_key_that_is_not_there_is_not_found(house: House):
    """By its id, which is told."""
    status, told = await call(house, "DELETE", "/v1/keys/abc")
    assert (status, told["error"]["name"]) == (404, "not_found")
    assert "abc" in told["error"]["detail"]


async def test_a_long_body_is_too_large(house: House):
    """It is not read to its end."""
    status, told = await call(house, "POST", body={"type": "reader", "source": "x" * 70_000})
    assert (status, told["error"]["name"]) == (413, "too_large")
