"""What happens while a capture is played: restarts, cuts, long lists, and subscribers who come for a while."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from feed.errors import FeedError
from replay.blocks import Captured
from replay.load.bulk import sent_now
from replay.load.fleets import Fleets
from replay.load.given import Diary, Doors
from replay.load.profile import Does, Event, Span
from replay.load.service import ServiceError
from replay.venues import Venues

Body = Callable[[], Awaitable[None]]


class HappeningError(FeedError):
    """A profile asks for something that cannot happen here."""


class Happenings:
    """Lets `events` and visits happen at their moments, or notes that the replay was over before.

    `lists` are the long lists by the number of their event, `sources` whom a cut may meet.
    """

    def __init__(self, doors: Doors, fleets: Fleets, venues: Venues, diary: Diary, seed: int) -> None:
        self.over = asyncio.Event()
        self._doors = doors
        self._fleets = fleets
        self._venues = venues
        self._diary = diary
        self._chance = random.Random(f"{seed} cuts")  # noqa: S311 - repeatable on purpose

    async def run(self, events: Sequence[Event], lists: Mapping[int, Captured], sources: Sequence[str]) -> None:
        """Return when all that began has ended; `over` is to be set when nothing new shall begin."""
        async with asyncio.TaskGroup() as group:
            for number, event in enumerate(events):
                group.create_task(self._at(event.at, event.does, self._body(event, lists.get(number), sources)))
            for span in self._fleets.spans:
                group.create_task(self._at(span[0], "visit", self._visit(span)))

    async def _at(self, seconds: float, what: str, body: Body) -> None:
        try:
            async with asyncio.timeout_at(asyncio.get_running_loop().time() + seconds - self._diary.now):
                await self.over.wait()
        except TimeoutError:
            await body()
        else:
            self._diary.miss(f"no {what} at {seconds:g} s: the replay was over before")

    def _body(self, event: Event, listed: Captured | None, sources: Sequence[str]) -> Body:
        if event.does is Does.CUT:
            drawn = self._chance.sample(sources, min(event.sources, len(sources)))
            return self._cut(drawn, event.seconds)
        if listed is not None:
            return self._bulk(listed)
        return self._restart(is_killed=event.does is Does.KILL)

    def _restart(self, *, is_killed: bool) -> Body:
        service = self._doors.service
        if service is None:
            raise HappeningError("only a service of the run's own can be restarted", hint="Leave out --url.")

        async def happen() -> None:
            self._diary.mark("service killed" if is_killed else "service stopped")
            away = self._diary.now
            try:
                await service.restart(is_killed=is_killed)
            except ServiceError as error:  # it was killed, and is up again: what is measured stays
                self._diary.miss(f"no end in order at {away:.0f} s: {error.detail}")
            self._diary.mark("service ready")
            self._diary.pauses.append((away, self._diary.now))

        return happen

    def _cut(self, sources: Sequence[str], seconds: float) -> Body:
        async def happen() -> None:
            for source in sources:
                self._venues.cut(source, seconds)
            self._diary.mark(f"{', '.join(sources)} cut off for {seconds:g} s")

        return happen

    def _bulk(self, listed: Captured) -> Body:
        async def happen() -> None:
            self._diary.mark(f"list of {len(listed.data) / 1e6:.1f} MB sent")
            sent = self._diary.now
            await self._venues.deliver(sent_now(listed), time.monotonic())
            self._diary.lists.append((sent, self._diary.now))
            self._diary.mark("list answered")

        return happen

    def _visit(self, span: Span) -> Body:
        async def happen() -> None:
            self._diary.mark("visitors come")
            await self._fleets.visit(self._doors.url, self._doors.key, span, self.over)
            self._diary.mark("visitors gone")

        return happen
