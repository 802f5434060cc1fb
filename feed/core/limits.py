"""How much a key may ask for: connections at once, requests a second. Each process counts for itself."""

import math

import msgspec

BURST_SECONDS = 2.0  # a page asks for several things when it opens


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The most there may be of each; None is no limit. Raises ValueError for a limit below one.

    `connections` are subscribers and answers under way at a time, `requests` a mean per second.
    """

    connections: int | None = None
    requests: int | None = None

    def __post_init__(self) -> None:
        if any(limit is not None and limit < 1 for limit in (self.connections, self.requests)):
            raise ValueError("a limit is at least 1")


NO_LIMITS = Limits()


class Bucket:
    """Tokens that come at a steady rate and are saved up for `BURST_SECONDS`, one at least; times in seconds."""

    __slots__ = ("_most", "_rate", "_tokens", "_when")

    def __init__(self, rate: float, now: float) -> None:
        self._rate = rate
        self._most = self._tokens = max(1.0, rate * BURST_SECONDS)
        self._when = now

    def is_full(self, now: float) -> bool:
        """Whether it is as good as a new one."""
        return self._tokens + (now - self._when) * self._rate >= self._most

    def take(self, now: float) -> int:
        """Take a token and return 0, or the whole seconds after which there is one."""
        self._tokens = min(self._most, self._tokens + (now - self._when) * self._rate)
        self._when = now
        if self._tokens < 1:
            return math.ceil((1 - self._tokens) / self._rate)
        self._tokens -= 1
        return 0
