"""A line for each refused document, and when a venue sends many, one for all the others."""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable
from typing import Final

from feed.core.outcome import Quarantined

LINES: Final = 10  # that are written one by one within
SECONDS: Final = 10.0

_log = logging.getLogger("feed.refused")


class RefusalLog:
    """Of one flag. What a document says of people is no part of a line: who has its `id` finds it in quarantine."""

    def __init__(self, flag: str) -> None:
        self._flag = flag
        self._written = 0
        self._others: Counter[str] = Counter()
        self._ending: asyncio.TimerHandle | None = None

    def tell(self, source: str | None, topic: str | None, quarantined: Iterable[Quarantined]) -> None:
        """Write a line for each, or count it for the one at the end; `source` and `topic` where they are known."""
        for row in quarantined:
            if self._ending is None:
                self._ending = asyncio.get_running_loop().call_later(SECONDS, self._end)
            if self._written == LINES:
                self._others[row.refusal.reason.value] += 1
                continue
            self._written += 1
            known = {"flag": self._flag, "source": source, "topic": topic, "where": row.refusal.where, "id": row.id}
            extra = {name: value for name, value in known.items() if value}
            _log.warning("a document was refused: %s", row.refusal.reason.value, extra=extra)

    def _end(self) -> None:
        self._ending, self._written = None, 0
        if self._others:
            reasons = dict(self._others.most_common())
            extra = {"flag": self._flag, "reasons": reasons}
            _log.warning("%d more documents were refused within %g s", self._others.total(), SECONDS, extra=extra)
            self._others.clear()
