"""The running service as one thing: where a document goes, whether all is well, what the figures are."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from feed.clock import now_micros
from feed.config import Settings
from feed.core.medal_check import Differences
from feed.core.outcome import Arrival, Outcome
from feed.core.sources import Sources
from feed.errors import BrokerError, ErrorName, FeedError, OutcomeUnknownError, ReaderError
from feed.ingest.admission import flag_of
from feed.push.pusher import Pusher
from feed.serve.figures import Figure, audience_of
from feed.stream.broker import Broker
from feed.stream.keys import KeyFollower
from feed.stream.streams import last_sequence, usage
from feed.stream.watch import Patience
from feed.venues import FORMATS
from feed.world import World

USAGE_SECONDS = 30.0
READY_SECONDS = 2.0
FULL_RATIO = 0.8

Around = Callable[[Arrival, str], AbstractContextManager[Callable[[Outcome], None]]]  # of a document and its flag

_log = logging.getLogger("feed.service")


class Service:
    """All worlds of one process and its broker, if it has one. `draining` is set when it is being stopped.

    With `derives` it makes the feed's own messages, too; its `pushers` send to customers. What is `also` to run does so
    as long as it does. Admissions are `traced`, which is told what became of them.
    """

    def __init__(
        self, settings: Settings, worlds: dict[str, World], keys: KeyFollower, broker: Broker | None, *, derives: bool
    ) -> None:
        self.draining = False
        self.also: Callable[[], Coroutine[None, None, None]] | None = None
        self.pushers: Sequence[Pusher] = ()
        self.traced: Around = lambda *_: nullcontext(lambda _: None)
        self._derives = derives
        self._mark_seconds = settings.mark_seconds
        self._zones: dict[str, Any] = dict(settings.zones())
        self._patience = Patience(settings.expectations(), settings.unit_limits())
        self._worlds = worlds
        self._keys = keys
        self._broker = broker
        self._usage: dict[str, dict[str, tuple[int, int]]] = {flag: {} for flag in worlds}

    async def run(self) -> None:
        """Follow every stream until cancelled; raises when one contradicts us or the broker cannot be kept alive."""
        try:
            async with asyncio.TaskGroup() as group:
                for world in self._worlds.values():
                    group.create_task(world.run())
                    if self._derives:
                        group.create_task(world.derive(self._mark_seconds, now_micros))
                        group.create_task(world.watch(self._patience, now_micros))
                group.create_task(self._keys.run())
                group.create_task(self._watch_usage())
                for pusher in self.pushers:
                    group.create_task(_apart(pusher))
                if self.also is not None:
                    group.create_task(self.also())
                if self._broker is not None:
                    group.create_task(self._broker.watch())
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from failed  # one task failed and ended the others: its reason is the reason

    async def admit(self, arrival: Arrival) -> Outcome:
        """Send one document to the world of its key, without keys to the one its flag names.

        Raises OutcomeUnknownError when it must be sent again.
        """
        flag = arrival.key.flag if arrival.key else flag_of(arrival)
        world = self._worlds.get(flag)
        if world is None:
            detail = f"this service has no account for flag {flag}"
            raise ReaderError(ErrorName.BAD_REQUEST, detail, hint="Set nats_test.")
        if self.draining:
            raise OutcomeUnknownError("the service is being stopped")
        with self.traced(arrival, flag) as tell:
            outcome = await world.admit(arrival, FORMATS[arrival.format], self._zones)
            tell(outcome)
        return outcome

    async def health(self) -> str | None:
        """What is wrong with the broker, or None."""
        if self._broker is not None:
            return await self._broker.health()
        lost = [flag for flag, world in self._worlds.items() if not world.link.is_connected]
        return f"no connection to NATS for flag {', '.join(lost)}" if lost else None

    async def ready(self) -> str | None:
        """Why no request should be sent here now; None when every leader answers and we hold all that it holds."""
        if self.draining:
            return "the service is being stopped"
        try:
            async with asyncio.timeout(READY_SECONDS):
                for world in self._worlds.values():
                    await world.state.tide.passed(await last_sequence(world.link))
        except (BrokerError, OutcomeUnknownError, TimeoutError) as error:
            return f"the stream is not followed up to its tip: {error}"
        return await self.health()

    def tip(self, flag: str) -> int:
        """The newest sequence of one flag that has been taken over."""
        return self._worlds[flag].state.log.tip

    def figures(self) -> Iterator[Figure]:
        """The figures of each flag at this moment."""
        for flag, world in self._worlds.items():
            pump, pumps = world.reading.pump, [each.pump for each in world.reading.readings()]
            audience = audience_of(world.reading.readings())
            yield Figure(
                flag=flag,
                outcomes=world.admission.counts,
                refusals=world.admission.refusals,
                remarks=world.admission.remarks,
                holes=world.consumer.holes,
                tip=world.state.log.tip,
                topics=len(world.state.board),
                subscribers=sum(len(each.subscribers) for each in pumps),
                cohorts=sum(len(each.cohorts) for each in pumps),
                writes=pump.counts["writes"],
                lagging=pump.counts["lagging"],
                stalled=pump.counts["stalled"],
                recreated=world.consumer.recreated,
                streams=self._usage[flag],
                rules=world.admission.rules,
                medal_differences=world.state.board.view(Differences).count,
                stale_sources=world.state.board.view(Sources).stale(),
                written_bytes=pump.counts["bytes"] + audience.written,
                connections=audience.connections,
                lag=(audience.lag_most, audience.lag_all),
                dropped=pump.counts,
                disciplines=world.admission.tally.disciplines,
                sources=world.admission.tally.sources,
                stages=world.state.stages.timings,
                hops=world.hops.whole(),
            )

    async def _watch_usage(self) -> None:
        """Warn when a stream is nearly full: a full one refuses messages, it never drops old ones."""
        while True:
            for flag, world in self._worlds.items():
                try:
                    found = await usage(world.link)
                except (BrokerError, OutcomeUnknownError):
                    continue  # readiness tells of a broker that is away
                self._usage[flag] = {name: (each.bytes, each.max_bytes) for name, each in found.items()}
                for name, (held, limit) in self._usage[flag].items():
                    if held > FULL_RATIO * limit:
                        extra = {"flag": flag, "stream": name}
                        _log.warning("stream %s of flag %s is %d %% full", name, flag, 100 * held // limit, extra=extra)
            await asyncio.sleep(USAGE_SECONDS)


async def _apart(pusher: Pusher) -> None:
    """A customer that cannot be sent anything is no reason to turn venues and readers away."""
    try:
        await pusher.run()
    except FeedError as error:
        _log.error("customer %s is sent nothing more: %s", pusher.customer.name, error.detail)
