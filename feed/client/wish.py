"""What a subscription asks for, and how that stands in an address."""

from collections.abc import Sequence
from typing import Literal, TypedDict

Pairs = list[tuple[str, str]]


class Narrowing(TypedDict, total=False):
    """Which messages: `filters` are NATS patterns on topics joined by OR, each of the others narrows further."""

    filters: Sequence[str]
    types: Sequence[str]
    nocs: Sequence[str]
    athletes: Sequence[str]
    venues: Sequence[str]
    statuses: Sequence[str]


class Reading(Narrowing, total=False):
    """`lang`: with labels in this language, in ODF's three letters. `delay`: as it was so many seconds ago."""

    lang: str
    delay: int


class Wish(Reading, total=False):
    """The keywords of `Feed.follow`.

    `after`: behind this cursor, "0" for the oldest message; `snapshot`: the current state first; neither: what is new.
    `speed`: what is behind `after` as it was published then, so many times as fast. `encoding`, `compression` and
    `delta` are about bytes, not about what is told. `conflate`: of what was missed only the newest of each topic.
    `proof`: whether `prev` is held against what came; False for keys with `--venue`. `expired`: what to do when the
    service has lost the place to resume from.
    """

    after: str
    snapshot: bool
    speed: float
    encoding: Literal["json", "msgpack"]
    compression: Literal["none", "zstd"]
    delta: bool
    conflate: bool
    proof: bool
    expired: Literal["raise", "snapshot"]


_LISTS = {
    "filters": "filter",
    "types": "type",
    "nocs": "noc",
    "athletes": "athlete",
    "venues": "venue",
    "statuses": "status",
}
_BY_MESSAGE = ("nocs", "athletes", "venues", "statuses")


def narrowed(wish: Narrowing) -> dict[str, list[str]]:
    """What is wanted, under the names that the service has for it."""
    # the names in _LISTS are the keys of Narrowing
    lists: dict[str, Sequence[str]] = {_LISTS[name]: wish.get(name, ()) for name in _LISTS}  # type: ignore[misc]
    return {name: list(texts) for name, texts in lists.items() if texts}


def asked(wish: Reading) -> Pairs:
    """The parameters that every request for messages has."""
    pairs = [(name, text) for name, texts in narrowed(wish).items() for text in texts]
    if "lang" in wish:
        pairs.append(("lang", wish["lang"]))
    if "delay" in wish:
        pairs.append(("delay", str(wish["delay"])))
    return pairs


def streamed(wish: Wish) -> Pairs:
    """The parameters of a stream but its place."""
    pairs = asked(wish)
    if "speed" in wish:
        pairs.append(("speed", f"{wish['speed']:g}"))
    if "encoding" in wish:
        pairs.append(("encoding", wish["encoding"]))
    if "compression" in wish:
        pairs.append(("compression", wish["compression"]))
    return pairs + [(name, "1") for name in ("delta", "conflate") if wish.get(name)]


def is_by_topic(wish: Narrowing) -> bool:
    """Whether of each topic all messages are wanted, or none."""
    return not any(wish.get(name) for name in _BY_MESSAGE)
