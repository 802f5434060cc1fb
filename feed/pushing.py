"""Wires customers of ODF: the log of a flag as the documents that they get, and what operators ask about them."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping

from feed.config import Settings
from feed.core.board import Board
from feed.core.deliveries import Delivery, Logged, Standing
from feed.core.entry import Entry
from feed.core.scope import WHOLE
from feed.customers import customers_of
from feed.errors import DamagedError, ErrorName, OutcomeUnknownError, ReaderError, SettingsError
from feed.push.customer import Document
from feed.push.post import Post
from feed.push.pusher import Pusher
from feed.serve.moments import board_at
from feed.serve.odf import drawn_up, written
from feed.serve.reading import Reading
from feed.stream.batch import MESSAGES_MAX
from feed.stream.deliveries import Deliveries
from feed.venues.odf import LISTED_KINDS, Writer, told_by
from feed.world import World
from schemas.list import LIST_KIND
from schemas.message import Micros
from schemas.registry import AnyMessage
from schemas.wire import decode

READ_AT_ONCE = 500
TIME_MAX = 253_402_300_799_999_999  # the end of the year 9999
LATE_RECORDS = 200  # behind a moment: more than can be answered and not recorded at once


class Sent:
    """The log of one flag as documents: each message of its own document, and a list as it came, full or as an update.

    `zones` are those of competitions. Methods raise OutcomeUnknownError while the broker is away.
    """

    def __init__(self, reading: Reading, zones: Mapping[str, str]) -> None:
        self._reading = reading
        self._zones = zones

    @property
    def epoch(self) -> str:
        return self._reading.epoch

    @property
    def tip(self) -> int:
        return self._reading.log.tip

    def is_document(self, entry: Entry) -> bool:
        """Whether a document may say it: what the feed derives is in none, what belongs to a list is in its list's."""
        return entry.index.version > 0 and not (entry.index.list and entry.kind in LISTED_KINDS)

    async def read(self, after: int, limit: int) -> list[Entry]:
        return await self._reading.read(after, limit)

    async def moved(self, after: int, seconds: float) -> None:
        await self._reading.passed(after, seconds)

    async def document(self, entry: Entry, family: str) -> Document | None:
        """The document of a message, None where none says it; raises DamagedError."""
        message = decode(entry.json)
        try:
            if entry.kind != LIST_KIND:
                made = await written(self._reading, entry, family, self._zones)
            elif (entities := await self._entities(entry, message)) is None:
                return None
            else:
                entries = [entry, *entities]
                made = await drawn_up(self._reading, entries, family, self._zones, Writer.encode_sent)
        except ReaderError as error:
            if error.name is ErrorName.NOT_FOUND:
                return None
            if error.name is ErrorName.DAMAGED:
                raise DamagedError(error.detail) from error
            raise OutcomeUnknownError(error.detail) from error
        except (ValueError, LookupError, TypeError) as error:  # its key waits for whoever mends it, the others go on
            raise DamagedError(f"{entry.topic} cannot be written: {error!r}") from error
        return Document(made.name, entry.index.version, made.text)

    async def _entities(self, head: Entry, message: AnyMessage) -> list[Entry] | None:
        """What belongs into the document that the head of a list was written by; None where no document is one."""
        told = told_by(message)
        if told is None:
            return None
        if told.is_full:
            return await self._living(head)
        since = await self._begin(head, message)
        key = (head.topic, told.listed.key, head.index.version)
        return [
            each
            async for each in self._between(since, head.seq)
            if (each.index.list, each.index.key, each.index.version) == key
        ]

    async def _living(self, head: Entry) -> list[Entry]:
        """The entities of a list as they were at its head: others of the same batch are of other lists."""
        end = head.seq
        if head.is_open:
            async for each in self._between(head.seq, self.tip + 1):
                end = each.seq
                if not each.is_open:
                    break
        moment = await self._reading.moments.at(end)
        if moment is None:
            raise OutcomeUnknownError(f"whoever answered does not hold seq {end} yet", hint="Ask again.")
        start = head.topic.partition(".")[0] + "."

        def parts(board: Board) -> Iterator[Entry]:
            """Also what may have belonged to the list and is somewhere else now."""
            return (each for each in board if each.kind in LISTED_KINDS and each.topic.startswith(start))

        built = await board_at(moment, self._reading.board, WHOLE, parts)
        return built.board.snapshot(lambda each: each.index.list == head.topic)

    async def _begin(self, head: Entry, message: AnyMessage) -> int:
        """Where the entities of an update begin: at its claim, or in the batch that its head ends."""
        if head.prev:
            (before,) = await self.read(head.prev - 1, 1)
            claim = decode(before.json)
            if (claim.document, claim.ts.event) == (message.document, message.ts.event):
                return head.prev
        return max(head.prev, head.seq - MESSAGES_MAX)

    async def _between(self, after: int, end: int) -> AsyncIterator[Entry]:
        """The entries behind one sequence and before another."""
        while entries := await self.read(after, READ_AT_ONCE):
            for entry in entries:
                if entry.seq >= end:
                    return
                yield entry
            after = entries[-1].seq


class Pushing:
    """All customers of a service, and the log of what they were sent; `run` of each pusher is the caller's to start."""

    def __init__(
        self, settings: Settings, worlds: Mapping[str, World], clock: Callable[[], Micros], *, pushes: bool
    ) -> None:
        """Raises SettingsError for a customer of a flag that is not served, or without its key."""
        self.pushers: list[Pusher] = []
        self._deliveries = {flag: Deliveries(world.link) for flag, world in worlds.items()}
        zones = {code: each.zone for code, each in settings.competitions.items()}
        for customer in customers_of(settings.customers) if pushes else ():
            row = settings.customers[customer.name]
            if customer.flag not in worlds:
                detail = f"[customers.{customer.name}]: this service has no account for flag {customer.flag}"
                raise SettingsError(detail, hint="Set nats_test.")
            post = Post(row.url, row.secret(customer.name), customer.in_flight)
            source = Sent(worlds[customer.flag].reading, zones)
            self.pushers.append(Pusher(customer, post, source, self._deliveries[customer.flag], clock))

    def standings(self) -> list[Standing]:
        """How every customer stands that this process sends to."""
        return [pusher.standing() for pusher in self.pushers]

    async def page(self, flag: str, customer: str, first: int, limit: int, topic: str | None) -> list[Logged]:
        """Records from a place on; raises OutcomeUnknownError, as those below do."""
        return await self._deliveries[flag].page(customer, first, limit, topic)

    async def first_from(self, flag: str, time: Micros) -> int:
        """The place of the first record from a time on."""
        return await self._deliveries[flag].first_from(time)

    async def held(self, flag: str, customer: str, time: Micros | None, topic: str | None) -> list[Delivery]:
        """What a customer holds, or had taken by a time: also what was recorded a moment after it."""
        kept = self._deliveries[flag]
        if time is None:
            return await kept.held(customer, topic=topic)
        end = await kept.first_from(min(time + 1, TIME_MAX))
        found = {each.topic: each for each in await kept.held(customer, end, topic)}
        for each in await kept.page(customer, end, LATE_RECORDS, topic):
            if each.delivery.held and each.delivery.held.answered <= time:
                found[each.delivery.topic] = each.delivery
        return [found[topic] for topic in sorted(found)]
