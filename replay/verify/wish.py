"""What a subscriber asked for, told from topics alone: a second reading of the filters in docs/reference.md."""

from typing import Final

from schemas.topic import KIND_TOKEN

_REMEMBERED: Final = 200_000


class Wish:
    """Filters joined by OR, narrowed by kinds; none of them means everything."""

    def __init__(self, filters: tuple[str, ...] = (), kinds: tuple[str, ...] = ()) -> None:
        self.filters = filters
        self.kinds = frozenset(kinds)
        self._patterns = [text.split(".") for text in filters]
        self._known: dict[str, bool] = {}

    def wants(self, topic: str) -> bool:
        """Whether messages of a topic are asked for."""
        known = self._known.get(topic)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[topic] = self._wants(topic.split("."))
        return known

    def _wants(self, tokens: list[str]) -> bool:
        if self.kinds and not self.kinds & set(tokens[KIND_TOKEN : KIND_TOKEN + 1]):
            return False
        return not self._patterns or any(_matches(pattern, tokens) for pattern in self._patterns)


def _matches(pattern: list[str], tokens: list[str]) -> bool:
    for number, wanted in enumerate(pattern):
        if number >= len(tokens):
            return False
        if wanted == ">":
            return True
        if wanted not in {"*", tokens[number]}:
            return False
    return len(tokens) == len(pattern) or len(pattern) == KIND_TOKEN + 1
