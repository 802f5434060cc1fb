"""GET /v1/medals and /v1/medals/ledger: the standings that the feed counts, and how they came about."""

import msgspec
from aiohttp import web
from multidict import MultiMapping

from feed.core.derived import MARK, mark_topic
from feed.core.entry import Entry
from feed.core.medal_views import Journals, LedgerRow, of_gender
from feed.errors import ErrorName, ReaderError
from feed.serve.competitions import chosen
from feed.serve.moments import AS_OF, at_moment, of_kinds, of_topics
from feed.serve.query import check_names, listed
from feed.serve.reading import Reading
from feed.serve.rights import entitled
from feed.serve.views import LABELLED_NAMES, answer
from schemas.derived import Derived
from schemas.ledger import MedalCause, MedalView
from schemas.medal_table import MedalRow, MedalTable, MedalTableBody
from schemas.rsc import FILLING, LENGTH, Rsc, parse_code
from schemas.topic import Topic

GAMES = "GEN"
GENDERS = "MWXO"
_TABLE, _DERIVED = msgspec.json.Decoder(MedalTable), msgspec.json.Decoder(Derived)


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


async def medals(request: web.Request) -> web.StreamResponse:
    """Answer with the table of all, or of a discipline, or of the events of one gender."""
    check_names(request.query, LABELLED_NAMES | {AS_OF, "view", "discipline", "gender"})
    reading = entitled(request)
    competition, view = chosen(request, reading), read_view(request.query)
    discipline, gender = _read_discipline(request.query), request.query.get("gender")
    if gender is not None and (len(gender) != 1 or gender not in GENDERS):
        raise ReaderError(ErrorName.BAD_REQUEST, f"gender={gender}: there are {', '.join(GENDERS)}")
    code = parse_code((discipline or GAMES).ljust(LENGTH, FILLING))
    topic = str(Topic(competition, code, "medal_table", (view.value,)))
    reading = await at_moment(request, reading, of_topics(topic, mark_topic(competition)))
    entry = reading.board.get(topic)
    far = through(reading, competition)

    def page(seq: int) -> MedalsPage:
        body = _table(entry) or MedalTableBody(view=view)
        rows = body.rows if gender is None else of_gender(body.rows, gender)
        return MedalsPage(reading.epoch, seq, far, competition, view, discipline, gender, body.events, rows, body.cause)

    return await answer(request, reading, entry.seq if entry else 0, page, variant=f"{view}{gender or ''}{far}")


async def ledger(request: web.Request) -> web.StreamResponse:
    """Answer with the entries, each with its cause."""
    check_names(request.query, LABELLED_NAMES | {AS_OF, "view", "event", "noc", "cause"})
    reading = entitled(request)
    competition, view = chosen(request, reading), read_view(request.query)
    events, nocs, causes = (listed(request.query, name) for name in ("event", "noc", "cause"))
    reading = await at_moment(request, reading, of_kinds(competition, "ledger", MARK))
    journal = reading.board.view(Journals).of(competition)
    far = through(reading, competition)

    def page(seq: int) -> LedgerPage:
        return LedgerPage(reading.epoch, seq, far, competition, view, journal.chosen(view, events, nocs, causes))

    return await answer(request, reading, journal.seq, page, variant=f"{view}{far}")


def read_view(query: MultiMapping[str]) -> MedalView:
    """What counts, official when nothing is said; raises ReaderError bad_request."""
    text = query.get("view", MedalView.OFFICIAL.value)
    try:
        return MedalView(text)
    except ValueError:
        raise ReaderError(ErrorName.BAD_REQUEST, f"view={text}: there are {', '.join(MedalView)}") from None


def _read_discipline(query: MultiMapping[str]) -> str | None:
    found = query.getall("discipline", [])
    if not found:
        return None
    if len(found) > 1 or not isinstance(parse_code(found[0].ljust(LENGTH, FILLING)), Rsc):
        raise ReaderError(ErrorName.BAD_REQUEST, f"discipline={','.join(found)} is not one", hint="ATH, for example.")
    return found[0]


def _table(entry: Entry | None) -> MedalTableBody | None:
    return _TABLE.decode(entry.json).body if entry else None


def through(reading: Reading, competition: str) -> int:
    """Up to where everything that follows from a competition's messages is there."""
    entry = reading.board.get(mark_topic(competition))
    body = _DERIVED.decode(entry.json).body if entry else None
    return body.through if body else 0
