"""GET /v1/records: who holds the records, as the feed knows them from results and the venues' lists."""

import msgspec
from aiohttp import web

from feed.core.derived import MARK
from feed.core.record_views import Archives, RecordPart, is_of
from feed.serve.counted import counted
from feed.serve.door import opens, view
from feed.serve.moments import of_kinds
from feed.serve.parameters import IN_PARTS, LABELLED, VIEW, Text, named
from feed.serve.parts import read_part
from feed.serve.query import listed
from feed.serve.views import answer
from schemas.ledger import MedalView


class RecordsPage(msgspec.Struct, frozen=True):
    """The records by code; what follows from messages up to `through` is in it."""

    epoch: str
    seq: int
    through: int
    competition: str
    view: MedalView
    records: tuple[RecordPart, ...]
    next: int | None


RECORDS = view(
    "Who holds the records, as signed off or with what is pending.",
    "Records by code, of each type in their hierarchy.",
    RecordsPage,
    named(
        VIEW,
        Text(name="discipline", meaning="Disciplines.", example="ATH", is_repeated=True),
        Text(name="event", meaning="Codes of events.", example="ATHM100M--------------------------", is_repeated=True),
        Text(name="type", meaning="Types of records.", example="WR", is_repeated=True),
    )
    | LABELLED
    | IN_PARTS,
)


@opens(RECORDS)
async def records(request: web.Request) -> web.StreamResponse:
    """Answer with the records that stand; `seq` is the newest message that changed one of the competition's."""
    disciplines, events, types = (listed(request.query, name) for name in ("discipline", "event", "type"))
    part = read_part(request.query)
    reading, competition, view, far = await counted(
        request, lambda competition, _: of_kinds(competition, "record_table", MARK)
    )
    archive = reading.board.view(Archives).of(competition)

    def wants(code: str) -> bool:
        is_there = not disciplines or code[:3] in disciplines
        return is_there and (not events or any(is_of(code, event) for event in events))

    def page(seq: int) -> RecordsPage:
        rows, following = part.cut(archive.chosen(view, wants, types))
        return RecordsPage(reading.epoch, seq, far, competition, view, tuple(rows), following)

    return await answer(request, reading, archive.seq, page, variant=f"{view}{far}")
