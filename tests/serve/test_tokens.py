import asyncio
import io
import json
import logging
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from feed.core.ring import Ring
from feed.core.tokens import Expected
from feed.issuer import Issuer
from feed.logs import set_up_logs
from feed.serve import tokens
from feed.serve.tokens import Bearers
from tests.documents import odf
from tests.keyring import add, ask, operator, sender, socket, store, write
from tests.serve.raw import Raw
from tests.service_fixture import House, opened
from tests.tokens import AUDIENCE, ISSUER, Signer, doors

SIGNER = Signer()
LEEWAY = 30


@pytest.fixture
async def guarded(tmp_path: Path) -> AsyncIterator[House]:
    """A service that takes tokens."""
    async with opened(tmp_path / "data", **doors(tmp_path, SIGNER)) as house:
        yield house


def bearer(**claims: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {SIGNER.token(**claims)}"}


async def asked(house: House, path: str, **claims: Any) -> tuple[int, dict[str, Any]]:
    return await ask(house, path, **bearer(**claims))


async def test_a_token_reads_what_its_claim_allows(guarded: House):
    """P and no T, its disciplines and no others; from the start nobody goes without a right, though there is no key."""
    assert (await ask(guarded, "/v1/log"))[0] == 401
    assert (await asked(guarded, "/v1/log"))[0] == 200
    status, error = await asked(guarded, "/v1/log?flag=T")
    assert (status, error["name"]) == (403, "not_entitled")
    tests = {"type": "reader", "flags": ["T"]}
    assert (await asked(guarded, "/v1/log?flag=T", feed=tests))[0] == 200
    assert (await asked(guarded, "/v1/log", feed=tests))[0] == 403
    swimming = {"type": "reader", "disciplines": ["SWM"]}
    status, error = await asked(guarded, "/v1/log?filter=*.ATH.%3E", feed=swimming)
    assert (status, error["name"]) == (403, "not_entitled")


async def test_a_token_that_is_not_good_is_told_why(guarded: House):
    """401 by name on HTTP, 4401 on a socket; the token is in no answer."""
    for claims, detail in (
        ({"exp": time.time() - LEEWAY - 1}, "expired"),
        ({"aud": "other"}, "audience"),
        ({"iss": "https://other.example"}, "issuer"),
    ):
        token = SIGNER.token(**claims)
        status, error = await ask(guarded, "/v1/log", Authorization=f"Bearer {token}")
        assert (status, error["name"]) == (401, "unauthorized")
        assert detail in error["detail"]
        async with socket(guarded.url, "", Authorization=f"Bearer {token}") as raw:
            error = await raw.text()
            assert (error["name"], token in str(error)) == ("unauthorized", False)
            assert (await raw.closed())[0] == 4401
    assert "unauthorized" in await guarded.text("/metrics")


async def test_no_token_writes_or_makes_keys(guarded: House):
    """That is for keys, whoever made the token."""
    for claims in ({}, {"feed": {"type": "odf-sender"}}):
        status, body = await guarded.post(odf("XA"), **bearer(**claims))
        assert (status, body["error"]["name"]) == (403, "not_entitled")
    assert (await asked(guarded, "/v1/keys", feed={"type": "admin"}))[0] == 403
    await add(guarded, sender())
    assert (await guarded.post(odf("XA"), **bearer()))[0] == 403


async def test_an_operator_comes_with_a_token(guarded: House):
    """The quarantine of its flag, and nothing to read; its subject is who decided."""
    venue = sender()
    await add(guarded, venue, operator())
    await write(guarded, odf("XA", Version="0"), venue)
    decider = {"type": "operator"}
    assert (await asked(guarded, "/v1/log", feed=decider))[0] == 403
    assert (await asked(guarded, "/v1/quarantine"))[0] == 403
    status, page = await asked(guarded, "/v1/quarantine?all=1", feed=decider)
    assert (status, len(page["documents"])) == (200, 1)
    assert (await asked(guarded, "/v1/quarantine?flag=T", feed=decider))[0] == 403


async def test_graphics_have_theirs_in_the_address(guarded: House):
    """With the right `url` alone."""
    show = SIGNER.token(feed={"type": "graphics"})
    assert (await ask(guarded, f"/v1/log?key={show}"))[0] == 200
    status, error = await ask(guarded, f"/v1/log?key={SIGNER.token()}")
    assert (status, error["name"]) == (403, "not_entitled")


async def test_a_token_in_an_address_is_masked(guarded: House, monkeypatch: pytest.MonkeyPatch):
    """In the log line about a request that cannot be read, and in the answer of a door that quotes what was asked."""
    show = SIGNER.token(feed={"type": "graphics"})
    screen = io.StringIO()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(logging.root, "handlers", [])
    set_up_logs("warning")
    raw = await Raw.connect(guarded.url)
    raw.send(f"GET /v1/log?key={show} HTTP/x\r\n\r\n".encode())
    await raw.reader.read()
    await raw.end()
    status, error = await ask(guarded, f"/v1/log?key={show}&flag={show}")
    assert (status, "flag=" in error["detail"]) == (400, True)
    for text in (screen.getvalue(), str(error)):
        assert "***" in text
        assert not [part for part in show.split(".") if part in text]


@pytest.mark.alone
async def test_an_open_socket_ends_with_its_token(guarded: House):
    """4401 by name with a cursor, at the end of the leeway; another token of the same subject goes on."""
    venue = sender()
    await add(guarded, venue)
    short, long = bearer(exp=time.time() - LEEWAY + 2), bearer()
    async with socket(guarded.url, "", **short) as ends, socket(guarded.url, "", **long) as stays:
        for raw in (ends, stays):
            assert (await raw.text())["type"] == "hello"
        polling = asyncio.ensure_future(ask(guarded, "/v1/log?after=0&wait=20", **short))
        (seq,) = await store(guarded, venue, odf("XA"))
        for raw in (ends, stays):
            assert (await raw.text())["seq"] == seq
        assert (await polling)[0] == 200
        polling = asyncio.ensure_future(ask(guarded, f"/v1/log?after={seq}&wait=20", **short))
        error = await ends.text()
        assert (error["type"], error["name"]) == ("error", "unauthorized")
        code, reason = await ends.closed()
        assert (code, json.loads(reason)["cursor"].endswith(f":{seq}")) == (4401, True)
        assert (await polling)[0] == 401
        assert (await ask(guarded, "/v1/log", **short))[0] == 401
        assert len(guarded.pump().subscribers) == 1


async def test_connections_and_requests_count_by_subject(guarded: House):
    """Two tokens of one subject share what either may have; another subject has its own."""
    limited = {"type": "reader", "connections": 1}
    async with socket(guarded.url, "", **bearer(feed=limited)) as first:
        assert (await first.text())["type"] == "hello"
        async with socket(guarded.url, "", **bearer(feed=limited, jti="2")) as second:
            assert (await second.text())["name"] == "too_many"
        async with socket(guarded.url, "", **bearer(feed=limited, sub="bob")) as other:
            assert (await other.text())["type"] == "hello"
    slow = {"type": "reader", "requests": 1}
    found = [(await asked(guarded, "/v1/log", feed=slow, jti=str(each)))[0] for each in range(4)]
    assert 429 in found
    assert (await asked(guarded, "/v1/log", feed=slow, sub="bob"))[0] == 200


async def test_a_ticket_has_the_rights_of_its_token(guarded: House):
    """Its flags, its delay, and its end."""
    late = {"type": "reader", "delay_seconds": 3600}
    venue = sender()
    await add(guarded, venue)
    await store(guarded, venue, odf("XA"))
    for claims, seqs in (({}, [1]), ({"feed": late}, [])):
        async with (
            aiohttp.ClientSession(headers=bearer(**claims)) as session,
            session.post(f"{guarded.url}/v1/tickets") as answer,
        ):
            ticket = (await answer.json())["ticket"]
        status, hello = await ask(guarded, f"/v1/stream?ticket={ticket}")
        assert (status, [hello["tip"]] if hello["tip"] else []) == (200, seqs)


async def test_a_delayed_token_reads_late(guarded: House):
    """As a delayed key does: the log of now is not for it, whatever `delay` it names."""
    venue = sender()
    await add(guarded, venue)
    await store(guarded, venue, odf("XA"))
    late = {"type": "reader", "delay_seconds": 3600}
    assert (await asked(guarded, "/v1/log"))[1]["tip"] == 1
    for query in ("", "?delay=1"):
        status, page = await asked(guarded, f"/v1/log{query}", feed=late)
        assert (status, page["messages"], page["tip"]) == (200, [], 0)


async def test_tokens_of_nobody_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Beyond a number, of the older half those that nobody is connected with: they would only have to be read again."""
    monkeypatch.setattr(tokens, "KEPT", 4)
    place = doors(tmp_path, SIGNER)["jwt_keys"]
    ring, issuer, used = Ring(takes_tokens=True), Issuer(place, Expected(ISSUER, AUDIENCE)), set[str]()
    await issuer.start()
    bearers = Bearers(ring, issuer, lambda _: None, lambda: used)
    secrets = [SIGNER.token(sub=str(each)) for each in range(5)]
    for each, secret in enumerate(secrets):
        await bearers.meet(secret)
        if each == 0:
            used.add(ring.passes[0].id)
    assert [each.subject for each in ring.passes] == ["0", "2", "3", "4"]
    await bearers.meet(secrets[1])
    assert ring.reader(secrets[1], "P") is not None


@pytest.mark.parametrize("left", [Signer("k2"), Signer(SIGNER.kid)], ids=["another", "under-its-name"])
async def test_a_key_that_is_gone_ends_its_tokens(tmp_path: Path, left: Signer):
    """The next time the issuer's keys are looked at, whoever was let in by it goes; its name is not the key."""
    async with (
        opened(tmp_path / "data", **doors(tmp_path, SIGNER, Signer("k3"))) as house,
        socket(house.url, "", **bearer()) as raw,
    ):
        assert (await raw.text())["type"] == "hello"
        doors(tmp_path, left)
        await house.service.also.__self__._fetch()
        assert (await raw.text())["name"] == "unauthorized"
        assert (await raw.closed())[0] == 4401
