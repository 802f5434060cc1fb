"""What a board knows of one code: the unit as scheduled, its result, and every document that has this code."""

from operator import attrgetter
from typing import NamedTuple

from feed.core.entry import Entry
from schemas.message import Op
from schemas.rsc import Code
from schemas.topic import KIND_TOKEN, Topic


class About(NamedTuple):
    """The living messages of a code, newest last; `seq` is of the newest message at all, 0 if there never was one."""

    seq: int
    entries: list[Entry]

    def newest(self, kind: str) -> Entry | None:
        """The newest of a kind, whatever its key parts."""
        return next((entry for entry in reversed(self.entries) if entry.kind == kind), None)


class Units:
    """The view of a board by the codes of its topics."""

    def __init__(self) -> None:
        self._by_code: dict[tuple[str, ...], dict[str, Entry]] = {}

    def apply(self, entry: Entry) -> None:
        code = tuple(entry.topic.split(".", KIND_TOKEN)[:KIND_TOKEN])
        self._by_code.setdefault(code, {})[entry.topic] = entry

    def about(self, competition: str, code: Code) -> About:
        """What is known of this very code, not of those below it."""
        *tokens, _ = str(Topic(competition, code, "unit")).split(".")
        known = self._by_code.get(tuple(tokens), {}).values()
        living = [entry for entry in known if entry.index.op is Op.PUT]
        return About(max((entry.seq for entry in known), default=0), sorted(living, key=attrgetter("seq")))
