"""How long to wait before trying again: longer each time, and never the same for all."""

import random


class Patience:
    """Waits of `first` seconds, doubled up to `highest`, each shortened by up to a half at random."""

    def __init__(self, first: float, highest: float) -> None:
        self._first = first
        self._highest = highest
        self._next = first

    def reset(self) -> None:
        """Something came: the next wait is the first again."""
        self._next = self._first

    def wait(self, least: float = 0.0) -> float:
        """Seconds until the next attempt, at least those that the service asked for."""
        seconds = self._next * random.uniform(0.5, 1)  # noqa: S311 - spreads reconnects
        self._next = min(self._next * 2, self._highest)
        return least + seconds
