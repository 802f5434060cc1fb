"""What a request asks for, known by its entity tag before anything is made: who has it is told so at once."""

from collections.abc import Awaitable, Callable, Iterable

from aiohttp import hdrs, web
from yarl import URL

from feed.core.cursor import write_cursor
from feed.serve.coding import CODED, GZIP, Coded, CodedKey, takes_gzip
from feed.serve.moments import AS_OF
from feed.serve.query import KEY, TICKET, is_known
from feed.serve.reading import DEFAULTED, Reading

# Of what names its own place: who goes on from there misses nothing, and a shared cache answers a storm.
A_MOMENT = "public, max-age=1, stale-while-revalidate=4"


class Representation:
    """One body of an address, as its tag, the media type and the coding say; `vary` are the headers that chose it."""

    def __init__(self, request: web.Request, tag: str, *vary: str) -> None:
        self.is_coded = takes_gzip(request.headers)
        self._request = request
        self._tag = f"{tag}:{GZIP}" if self.is_coded else tag
        chosen_by = ", ".join((*vary, hdrs.ACCEPT_ENCODING))
        self._headers: dict[str, str] = {hdrs.ETAG: f'"{self._tag}"', hdrs.VARY: chosen_by}

    @property
    def headers(self) -> dict[str, str]:
        """Those of an answer that has the body."""
        return self._headers | ({hdrs.CONTENT_ENCODING: GZIP} if self.is_coded else {})

    def lies_at(self, reading: Reading, caching: str = "") -> None:
        """Name the address at which it will be for ever, and how long it may be shown as that of now."""
        self._headers[hdrs.CONTENT_LOCATION] = for_ever_at(self._request, reading)
        if caching and reading.moment is None and reading.key is None:
            self._headers[hdrs.CACHE_CONTROL] = caching

    def unchanged(self) -> web.Response | None:
        """The answer to a reader who has it, None for others."""
        return web.Response(status=304, headers=self._headers) if is_known(self._request, self._tag) else None

    @property
    def has_any(self) -> bool:
        """Whether the reader says that it has one, whichever: then it has to be known that there is one."""
        return any(known.value == "*" for known in self._request.if_none_match or ())

    async def body(self, make: Callable[[], Awaitable[bytes]]) -> bytes:
        """The bytes to send, of the text that `make` gives; that is not asked for where they are kept."""
        if not self.is_coded:
            return await make()
        return await self._coded.find(self._key) or await self._coded.made(self._key, (await make(),))

    async def packed(self, make: Callable[[], Iterable[bytes]]) -> bytes:
        """The compressed bytes of the text whose parts `make` gives, as `body` has them."""
        return await self._coded.find(self._key) or await self._coded.made(self._key, make())

    @property
    def _coded(self) -> Coded:
        return self._request.app[CODED]

    @property
    def _key(self) -> CodedKey:
        return str(_without_secrets(self._request)), self._tag


def for_ever_at(request: web.Request, reading: Reading) -> str:
    """The address of what is answered now, or was then: nothing that may change is left open in it."""
    named = {AS_OF: write_cursor(reading.epoch, reading.seq)}
    if DEFAULTED in request:
        named["competition"] = request[DEFAULTED]
    return str(_without_secrets(request).update_query(named))


def _without_secrets(request: web.Request) -> URL:
    return request.rel_url.without_query_params(KEY, TICKET)
