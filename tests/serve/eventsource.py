"""A client of Server-Sent Events that keeps to the HTML Living Standard, section 9.2, as a browser does."""

import asyncio
import json
from typing import Any, NamedTuple, Self

import aiohttp

LIMIT = 8.0


class Event(NamedTuple):
    """One dispatched event; `id` is the client's last event ID at that moment, `said_id` whether it was in this one."""

    name: str
    data: str
    id: str
    said_id: bool

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.data)


class EventSource:
    """One connection at a time; `last_event_id` outlives it and is sent along by the next."""

    def __init__(self, url: str, query: str = "", last_event_id: str = "") -> None:
        self.address = f"{url}/v1/sse?{query}"
        self.last_event_id = last_event_id
        self.retries: list[int] = []
        self.answer: aiohttp.ClientResponse
        self._session: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.drop()

    async def connect(self) -> None:
        self._session = aiohttp.ClientSession(read_bufsize=1 << 21)
        headers = {"Accept": "text/event-stream", "Cache-Control": "no-store"}
        if self.last_event_id:
            headers["Last-Event-ID"] = self.last_event_id
        self.answer = await self._session.get(self.address, headers=headers)

    async def drop(self) -> None:
        """Vanish; what had arrived and was not read is lost."""
        self.answer.close()
        await self._session.close()

    async def event(self) -> Event | None:
        """The next event, or None at the end of the connection."""
        fields: dict[str, list[str]] = {}
        async with asyncio.timeout(LIMIT):
            while line := (await self.answer.content.readline()).decode():
                text = line.rstrip("\n")
                if not text and "data" in fields:
                    break
                name, _, value = text.partition(":")
                fields.setdefault(name, []).append(value.removeprefix(" "))
                if name == "id":
                    self.last_event_id = value.removeprefix(" ")
                elif name == "retry":
                    self.retries.append(int(value))
            else:
                return None
        (name,) = fields["event"]
        return Event(name, "\n".join(fields["data"]), self.last_event_id, "id" in fields)

    async def until(self, name: str) -> list[Event]:
        """All events before the first of a name, and that one at the end."""
        found: list[Event] = []
        async with asyncio.timeout(2 * LIMIT):
            while not found or found[-1].name != name:
                event = await self.event()
                assert event is not None, found
                found.append(event)
        return found

    async def messages(self, count: int) -> list[Event]:
        """The next messages; control events are passed over."""
        found: list[Event] = []
        async with asyncio.timeout(2 * LIMIT):
            while len(found) < count:
                event = await self.event()
                assert event is not None, found
                found += [event] if "topic" in event.json else []
        return found
