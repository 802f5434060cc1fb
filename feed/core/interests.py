"""Which filters want an entry, found by what it is about: ten thousand different ones cost a look-up, no question each.

Those that name athletes, organisations, venues or a status are found by these, the others by their patterns, which are
a tree of tokens. What was found for a topic is remembered, because topics repeat; of filters that came or went since,
each is asked about that topic alone, unless there were too many.
"""

from collections import defaultdict

from feed.core.about import told
from feed.core.entry import Entry
from feed.core.filters import ANY_TOKEN, BELOW, REST, Filter
from feed.core.index import TOO_MANY_TO_LIST
from feed.core.reached import Reached


class _Node:
    """The patterns that begin with the same tokens: which of them end `here`, or take all that is `below`."""

    __slots__ = ("below", "children", "here", "rest")

    def __init__(self) -> None:
        self.children: dict[str, _Node] = {}
        self.here: set[Filter] = set()
        self.below: set[Filter] = set()  # this and all below it
        self.rest: set[Filter] = set()  # all below it

    @property
    def is_empty(self) -> bool:
        return not (self.children or self.here or self.below or self.rest)

    def ends(self, token: str) -> set[Filter]:
        """Where a pattern is kept whose last token this is."""
        return {BELOW: self.below, REST: self.rest}.get(token, self.here)

    def collect(self, tokens: list[str], number: int, found: set[Filter]) -> None:
        """Add the filters with a pattern that takes these tokens, the first `number` of which led here."""
        found |= self.below
        if number == len(tokens):
            found |= self.here
            return
        found |= self.rest
        for token in (tokens[number], ANY_TOKEN):
            child = self.children.get(token)
            if child is not None:
                child.collect(tokens, number + 1, found)


class Interests:
    """A set of filters; `wanting` tells which of them want an entry."""

    def __init__(self) -> None:
        self._root = _Node()
        self._by_kind: defaultdict[str, set[Filter]] = defaultdict(set)  # those that name kinds alone
        self._all: set[Filter] = set()  # those that name neither
        self._about: dict[str, defaultdict[str, set[Filter]]] = {}  # by kind of value and value
        self._reached = Reached(self._found)

    def add(self, wish: Filter) -> None:
        """Take in a filter that is not in it."""
        if wish.about:
            for held in self._told_by(wish):
                held.add(wish)
            return
        self._reached.came(wish)
        for pattern in wish.patterns:
            node = self._root
            for token in pattern:
                if token in {BELOW, REST}:
                    break
                node = node.children.setdefault(token, _Node())
            node.ends(pattern[-1]).add(wish)
        if not wish.patterns:
            for held in self._unpatterned(wish):
                held.add(wish)

    def discard(self, wish: Filter) -> None:
        """Let go of a filter that is in it."""
        if wish.about:
            name, values = next(wish.about.named())
            filters = self._about[name]
            for value in values:
                filters[value].discard(wish)
                if not filters[value]:
                    del filters[value]
            return
        self._reached.went(wish)
        for pattern in wish.patterns:
            _prune(self._root, pattern, 0, wish)
        if not wish.patterns:
            for held in self._unpatterned(wish):
                held.discard(wish)

    def wanting(self, entry: Entry) -> list[Filter]:
        """The filters that want this entry."""
        found = [wish for wish in self._reached.of(entry) if not wish.looks_inside or wish.wants(entry)]
        if self._about:
            found += (wish for wish in self._concerned(entry) if wish.wants(entry))
        return found

    def _concerned(self, entry: Entry) -> set[Filter]:
        """Those that name something that it is about."""
        found: set[Filter] = set()
        for name, filters in self._about.items():
            values = told(entry.index, name)
            for value in filters if TOO_MANY_TO_LIST in values else values:
                found |= filters.get(value, set())
        return found

    def _told_by(self, wish: Filter) -> list[set[Filter]]:
        """Where a filter is kept that names values: below all of the first kind that it names."""
        name, values = next(wish.about.named())
        filters = self._about.setdefault(name, defaultdict(set))
        return [filters[value] for value in values]

    def _found(self, entry: Entry) -> tuple[Filter, ...]:
        """Those that may want it, as far as its topic tells; they are looked for in all that there are."""
        found = self._all | self._by_kind.get(entry.kind, set())
        self._root.collect(entry.topic.split("."), 0, found)
        return tuple(wish for wish in found if wish.takes(entry))

    def _unpatterned(self, wish: Filter) -> list[set[Filter]]:
        return [self._by_kind[kind] for kind in wish.kinds] if wish.kinds else [self._all]


def _prune(node: _Node, pattern: tuple[str, ...], number: int, wish: Filter) -> None:
    """Take a pattern out, and the branch that nothing else is on."""
    if number == len(pattern) or pattern[number] in {BELOW, REST}:
        node.ends(pattern[-1]).discard(wish)
        return
    child = node.children[pattern[number]]
    _prune(child, pattern, number + 1, wish)
    if child.is_empty:
        del node.children[pattern[number]]
