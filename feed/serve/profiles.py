"""GET /v1/athletes/{id} and /v1/nocs/{noc}: who takes part, in which units, and what they have won."""

import asyncio
import re

import msgspec
from aiohttp import web

from feed.core.agenda import Agenda
from feed.core.derived import MARK
from feed.core.involvement import LISTS, Casts
from feed.core.medal_views import Journal, Journals
from feed.core.profiles import Delegation, Profile, delegation, profile
from feed.core.schedule import Schedule
from feed.core.sides import WORDS
from feed.errors import ErrorName, ReaderError
from feed.serve.competitions import NO_ZONE, ZONES, chosen
from feed.serve.counted import through
from feed.serve.door import opens, view
from feed.serve.moments import Wanted, at_moment, of_kinds
from feed.serve.parameters import DATE, PAGED, Text, named
from feed.serve.parts import read_page
from feed.serve.reading import Reading
from feed.serve.rights import entitled
from feed.serve.schedule import read_day
from feed.serve.views import answer

AT_ONCE = 50  # messages that are read into a view nobody has asked for yet: live ones go between
_KINDS = (*WORDS, *LISTS, "session", "ledger", MARK)
_NOC = re.compile(r"[A-Z0-9]{1,20}")


class AthletePage(Profile, frozen=True, kw_only=True):
    """What is known of an athlete or a team; medals are counted for messages up to `through`."""

    epoch: str
    seq: int
    through: int
    competition: str
    id: str


class NocPage(Delegation, frozen=True, kw_only=True):
    """What is known of an organisation; `date` is a day of `zone`, medals are counted for messages up to `through`."""

    epoch: str
    seq: int
    through: int
    competition: str
    zone: str
    date: str | None
    noc: str


class Known(msgspec.Struct, frozen=True):
    """What pages about people and events are made of; `seq` is its newest message."""

    reading: Reading
    competition: str
    agenda: Agenda
    journal: Journal
    seq: int
    through: int


ATHLETE = view(
    "An athlete or a team: entries, units before and behind, medals and their history.",
    "Who was asked for, by any of the ids.",
    AthletePage,
    PAGED,
    named(Text(name="id", meaning="An id as messages have it.", example="1234567")),
    (ErrorName.NOT_FOUND,),
)
NOC = view(
    "An organisation: its people, its units that are not over or those of a day, its medals.",
    "The organisation; nothing is an answer too.",
    NocPage,
    PAGED | named(DATE),
    named(Text(name="noc", meaning="Its code.", pattern="[A-Z0-9]{1,20}", example="FRA")),
)


@opens(ATHLETE)
async def athlete(request: web.Request) -> web.StreamResponse:
    """Answer with what is known of an athlete, or of a team, by any of its ids."""
    known, page = await known_now(request), read_page(request.query)
    name = request.match_info["id"]

    def make(seq: int) -> AthletePage:
        found = profile(known.agenda, known.journal, name, page)
        if found is None:
            raise ReaderError(ErrorName.NOT_FOUND, f"nothing is known of {name[:40]!r} in {known.competition}")
        return AthletePage(
            **msgspec.structs.asdict(found),
            epoch=known.reading.epoch,
            seq=seq,
            through=known.through,
            competition=known.competition,
            id=name,
        )

    return await answer(request, known.reading, known.seq, make, variant=str(known.through))


@opens(NOC)
async def noc(request: web.Request) -> web.StreamResponse:
    """Answer with what is known of an organisation: nothing is an answer too."""
    name = request.match_info["noc"]
    if not _NOC.fullmatch(name):
        hint = "Codes are written in capital letters and digits."
        raise ReaderError(ErrorName.BAD_REQUEST, f"{name[:20]!r} is no code of an organisation", hint=hint)
    known, page = await known_now(request), read_page(request.query)
    zone = request.app[ZONES].get(known.competition, NO_ZONE)
    day = read_day(request.query, zone)

    def make(seq: int) -> NocPage:
        found = delegation(known.agenda, known.journal, name, day, page)
        return NocPage(
            **msgspec.structs.asdict(found),
            epoch=known.reading.epoch,
            seq=seq,
            through=known.through,
            competition=known.competition,
            zone=zone,
            date=request.query.get("date"),
            noc=name,
        )

    return await answer(request, known.reading, known.seq, make, variant=f"{zone}{known.through}")


async def known_now(request: web.Request, wanted: Wanted | None = None) -> Known:
    """What is known of the competition that is asked for, or was `as_of`; `wanted` narrows what that is made of."""
    reading = await entitled(request)
    competition = chosen(request, reading)
    reading = await at_moment(request, reading, wanted or of_kinds(competition, *_KINDS))
    for kind in (Casts, Schedule, Journals):
        for _ in reading.board.advance(kind, AT_ONCE):
            await asyncio.sleep(0)
    programme = reading.board.view(Schedule).of(competition)
    cast = reading.board.view(Casts).of(competition)
    journal = reading.board.view(Journals).of(competition)
    seq = max(programme.seq, cast.seq, journal.seq)
    agenda = Agenda(competition, programme, cast)
    return Known(reading, competition, agenda, journal, seq, through(reading, competition))
