"""All subscribers of one fleet, inside its process: how they join, how they stand, how they are ended."""

import contextlib
import gc
import resource
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import asdict

from replay.link import address_of
from replay.load.asking import Door
from replay.load.journal import JournalWriter
from replay.load.line import Line
from replay.load.manners import LINES, StalledLine
from replay.load.poller import Poller
from replay.load.polling import Polling
from replay.load.progress import FleetError, Outcome, Progress
from replay.load.reader import Counts, Reader
from replay.load.subscriber import Subscriber
from replay.load.subscription import Manner, Subscription

OTHER_DESCRIPTORS: Final = 64
PATIENCE_SECONDS: Final = 10.0  # without anybody new, while some cannot join
SILENCE_SECONDS: Final = 30.0  # without anybody new
LOOK_SECONDS: Final = 0.05
PROBE_SECONDS: Final = 2.0
FLUSH_SECONDS: Final = 1.0


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What a fleet is to do; see Fleet."""

    url: str
    subscriptions: tuple[Subscription, ...]
    journal: str
    key: str | None
    local_addresses: tuple[str, ...]
    flag: str


class Company:
    """The lines of a fleet and the loop that serves them."""

    def __init__(self, order: Order, journal: JournalWriter) -> None:
        address = address_of(order.url)
        if address.is_secure:
            raise FleetError("a fleet speaks plain HTTP only", hint="Name an http:// address of the service.")
        self.polling = Polling()
        self.counts = Counts()
        self._journal = journal
        door = Door(address, order.flag, order.key)
        remote = _resolved(address.host, address.port)
        locals_ = order.local_addresses
        self._lines: list[Line] = []
        for place, subscription in enumerate(order.subscriptions):
            kind = Poller if subscription.manner is Manner.POLL else Subscriber
            reader = kind(subscription, door, journal, self.counts)
            self._lines.append(LINES[subscription.manner](reader, self.polling, remote, locals_[place % len(locals_)]))

    def join(self) -> None:
        """Let all in that join at once; the others follow. Raises FleetError with what the service said."""
        now = time.monotonic()
        for line in self._lines:
            since = line.reader.subscription.since
            if since > 0:
                self.polling.at(now + since, line.come)
            else:
                line.come()
        self._welcome([line.reader for line in self._lines if line.reader.subscription.since <= 0])
        gc.freeze()  # thousands of subscribers that stay: walking through them again and again would hold up the loop
        self.polling.measure()
        self._flush()

    def turn(self, seconds: float) -> None:
        """Work for so long, and a turn more."""
        until = time.monotonic() + seconds
        self.polling.turn()
        while time.monotonic() < until:
            self.polling.turn()

    def progress(self) -> Progress:
        """How things stand."""
        polling, counts = self.polling, self.counts
        return Progress(
            subscribers=len(self._lines),
            connected=counts.connected,
            received=counts.received,
            reconnects=counts.reconnects,
            closed=dict(counts.closed),
            refused=sum(1 for line in self._lines if line.reader.refusal),
            slowest=min((reader.reached for reader in self._followers()), default=-1),
            busiest=polling.busiest,
            worst_turn=polling.worst_turn,
            cpu_seconds=time.process_time(),
        )

    def missing(self, seq: int) -> list[int]:
        """Followers that have not everything up to a sequence yet."""
        return [reader.subscription.number for reader in self._followers() if reader.reached < seq]

    def calm(self) -> None:
        """Break nothing off any more."""
        for line in self._lines:
            line.calm()

    def end(self, seq: int) -> Outcome:
        """End all of them and tell the outcome; stalled ones are looked at first."""
        behind = self.missing(seq)
        stalled = [line for line in self._lines if isinstance(line, StalledLine) and line.is_stalled]
        for line in stalled:
            line.look()
        until = time.monotonic() + PROBE_SECONDS
        while time.monotonic() < until and any(line.is_stalled for line in stalled):
            self.polling.turn()
        connected = self.counts.connected
        for each in self._lines:
            each.finish()
        standing = asdict(self.progress()) | {"connected": connected}
        return Outcome(**standing, behind=behind, lag=self.polling.turns.points())

    def _welcome(self, missing: list[Reader]) -> None:
        """Return when these have been greeted; who is turned away for good ends the wait, others try again a while."""
        since = time.monotonic()
        while still := [reader for reader in missing if not reader.greetings]:
            now = time.monotonic()
            since = now if len(still) < len(missing) else since
            missing = still
            troubled = [reader for reader in missing if reader.trouble]
            turned_away = [reader for reader in troubled if reader.refusal]
            if turned_away or (troubled and now - since > PATIENCE_SECONDS):
                raise _unwelcome((turned_away or troubled)[0])
            if now - since > SILENCE_SECONDS:
                raise FleetError(f"{len(missing)} subscribers were not greeted, none for {SILENCE_SECONDS:.0f} s")
            self.turn(LOOK_SECONDS)

    def _flush(self) -> None:
        self._journal.flush()
        self.polling.at(time.monotonic() + FLUSH_SECONDS, self._flush)

    def _followers(self) -> Iterator[Reader]:
        for line in self._lines:
            reader = line.reader
            if reader.subscription.manner not in {Manner.SLOW, Manner.STALL} and line.has_come and not reader.refusal:
                yield reader


@contextlib.contextmanager
def gathered(order: Order) -> Iterator[Company]:
    """A company with a journal and enough descriptors. Raises FleetError."""
    raise_limit(len(order.subscriptions) + OTHER_DESCRIPTORS)
    with JournalWriter(Path(order.journal)) as journal:
        yield Company(order, journal)


def raise_limit(needed: int) -> None:
    """Allow this process so many descriptors; raises FleetError when the system does not."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise FleetError(
            f"{needed} open files are needed in one process, {hard} are allowed",
            hint="Raise the limit (ulimit -Hn), or spread the subscribers over more processes.",
        )
    if soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _resolved(host: str, port: int) -> tuple[str, int]:
    try:
        (*_, address), *_ = socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_STREAM)
    except OSError as error:
        raise FleetError(f"{host} is not known: {error.strerror}", hint="Name an IPv4 address.") from error
    return str(address[0]), int(address[1])


def _unwelcome(reader: Reader) -> FleetError:
    """What the service said to the first who could not join."""
    number = reader.subscription.number
    return FleetError(f"subscriber {number} cannot join: {reader.trouble}", hint="Is the service running at this URL?")
