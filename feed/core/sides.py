"""Who takes part in a unit as one message says it: start lists of the schedule, results, and brackets.

A side that is not decided has no competitor; it says at most where one will come from (General Messages, PreviousUnit).
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

import msgspec

from feed.core.entry import Entry
from schemas.contender import PLACEHOLDERS

NOBODY = PLACEHOLDERS - {"TBD", "WSF", "LSF"}  # a place that stays empty


class Origin(NamedTuple):
    """The winner (W) or the loser (L) of a unit or a phase; `value` names a match or a pool while that is not known."""

    unit: str | None
    wlt: str | None
    value: str | None


class Side(msgspec.Struct, frozen=True, gc=False):
    """One competitor, or while `id` is null the place of one; `members` and their `nocs` as far as they are named.

    `wlt` is how it ended for them. `is_empty` is a place that nobody will take.
    """

    id: str | None
    kind: str | None
    noc: str | None
    name: str | None
    members: tuple[str, ...]
    nocs: tuple[str, ...]
    origin: Origin | None
    wlt: str | None
    is_empty: bool

    def names(self) -> Iterator[str]:
        """Ids of the competitor and of its members."""
        if self.id:
            yield self.id
        yield from self.members


class Word(msgspec.Struct, frozen=True):
    """What one message says of units: the sides of each."""

    entry: Entry
    units: dict[str, tuple[Side, ...]]


def word_of(entry: Entry) -> Word:
    """What a living unit, result or bracket says; without sides where its body is apart or names nobody."""
    return Word(entry, units_in(entry.kind, entry.json))


def units_in(kind: str, text: bytes) -> dict[str, tuple[Side, ...]]:
    """The same of a message alone, in the form in which it is stored."""
    return {unit: sides for unit, sides in _READERS[kind](text) if sides}


class _Member(msgspec.Struct):
    id: str
    noc: str | None = None


class _Named(msgspec.Struct):
    id: str | None = None
    kind: str | None = None
    noc: str | None = None
    name: str | None = None
    members: tuple[_Member, ...] = ()


class _Row(_Named):
    previous_unit: str | None = None
    previous_wlt: str | None = None
    previous_value: str | None = None
    wlt: str | None = None


class _Starts(msgspec.Struct):
    code: str = ""
    start_list: tuple[_Row, ...] = ()


class _Rows(msgspec.Struct):
    competitors: tuple[_Row, ...] = ()


class _Place(msgspec.Struct):
    code: str | None = None
    wlt: str | None = None
    previous_unit: str | None = None
    previous_wlt: str | None = None
    previous_value: str | None = None
    competitor: _Named | None = None


class _Match(msgspec.Struct):
    code: str | None = None
    unit: str | None = None
    places: tuple[_Place, ...] = ()


class _Round(msgspec.Struct):
    matches: tuple[_Match, ...] = ()


class _Tree(msgspec.Struct):
    rounds: tuple[_Round, ...] = ()


class _Brackets(msgspec.Struct):
    brackets: tuple[_Tree, ...] = ()


class _Unit(msgspec.Struct):
    body: _Starts | None


class _Result(msgspec.Struct):
    unit: str | None
    body: _Rows | None


class _Bracket(msgspec.Struct):
    body: _Brackets | None


_UNIT = msgspec.json.Decoder(_Unit)
_RESULT = msgspec.json.Decoder(_Result)
_BRACKET = msgspec.json.Decoder(_Bracket)


def _of_unit(text: bytes) -> Iterator[tuple[str, tuple[Side, ...]]]:
    body = _UNIT.decode(text).body
    if body:
        yield body.code, tuple(_side(row, row) for row in body.start_list)


def _of_result(text: bytes) -> Iterator[tuple[str, tuple[Side, ...]]]:
    message = _RESULT.decode(text)
    if message.unit and message.body:
        yield message.unit, tuple(_side(row, row) for row in message.body.competitors)


def _of_bracket(text: bytes) -> Iterator[tuple[str, tuple[Side, ...]]]:
    body = _BRACKET.decode(text).body
    for match in _matches(body.brackets if body else ()):
        unit = match.unit or match.code
        if unit:
            yield unit, tuple(_side(place.competitor or _Named(place.code), place) for place in match.places)


def _matches(trees: Iterable[_Tree]) -> Iterator[_Match]:
    return (match for tree in trees for round_ in tree.rounds for match in round_.matches)


_READERS = {"unit": _of_unit, "result": _of_result, "bracket": _of_bracket}
WORDS = frozenset(_READERS)


def _side(named: _Named, place: _Row | _Place) -> Side:
    origin = Origin(place.previous_unit or None, place.previous_wlt or None, place.previous_value or None)
    is_somebody = bool(named.id) and named.id not in PLACEHOLDERS
    return Side(
        id=_kept(named.id) if is_somebody and named.id else None,
        kind=_kept(named.kind) if named.kind else None,
        noc=_kept(named.noc) if named.noc else None,
        name=_kept(named.name) if named.name else None,
        members=tuple(_kept(member.id) for member in named.members if member.id),
        nocs=tuple({_kept(member.noc): None for member in named.members if member.noc}),
        origin=origin if any(origin) else None,
        wlt=_kept(place.wlt) if place.wlt else None,
        is_empty=named.id in NOBODY,
    )


_kept = lru_cache(maxsize=65_536)(str)  # who starts once starts again: kept once
