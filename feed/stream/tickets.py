"""Tickets that let a browser in once: kept in the process that made them, and asked for by the others over NATS.

A ticket names its process, and whoever is shown it asks there: since one process alone takes it away, it is accepted
once, on whichever node. Nothing is stored: what is gone with its process is made anew. Only digests travel.
"""

import hashlib
import re
import secrets
import time
from collections.abc import Callable

import msgspec

from feed.core.keys import Pass
from feed.errors import BrokerError, ErrorName, OutcomeUnknownError, ReaderError
from feed.stream.connection import Connection
from feed.stream.wire import Incoming

LIFE_SECONDS = 30.0
KEPT_MAX = 20_000
ASK_SECONDS = 2.0
_TICKET = re.compile(r"ticket_([0-9a-f]{16})_[A-Za-z0-9_-]{43}")


class Holder(msgspec.Struct, frozen=True):
    """For whom a ticket was made: the id of a key, None for somebody who needed none.

    Keys are known everywhere; a `token` is not, and so the ticket tells what it allows.
    """

    key: str | None
    token: Pass | None = None


_decode = msgspec.json.Decoder(Holder).decode


class Tickets:
    """The tickets of this process, and the way to those of others; `now` in seconds, of a clock that never steps."""

    def __init__(self, link: Connection, now: Callable[[], float] = time.monotonic) -> None:
        self._link = link
        self._now = now
        self._node = secrets.token_hex(8)
        self._kept: dict[str, tuple[float, Holder]] = {}  # digest -> end, oldest first

    async def listen(self) -> None:
        """Answer other processes until the connection is closed; raises OutcomeUnknownError."""
        await self._link.subscribe(f"tickets.{self._node}", self._answer)

    def make(self, key: str | None, token: Pass | None = None) -> str:
        """A new ticket; of more than `KEPT_MAX` the oldest is forgotten, so that nobody's can shut out all others."""
        self._forget()
        if len(self._kept) >= KEPT_MAX:
            del self._kept[next(iter(self._kept))]
        ticket = f"ticket_{self._node}_{secrets.token_urlsafe(32)}"
        self._kept[_digest(ticket)] = self._now() + LIFE_SECONDS, Holder(key, token)
        return ticket

    async def redeem(self, ticket: str) -> Holder:
        """For whom a ticket is, once; raises ReaderError unauthorized for one that is unknown, used or too old.

        Also where its process does not answer: whether that has taken it is not known, and it is no use any more.
        """
        found = _TICKET.fullmatch(ticket)
        if found is None:
            raise _refused("this is no ticket")
        if found[1] == self._node:
            holder = self._taken(_digest(ticket))
        else:
            holder = await self._asked(f"tickets.{found[1]}", _digest(ticket))
        if holder is None:
            raise _refused("this ticket is unknown, used or too old")
        return holder

    async def _asked(self, subject: str, digest: str) -> Holder | None:
        try:
            reply = await self._link.request(subject, digest.encode(), timeout=ASK_SECONDS)
        except (OutcomeUnknownError, BrokerError) as error:
            raise _refused(f"nobody can tell whose ticket this is: {error.detail}") from error
        return _decode(reply.payload) if reply.payload else None

    def _answer(self, incoming: Incoming) -> None:
        holder = self._taken(incoming.payload.decode("ascii", "replace"))
        self._link.publish(incoming.reply, msgspec.json.encode(holder) if holder else b"")

    def _taken(self, digest: str) -> Holder | None:
        self._forget()
        _, holder = self._kept.pop(digest, (0.0, None))
        return holder

    def _forget(self) -> None:
        now = self._now()
        while self._kept and self._kept[oldest := next(iter(self._kept))][0] <= now:
            del self._kept[oldest]


def _digest(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()


def _refused(detail: str) -> ReaderError:
    hint = "Get a new one at POST /v1/tickets: each lets in once, within 30 s."
    return ReaderError(ErrorName.UNAUTHORIZED, detail, hint=hint)
