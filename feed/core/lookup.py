"""Rows that topics give, found by the names that they say something about."""

from collections.abc import Iterable
from typing import Generic, TypeVar

Row = TypeVar("Row")


class Lookup(Generic[Row]):
    """One row a topic; a name leads to every row that has it, oldest topic first."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[tuple[str, ...], Row]] = {}
        self._topics: dict[str, dict[str, None]] = {}

    def put(self, topic: str, names: Iterable[str], row: Row) -> None:
        """The row of a topic, in the place of the one before."""
        self.drop(topic)
        unique = tuple(dict.fromkeys(names))
        self._rows[topic] = (unique, row)
        for name in unique:
            self._topics.setdefault(name, {})[topic] = None

    def drop(self, topic: str) -> None:
        """A topic gives no row any more."""
        names, _ = self._rows.pop(topic, ((), None))
        for name in names:
            topics = self._topics[name]
            del topics[topic]
            if not topics:
                del self._topics[name]

    def about(self, name: str) -> list[Row]:
        """The rows that have a name."""
        return [self._rows[topic][1] for topic in self._topics.get(name, ())]
