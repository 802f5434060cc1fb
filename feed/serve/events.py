"""GET /v1/events/{event}: an event with its phases and units, its order, brackets, records and medals."""

from collections.abc import Iterable

import msgspec
from aiohttp import web

from feed.core.board import Board
from feed.core.derived import mark_topic
from feed.core.entry import Entry
from feed.core.event_views import EVENT_TOKENS, EventRows, Events, event_rows
from feed.errors import ErrorName, ReaderError
from feed.serve.competitions import chosen
from feed.serve.door import opens, view
from feed.serve.moments import Wanted
from feed.serve.parameters import PAGED, Text, named
from feed.serve.parts import read_page
from feed.serve.profiles import known_now
from feed.serve.rights import entitled
from feed.serve.views import answer
from schemas.rsc import FILLING, LENGTH, Level, Rsc, parse_code
from schemas.topic import Topic


class EventPage(EventRows, frozen=True, kw_only=True):
    """What is known of an event; medals are counted for messages up to `through`."""

    epoch: str
    seq: int
    through: int
    competition: str
    event: str


EVENT = view(
    "An event: phases, units, ranking, medallists, brackets, records, medals.",
    "The event.",
    EventPage,
    PAGED,
    named(
        Text(
            name="event", meaning="Its code, with or without the filling at the end.", example="ATHM100M--------------"
        )
    ),
    (ErrorName.NOT_FOUND,),
)


@opens(EVENT)
async def event(request: web.Request) -> web.StreamResponse:
    """Answer with what is known of an event, by its code of 34 characters or without their filling."""
    code = _code(request.match_info["event"])
    competition = chosen(request, await entitled(request))
    known, page = await known_now(request, _wanted(competition, code)), read_page(request.query)
    events = known.reading.board.view(Events)

    def make(seq: int) -> EventPage:
        found = event_rows(known.agenda, known.journal, events, code, page)
        if found is None:
            raise ReaderError(ErrorName.NOT_FOUND, f"nothing is known of event {code} of {competition}")
        return EventPage(
            **msgspec.structs.asdict(found),
            epoch=known.reading.epoch,
            seq=seq,
            through=known.through,
            competition=competition,
            event=str(code),
        )

    seq = max(known.seq, events.seq(competition, code))
    return await answer(request, known.reading, seq, make, variant=str(known.through))


def _code(text: str) -> Rsc:
    code = parse_code(text.ljust(LENGTH, FILLING))
    if not isinstance(code, Rsc) or code.level is not Level.EVENT:
        hint = "It has 34 characters; the filling at its end may be left out."
        raise ReaderError(ErrorName.BAD_REQUEST, f"{text[:40]!r} is no code of an event", hint=hint)
    return code


def _wanted(competition: str, code: Rsc) -> Wanted:
    """All that has the event's code or one below it, and the mark of what is counted."""
    tokens = str(Topic(competition, code, "unit")).split(".")[:EVENT_TOKENS]
    start, mark = ".".join((*tokens, "")), mark_topic(competition)

    def wanted(board: Board) -> Iterable[Entry]:
        return (entry for entry in board if entry.topic == mark or entry.topic.startswith(start))

    return wanted
