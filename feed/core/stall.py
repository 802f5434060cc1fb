"""When a reader is given up: data is owed and its socket took no byte for the whole window. Lag alone never counts."""

STALL_MICROS = 10_000_000


class StallWatch:
    """Watches one connection's progress: bytes the kernel has accepted so far."""

    __slots__ = ("_accepted", "_since")

    def __init__(self) -> None:
        self._accepted = -1
        self._since = 0

    def is_stalled(self, accepted: int, now: int, window: int = STALL_MICROS) -> bool:
        """Look at a connection that is owed data; `now` and `window` in microseconds."""
        if accepted != self._accepted:
            self._accepted = accepted
            self._since = now
            return False
        return now - self._since >= window

    def is_paid(self) -> None:
        """Nothing is owed any more: the next debt starts its own window."""
        self._accepted = -1
