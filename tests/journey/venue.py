"""What a venue does: small ODF results in many versions, each posted until it is answered for good."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Protocol

import aiohttp

from tests.journey.checker import Post

COMPETITION = "JRN2030"
WITHDRAWN = "withdrawn"
ROWS = 3
ATTEMPT_SECONDS = 8.0
RETRY_SECONDS = 0.05
_START = datetime(2024, 7, 3, 12, tzinfo=UTC)
_ENDINGS = {200: "stored", 409: "refused", 422: "refused"}


class Sendable(Protocol):
    """A document to be posted: what `Post` tells of it, and its bytes."""

    topic: str
    version: tuple[int, int]
    mark: str
    data: bytes


class Document:
    """One version of one unit's result, or its withdrawal (`mark` WITHDRAWN). `late` moves its event time."""

    __slots__ = ("data", "mark", "topic", "version")

    def __init__(self, unit: int, version: int, mark: str, *, late: int = 0, flag: str = "P") -> None:
        at = _START + timedelta(seconds=version, milliseconds=late)
        self.topic = f"{COMPETITION}.ATH.W.100M.HEAT.{unit:06d}.result"
        self.version = (version, int(at.timestamp()) * 1_000_000 + at.microsecond)
        self.mark = mark
        rows = "".join(
            f'<Result Rank="{row}" Result="{mark}" ResultType="TIME" SortOrder="{row}" StartOrder="{row}" '
            f'StartSortOrder="{row}"><Competitor Code="90{row}" Type="A" Organisation="FRA"><Composition>'
            f'<Athlete Code="90{row}" Order="1"><Description FamilyName="Runner {row}" Gender="W" Organisation="FRA"/>'
            "</Athlete></Composition></Competitor></Result>"
            for row in range(1, ROWS + 1)
        )
        self.data = (
            f'<OdfBody CompetitionCode="{COMPETITION}" DocumentCode="ATHW100M--------------HEAT{unit:06d}--" '
            f'DocumentType="DT_RESULT" Version="{version}" ResultStatus="LIVE" FeedFlag="{flag}" '
            f'Date="{at:%Y-%m-%d}" Time="{at:%H%M%S}{at.microsecond // 1000:03d}" LogicalDate="2024-07-03" '
            f'Source="JRN1">{"" if mark == WITHDRAWN else f"<Competition>{rows}</Competition>"}</OdfBody>'
        ).encode()


class Venue:
    """Posts documents and writes down what became of them. `unknown` counts answers that told nothing."""

    def __init__(self, session: aiohttp.ClientSession, *urls: str) -> None:
        self.posts: list[Post] = []
        self.unknown: Counter[str] = Counter()
        self._session = session
        self._addresses = [f"{url}/ingest/odf" for url in urls]

    async def send(self, document: Sendable, door: int = 0) -> Post:
        """Post it again and again until the answer is 200 or a refusal."""
        tried = Post(document.topic, document.version, document.mark, "unknown")
        place = len(self.posts)
        self.posts.append(tried)
        while True:
            post = await self._once(document, tried, self._addresses[door])
            if post is not None:
                self.posts[place] = post
                return post
            await asyncio.sleep(RETRY_SECONDS)

    async def _once(self, document: Sendable, tried: Post, address: str) -> Post | None:
        limit = aiohttp.ClientTimeout(total=ATTEMPT_SECONDS)
        try:
            async with self._session.post(
                address, data=document.data, headers={"Content-Type": "application/xml"}, timeout=limit
            ) as answer:
                told = await answer.json(content_type=None)
                if answer.status == 503:
                    self.unknown["503"] += 1
                    return None
                assert answer.status in _ENDINGS, told
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, TimeoutError) as error:
            self.unknown[type(error).__name__] += 1
            return None
        if answer.status == 422:
            return tried._replace(answer="refused")
        if told["accepted"]:
            return tried._replace(answer="accepted", seq=told["accepted"][0]["seq"])
        return tried._replace(answer="duplicate" if told["duplicates"] else "stale")


async def post_many(venue: Venue, messages: int, units: int) -> None:
    """Post `messages` versions of `units` documents, all units at once, each in order."""

    async def one(unit: int) -> None:
        for version in range(1, messages // units + 1):
            await venue.send(Document(unit, version, f"{unit}.{version:03d}"))

    async with asyncio.TaskGroup() as group:
        for unit in range(units):
            group.create_task(one(unit))


@contextlib.asynccontextmanager
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    """An HTTP session without a limit of connections."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        yield session
