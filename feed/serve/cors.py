"""CORS: what tells a browser that a page of another site may see an answer (the Fetch Standard).

No door knows anybody by a cookie: a page sends a key of its own, or reads what is there for all.
"""

from typing import Final

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from feed.serve.origins import EVERY, ORIGINS

_UNSEEN: Final = ("/ingest/", "/metrics")  # no page has any business there
_PREFLIGHT: Final = {
    hdrs.ACCESS_CONTROL_ALLOW_METHODS: "GET, HEAD, POST",
    hdrs.ACCESS_CONTROL_ALLOW_HEADERS: "Authorization, Content-Type, If-None-Match, Last-Event-ID, X-API-KEY",
    hdrs.ACCESS_CONTROL_MAX_AGE: "86400",
}
_EXPOSED: Final = ", ".join(
    (
        *("Content-Location", "Content-Length", "Date", "ETag", "Retry-After"),
        *("Feed-As-Of", "Feed-Epoch", "Feed-Next", "Feed-Seq", "Feed-Tip"),
    )
)


def shared_with(request: web.Request) -> dict[str, str]:
    """What tells a browser whether the page that asked may see the answer, and which of its headers."""
    if request.path.startswith(_UNSEEN) or not (origins := request.app[ORIGINS]):
        return {}
    if EVERY in origins:
        return _allowed(EVERY)
    # Also where it is not allowed: a cache must not take that for everybody's answer.
    told: dict[str, str] = {hdrs.VARY: hdrs.ORIGIN}
    origin = request.headers.get(hdrs.ORIGIN)
    return told | _allowed(origin) if origin is not None and origin in origins else told


def _allowed(origin: str) -> dict[str, str]:
    return {hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: origin, hdrs.ACCESS_CONTROL_EXPOSE_HEADERS: _EXPOSED}


@web.middleware
async def preflight(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Tell a browser what a page may ask for, before it does."""
    if request.method == hdrs.METH_OPTIONS and hdrs.ACCESS_CONTROL_REQUEST_METHOD in request.headers:
        is_shared = hdrs.ACCESS_CONTROL_ALLOW_ORIGIN in shared_with(request)
        return web.Response(status=204, headers=_PREFLIGHT if is_shared else None)
    return await handler(request)


async def tell_browsers(request: web.Request, response: web.StreamResponse) -> None:
    """Say of every answer, errors too, who may see it."""
    for name, text in shared_with(request).items():
        known = response.headers.get(name)
        response.headers[name] = f"{known}, {text}" if known and name == hdrs.VARY else text
