"""Conducts a run: a service, fleets that read it, a capture that is played into it, and what happens meanwhile."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path
from typing import Final

from feed.errors import FeedError
from replay.capture import Captured, read_capture
from replay.link import address_of
from replay.load.bulk import long_list
from replay.load.draw import Places, read_places
from replay.load.fleets import Fleets
from replay.load.given import Diary, Doors, Given, Ran
from replay.load.happenings import HappeningError, Happenings
from replay.load.index import Index, read_index
from replay.load.offset import measured, over
from replay.load.profile import Does
from replay.load.rest import Rest
from replay.load.sender import Acknowledged, Pulse, Turns
from replay.load.service import Service, ServiceError
from replay.load.truth import compare_truth
from replay.load.watch import Root, Watch
from replay.plan import Plan, Wishes
from replay.player import Player
from replay.survey import Extent
from replay.tally import Replayed
from replay.venues import Keys, Venues
from replay.verify.door import Door

FLAG: Final = "P"
GIVE_UP_SECONDS: Final = 120.0  # a restart takes a while
QUIET_SECONDS = 1.0  # the stream is at its end when it says so and has not grown for so long
QUIET_LIMIT = 30.0  # without a word of it, and without anything new
REST_LIMIT = 600.0  # seconds in all: somebody else may be sending to it


class Conductor:
    """One run. `stage` says what it is at; `player`, `tally` and `fleets` are there for a screen to look at."""

    def __init__(self, given: Given, tell: Callable[[str], None]) -> None:
        if given.url and given.profile.restarts:
            hint = "Leave --url out, so that the run has a service of its own, or take the event out of the profile."
            raise HappeningError("the profile restarts the service, and --url names one that is not ours", hint=hint)
        self.stage = "reading the capture"
        self.tally = Pulse()
        self.player: Player | None = None
        self.fleets: Fleets | None = None
        self._given = given
        self._tell = tell
        self._diary = Diary()
        self._acknowledged = Acknowledged()

    def end(self) -> bool:
        """Send nothing new; what was sent is waited for, checked and reported. False: there was nothing to end."""
        if self.player is None or self.player.is_over:
            return False
        self.player.end()
        self._diary.notes.append("ended by hand before the end of the capture")
        return True

    async def run(self, folder: Path) -> Ran:
        """Conduct it all; `folder` is for the service's streams and the journals. Raises FeedError."""
        given, diary = self._given, self._diary
        places = await asyncio.to_thread(read_places, read_capture(given.capture))
        lists = await asyncio.to_thread(self._lists, places)
        self.fleets = fleets = Fleets(given.profile, places, given.seed, folder)
        first = measured()
        self.stage = "starting the service"
        async with self._doors(folder) as doors, self._watched(fleets, doors) as (watch, turns):
            self.stage = "subscribing"
            try:
                await fleets.start(doors.url, given.key)
                self.stage = "playing"
                sent = await self._play(doors, fleets, lists, places)
                seconds = diary.now
                self.stage = "waiting for the rest"
                tip = await self._quiet(doors.url)
                await fleets.finish(tip, given.profile.settle)
            finally:
                fleets.stop()
            self.stage = "reading the stream"
            index = await asyncio.to_thread(self._index, doors.url)
            truth = await asyncio.to_thread(self._truth, doors.url) if self._is_whole(sent) else None
        return Ran(
            given=given,
            diary=diary,
            seconds=seconds,
            subscriptions=fleets.subscriptions,
            journals=fleets.journals,
            outcomes=fleets.outcomes,
            planned=self._acknowledged.planned,
            acknowledged=self._acknowledged.topics,
            sent=sent,
            rates=self.tally.rates(),
            turns_ms=turns.late.at(99),
            processes=watch.observed(diary.began),
            offset=over(first, measured()),
            stream=index,
            tip=tip,
            truth=truth,
        )

    @asynccontextmanager
    async def _doors(self, folder: Path) -> AsyncIterator[Doors]:
        """Those of the service that was named, or of one of our own until the context ends."""
        given = self._given
        if given.url:
            yield Doors(given.url, given.key, None)
            return
        service = Service(folder / "service", folder.parent / "service.log", workers=given.workers)
        try:
            await service.start()
            yield Doors(service.url, given.key, service)
        finally:
            try:
                await service.stop()
            except ServiceError as error:  # it is killed by now; what was measured stays
                self._diary.miss(f"no end in order: {error.detail}")

    @asynccontextmanager
    async def _watched(self, fleets: Fleets, doors: Doors) -> AsyncIterator[tuple[Watch, Turns]]:
        def roots() -> Iterator[Root]:
            yield Root("sender", os.getpid())
            yield from (Root("fleet", pid) for pid in fleets.pids)
            if doors.service:
                below = ("worker", "decoder") if self._given.workers > 1 else ("decoder",)
                yield from (Root("service", pid, below) for pid in doors.service.pids)

        watch, turns = Watch(roots), Turns()
        watching = {asyncio.ensure_future(watch.run()), asyncio.ensure_future(turns.run())}
        try:
            yield watch, turns
        finally:
            for task in watching:
                task.cancel()
            await asyncio.wait(watching)

    async def _play(self, doors: Doors, fleets: Fleets, lists: dict[int, Captured], places: Places) -> Replayed:
        """Play the capture, and let happen what is to happen meanwhile."""
        given, pace = self._given, self._given.profile.replay
        wishes = Wishes(speed=pace.speed, max_gap=pace.max_gap, seed=given.seed, faults=pace.faults)
        venues = Venues(address_of(doors.url), Keys(given.key), self.tally, GIVE_UP_SECONDS, self._acknowledged.heard)
        plan = Plan(self._read, wishes)
        self.player = player = Player(plan, venues, self.tally, pace.in_flight, self._tell)
        happenings = Happenings(doors, fleets, venues, self._diary, given.seed)
        self._diary.begin()
        self.tally.began = self._diary.began
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(happenings.run(given.profile.event, lists, places.sources))
                is_whole = await player.play(pace.speed)
                happenings.over.set()
        except* FeedError as errors:
            raise _first(errors) from None
        finally:
            venues.close()
        return self.tally.report(command=given.command, seed=given.seed, speed=pace.speed, is_whole=is_whole)

    def _is_whole(self, sent: Replayed) -> bool:
        """Whether all of the capture was played, and is stored."""
        return sent.is_whole and not sent.lost and self._given.profile.replay.is_whole

    def _read(self, start: int | None) -> Iterator[Captured]:
        pace = self._given.profile.replay
        end = pace.skip + pace.documents if pace.documents is not None else None
        return islice(read_capture(self._given.capture, start), pace.skip, end)

    def _lists(self, places: Places) -> dict[int, Captured]:
        """The long lists of the profile, made before anything is measured."""
        at = (Extent(self._given.capture).first or 0) // 1000
        events = enumerate(self._given.profile.event)
        bulk = [(number, event) for number, event in events if event.does is Does.BULK]
        return {
            number: long_list(places.competitions[0], event.people, self._given.seed, place, at + place)
            for place, (number, event) in enumerate(bulk, start=1)
        }

    async def _quiet(self, url: str) -> int:
        """The newest sequence, once all that follows from what was sent is there, and nothing came for a moment."""
        rest, tip, since = Rest(self._acknowledged.topics), -1, self._diary.now
        latest = since + REST_LIMIT
        while True:
            found, untold = await asyncio.to_thread(self._look, rest, url)
            if found == tip and not untold:
                return tip
            if found != tip:
                tip, since = found, self._diary.now
            if self._diary.now >= min(since + QUIET_LIMIT, latest):
                names = ", ".join(untold) or "it goes on growing"
                self._diary.miss(f"{names}: the service does not say that all that follows is there")
                return tip
            await asyncio.sleep(QUIET_SECONDS)

    def _look(self, rest: Rest, url: str) -> tuple[int, list[str]]:
        with Door(url, self._given.key, FLAG) as door:
            return rest.look(door)

    def _index(self, url: str) -> Index:
        with Door(url, self._given.key, FLAG) as door:
            return read_index(door)

    def _truth(self, url: str) -> tuple[str, list[str]] | None:
        if self._given.truth is None:
            return None
        with Door(url, self._given.key, FLAG) as door:
            return compare_truth(self._given.truth, door)


def _first(errors: BaseExceptionGroup[FeedError]) -> FeedError:
    found = errors.exceptions[0]
    return _first(found) if isinstance(found, BaseExceptionGroup) else found
