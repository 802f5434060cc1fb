"""GET /v1/records: who holds the records, as the feed knows them from results and the venues' lists."""

import msgspec
from aiohttp import web

from feed.core.derived import MARK
from feed.core.record_views import Archives, RecordPart, is_of
from feed.serve.competitions import chosen
from feed.serve.medals import read_view, through
from feed.serve.moments import AS_OF, at_moment, of_kinds
from feed.serve.query import check_names, listed
from feed.serve.rights import entitled
from feed.serve.views import LABELLED_NAMES, answer
from schemas.ledger import MedalView


class RecordsPage(msgspec.Struct, frozen=True):
    """The records by code; what follows from messages up to `through` is in it."""

    epoch: str
    seq: int
    through: int
    competition: str
    view: MedalView
    records: tuple[RecordPart, ...]


async def records(request: web.Request) -> web.StreamResponse:
    """Answer with the records that stand; `seq` is the newest message that changed one of the competition's."""
    check_names(request.query, LABELLED_NAMES | {AS_OF, "view", "discipline", "event", "type"})
    reading = entitled(request)
    competition, view = chosen(request, reading), read_view(request.query)
    disciplines, events, types = (listed(request.query, name) for name in ("discipline", "event", "type"))
    reading = await at_moment(request, reading, of_kinds(competition, "record_table", MARK))
    archive = reading.board.view(Archives).of(competition)
    far = through(reading, competition)

    def wants(code: str) -> bool:
        is_there = not disciplines or code[:3] in disciplines
        return is_there and (not events or any(is_of(code, event) for event in events))

    def page(seq: int) -> RecordsPage:
        return RecordsPage(reading.epoch, seq, far, competition, view, archive.chosen(view, wants, types))

    return await answer(request, reading, archive.seq, page, variant=f"{view}{far}")
