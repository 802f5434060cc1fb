"""Plays a plan: an open loop against planned moments, with pause, seek and steps, and a bound on what is in flight."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from feed.errors import FeedError
from replay.pacer import until
from replay.plan import Plan, Planned
from replay.tally import Tally
from replay.venues import Venues

BEHIND_SECONDS: Final = 0.25  # later than this the sender says that it does not keep up


class Player:
    """One replay. `speed` None sends as fast as room in flight allows; steps are taken one by one.

    Only room in flight and an earlier document of the same lane may hold a document up; both show in its lag.
    `tell` gets a line for the user as soon as there is one.
    """

    def __init__(self, plan: Plan, venues: Venues, tally: Tally, in_flight: int, tell: Callable[[str], None]) -> None:
        self.is_paused = False
        self.is_over = False
        self.recv: int | None = None  # the Games' time of the newest document
        self._plan = plan
        self._venues = venues
        self._tally = tally
        self._in_flight = in_flight
        self._room = asyncio.Semaphore(in_flight)
        self._tell = tell
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._stirred = asyncio.Event()
        self._steps: int | None = None
        self._sought: int | None = None
        self._base: float | None = None  # the moment of the plan's zero
        self._at: int | None = None

    async def play(self, speed: float | None, *, steps: bool = False) -> bool:
        """Send all of the plan, and return when every document that was sent has its outcome: True if all were sent.

        Raises FeedError when the capture cannot be read further.
        """
        self._steps = 0 if steps else None
        is_paced = speed is not None and not steps
        start: int | None = None
        try:
            async with asyncio.TaskGroup() as group:
                while await self._played(group, start, is_paced=is_paced):
                    start, self._sought = self._sought, None
        except* FeedError as errors:  # of the capture, which is read as it is sent
            raise errors.exceptions[0] from None
        return not self.is_over

    def pause(self) -> None:
        """Stop sending, or go on: what was planned moves by the length of the pause."""
        self.is_paused = not self.is_paused
        self._stirred.set()

    def step(self) -> None:
        """Send the next document, where steps are taken."""
        if self._steps is not None:
            self._steps += 1
            self._stirred.set()

    def seek(self, seconds: float) -> None:
        """Go on with the document so many seconds of the Games later, or earlier."""
        place = self._sought if self._sought is not None else self.recv
        if place is not None:
            self._sought = place + int(seconds * 1e6)
            self._stirred.set()

    def end(self) -> None:
        """Send nothing new; what is in flight gets its outcome."""
        self.is_over = True
        self._stirred.set()

    async def _played(self, group: asyncio.TaskGroup, start: int | None, *, is_paced: bool) -> bool:
        """Play from a time of the Games on; True when it is to go on elsewhere."""
        self._base = self._at = None
        self.recv = start if start is not None else self.recv
        for planned in self._plan.items(start):
            if not await self._turn(planned, is_paced=is_paced):
                break
            await self._send(group, planned, is_paced=is_paced)
        return self._sought is not None and not self.is_over

    def _is_stirred(self) -> bool:
        return self.is_over or self._sought is not None

    async def _turn(self, planned: Planned, *, is_paced: bool) -> bool:
        """Return True when it is this document's turn, False when it no longer is to be sent."""
        if self._base is None:
            self._base = time.monotonic() - planned.at / 1e6
        while not self._is_stirred():
            if self.is_paused:
                await self._resumed()
            elif self._steps is not None:
                if self._steps:
                    self._steps -= 1
                    return True
                await self._stir()
            elif not is_paced or await until(self._base + planned.at / 1e6, self._is_interrupted):
                return True
        return False

    def _is_interrupted(self) -> bool:
        return self.is_paused or self._is_stirred()

    async def _resumed(self) -> None:
        began = time.monotonic()
        while self.is_paused and not self._is_stirred():
            await self._stir()
        self._base = (self._base or began) + time.monotonic() - began

    async def _stir(self) -> None:
        self._stirred.clear()
        await self._stirred.wait()

    async def _send(self, group: asyncio.TaskGroup, planned: Planned, *, is_paced: bool) -> None:
        self._tally.crowded += self._room.locked()
        await self._room.acquire()
        moment = (self._base or 0.0) + planned.at / 1e6 if is_paced else None
        if moment is not None and (late := time.monotonic() - moment) > BEHIND_SECONDS:
            self._behind(late)
        if is_paced and self._at is not None:
            self._tally.planned_seconds += (planned.at - self._at) / 1e6
        self._at, self.recv = planned.at, planned.recv
        before = [self._lanes[lane] for lane in planned.lanes if lane in self._lanes]
        self._tally.in_flight += 1
        task = group.create_task(self._deliver(planned, before, moment))
        self._lanes.update(dict.fromkeys(planned.lanes, task))
        task.add_done_callback(lambda task: self._answered(task, planned))

    async def _deliver(self, planned: Planned, before: list[asyncio.Task[None]], moment: float | None) -> None:
        if before:
            self._tally.held += 1
            await asyncio.wait(before)
        await self._venues.deliver(planned, moment)

    def _answered(self, task: asyncio.Task[None], planned: Planned) -> None:
        self._tally.in_flight -= 1
        self._room.release()
        for lane in planned.lanes:
            if self._lanes.get(lane) is task:
                del self._lanes[lane]

    def _behind(self, late: float) -> None:
        """Say once that the pace is not kept, and why."""
        if self._tally.notes:
            return
        cause = (
            f"{self._in_flight} documents are in flight and unanswered (--in-flight): the service does not keep up"
            if self._tally.crowded
            else "this sender has no processor time left, or documents are read too slowly"
        )
        line = f"cannot keep the planned pace: {cause}. Lag grows and is reported"
        self._tally.notes.append(line)
        self._tell(f"{late:.2f} s behind the plan: {line}")
