"""`speed=`: messages of the past at the pace at which they were told then, so many times as fast."""

from typing import Final

from feed.core.cohorts import BATCH_BYTES, READ_LIMIT, Member, written
from feed.core.entry import Entry
from feed.core.log import Readable
from schemas.message import Micros

GAP_SECONDS: Final = 5.0  # nobody waits longer for the next message, whatever lay between them then
_SECOND: Final = 1_000_000


class Pace:
    """When each message of one replay is due; its clock is whatever rises by one in a second."""

    def __init__(self, speed: float) -> None:
        self.speed = speed
        self._due = 0.0
        self._last: Micros | None = None

    def next_batch(self, log: Readable, member: Member, front: int, epoch: str, now: float) -> tuple[bytes, int, float]:
        """The bytes of what is due to a reader behind its cursor, the cursor behind them, and seconds to wait then.

        At most up to the front, about BATCH_BYTES at a time; it waits for what it wants alone. Raises
        feed.core.log.AbsentError.
        """
        cursor = member.cursor
        entries = log.read(cursor, READ_LIMIT) if cursor < front else []
        if not entries or entries[0].seq > front:
            return b"", max(cursor, front), 0.0
        taken: list[Entry] = []
        size, wait = 0, 0.0
        for entry in entries:
            if entry.seq > front or size >= BATCH_BYTES:
                break
            if member.key.filter.wants(entry):
                wait = self.wait(entry.published, now)
                if wait:
                    break
                taken.append(entry)
                size += len(entry.json)
            cursor = entry.seq
        ((frames, _),) = written(member.key, taken, epoch, [member])
        return frames, cursor, wait

    def wait(self, time: Micros, now: float) -> float:
        """Seconds until the next message is due, which was told at `time`; asked again it is the same moment."""
        if self._last is None:
            self._due, self._last = now, time
        elif time > self._last:
            self._due += min((time - self._last) / _SECOND / self.speed, GAP_SECONDS)
            self._last = time
        return max(self._due - now, 0.0)
