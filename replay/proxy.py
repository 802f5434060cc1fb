"""A proxy in front of a service's ingest: passes documents on byte by byte and keeps each in a capture.

What arrived is in the file before the service has it. When it cannot be written the document is passed on all the
same: results matter more than their recording.
"""

import contextlib
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Final

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from replay.blocks import MAX_DOCUMENT, Captured, CaptureError
from replay.capture import CaptureWriter

PATIENCE: Final = aiohttp.ClientTimeout(total=120)
_ENCODINGS: Final = {"identity": "", "x-gzip": "gzip"}
# What belongs to one connection is not passed on; lengths are told anew.
_OF_THE_HOP: Final = frozenset(
    (
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "upgrade"),
        *("transfer-encoding", "content-length", "host", "expect"),
    )
)
_NOT_OURS: Final = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")  # added by nobody but the venue


class Proxy:
    """Passes `POST /ingest/<format>` on to `url`. `passed` counts what was answered, `missed` failed writes."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, writer: CaptureWriter, tell: Callable[[str], None]
    ) -> None:
        self.passed = self.missed = 0
        self._session = session
        self._url = url.rstrip("/")
        self._writer = writer
        self._tell = tell

    async def ingest(self, request: web.Request) -> web.Response:
        """Receive a document as a whole, keep it, and answer what the service answers."""
        data = await request.read()
        self._keep(request, data)
        address = URL(self._url + request.raw_path, encoded=True)
        try:
            async with self._session.post(
                address,
                data=data,
                headers=_passed(request.headers),
                allow_redirects=False,
                skip_auto_headers=_NOT_OURS,
            ) as answer:
                body = await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            detail = f"no answer from {self._url}: {error or type(error).__name__}"
            problem = {"name": "not_reached", "detail": detail, "hint": "Send the same bytes again; it is safe."}
            return web.json_response({"error": problem}, status=503, headers={"Retry-After": "1"})
        self.passed += 1
        return web.Response(status=answer.status, body=body, headers=_passed(answer.headers))

    def _keep(self, request: web.Request, data: bytes) -> None:
        """Stamp and write; without a wait between, so that the file is in the order of the stamps."""
        encoding = request.headers.get("Content-Encoding", "").strip().lower()
        encoding = _ENCODINGS.get(encoding, encoding)
        recv = max(time.time_ns() // 1000, self._writer.last or 0)  # a clock may be set back
        source = request.query.get("source", "")
        try:
            self._writer.append(Captured(recv, source, request.match_info["format"], encoding, data))
            self._writer.flush()
        except CaptureError as error:
            self.missed += 1
            self._tell(f"a document of {len(data):,} bytes may be missing: {error.detail}")


@contextlib.asynccontextmanager
async def proxy(
    url: str, writer: CaptureWriter, host: str, port: int, tell: Callable[[str], None]
) -> AsyncIterator[tuple[Proxy, str]]:
    """A proxy that listens, and its address, until the context ends; what is under way is answered then."""
    async with aiohttp.ClientSession(auto_decompress=False, timeout=PATIENCE) as session:
        one = Proxy(session, url, writer, tell)
        app = web.Application(client_max_size=MAX_DOCUMENT)
        app.router.add_post("/ingest/{format}", one.ingest)
        runner = web.AppRunner(app, access_log=None, auto_decompress=False)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
            bound: tuple[str, int] = runner.addresses[0][:2]
            yield one, f"http://{bound[0]}:{bound[1]}"
        except OSError as error:
            hint = "Choose another --host and --port."
            raise CaptureError(f"cannot listen on {host}:{port}: {error.strerror}", hint=hint) from error
        finally:
            await runner.cleanup()


def _passed(headers: Mapping[str, str]) -> CIMultiDict[str]:
    return CIMultiDict((name, text) for name, text in headers.items() if name.lower() not in _OF_THE_HOP)
