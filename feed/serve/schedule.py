"""GET /v1/schedule: the sessions and units of a competition, by day, discipline, NOC, venue and status."""

import re
from zoneinfo import ZoneInfo

import msgspec
from aiohttp import web
from multidict import MultiMapping

from feed.core.schedule import Schedule, Wanted, day_bounds
from feed.core.scheduled import SCHEDULED
from feed.core.scope import Scope
from feed.errors import ErrorName, ReaderError
from feed.serve.competitions import NO_ZONE, ZONES, chosen
from feed.serve.door import opens, view
from feed.serve.moments import at_moment, of_kinds
from feed.serve.parameters import DATE, DISCIPLINES, IN_PARTS, LABELLED, Text, named
from feed.serve.parts import read_part
from feed.serve.query import listed
from feed.serve.rights import entitled
from feed.serve.views import answer
from schemas.unit import STATUSES

_CODE = re.compile(r"[A-Z0-9]{1,20}")
_CODES = "[A-Z0-9]{1,20}(,[A-Z0-9]{1,20})*"
OF_NOC = Text(name="noc", meaning="With somebody of its start list.", pattern=_CODES, example="FRA", is_repeated=True)
AT_VENUE = Text(name="venue", meaning="At these venues.", pattern=_CODES, example="STA", is_repeated=True)
IN_STATUS = Text(
    name="status",
    meaning=f"ScheduleStatus: {', '.join(STATUSES)}.",
    pattern="[A-Z_]+(,[A-Z_]+)*",
    example="RUNNING",
    is_repeated=True,
)


class SchedulePage(msgspec.Struct, frozen=True):
    """Each row has the topic, seq and version of its message, then its body's fields; a day is one of `zone`.

    `next` is the `offset` of the units that come behind these, null at the end; sessions are all there each time.
    """

    epoch: str
    seq: int
    competition: str
    zone: str
    date: str | None
    sessions: tuple[msgspec.Raw, ...]
    units: tuple[msgspec.Raw, ...]
    next: int | None


SCHEDULE = view(
    "Sessions and units, by day, discipline, organisation, venue and status.",
    "Sessions by code; units by start, Order and code.",
    SchedulePage,
    named(DATE, DISCIPLINES, OF_NOC, AT_VENUE, IN_STATUS) | LABELLED | IN_PARTS,
)


@opens(SCHEDULE)
async def schedule(request: web.Request) -> web.StreamResponse:
    """List what is wanted in ODF's order; `seq` is the newest message of this competition's schedule."""
    reading = await entitled(request)
    competition = chosen(request, reading)
    reading = await at_moment(request, reading, of_kinds(competition, *SCHEDULED))
    zone, date = request.app[ZONES].get(competition, NO_ZONE), request.query.get("date")
    wanted, part = _read_wanted(request.query, zone, reading.scope), read_part(request.query)
    programme = reading.board.view(Schedule).of(competition)

    def page(seq: int) -> SchedulePage:
        sessions, found = programme.select(wanted)
        units, following = part.cut(found)
        of_sessions, of_units = (tuple(msgspec.Raw(row.json) for row in rows) for rows in (sessions, units))
        return SchedulePage(reading.epoch, seq, competition, zone, date, of_sessions, of_units, following)

    return await answer(request, reading, programme.seq, page, variant=zone)


def _read_wanted(query: MultiMapping[str], zone: str, scope: Scope) -> Wanted:
    disciplines, nocs, venues = (_read_codes(query, name) for name in ("discipline", "noc", "venue"))
    wanted = Wanted(read_day(query, zone), disciplines, nocs, venues, listed(query, "status"))
    if unknown := wanted.statuses - set(STATUSES):
        detail = f"status={min(unknown)[:40]}: there is no such status"
        raise ReaderError(ErrorName.BAD_REQUEST, detail, hint=f"There are {', '.join(STATUSES)}.")
    for name, codes, allowed in (
        ("discipline", disciplines, scope.disciplines),
        ("venue", venues, scope.venues),
    ):
        if allowed and (outside := codes.difference(allowed)):
            hint = f"It may read {', '.join(allowed)}."
            raise ReaderError(ErrorName.NOT_ENTITLED, f"{name}={min(outside)} is not for this key", hint=hint)
    return wanted


def read_day(query: MultiMapping[str], zone: str) -> tuple[int, int] | None:
    """The day in `date=` as `Wanted` has it; raises ReaderError bad_request."""
    text = query.get("date")
    if text is None:
        return None
    try:
        return day_bounds(text, ZoneInfo(zone))
    except ValueError as error:
        raise ReaderError(ErrorName.BAD_REQUEST, f"date={text[:20]}: {error}", hint="As 2024-07-26.") from error


def _read_codes(query: MultiMapping[str], name: str) -> frozenset[str]:
    codes = listed(query, name)
    for code in codes:
        if not _CODE.fullmatch(code):
            hint = "Codes are written in capital letters and digits."
            raise ReaderError(ErrorName.BAD_REQUEST, f"{name}={code[:20]} is no code", hint=hint)
    return codes
