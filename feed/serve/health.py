"""GET /healthz: this program runs and its broker is well. GET /readyz: it may be sent requests."""

from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web

from feed.serve.answers import json_answer

Check = Callable[[], Awaitable[str | None]]
HEALTH: web.AppKey[Check] = web.AppKey("health")
READY: web.AppKey[Check] = web.AppKey("ready")


class Health(msgspec.Struct, frozen=True):
    """`status` is ok or the sentence of what is wrong."""

    status: str


async def healthz(request: web.Request) -> web.StreamResponse:
    """200 while all is well, 503 with what is wrong."""
    return _answer(await request.app[HEALTH]())


async def readyz(request: web.Request) -> web.StreamResponse:
    """200 once the board holds the whole state and the broker answers; 503 while starting and when draining."""
    return _answer(await request.app[READY]())


def _answer(trouble: str | None) -> web.Response:
    return json_answer(Health(trouble or "ok"), status=503 if trouble else 200)
