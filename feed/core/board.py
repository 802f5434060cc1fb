"""The current state: the newest entry of every topic, in ascending sequence."""

from collections.abc import Callable
from itertools import takewhile
from typing import Protocol, TypeVar, cast

from feed.core.entry import Entry
from feed.core.scope import WHOLE, Scope
from schemas.message import Op
from schemas.topic import unescape


class View(Protocol):
    """A table made of a board's entries, which come in ascending sequence, tombstones too; a topic comes again."""

    def apply(self, entry: Entry) -> None: ...


AnyView = TypeVar("AnyView", bound=View)


class Board:
    """Newest entry by topic; tombstones are known but never part of a snapshot."""

    def __init__(self, scope: Scope = WHOLE) -> None:
        self._scope = scope
        self._entries: dict[str, Entry] = {}
        self._topics: dict[str, int] = {}
        self._parts: dict[Scope, Board] = {}
        self._views: dict[type[View], tuple[View, int]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def apply(self, entry: Entry) -> None:
        """Take over a newer entry of its topic. Re-inserting keeps the dict in ascending sequence."""
        known = self._entries.pop(entry.topic, None)
        if known is None:
            competition = unescape(entry.topic.partition(".")[0])
            self._topics[competition] = self._topics.get(competition, 0) + 1
        self._entries[entry.topic] = entry
        for scope, part in self._parts.items():
            if (seen := entry.within(scope)) is not None:
                part.apply(seen)

    def within(self, scope: Scope) -> "Board":
        """The board of those who see no more than a scope: made when first asked for, then kept as current as this."""
        if scope == self._scope:
            return self
        part = self._parts.get(scope)
        if part is None:
            part = self._parts[scope] = Board(scope)
            for entry in self._entries.values():
                if (seen := entry.within(scope)) is not None:
                    part.apply(seen)
        return part

    def view(self, kind: type[AnyView]) -> AnyView:
        """The table of one kind, as current as the board; nothing is spent on it until it is asked for."""
        view, seq = self._views.get(kind) or (kind(), 0)
        newer = list(takewhile(lambda entry: entry.seq > seq, reversed(self._entries.values())))
        for entry in reversed(newer):
            view.apply(entry)
        self._views[kind] = (view, newer[0].seq if newer else seq)
        return cast("AnyView", view)

    def get(self, topic: str) -> Entry | None:
        return self._entries.get(topic)

    def snapshot(self, wants: Callable[[Entry], bool]) -> list[Entry]:
        """The living entries a reader wants, ascending by seq."""
        return [entry for entry in self._entries.values() if entry.index.op is Op.PUT and wants(entry)]

    def competitions(self) -> dict[str, int]:
        """Competition code -> number of topics ever seen."""
        return dict(sorted(self._topics.items()))
