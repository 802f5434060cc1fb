import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from feed import issuer
from feed.config import Settings
from feed.core.tokens import Expected
from feed.errors import ErrorName, ReaderError, SettingsError
from feed.issuer import Issuer, issuer_of
from tests.tokens import AUDIENCE, ISSUER, Signer, key_set

EXPECTED = Expected(ISSUER, AUDIENCE)
OLD, NEW = Signer("old"), Signer("new", "EdDSA")


class Publisher:
    """Where an issuer publishes its keys; `asked` counts."""

    def __init__(self) -> None:
        self.text = key_set(OLD)
        self.status = 200
        self.asked = 0
        self.url = ""

    async def answer(self, _: web.Request) -> web.Response:
        self.asked += 1
        return web.Response(body=self.text, status=self.status, headers={"Location": "/keys"})


@pytest.fixture
async def publisher() -> AsyncIterator[Publisher]:
    publisher = Publisher()
    app = web.Application()
    app.router.add_get("/keys", publisher.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    publisher.url = "http://{}:{}/keys".format(*runner.addresses[0][:2])
    yield publisher
    await runner.cleanup()


async def refused(found: Issuer, token: str) -> ErrorName:
    with pytest.raises(ReaderError) as caught:
        await found.read(token)
    return caught.value.name


async def test_a_new_key_is_asked_for_once_a_minute(publisher: Publisher, monkeypatch: pytest.MonkeyPatch):
    """A token that names it is let in by the first fetch; made-up names bring about no second one."""
    found = Issuer(publisher.url, EXPECTED)
    await found.start()
    assert (await found.read(OLD.token())).kid == "old"
    publisher.text = key_set(OLD, NEW)
    assert (await found.read(NEW.token())).kid == "new"
    for number in range(5):
        assert await refused(found, Signer(f"made-up-{number}").token()) is ErrorName.UNAUTHORIZED
    assert publisher.asked == 2
    monkeypatch.setattr(issuer, "ASK_SECONDS", 0)
    publisher.text = key_set(NEW)
    await refused(found, Signer("made-up").token())
    assert publisher.asked == 3
    assert await refused(found, OLD.token()) is ErrorName.UNAUTHORIZED


@pytest.mark.parametrize("status, text", [(500, b""), (302, b""), (200, b"no keys"), (200, b" " * 300_000)])
async def test_known_keys_live_while_there_are_no_others(
    publisher: Publisher, caplog: pytest.LogCaptureFixture, status: int, text: bytes
):
    """An answer that is none is told and counted; tokens of known keys are good as before."""
    found = Issuer(publisher.url, EXPECTED)
    await found.start()
    publisher.status, publisher.text = status, text
    with caplog.at_level(logging.ERROR):
        assert await refused(found, NEW.token()) is ErrorName.UNAUTHORIZED
    assert "1 known ones stay" in caplog.text
    assert (await found.read(OLD.token())).kid == "old"
    assert found.counts == {"ok": 1, "failed": 1}


async def test_an_issuer_may_take_back_its_only_key(publisher: Publisher, caplog: pytest.LogCaptureFixture):
    """A list without keys is an answer: from then on no token is good."""
    found = Issuer(publisher.url, EXPECTED)
    await found.start()
    publisher.text = b'{"keys": []}'
    with caplog.at_level(logging.ERROR):
        assert await refused(found, NEW.token()) is ErrorName.UNAUTHORIZED
    assert "no keys any more" in caplog.text
    assert await refused(found, OLD.token()) is ErrorName.UNAUTHORIZED


async def test_nobody_listens(caplog: pytest.LogCaptureFixture):
    """The service starts all the same: keys of its own are good, and the issuer may come back."""
    found = Issuer("http://127.0.0.1:9/keys", EXPECTED)
    with caplog.at_level(logging.ERROR):
        await found.start()
    assert "cannot be had" in caplog.text
    assert await refused(found, OLD.token()) is ErrorName.UNAUTHORIZED


async def test_a_file_must_have_keys(tmp_path: Path):
    """What is on this machine is not late but wrong."""
    file = tmp_path / "keys.json"
    for text in (None, b"", key_set()):
        if text is not None:
            file.write_bytes(text)
        with pytest.raises(SettingsError, match=r"jwt_keys: .*keys\.json"):
            await Issuer(str(file), EXPECTED).start()
    file.write_bytes(key_set(OLD))
    found = issuer_of(Settings(jwt_keys=str(file), jwt_issuer=ISSUER, jwt_audience=AUDIENCE))
    assert found is not None
    await found.start()
    assert (await found.read(OLD.token())).subject == "alice"
    assert issuer_of(Settings()) is None
