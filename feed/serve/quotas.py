"""How much may be asked for at a time: by everybody, by one address, with one key. Each process counts for itself."""

import time
from collections.abc import Callable
from sys import intern

from aiohttp import web

from feed.core.keys import Key
from feed.core.limits import Bucket
from feed.errors import ErrorName, ReaderError
from feed.serve.reading import CONNECTIONS_MAX, READINGS, Reading

ADDRESS_CONNECTIONS_MAX: web.AppKey[int] = web.AppKey("address_connections_max")
BUCKETS_MAX = 10_000  # tokens have many subjects: beyond it, who has not asked for a while is forgotten
_SPENT: web.RequestKey[bool] = web.RequestKey("spent", bool)


class Quotas:
    """The requests of each key, as they come; `now` in seconds, of a clock that never steps."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._buckets: dict[tuple[str, int], Bucket] = {}
        self._looked_at = BUCKETS_MAX

    def spend(self, request: web.Request, key: Key | None) -> None:
        """Count a request once, however often its key is asked for; raises ReaderError too_many."""
        if key is None or key.limits.requests is None or request.get(_SPENT):
            return
        request[_SPENT] = True
        now = self._now()
        most = key.limits.requests
        if len(self._buckets) > self._looked_at:
            self._buckets = {who: each for who, each in self._buckets.items() if not each.is_full(now)}
            self._looked_at = max(BUCKETS_MAX, 2 * len(self._buckets))
        bucket = self._buckets.setdefault((key.bearer, most), Bucket(most, now))
        seconds = bucket.take(now)
        if seconds:
            detail = f"key {key.bearer} asks for more than {most} things a second"
            raise ReaderError(ErrorName.TOO_MANY, detail, hint=f"Ask again in {seconds} s.", again=seconds)


def holders(request: web.Request, reading: Reading) -> tuple[str, ...]:
    """Under which names a subscriber, or an answer under way, is counted."""
    address = _of_address(request)
    return (address,) if reading.holder is None else (address, _of_key(reading.holder))


def check_connections(request: web.Request, reading: Reading, of_key: int | None) -> None:
    """Raise ReaderError too_many where one more subscriber, or answer under way, would be more than is allowed.

    To everybody, to one address, and with the reading's key (`of_key`, None for no limit).
    """
    pumps = [each.pump for live in request.app[READINGS].values() for each in live.readings()]
    limit = request.app[CONNECTIONS_MAX]
    if sum(len(pump.subscribers) + len(pump.pulls) for pump in pumps) >= limit:
        raise ReaderError(ErrorName.TOO_MANY, f"{limit} readers are connected", hint="Try again later.")
    most = {_of_address(request): request.app[ADDRESS_CONNECTIONS_MAX]}
    if reading.holder is not None and of_key is not None:
        most[_of_key(reading.holder)] = of_key
    for holder, limit in most.items():
        if sum(pump.held[holder] for pump in pumps) >= limit:
            detail = f"{holder} has {limit} connections"
            raise ReaderError(ErrorName.TOO_MANY, detail, hint="End one of them, or try again later.")


def _of_address(request: web.Request) -> str:
    return intern(f"address {request.remote}")  # thousands of subscribers hold it


def _of_key(holder: str) -> str:
    return intern(f"key {holder}")
