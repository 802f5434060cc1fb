"""`as_of=`: a view as it was. Its door says which entries it is made of and gets a board of that moment.

Whoever adds a view adds PAST to its parameters and one line:

    reading = await at_moment(request, reading, of_kinds(competition, "source"))
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from aiohttp import hdrs, web

from feed.core.board import Board
from feed.core.cursor import parse_cursor, write_cursor
from feed.core.entry import Entry
from feed.core.labels import Labelling, Labels
from feed.core.moment import is_time, parse_time
from feed.core.scope import WHOLE, Scope
from feed.errors import ErrorName, OutcomeUnknownError, ReaderError
from feed.serve.blobs import FOR_EVER, public_if
from feed.serve.past import PAST, Built
from feed.serve.pulls import under_way
from feed.serve.query import LANG, read_labels
from feed.serve.reading import DEFAULTED, READINGS, Moment, Reading
from feed.venues.odf import LISTED_KINDS
from schemas.rsc import Code
from schemas.topic import Topic, escape

AS_OF = "as_of"
MOMENT_HEADER = "Feed-As-Of"
CODE_KIND = "code"
AT_ONCE = 500  # topics that are looked at before others get their turn
ROW_BYTES = 1_500  # of a topic: what views are made of it, more or less


class _Told(NamedTuple):
    """What an answer says of its moment: where it is, whether the same request will always mean it, who may keep it."""

    cursor: str
    is_for_ever: bool
    public: str


_TOLD: web.RequestKey[_Told] = web.RequestKey("moment", _Told)

Wanted = Callable[[Board], Iterable[Entry]]


def everything(board: Board) -> Iterable[Entry]:
    """All that a board knows."""
    return board


@dataclass(frozen=True, slots=True)
class OfKinds:
    """All of these kinds in the competition whose topics begin so: many at once want that of the same moment."""

    start: str
    kinds: tuple[str, ...]

    def __call__(self, board: Board) -> Iterable[Entry]:
        return (entry for entry in board if entry.kind in self.kinds and entry.topic.startswith(self.start))


def of_kinds(competition: str | None, *kinds: str) -> Wanted:
    """All of these kinds in a competition; in none, nothing."""
    return OfKinds(f"{escape(competition or '')}.", kinds)


def of_code(competition: str, code: Code) -> Wanted:
    """All that has this very code."""
    start = str(Topic(competition, code, "unit")).removesuffix("unit")
    return lambda board: (entry for entry in board if entry.topic.startswith(start))


def of_set(topic: str) -> Wanted:
    """What stands at the head of a set, and all that may have belonged to it."""
    start = topic.partition(".")[0] + "."
    return lambda board: (entry for entry in board if entry.topic == topic or _is_listed(entry, start))


def of_topics(*topics: str) -> Wanted:
    """These alone, without looking through the board."""
    return lambda board: filter(None, map(board.get, topics))


async def at_moment(request: web.Request, reading: Reading, wanted: Wanted) -> Reading:
    """The reading side as it was at `as_of=`; without it, as it is.

    Its board holds the wanted topics alone, as they were, as far as the key's scope goes. `wanted` is given the board
    of now, of everybody. Raises ReaderError: bad_cursor, wrong_epoch, cursor_too_old, not_found before the first
    message, not_ready, too_many, embargoed for what is too new for who reads with a delay.
    """
    text = request.query.get(AS_OF)
    if text is None:
        return reading
    try:
        async with under_way(request, reading):
            moment = await _moment(reading, text)
            board = await _past_board(request.app, moment, reading, wanted)
    except OutcomeUnknownError as error:
        raise ReaderError(ErrorName.NOT_READY, error.detail, hint="Ask again in a second.") from error
    is_named = not is_time(text) and ":" in text and DEFAULTED not in request
    request[_TOLD] = _Told(write_cursor(reading.epoch, moment.seq), is_named, public_if(reading))
    return replace(reading, board=board, moment=moment.seq)


async def labels_at(request: web.Request, reading: Reading) -> Labels | None:
    """The labels in `lang=` by the dictionary as it was at the moment of a reading side, None without `lang=`.

    Raises ReaderError as `at_moment` does, and bad_request for a language that there was not.
    """
    if reading.moment is None or LANG not in request.query:
        return read_labels(request.query, reading.labelling)
    live = request.app[READINGS][reading.flag].board
    request[_TOLD] = request[_TOLD]._replace(is_for_ever=False)  # what ships may read otherwise in the next release
    try:
        async with under_way(request, reading):
            moment = await reading.moments.at(reading.moment)
            codes = (await board_at(moment, live, WHOLE, _codes)).board if moment else Board()
    except OutcomeUnknownError as error:
        raise ReaderError(ErrorName.NOT_READY, error.detail, hint="Ask again in a second.") from error
    return read_labels(request.query, Labelling(codes))


async def tell_moment(request: web.Request, response: web.StreamResponse) -> None:
    """Name the place that an answer is of; one that a cursor with its epoch was asked for never changes.

    A bare sequence and a time mean something else once the stream was made anew, and so does a competition not named.
    """
    told = request.get(_TOLD)
    if told is not None and response.status in {200, 304}:
        response.headers[MOMENT_HEADER] = told.cursor
        if told.is_for_ever:
            response.headers[hdrs.CACHE_CONTROL] = f"{told.public}, {FOR_EVER}"


def _codes(board: Board) -> Iterable[Entry]:
    return (entry for entry in board if entry.kind == CODE_KIND)


def _is_listed(entry: Entry, start: str) -> bool:
    return entry.kind in LISTED_KINDS and entry.topic.startswith(start)


async def _moment(reading: Reading, text: str) -> Moment:
    seq = await (_at_time(reading, text) if is_time(text) else _at_place(reading, text))
    moment = await reading.moments.at(seq)
    if moment is None:
        raise ReaderError(ErrorName.NOT_FOUND, f"as_of={text}: there was no message yet", hint="The log is at /v1/log.")
    return moment


async def _at_place(reading: Reading, text: str) -> int:
    if reading.delay and parse_cursor(text, reading.epoch) > reading.log.tip:
        raise _embargoed(reading, text)
    return await reading.place(text)


def _embargoed(reading: Reading, text: str) -> ReaderError:
    """Whether it is there and not told yet, or has not come: that is not told either."""
    hint = "Ask later, or without as_of for the newest that may be told."
    return ReaderError(ErrorName.EMBARGOED, f"as_of={text[:40]} is less than {reading.delay} s ago", hint=hint)


async def _at_time(reading: Reading, text: str) -> int:
    try:
        time = parse_time(text)
    except ValueError as error:
        hint = "In an address + is written %2B."
        raise ReaderError(ErrorName.BAD_CURSOR, f"as_of={text[:40]}: {error}", hint=hint) from error
    if reading.delay and time > reading.until:
        raise _embargoed(reading, text)
    if time > reading.pump.now():
        detail = f"as_of={text} has not come yet"
        raise ReaderError(ErrorName.BAD_CURSOR, detail, hint="Without as_of it is the newest that is known.")
    return await reading.moments.reached(time, reading.log.tip)


async def _past_board(app: web.Application, moment: Moment, reading: Reading, wanted: Wanted) -> Board:
    """The board of a moment, shared with those who want the same of it."""

    async def make() -> Built:
        return await board_at(moment, app[READINGS][reading.flag].board, reading.scope, wanted)

    if not isinstance(wanted, OfKinds):
        return (await make()).board
    return await app[PAST].board((reading.flag, moment.seq, reading.scope, wanted), make)


async def board_at(moment: Moment, live: Board, scope: Scope, wanted: Wanted) -> Built:
    """What has not changed since is in memory, and what began later was not there: the rest is asked for."""
    standing: list[Entry] = []
    changed: list[str] = []
    for number, entry in enumerate(wanted(live)):
        if number % AT_ONCE == AT_ONCE - 1:
            await asyncio.sleep(0)
        if not scope.covers(entry.topic):
            continue
        if entry.seq <= moment.seq:
            standing.append(entry)
        elif entry.prev:
            changed.append(entry.topic)
    fetched = await moment.entries(changed)
    size = sum(entry.size for entry in fetched) + ROW_BYTES * (len(standing) + len(fetched))
    return Built(Board.of([*standing, *fetched]).within(scope), size)
