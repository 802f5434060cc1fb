"""The venues of a replay: each source has connections of its own, and sends until an outcome is known.

An outcome is unknown after a lost connection, a late answer, 408, 429 and 5xx: the same bytes go again, which is safe
(the contract, "Ingest").
"""

import asyncio
import itertools
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import quote

import msgspec

from feed.errors import FeedError
from replay.capture import Captured
from replay.link import Address, Answer, Link, connect
from replay.plan import Planned
from replay.tally import ACCEPTED, DUPLICATE, LOST, REFUSED, STALE, Tally

RESEND_SECONDS: Final = (0.2, 5.0)  # the first pause before the same bytes go again, and the longest
ANSWER_SECONDS: Final = 30.0
ANSWER_BYTES: Final = 200_000  # of a document for which a second more: sent again, a long list only takes longer
IDLE_MAX: Final = 16  # connections of a source that are kept while nothing is sent
_OK: Final = 200
_AGAIN: Final = frozenset({408, 425, 429})


class KeysError(FeedError):
    """The file of keys is not one."""


class UnreachableError(FeedError):
    """There is no service at the address."""


class Keys:
    """Which key a source sends with: its own, or the one for all."""

    def __init__(self, for_all: str | None = None, by_source: dict[str, str] | None = None) -> None:
        self._for_all = for_all
        self._by_source = by_source or {}
        for secret in (for_all, *self._by_source.values()):
            if secret is not None and not (secret.isascii() and secret.isprintable()):
                raise KeysError("a key has characters that no key has", hint="Give it as `feed keys add` printed it.")

    def of(self, source: str) -> str | None:
        return self._by_source.get(source, self._for_all)


def read_keys(path: Path, for_all: str | None = None) -> Keys:
    """Keys of a TOML file with a line `SOURCE = "KEY"` each; raises KeysError when it is none."""
    hint = 'One line for each source: STA1 = "the key that `feed keys add` printed".'
    try:
        rows = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise KeysError(f"{path}: {error}", hint=hint) from error
    if any(not isinstance(secret, str) for secret in rows.values()):
        raise KeysError(f"{path}: a key is no text", hint=hint)
    return Keys(for_all, rows)


class _Named(msgspec.Struct):
    reason: str = "unknown"


class _Stored(msgspec.Struct):
    count: int = 0
    duplicates: int = 0
    stale: int = 0
    quarantined: tuple[_Named, ...] = ()


class _Error(msgspec.Struct):
    name: str


class _Problem(msgspec.Struct):
    error: _Error


def outcome_of(answer: Answer) -> tuple[str, str] | None:
    """(outcome, reason of a refusal) that an answer tells; None when it leaves the outcome unknown."""
    try:
        if answer.status == _OK:
            return _stored(msgspec.json.decode(answer.body, type=_Stored))
    except msgspec.MsgspecError:
        return None  # somebody else's page: not the service's word that anything is stored
    if answer.status in _AGAIN or not 400 <= answer.status < 500:  # noqa: PLR2004 - the client errors of HTTP
        return None
    try:
        return REFUSED, msgspec.json.decode(answer.body, type=_Problem).error.name
    except msgspec.MsgspecError:
        return REFUSED, f"http_{answer.status}"


def _stored(stored: _Stored) -> tuple[str, str]:
    if stored.quarantined:
        return REFUSED, stored.quarantined[0].reason
    if stored.count or not (stored.duplicates or stored.stale):
        return ACCEPTED, ""
    return (STALE if stored.stale else DUPLICATE), ""


Heard = Callable[[float | None, Answer], None]  # the planned moment of a document, and the answer that told its outcome


def unheard(_moment: float | None, _answer: Answer) -> None:
    """Nobody wants to know."""


class Venues:
    """All senders of a replay. `give_up` is how many seconds a document is sent again before it counts as lost."""

    def __init__(self, address: Address, keys: Keys, tally: Tally, give_up: float, heard: Heard = unheard) -> None:
        self._address = address
        self._keys = keys
        self._tally = tally
        self._give_up = give_up
        self._heard = heard
        self._idle: dict[str, list[Link]] = {}
        self._busy: dict[str, set[Link]] = {}
        self._away: dict[str, float] = {}  # until when

    async def reach(self) -> None:
        """Raises UnreachableError when nobody listens at the address."""
        try:
            (await connect(self._address)).close()
        except (OSError, TimeoutError) as error:
            hint = "Start it with `feed up`, or name its address with --url."
            raise UnreachableError(f"no service at {self._address.authority}", hint=hint) from error

    async def deliver(self, planned: Planned, moment: float | None) -> None:
        """Send a document, planned for a `moment` of time.monotonic, until its outcome is known or given up."""
        outcome, reason, since = LOST, "", time.monotonic() if moment is None else moment
        started = time.monotonic()
        for attempt in itertools.count():
            answer = await self._attempt(planned, moment, attempt)
            known = outcome_of(answer) if answer else None
            if answer and known:
                outcome, reason = known
                self._heard(moment, answer)
                break
            if time.monotonic() - started >= self._give_up:
                break
            await asyncio.sleep(_pause(attempt, answer))
        self._tally.answered(outcome, since, reason)

    def cut(self, source: str, seconds: float) -> None:
        """Break all connections of a source now, whatever is under way; it has none for so many seconds."""
        self._away[source] = time.monotonic() + seconds
        for link in (*self._idle.pop(source, ()), *self._busy.get(source, ())):
            link.abort()

    def close(self) -> None:
        """End all connections that are not in use."""
        for link in itertools.chain.from_iterable(self._idle.values()):
            link.close()
        self._idle.clear()

    async def _attempt(self, planned: Planned, moment: float | None, attempt: int) -> Answer | None:
        """One try; None when nothing is known of it."""
        captured = planned.captured
        is_first = attempt == 0
        self._tally.tries += 1
        self._tally.sent_again += not is_first
        link = None if is_first and planned.is_lost else await self._link(captured.source)
        if is_first:
            self._tally.left(planned, moment)
        if link is None:
            return None
        if is_first and planned.cut_at is not None:
            link.break_off(self._head(captured), captured.data[: int(len(captured.data) * planned.cut_at)])
            return None
        return await self._answer(link, captured)

    async def _answer(self, link: Link, captured: Captured) -> Answer | None:
        busy = self._busy.setdefault(captured.source, set())
        busy.add(link)
        try:
            limit = ANSWER_SECONDS + len(captured.data) / ANSWER_BYTES
            answer = await link.post(self._head(captured), captured.data, limit)
        except (OSError, TimeoutError):
            return None
        finally:
            busy.discard(link)
        idle = self._idle.setdefault(captured.source, [])
        if link.is_open and len(idle) < IDLE_MAX:
            idle.append(link)
        else:
            link.close()
        return answer

    async def _link(self, source: str) -> Link | None:
        """An open connection of a source; None when there is none to be had."""
        if time.monotonic() < self._away.get(source, 0.0):
            return None
        idle = self._idle.get(source, [])
        while idle:
            if (link := idle.pop()).is_open:
                return link
        self._tally.connections += 1
        try:
            return await connect(self._address)
        except (OSError, TimeoutError):
            return None

    def _head(self, captured: Captured) -> bytes:
        key = self._keys.of(captured.source)
        named = f"?source={quote(captured.source, safe='')}" if captured.source and not key else ""
        lines = [
            f"POST {self._address.path}/ingest/{quote(captured.format, safe='')}{named} HTTP/1.1",
            f"Host: {self._address.authority}",
            "Content-Type: application/xml",
            f"Content-Length: {len(captured.data)}",
        ]
        lines += [f"Content-Encoding: {quote(captured.encoding)}"] if captured.encoding else []
        lines += [f"X-API-KEY: {key}"] if key else []
        return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def _pause(attempt: int, answer: Answer | None) -> float:
    """Seconds until the same bytes go again."""
    least, most = RESEND_SECONDS
    wished = answer.retry_after if answer else None
    return min(most, wished if wished is not None else least * 2 ** min(attempt, 10))
