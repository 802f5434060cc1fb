"""Whom, where and in which status: what a reader wants besides topics, told by the index of a message.

Who follows an athlete, an organisation, a venue or a status also gets the message by which a topic leaves it: what was
shown must not stay for want of word. A message that names too many to be listed comes to all who follow any.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final

import msgspec

from feed.core.index import TOO_MANY_TO_LIST, Index
from feed.errors import ErrorName, ReaderError
from schemas.topic import escape

NAMES_MAX: Final = 2_000
_CODE: Final = re.compile(r"[A-Z0-9_]{1,40}")
_ID_MAX: Final = 64


class About(msgspec.Struct, frozen=True):
    """Values as index headers have them; one of each kind that is named must fit, none means any."""

    athlete: frozenset[str] = frozenset()
    noc: frozenset[str] = frozenset()
    venue: frozenset[str] = frozenset()
    status: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.athlete or self.noc or self.venue or self.status)

    def concerns(self, index: Index) -> bool:
        """Whether a message is about these, or about what leaves them."""
        return all(_fits(wanted, told(index, name)) for name, wanted in self.named())

    def holds(self, index: Index) -> bool:
        """Whether a message is about these as it stands."""
        return all(_fits(wanted, _now(index, name)) for name, wanted in self.named())

    def named(self) -> Iterator[tuple[str, frozenset[str]]]:
        """The kinds of values that are named, the most telling first."""
        return ((name, values) for name in ABOUT if (values := getattr(self, name)))


ABOUT: Final = About.__struct_fields__
ANY: Final = About()


def read_about(named: Mapping[str, Collection[str]]) -> About:
    """The values by the name of their parameter; raises ReaderError bad_filter for those that no message can have."""
    if sum(map(len, named.values())) > NAMES_MAX:
        raise ReaderError(ErrorName.BAD_FILTER, f"more than {NAMES_MAX} values of {', '.join(named)} are named")
    for name, values in named.items():
        for value in values:
            is_right = 0 < len(value) <= _ID_MAX if name == "athlete" else _CODE.fullmatch(value)
            if not is_right:
                hint = "Ids have up to 64 characters." if name == "athlete" else "Codes have capitals, digits and _."
                raise ReaderError(ErrorName.BAD_FILTER, f"{name}={value[:_ID_MAX]!r} can never match", hint=hint)
    return About(**{name: frozenset(map(escape, values)) for name, values in named.items()})


def told(index: Index, name: str) -> tuple[str, ...]:
    """The values of one kind that a message has, or leaves behind."""
    left = index.left
    match name:
        case "athlete":
            return (*_listed(index.athletes), *_listed(left.athletes))
        case "noc":
            return (*_listed(index.nocs), *_listed(left.nocs))
        case "venue":
            return tuple(filter(None, index.venues))
        case _:
            return tuple(filter(None, (escape(index.status or ""), left.status)))


def _now(index: Index, name: str) -> tuple[str, ...]:
    match name:
        case "athlete":
            return tuple(_listed(index.athletes))
        case "noc":
            return tuple(_listed(index.nocs))
        case "venue":
            return tuple(filter(None, (index.place,)))
        case _:
            return tuple(filter(None, (escape(index.status or ""),)))


def _fits(wanted: frozenset[str], values: tuple[str, ...]) -> bool:
    return not wanted.isdisjoint(values) or TOO_MANY_TO_LIST in values


def _listed(text: str) -> list[str]:
    return text.split(",") if text else []
