"""The topics of a stream, numbered, and which of them a wish takes: fast enough for thousands of wishes."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from operator import itemgetter
from typing import Final

from replay.verify.wish import Wish

_WILD: Final = frozenset("*>")


class Topics:
    """Numbers topics from 0 in the order in which they come; `names` has them by number."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._numbers: dict[str, int] = {}
        self._sorted: list[str] = []

    def number(self, name: str) -> int:
        """The number of a topic, a new one for a new topic."""
        number = self._numbers.get(name)
        if number is None:
            number = self._numbers[name] = len(self.names)
            self.names.append(name)
        return number

    def wanted(self, wish: Wish) -> set[int]:
        """The numbers of all topics that a wish takes."""
        if len(self._sorted) < len(self.names):
            self._sorted = sorted(self.names)
        return {self._numbers[name] for name in self._near(wish) if wish.wants(name)}

    def _near(self, wish: Wish) -> Iterator[str]:
        """Topics that begin as one of the filters does before its first wildcard: the wish looks at these only."""
        for pattern in wish.filters or ("",):
            tokens = pattern.split(".")
            wild = next((number for number, token in enumerate(tokens) if token in _WILD), len(tokens))
            stem = ".".join(tokens[:wild])
            begin = bisect_left(self._sorted, stem)
            end = bisect_right(self._sorted, stem, begin, key=itemgetter(slice(len(stem))))
            yield from self._sorted[begin:end]
