"""Readers with the same wish share a cohort; all cohorts stand at one place of the log, the front.

What follows the front is looked at once for all of them: for each entry the filters that want it are found, and what
cohorts take alike, whatever their filters, is joined once and goes to every member. Who falls behind leaves and is
served alone until it is at the front again.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import chain
from typing import NamedTuple, Protocol, TypeVar
from weakref import WeakValueDictionary

from feed.core.cursor import write_cursor
from feed.core.deltas import Deltas
from feed.core.encodings import Encoding
from feed.core.entry import Entry
from feed.core.filters import Filter
from feed.core.interests import Interests
from feed.core.labels import Labels
from feed.core.log import Readable
from schemas.control import Skipped
from schemas.registry import KINDS, KindClass

READ_LIMIT = 500
BATCH_BYTES = 256 * 1024
ORDERS_MAX = 32  # sets of cohorts whose members are kept in order


Newest = Callable[[str], Entry | None]


class CohortKey(NamedTuple):
    """What readers must have in common to be written the same bytes."""

    filter: Filter
    encoding: Encoding
    labels: Labels | None = None
    deltas: Deltas | None = None


class Member(Protocol):
    """A reader as far as cohorts know it: hashable, with a key and the place up to which everything was written.

    Everything behind `since` was written to this connection; 0 after a snapshot. `newest` tells the newest message of
    a topic, for a reader that wants no others when it is late; None for who wants all.
    """

    key: CohortKey
    cursor: int
    since: int
    newest: Newest | None


AnyMember = TypeVar("AnyMember", bound=Member)


class Cohort:
    """Members that are written the same bytes; those of equal `looks` are, too, of the same entries."""

    __slots__ = ("key", "looks", "members")

    def __init__(self, key: CohortKey) -> None:
        self.key = key
        # A difference is told from what its reader wanted before.
        self.looks: tuple[object, ...] = (key.encoding, key.labels) if key.deltas is None else key
        self.members: set[Member] = set()


class Batch(NamedTuple):
    """Entries that all these members are written alike; `key` is that of one of them."""

    key: CohortKey
    entries: list[Entry]
    members: Sequence[Member]


class Cohorts:
    """All cohorts of one flag, by key; everything up to `front` was written to them."""

    def __init__(self, front: int = 0) -> None:
        self.front = front
        self._cohorts: dict[CohortKey, Cohort] = {}
        self._by_filter: dict[Filter, list[Cohort]] = {}
        self._interests = Interests()
        self._orders: dict[frozenset[Cohort], list[Member]] = {}  # until one comes or goes
        self._filters: WeakValueDictionary[object, Filter] = WeakValueDictionary()

    def __iter__(self) -> Iterator[Cohort]:
        return iter(list(self._cohorts.values()))

    def __len__(self) -> int:
        return len(self._cohorts)

    def shared(self, wish: Filter) -> Filter:
        """The one Filter of all readers with this wish: what it remembers of topics is kept once."""
        return self._filters.setdefault(wish.key, wish)  # a key that is the value itself would keep it

    def get(self, key: CohortKey) -> Cohort | None:
        return self._cohorts.get(key)

    def join(self, member: Member) -> bool:
        """Take in a reader that stands at the front; False when it does not (serve it alone first)."""
        if member.cursor != self.front:
            return False
        cohort = self._cohorts.get(member.key)
        (cohort or self._made(member.key)).members.add(member)
        self._orders.clear()
        return True

    def leave(self, member: Member) -> bool:
        """Let a reader go, with the front as its cursor; False when it was in no cohort."""
        cohort = self._cohorts.get(member.key)
        if cohort is None or member not in cohort.members:
            return False
        member.cursor = self.front
        cohort.members.discard(member)
        self._orders.clear()
        if not cohort.members:
            self._end(cohort)
        return True

    def next_portion(self, log: Readable) -> tuple[list[Batch], int]:
        """What the cohorts take of the entries behind the front, and how far these reach; the front stays.

        About BATCH_BYTES at most of what anybody takes, but always one entry further, or to the tip when nothing
        follows; raises feed.core.log.AbsentError.
        """
        entries, seq = log.read(self.front, READ_LIMIT) if self._cohorts else [], log.tip
        taken: dict[Cohort, list[Entry]] = {}
        size = 0
        for entry in entries:
            seq = entry.seq
            wishes = self._interests.wanting(entry)
            for wish in wishes:
                for cohort in self._by_filter[wish]:
                    taken.setdefault(cohort, []).append(entry)
            size += len(entry.json) if wishes else 0
            if size >= BATCH_BYTES:
                break
        return self._batches(taken), seq

    def _batches(self, taken: dict[Cohort, list[Entry]]) -> list[Batch]:
        """What cohorts take, once for all who take the same."""
        alike: dict[tuple[object, ...], list[Cohort]] = {}
        for cohort, entries in taken.items():
            alike.setdefault((cohort.looks, *entries), []).append(cohort)
        return [Batch(group[0].key, taken[group[0]], self._in_order(frozenset(group))) for group in alike.values()]

    def _in_order(self, group: frozenset[Cohort]) -> list[Member]:
        """All members as they lie in memory: the processor foresees who is next, a tenth of all that writing costs."""
        order = self._orders.get(group)
        if order is None:
            if len(self._orders) == ORDERS_MAX:
                self._orders.clear()
            order = self._orders[group] = sorted(chain.from_iterable(each.members for each in group), key=id)
        return order

    def _made(self, key: CohortKey) -> Cohort:
        cohort = self._cohorts[key] = Cohort(key)
        alike = self._by_filter.setdefault(key.filter, [])
        if not alike:
            self._interests.add(key.filter)
        alike.append(cohort)
        return cohort

    def _end(self, cohort: Cohort) -> None:
        wish = cohort.key.filter
        del self._cohorts[cohort.key]
        self._by_filter[wish].remove(cohort)
        if not self._by_filter[wish]:
            del self._by_filter[wish]
            self._interests.discard(wish)


def next_batch(log: Readable, member: Member, front: int, epoch: str) -> tuple[bytes, int]:
    """The bytes of what one reader takes after its cursor, at most up to the front, and the cursor behind them.

    About BATCH_BYTES at most, but always at least one message further, or at the front when nothing follows (its last
    messages may be gone from the stream); raises feed.core.log.AbsentError. A reader that conflates is told how many
    were left out, and gets whole what comes behind them.
    """
    key, cursor = member.key, member.cursor
    entries = log.read(cursor, READ_LIMIT) if cursor < front else []
    if not entries or entries[0].seq > front:
        return b"", max(cursor, front)
    wants = key.filter.wants
    taken: list[Entry] = []
    size = skipped = 0
    for entry in entries:
        if entry.seq > front:
            break
        cursor = entry.seq
        if not wants(entry):
            continue
        if member.newest is not None and _is_superseded(entry, member.newest, key.filter):
            skipped += 1
            continue
        taken.append(entry)
        size += len(entry.json)
        if size >= BATCH_BYTES:
            break
    if not skipped:
        ((frames, _),) = written(key, taken, epoch, [member])
        return frames, cursor
    member.since = cursor
    ((frames, _),) = written(key, taken, epoch, [member])
    notice = Skipped(seq=cursor, count=skipped, cursor=write_cursor(epoch, cursor))
    return frames + key.encoding.control(notice), cursor


def _is_superseded(entry: Entry, newest: Newest, wish: Filter) -> bool:
    """Whether a newer message of its topic comes to the reader anyway; each event is one of its own."""
    if KINDS[entry.kind].kind_class is KindClass.EVENT:
        return False
    known = newest(entry.topic)
    return known is not None and known.seq > entry.seq and wish.wants(known)


def written(
    key: CohortKey, entries: list[Entry], epoch: str, members: Collection[AnyMember]
) -> Iterator[tuple[bytes, Collection[AnyMember]]]:
    """Entries of the log in the bytes of those who have a key in common, and who of them gets these.

    All get the same, but where differences are told: who came late has not got everything that they are told from.
    """
    whole = entries if key.labels is None else list(map(key.labels.of_log, entries))
    if key.deltas is None:
        yield key.encoding.batch(whole, epoch), members
        return
    prevs = sorted(entry.prev for entry in entries)
    alike: defaultdict[int, list[AnyMember]] = defaultdict(list)
    for member in members:
        alike[bisect_right(prevs, member.since)].append(member)
    for place, group in alike.items():
        since = prevs[place - 1] if place else 0
        deltas = (key.deltas.of(entry, key.filter, since) for entry in entries)
        yield key.encoding.batch([delta or entry for delta, entry in zip(deltas, whole, strict=True)], epoch), group


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
