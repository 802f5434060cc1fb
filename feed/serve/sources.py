"""GET /v1/sources: the venues' systems of a competition and whether they are sending."""

from collections.abc import Mapping

import msgspec
from aiohttp import web

from feed.core.silence import Signs
from feed.core.sources import SourceRow, Sources
from feed.serve.competitions import chosen
from feed.serve.door import opens, view
from feed.serve.ingest import CLOCK
from feed.serve.moments import AS_OF, at_moment, of_kinds
from feed.serve.parameters import ONE_COMPETITION
from feed.serve.rights import entitled
from feed.serve.views import answer
from schemas.message import Micros

SIGNS: web.AppKey[Mapping[str, Signs]] = web.AppKey("signs")  # by flag
_SECOND = 1_000_000


class SourceState(SourceRow, frozen=True):
    """A system, and what this process has heard of it: null and 0 where nothing came, and of a moment in the past.

    `heard` is the receipt of its newest document and `age_seconds` how long ago that is, `lag_seconds` how long it took
    from the system's clock to here; `documents` counts all that it sent, also signs of life and repeats.
    """

    heard: Micros | None
    age_seconds: int | None
    lag_seconds: float | None
    documents: int


class SourcesPage(msgspec.Struct, frozen=True):
    """The systems by name and code. This process has heard of them since `listening`, in microseconds UTC."""

    epoch: str
    seq: int
    competition: str
    listening: Micros
    sources: tuple[SourceState, ...]


SOURCES = view(
    "The systems of the venues and the central one, and whether they are sending.",
    "A row for each system.",
    SourcesPage,
    ONE_COMPETITION,
)


@opens(SOURCES)
async def sources(request: web.Request) -> web.StreamResponse:
    """List the systems; `seq` is the newest message that one of them sent of itself, or the feed of it."""
    reading = await entitled(request)
    competition = chosen(request, reading)
    reading = await at_moment(request, reading, of_kinds(competition, "source"))
    roll = reading.board.view(Sources).of(competition)
    signs, second = request.app[SIGNS][reading.flag], request.app[CLOCK]() // _SECOND
    if AS_OF in request.query or reading.delay:
        signs, second = Signs(), 0  # what was heard is not kept, and what is heard now is not for who is behind

    def page(seq: int) -> SourcesPage:
        states = tuple(_state(row, competition, signs, second) for row in roll.rows())
        return SourcesPage(reading.epoch, seq, competition, signs.since, states)

    variant = f"{second}/{signs.since}/{signs.count}"
    return await answer(request, reading, roll.seq, page, variant, is_of_now=True)


def _state(row: SourceRow, competition: str, signs: Signs, second: int) -> SourceState:
    sign = signs.of(competition, row.source)
    heard = sign.heard if sign else None
    return SourceState(
        **msgspec.structs.asdict(row),
        heard=heard.recv if heard else None,
        age_seconds=max(0, second - heard.recv // _SECOND) if heard else None,
        lag_seconds=(heard.recv - heard.event) / _SECOND if heard else None,
        documents=heard.documents if heard else 0,
    )
