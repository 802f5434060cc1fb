"""GET /v1/sources: the venues' systems of a competition and whether they are sending."""

import msgspec
from aiohttp import web

from feed.core.sources import SourceRow, Sources
from feed.serve.competitions import chosen
from feed.serve.query import check_names
from feed.serve.rights import entitled
from feed.serve.views import VIEW_NAMES, answer


class SourcesPage(msgspec.Struct, frozen=True):
    """The systems by name and code, as each of them said last."""

    epoch: str
    seq: int
    competition: str
    sources: tuple[SourceRow, ...]


async def sources(request: web.Request) -> web.StreamResponse:
    """List the systems; `seq` is the newest message one of them sent of itself."""
    check_names(request.query, VIEW_NAMES)
    reading = entitled(request)
    competition = chosen(request, reading)
    roll = reading.board.view(Sources).of(competition)
    return await answer(
        request, reading, roll.seq, lambda seq: SourcesPage(reading.epoch, seq, competition, roll.rows())
    )
