"""Readers with the same wish share a cohort as long as they stand at the same place of the log.

For each cohort the bytes from its cursor to the tip are found and joined once; the same bytes go to every member.
Who falls behind leaves and is served alone until it meets its cohort again.
"""

from collections.abc import Iterator
from typing import NamedTuple, Protocol
from weakref import WeakValueDictionary

from feed.core.encodings import Encoding
from feed.core.entry import Entry
from feed.core.filters import Filter
from feed.core.labels import Labels
from feed.core.log import Log

READ_LIMIT = 500
BATCH_BYTES = 256 * 1024


class CohortKey(NamedTuple):
    """What readers must have in common to be written the same bytes."""

    filter: Filter
    encoding: Encoding
    labels: Labels | None = None


class Member(Protocol):
    """A reader as far as cohorts know it: hashable, with a key and the place up to which everything was written."""

    key: CohortKey
    cursor: int


class Cohort:
    """Members that all stand at `cursor`."""

    __slots__ = ("cursor", "key", "members")

    def __init__(self, key: CohortKey, cursor: int) -> None:
        self.key = key
        self.cursor = cursor
        self.members: set[Member] = set()


class Cohorts:
    """All cohorts of one flag, by key."""

    def __init__(self) -> None:
        self._cohorts: dict[CohortKey, Cohort] = {}
        self._filters: WeakValueDictionary[Filter, Filter] = WeakValueDictionary()

    def __iter__(self) -> Iterator[Cohort]:
        return iter(list(self._cohorts.values()))

    def __len__(self) -> int:
        return len(self._cohorts)

    def shared(self, wish: Filter) -> Filter:
        """The one Filter of all readers with this wish: what it remembers of topics is kept once."""
        return self._filters.setdefault(wish, wish)

    def get(self, key: CohortKey) -> Cohort | None:
        return self._cohorts.get(key)

    def join(self, member: Member) -> bool:
        """Take in a reader that stands where its cohort stands; False when it does not (serve it alone first)."""
        cohort = self._cohorts.get(member.key)
        if cohort is None:
            cohort = self._cohorts[member.key] = Cohort(member.key, member.cursor)
        if cohort.cursor != member.cursor:
            return False
        cohort.members.add(member)
        return True

    def leave(self, member: Member) -> bool:
        """Let a reader go, with its own cursor; False when it was in no cohort."""
        cohort = self._cohorts.get(member.key)
        if cohort is None or member not in cohort.members:
            return False
        member.cursor = cohort.cursor
        cohort.members.discard(member)
        if not cohort.members:
            del self._cohorts[member.key]
        return True


def next_batch(log: Log, key: CohortKey, cursor: int, epoch: str) -> tuple[bytes, int]:
    """The bytes of what a cohort takes after `cursor`, and the cursor behind them.

    About BATCH_BYTES at most, but always at least one message further, or at the tip when nothing follows (its last
    messages may be gone from the stream); raises feed.core.log.AbsentError.
    """
    entries = log.read(cursor, READ_LIMIT)
    if not entries:
        return b"", log.tip
    wants = key.filter.wants
    taken: list[Entry] = []
    size = 0
    for entry in entries:
        cursor = entry.seq
        if wants(entry):
            taken.append(entry)
            size += len(entry.json)
            if size >= BATCH_BYTES:
                break
    if key.labels is not None:
        taken = list(map(key.labels.of_log, taken))
    return key.encoding.batch(taken, epoch), cursor


def portions(entries: list[Entry], portion_bytes: int = BATCH_BYTES) -> Iterator[list[Entry]]:
    """Entries in portions of about that size, at least one in each."""
    portion: list[Entry] = []
    size = 0
    for entry in entries:
        portion.append(entry)
        size += len(entry.json)
        if size >= portion_bytes:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion
