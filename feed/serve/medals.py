"""GET /v1/medals and /v1/medals/ledger: the standings that the feed counts, and how they came about."""

import msgspec
from aiohttp import web
from multidict import MultiMapping

from feed.core.derived import MARK, mark_topic
from feed.core.entry import Entry
from feed.core.medal_views import Journals, LedgerRow, of_gender
from feed.errors import ErrorName, ReaderError
from feed.serve.counted import counted
from feed.serve.door import opens, view
from feed.serve.moments import of_kinds, of_topics
from feed.serve.parameters import IN_PARTS, LABELLED, VIEW, Choice, Text, named
from feed.serve.parts import read_part
from feed.serve.query import listed
from feed.serve.views import answer
from schemas.ledger import MedalCause, MedalView
from schemas.medal_table import MedalRow, MedalTable, MedalTableBody
from schemas.rsc import FILLING, LENGTH, Rsc, parse_code
from schemas.topic import Topic

GAMES = "GEN"
GENDERS = "MWXO"
_TABLE = msgspec.json.Decoder(MedalTable)


class MedalsPage(msgspec.Struct, frozen=True):
    """The standings as the message `seq` has them; what follows from messages up to `through` is counted."""

    epoch: str
    seq: int
    through: int
    competition: str
    view: MedalView
    discipline: str | None
    gender: str | None
    events: int
    rows: tuple[MedalRow, ...]
    cause: MedalCause | None


class LedgerPage(msgspec.Struct, frozen=True):
    """Entries in the order in which they were written, of one view."""

    epoch: str
    seq: int
    through: int
    competition: str
    view: MedalView
    entries: tuple[LedgerRow, ...]
    next: int | None


MEDALS = view(
    "The standings that the feed counts, of all, of a discipline, or of one gender.",
    "Rows by gold, silver, bronze; who ties shares `rank`.",
    MedalsPage,
    named(
        VIEW,
        Text(name="discipline", meaning="One discipline.", example="ATH"),
        Choice(name="gender", meaning="Of men, women, mixed or open events.", of=tuple(GENDERS), example="W"),
    )
    | LABELLED,
)
LEDGER = view(
    "Every award and withdrawal of a medal with its cause, in order.",
    "Entries, oldest first.",
    LedgerPage,
    named(
        VIEW,
        Text(name="event", meaning="Codes of events.", example="ATHM100M--------------------------", is_repeated=True),
        Text(name="noc", meaning="Organisations.", example="FRA", is_repeated=True),
        Text(name="cause", meaning="Sequences of messages that moved a medal.", example="4211", is_repeated=True),
    )
    | LABELLED
    | IN_PARTS,
)


@opens(MEDALS)
async def medals(request: web.Request) -> web.StreamResponse:
    """Answer with the table of all, or of a discipline, or of the events of one gender."""
    discipline, gender = _read_discipline(request.query), request.query.get("gender")
    if gender is not None and (len(gender) != 1 or gender not in GENDERS):
        raise ReaderError(ErrorName.BAD_REQUEST, f"gender={gender}: there are {', '.join(GENDERS)}")
    code = parse_code((discipline or GAMES).ljust(LENGTH, FILLING))

    def topic(competition: str, view: MedalView) -> str:
        return str(Topic(competition, code, "medal_table", (view.value,)))

    reading, competition, view, far = await counted(
        request, lambda competition, view: of_topics(topic(competition, view), mark_topic(competition))
    )
    entry = reading.board.get(topic(competition, view))

    def page(seq: int) -> MedalsPage:
        body = _table(entry) or MedalTableBody(view=view)
        rows = body.rows if gender is None else of_gender(body.rows, gender)
        return MedalsPage(reading.epoch, seq, far, competition, view, discipline, gender, body.events, rows, body.cause)

    return await answer(request, reading, entry.seq if entry else 0, page, variant=f"{view}{gender or ''}{far}")


@opens(LEDGER)
async def ledger(request: web.Request) -> web.StreamResponse:
    """Answer with the entries, each with its cause."""
    events, nocs, causes = (listed(request.query, name) for name in ("event", "noc", "cause"))
    part = read_part(request.query)
    reading, competition, view, far = await counted(
        request, lambda competition, _: of_kinds(competition, "ledger", MARK)
    )
    journal = reading.board.view(Journals).of(competition)

    def page(seq: int) -> LedgerPage:
        rows, following = part.cut(journal.chosen(view, events, nocs, causes))
        return LedgerPage(reading.epoch, seq, far, competition, view, tuple(rows), following)

    return await answer(request, reading, journal.seq, page, variant=f"{view}{far}")


def _read_discipline(query: MultiMapping[str]) -> str | None:
    found = query.getall("discipline", [])
    if not found:
        return None
    if len(found) > 1 or not isinstance(parse_code(found[0].ljust(LENGTH, FILLING)), Rsc):
        raise ReaderError(ErrorName.BAD_REQUEST, f"discipline={','.join(found)} is not one", hint="ATH, for example.")
    return found[0]


def _table(entry: Entry | None) -> MedalTableBody | None:
    return _TABLE.decode(entry.json).body if entry else None
