"""The fleets of a run: those that are there all the time, and those that come for a while."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from replay.link import address_of
from replay.load.draw import Places, subscriptions
from replay.load.fleet import Fleet
from replay.load.profile import Profile, Span
from replay.load.progress import Outcome, Progress
from replay.load.subscription import Subscription

CONNECTIONS_MAX: Final = 20_000  # from one address: the system has some 28,000 ports for them


class Fleets:
    """Starts fleets and ends them; their journals go to a folder. All of `subscriptions` were or are there."""

    def __init__(self, profile: Profile, places: Places, seed: int, folder: Path) -> None:
        self.journals: list[Path] = []
        self.subscriptions: dict[int, Subscription] = {}
        self.outcomes: list[Outcome] = []
        self._profile = profile
        self._places = places
        self._seed = seed
        self._folder = folder
        self._there: dict[Fleet, asyncio.Lock] = {}  # a fleet takes one call at a time

    @property
    def pids(self) -> list[int]:
        """The processes that are there now."""
        return [fleet.pid for fleet in self._there if fleet.pid]

    @property
    def spans(self) -> list[Span]:
        """When somebody comes for a while, in order."""
        return sorted({span for tier in self._profile.tier for span in tier.during})

    async def start(self, url: str, key: str | None) -> None:
        """Bring those who stay: return when all that come at once are connected. Raises FleetError."""
        staying = list(self._drawn(None))
        count = min(self._profile.fleets, max(1, len(staying)))
        fleets = [self._fleet(url, key, staying[place::count]) for place in range(count)]
        ends = await asyncio.gather(*map(self._begin, fleets), return_exceptions=True)
        for error in filter(None, ends):  # only now, when no other is still coming
            raise error

    async def visit(self, url: str, key: str | None, span: Span, over: asyncio.Event) -> None:
        """Bring those who come for this span, and let them go after it or when all is over."""
        fleet = self._fleet(url, key, list(self._drawn(span)))
        await self._begin(fleet)
        try:
            async with asyncio.timeout(span[1] - span[0]):
                await over.wait()
        except TimeoutError:
            pass
        await self._end(fleet, 0, 0.0)

    async def progress(self) -> list[Progress]:
        """Of each fleet that is there and is not busy with its end; raises FleetError when one has failed."""
        found = []
        for fleet, lock in list(self._there.items()):
            if not lock.locked():
                async with lock:
                    found.append(await asyncio.to_thread(fleet.progress))
        return found

    async def finish(self, seq: int, seconds: float) -> None:
        """Wait until the healthy ones have everything up to a sequence, or for so many seconds, and let all go."""
        await asyncio.gather(*(self._end(fleet, seq, seconds) for fleet in list(self._there)))

    def stop(self) -> None:
        """End those who are still there at once: nothing will be asked about them."""
        for fleet in self._there:
            fleet.stop()
        self._there.clear()

    def _drawn(self, span: Span | None) -> Iterator[Subscription]:
        visit = self.spans.index(span) + 1 if span else 0
        for tier in self._profile.tier:
            if span in tier.during or (span is None and not tier.during):
                drawn = list(subscriptions(tier, self._places, self._seed, len(self.subscriptions), visit))
                self.subscriptions.update({each.number: each for each in drawn})
                yield from drawn

    def _fleet(self, url: str, key: str | None, members: list[Subscription]) -> Fleet:
        number = len(self.journals)
        journal = self._folder / f"fleet-{number}.journal"
        self.journals.append(journal)
        return Fleet(url, members, journal, key=key, local_addresses=_addresses(url, number, len(members)))

    async def _begin(self, fleet: Fleet) -> None:
        self._there[fleet] = asyncio.Lock()
        async with self._there[fleet]:
            await asyncio.to_thread(fleet.start)

    async def _end(self, fleet: Fleet, seq: int, seconds: float) -> None:
        async with self._there[fleet]:
            self.outcomes.append(await asyncio.to_thread(fleet.finish, seq, seconds))
        del self._there[fleet]


def _addresses(url: str, number: int, connections: int) -> list[str]:
    """Addresses of this machine's own to connect from, enough for so many; a service elsewhere is reached from any."""
    if not address_of(url).host.startswith("127."):
        return [""]
    count = -(-connections // CONNECTIONS_MAX) or 1
    return [f"127.0.{number + 1}.{place + 1}" for place in range(count)]
