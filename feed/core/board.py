"""The current state: the newest entry of every topic, in ascending sequence."""

from collections.abc import Callable

from feed.core.entry import Entry
from schemas.message import Op
from schemas.topic import unescape


class Board:
    """Newest entry by topic; tombstones are known but never part of a snapshot."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._topics: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def apply(self, entry: Entry) -> None:
        """Take over a newer entry of its topic. Re-inserting keeps the dict in ascending sequence."""
        known = self._entries.pop(entry.topic, None)
        if known is None:
            competition = unescape(entry.topic.partition(".")[0])
            self._topics[competition] = self._topics.get(competition, 0) + 1
        self._entries[entry.topic] = entry

    def get(self, topic: str) -> Entry | None:
        return self._entries.get(topic)

    def snapshot(self, wants: Callable[[Entry], bool]) -> list[Entry]:
        """The living entries a reader wants, ascending by seq."""
        return [entry for entry in self._entries.values() if entry.index.op is Op.PUT and wants(entry)]

    def competitions(self) -> dict[str, int]:
        """Competition code -> number of topics ever seen."""
        return dict(sorted(self._topics.items()))
