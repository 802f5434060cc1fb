"""GET /healthz: this program runs and its broker is well. GET /readyz: it may be sent requests."""

from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web

from feed.serve.answers import json_answer
from feed.serve.door import JSON, Answer, Door, opens

Check = Callable[[], Awaitable[str | None]]
HEALTH: web.AppKey[Check] = web.AppKey("health")
READY: web.AppKey[Check] = web.AppKey("ready")


class Health(msgspec.Struct, frozen=True):
    """`status` is ok or the sentence of what is wrong."""

    status: str


_HEALTH = {503: Answer("`status` says what is wrong.", {JSON: Health})}
HEALTHZ = Door(
    "Whether this program and its broker are well.",
    "Operations",
    {200: Answer("All is well.", {JSON: Health}), **_HEALTH},
    is_open=True,
    checks_names=False,
)
READYZ = Door(
    "Whether requests may be sent here.",
    "Operations",
    {200: Answer("They may.", {JSON: Health}), **_HEALTH},
    is_open=True,
    checks_names=False,
)


@opens(HEALTHZ)
async def healthz(request: web.Request) -> web.StreamResponse:
    """200 while all is well, 503 with what is wrong."""
    return _answer(await request.app[HEALTH]())


@opens(READYZ)
async def readyz(request: web.Request) -> web.StreamResponse:
    """200 once the board holds the whole state and the broker answers; 503 while starting and when draining."""
    return _answer(await request.app[READY]())


def _answer(trouble: str | None) -> web.Response:
    return json_answer(Health(trouble or "ok"), status=503 if trouble else 200)
