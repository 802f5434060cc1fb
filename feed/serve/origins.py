"""Which web pages may come in: those of the `origins` in the settings and those of the service itself.

Where nothing is set, every page may read answers, but only the service's own open sockets: a socket stays, costs this
machine and no cache, and a browser opens one for any page that its user happens to visit.
"""

from collections.abc import Collection
from typing import Final

from aiohttp import hdrs, web

from feed.errors import ErrorName, ReaderError

EVERY: Final = "*"
ORIGINS: web.AppKey[Collection[str]] = web.AppKey("origins")  # whose pages may read answers
SOCKET_ORIGINS: web.AppKey[Collection[str]] = web.AppKey("socket_origins")  # and open sockets


def read_origins(text: str) -> frozenset[str]:
    """The origins in a setting, several by comma; `*` is every one."""
    return frozenset(filter(None, map(str.strip, text.split(","))))


def check_origin(request: web.Request) -> None:
    """Raise ReaderError not_entitled for a page of another host that is not among the settings' `origins`.

    Who says no `Origin` is no browser. The scheme is not compared: behind a proxy that ends TLS we see another one.
    """
    origin, origins = request.headers.get(hdrs.ORIGIN), request.app[SOCKET_ORIGINS]
    if origin is None or origin in origins or EVERY in origins or origin.partition("://")[2] == request.host:
        return
    hint = "Add it to the setting `origins`."
    raise ReaderError(ErrorName.NOT_ENTITLED, f"pages of {origin[:80]} may not read here", hint=hint)
