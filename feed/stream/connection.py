"""The one connection to NATS: requests that end in time, losses that are noticed, a close that never hangs.

What nats-py does by itself, and why this file does it differently, is told in `feed/stream/__init__.py`.
"""

import asyncio
import random
import re
import ssl
from collections.abc import Callable, Mapping
from typing import Any, Final, Self

import msgspec

from feed.errors import BrokerError, OutcomeUnknownError
from feed.stream.address import pick, split_url
from feed.stream.answer import NOBODY, Answer
from feed.stream.proof import Proof
from feed.stream.wire import Incoming, PlainServerError, Wire, publish_command, write_headers

PING_EVERY: Final = 2.0  # seconds between two looks at whether the server still answers
PING_LIMIT: Final = 4.0  # seconds: longer than a slow fsync holds up the server's read loop
BACKLOG_LIMIT: Final = 32 << 20  # bytes queued for a socket that does not take them
# What a cluster says while it has no leader for this, or not all of it has arrived: incomplete results, temporarily
# unavailable, cannot handle the request; stream, consumer offline; the id is in process; the guard is not ready; a
# batch that another leader began. Nothing is decided by it.
NOT_NOW: Final = frozenset({10004, 10008, 10009, 10118, 10119, 10158, 10163, 10176})
_CLAIM: Final = "check nats_ca, the certificates, and that a server's certificate has the name in its address"
_ADDRESS: Final = "check that the server runs and that address, user and password or credentials are right"
_NO_NUMBER: Final = 1000  # below it a refusal has an HTTP status alone, as "raft: not leader" (503)
_FAILED: Final = 500
NOTHING: Final = Proof()
_NOT_TOKEN: Final = re.compile(r"[^A-Za-z0-9_-]")


class JetStreamError(BrokerError):
    """The server refused a JetStream request; `err_code` is its number (10059 = stream not found)."""

    def __init__(self, err_code: int, description: str, *, hint: str = "") -> None:
        super().__init__(f"JetStream error {err_code}: {description}", hint=hint)
        self.err_code = err_code


def refused(err_code: int, description: str) -> JetStreamError | OutcomeUnknownError:
    """What a refusal of JetStream means: an error for good, or, between two leaders, that nobody knows yet."""
    if err_code in NOT_NOW or _FAILED <= err_code < _NO_NUMBER:
        return OutcomeUnknownError(f"the broker cannot tell now: {description}", hint="Ask again.")
    return JetStreamError(err_code, description)


class PayloadTooLargeError(BrokerError):
    """Headers and payload together are above the server's max_payload; sending it would cost the connection."""


class Subscription:
    """Interest in one subject; `close` ends it at once."""

    def __init__(self, client: Wire, sid: int) -> None:
        self._client = client
        self._sid = sid

    def close(self) -> None:
        """Stop calling the callback; safe to call twice and without a connection."""
        self._client.unroute(self._sid)


class Connection:
    """A NATS connection that reconnects for ever and says what it knows. Open it with `Connection.open`.

    `listeners` are told True or False when the connection comes back or is lost; they must not block.
    """

    def __init__(self, name: str, on_change: Callable[[bool], None] | None = None) -> None:
        self.name = name
        self.listeners: set[Callable[[bool], None]] = {on_change} if on_change else set()
        self.losses = 0
        self.last_error = ""
        self._answers: dict[str, Answer] = {}
        self._count = 0
        self._inbox = ""
        self._refusal = ""
        self._is_untrusted = False
        self._refused = asyncio.Event()
        self._watchdog: asyncio.Task[None] | None = None
        self._client = Wire(self._lost, self._noted)

    @classmethod
    async def open(  # noqa: PLR0913 - a login as it is known: apart, in the address or in files
        cls,
        url: str,
        user: str = "",
        password: str = "",
        name: str = "feed",
        *,
        proof: Proof = NOTHING,
        on_change: Callable[[bool], None] | None = None,
        limit: float = 5.0,
    ) -> Self:
        """Connect to one of the servers in `url` (separated by commas, `nats://user:password@host:port` allowed).

        Raises BrokerError when no server let us in within `limit` seconds, or at once when one refuses the user or is
        not the one that it should be. Later, whichever of them lives is used, and those that they tell of.
        """
        self = cls(name, on_change)
        servers, url_user, url_password = split_url(url)
        user, password = user or url_user, password or url_password
        options = proof.options(servers)
        self._client.must_be_encrypted = proof.is_wanted(servers)
        connecting = asyncio.create_task(self._connect(servers, user, password, options))
        refused = asyncio.create_task(self._refused.wait())
        try:
            await asyncio.wait({connecting, refused}, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        finally:
            refused.cancel()
            connected = connecting.done() and not connecting.exception()
            if not connected:
                connecting.cancel()
                self._client.abort()
        if not connected:
            reason = connecting.exception() if connecting.done() else self._refusal or self.last_error
            raise BrokerError(
                f"cannot connect to NATS at {', '.join(servers)}: {reason or 'no answer'}",
                hint=_CLAIM if self._is_untrusted else _ADDRESS,
            )
        self._watchdog = asyncio.create_task(self._watch(), name=f"watchdog of {name}")
        return self

    @property
    def is_connected(self) -> bool:
        """Whether the last thing heard of the server was good; only an answered request proves more."""
        return self._client.is_connected and not self._client.is_draining

    @property
    def max_payload(self) -> int:
        """Bytes the server takes in one message, headers included."""
        return self._client.max_payload

    def new_inbox(self) -> str:
        """A subject of our own that nobody else uses, and that the subscription for replies does not match."""
        self._count += 1
        return f"{self._inbox}.own.{self._count}"

    async def request(
        self,
        subject: str,
        payload: bytes = b"",
        headers: Mapping[str, str] | None = None,
        *,
        timeout: float = 2.0,  # noqa: ASYNC109 - the limit of the request, kept whatever nats-py does
        heard: Callable[[Incoming], None] | None = None,
    ) -> Incoming:
        """Send and return the one reply. Raises OutcomeUnknownError when none came within `timeout` seconds.

        `heard` is called with the reply from the read loop itself, before whoever waits here; it must not raise.
        """

        def last(reply: Incoming) -> bool:
            if heard is not None:
                heard(reply)
            return True

        return (await self.collect(subject, payload, headers, last=last, timeout=timeout))[0]

    async def collect(
        self,
        subject: str,
        payload: bytes,
        headers: Mapping[str, str] | None = None,
        *,
        last: Callable[[Incoming], bool],
        timeout: float,  # noqa: ASYNC109 - as in `request`
    ) -> list[Incoming]:
        """Send and return the replies up to the one that `last` recognises.

        Raises OutcomeUnknownError (no reply in time, nobody there, connection lost), PayloadTooLargeError and
        BrokerError for what cannot be sent at all.
        """
        self._count += 1
        token = str(self._count)
        answer = self._answers[token] = Answer(last)
        try:
            self.publish(subject, payload, headers, reply=f"{self._inbox}.{token}")
            async with asyncio.timeout(timeout):
                complete = await answer.complete
        except TimeoutError:
            raise OutcomeUnknownError(f"no answer on {subject} within {timeout:g} s") from None
        finally:
            self._answers.pop(token, None)
        if not complete:
            raise OutcomeUnknownError(f"the connection to the broker was lost while waiting on {subject}")
        if answer.replies[-1].status == NOBODY:
            raise OutcomeUnknownError(f"nobody answers on {subject}")
        return answer.replies

    async def api(
        self,
        name: str,
        body: Mapping[str, Any] | None = None,
        *,
        timeout: float = 5.0,  # noqa: ASYNC109 - as in `request`
    ) -> dict[str, Any]:
        """Ask `$JS.API.<name>` and return its JSON answer. Raises JetStreamError or OutcomeUnknownError."""
        payload = b"" if body is None else msgspec.json.encode(body)
        reply = await self.request(f"$JS.API.{name}", payload, timeout=timeout)
        answer = msgspec.json.decode(reply.payload, type=dict[str, Any])
        error = answer.get("error")
        if error:
            raise refused(error.get("err_code") or error.get("code", 0), f"{error.get('description')} ({name})")
        return answer

    def publish(
        self, subject: str, payload: bytes, headers: Mapping[str, str] | None = None, *, reply: str = ""
    ) -> None:
        """Queue a message for the socket; no wait, no promise. Raises as `collect` does, and when not connected."""
        block = write_headers(headers) if headers else b""
        if len(block) + len(payload) > self.max_payload:
            size = len(block) + len(payload)
            raise PayloadTooLargeError(f"{size} bytes for {subject}: the server takes at most {self.max_payload}")
        command = publish_command(subject, reply, block, payload)
        if not self.is_connected:
            raise OutcomeUnknownError(f"not connected to the broker; {subject} was not sent")
        if self._client.pending_data_size > BACKLOG_LIMIT:
            raise OutcomeUnknownError(f"the broker takes nothing off the socket; {subject} was not sent")
        self._client.send(command)

    async def subscribe(self, subject: str, callback: Callable[[Incoming], None]) -> Subscription:
        """Call `callback` (a plain, short function) for every message, in order, from the read loop itself.

        What it raises is noted in `last_error` and costs no other message. Raises OutcomeUnknownError when offline.
        """
        if not self.is_connected:
            raise OutcomeUnknownError(f"not connected to the broker; cannot subscribe to {subject}")
        return Subscription(self._client, await self._client.route(subject, callback))

    async def round_trip(self, limit: float = 2.0) -> bool:
        """Tell whether everything queued so far has reached the server, within `limit` seconds."""
        return self.is_connected and await self._client.settled(limit)

    async def close(self) -> None:
        """Send what is queued if the server takes it, and be closed within about 2 s whatever it does."""
        if self._watchdog is not None:
            self._watchdog.cancel()
            self._watchdog = None
        self.listeners.clear()
        if not await self.round_trip(1.0):
            self._client.abort()
        closing = asyncio.create_task(self._client.close())
        await asyncio.wait({closing}, timeout=1.0)
        self._client.abort()
        closing.cancel()
        self._lose_answers()

    async def _connect(self, servers: list[str], user: str, password: str, options: dict[str, Any]) -> None:
        is_token = bool(user) and not password  # as NATS reads an address; it must not name an inbox
        token = (not is_token and _NOT_TOKEN.sub("_", user)) or "feed"
        await self._client.connect(
            servers,
            name=self.name,
            user=None if is_token else user or None,
            password=password or None,
            token=user if is_token else None,
            **options,
            error_cb=self._on_error,
            reconnected_cb=self._on_reconnected,
            lame_duck_mode_cb=self._on_lame_duck,
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.1,  # type: ignore[arg-type]  # nats-py takes fractions, too
            reconnect_to_server_handler=pick,
            connect_timeout=2,
            ping_interval=2,
            max_outstanding_pings=2,
            pending_size=-1,
            inbox_prefix=f"_INBOX.{token}",
        )
        self._inbox = self._client.new_inbox()
        await self._client.route(f"{self._inbox}.*", self._on_reply)

    def _on_reply(self, reply: Incoming) -> None:
        answer = self._answers.get(reply.subject.rpartition(".")[2])
        if answer is not None:
            answer.take(reply)

    def _lost(self) -> None:
        self.losses += 1
        self._lose_answers()
        self._tell(connected=False)

    def _lose_answers(self) -> None:
        for answer in self._answers.values():
            answer.end(complete=False)

    def _tell(self, *, connected: bool) -> None:
        # Through the loop: what a listener raises ends in the loop's exception handler, not in nats-py (N4, N5).
        loop = asyncio.get_running_loop()
        for listener in tuple(self.listeners):
            loop.call_soon(listener, connected)

    def _noted(self, problem: Exception) -> None:
        self.last_error = str(problem) or type(problem).__name__
        self._is_untrusted |= isinstance(problem, ssl.SSLError | PlainServerError)
        if "authorization" in self.last_error.lower() or self._is_untrusted:
            self._refusal = self._refusal or self.last_error  # what nats-py reports after it (a reset) says less
            self._refused.set()

    async def _on_error(self, problem: Exception) -> None:
        self._noted(problem)

    async def _on_reconnected(self) -> None:
        self._tell(connected=True)

    async def _on_lame_duck(self) -> None:
        loop = asyncio.get_running_loop()
        # chance spreads the clients that move, it is no secret
        loop.call_later(random.uniform(0, 2), lambda: loop.create_task(self._client.revive()))  # noqa: S311

    async def _watch(self) -> None:
        """Find the read loop that died while nats-py says connected, and reconnecting that ended by itself."""
        while True:
            await asyncio.sleep(PING_EVERY)
            try:
                if not self._client.is_connected or not await self._client.ping(PING_LIMIT):
                    await self._client.revive()
            except Exception as problem:  # noqa: BLE001 - the only one who could notice this is the watchdog itself
                self._noted(problem)
