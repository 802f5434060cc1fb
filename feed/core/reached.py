"""Which filters reach a topic, remembered, because topics repeat.

A filter that comes or goes is not a reason to forget: each topic asks about those that did since it was seen last, and
about nothing else, as long as that is less work than to find all of them anew.
"""

from collections import OrderedDict, deque
from collections.abc import Callable
from itertools import islice
from typing import Final, NamedTuple

from feed.core.entry import Entry
from feed.core.filters import Filter

REMEMBERED: Final = 2_000_000  # filters, of all topics together: 16 MB
TOPIC_WEIGHT: Final = 20  # what a topic takes beside its filters, in filters: of those nobody wants there are 100,000
CHANGES_MAX: Final = 256
_FINDING, _PART = 8, 8  # finding costs about as much as asking so many filters, and one more for so many found


class _Known(NamedTuple):
    """What reaches a topic, as of a number of changes."""

    filters: tuple[Filter, ...]
    turn: int


class Reached:
    """The memory of what `find` found; it is told of every filter that came or went."""

    def __init__(self, find: Callable[[Entry], tuple[Filter, ...]]) -> None:
        self._find = find
        self._known: OrderedDict[str, _Known] = OrderedDict()  # by topic, the turns rise
        self._weight = 0
        self._changed: deque[Filter] = deque(maxlen=CHANGES_MAX)  # the newest first
        self._turn = 0
        self._held: set[Filter] = set()

    def came(self, wish: Filter) -> None:
        """It is in it from now on."""
        self._held.add(wish)
        self._change(wish)

    def went(self, wish: Filter) -> None:
        """It is in it no longer."""
        self._held.discard(wish)
        self._change(wish)

    def of(self, entry: Entry) -> tuple[Filter, ...]:
        """The filters that reach the topic of an entry."""
        known = self._known.get(entry.topic)
        if known is None:
            return self._keep(entry.topic, self._find(entry))
        missed = self._turn - known.turn
        if not missed:
            return known.filters
        self._drop(entry.topic)
        is_much = missed > _FINDING + len(known.filters) // _PART
        return self._keep(entry.topic, self._find(entry) if is_much else self._patched(known.filters, missed, entry))

    def _patched(self, filters: tuple[Filter, ...], missed: int, entry: Entry) -> tuple[Filter, ...]:
        """What was found, after so many came or went."""
        changed = set(islice(self._changed, missed))
        concerned = {wish for wish in changed if wish.takes(entry) and wish.matches(entry.topic)}
        if not concerned:
            return filters
        return (*(wish for wish in filters if wish not in concerned), *(concerned & self._held))

    def _keep(self, topic: str, filters: tuple[Filter, ...]) -> tuple[Filter, ...]:
        self._known[topic] = _Known(filters, self._turn)
        self._weight += len(filters) + TOPIC_WEIGHT
        while self._weight > REMEMBERED:
            self._drop(next(iter(self._known)))
        return filters

    def _drop(self, topic: str) -> None:
        self._weight -= len(self._known.pop(topic).filters) + TOPIC_WEIGHT

    def _change(self, wish: Filter) -> None:
        """Take note of it, and forget what is too old to be patched: it would keep filters that are gone."""
        self._changed.appendleft(wish)
        self._turn += 1
        while self._known and self._turn - next(iter(self._known.values())).turn > CHANGES_MAX:
            self._drop(next(iter(self._known)))
