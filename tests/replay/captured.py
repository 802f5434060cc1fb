"""Small captures of our own making, and a venues' door that remembers what came through it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple

from aiohttp import web

from replay.capture import Captured
from replay.plan import Plan, Planned, Read, Wishes
from tests.documents import odf

START = 1_908_000_000_000_000  # 2030-06-18 08:00:00Z
SECOND = 1_000_000


def captured(
    competition: str, version: int = 1, *, unit: int = 1, after: float = 0.0, source: str = "STA1"
) -> Captured:
    """A result that was received so many seconds after the start."""
    document = odf(competition, version, unit=unit, Source=source)
    return Captured(START + int(after * SECOND), source, "odf", "", document)


def games(competition: str, units: int = 8, versions: int = 6) -> list[Captured]:
    """Units that go on at the same time, a document each tenth of a second, from two sources."""
    turns = [(version, unit) for version in range(1, versions + 1) for unit in range(1, units + 1)]
    return [
        captured(competition, version, unit=unit, after=place / 10, source=f"STA{unit % 2}")
        for place, (version, unit) in enumerate(turns)
    ]


def reading(documents: Iterable[Captured]) -> Read:
    """As from a capture file."""
    kept = list(documents)
    return lambda start: [each for each in kept if start is None or each.recv >= start]


def planned(documents: Iterable[Captured], start: int | None = None, **wishes: object) -> list[Planned]:
    """All that is planned of some documents."""
    return list(Plan(reading(documents), Wishes(**wishes)).items(start))  # type: ignore[arg-type]  # fields by name


class Came(NamedTuple):
    """One POST as the door saw it."""

    body: bytes
    headers: dict[str, str]
    path: str


Answer = Callable[[Came], Awaitable[web.StreamResponse]]


class Door:
    """Answers POSTs with `answer`, by default that all is stored; `came` are those that arrived whole."""

    def __init__(self, answer: Answer | None = None) -> None:
        self.came: list[Came] = []
        self.connections = 0
        self.broken = 0
        self.app = web.Application(client_max_size=1 << 26)
        self.app.router.add_post("/ingest/{format}", self._post)
        self._answer = answer or stored
        self._seen: set[object] = set()

    async def _post(self, request: web.Request) -> web.StreamResponse:
        if request.transport not in self._seen:
            self._seen.add(request.transport)
            self.connections += 1
        try:
            body = await request.read()
        except (ConnectionError, web.RequestPayloadError, asyncio.CancelledError):
            self.broken += 1
            raise
        came = Came(body, dict(request.headers), request.path_qs)
        self.came.append(came)
        return await self._answer(came)


async def stored(_: Came) -> web.StreamResponse:
    return web.json_response({"accepted": [], "count": 1, "duplicates": 0, "stale": 0, "quarantined": []})
