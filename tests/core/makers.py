"""Messages, heads and entries of our own making, as short as a rule needs them."""

from feed.candidate import Candidate
from feed.core.entry import Entry
from feed.core.heads import Head
from feed.core.index import Index, Left, headers_of, index_of
from schemas.competitor import Competitor
from schemas.message import DocumentHeader, Lane, Op, Stamps
from schemas.result import Result, ResultBody
from schemas.topic import SUBJECT_PREFIX
from schemas.wire import encode

TOPIC = "XG2030.ATH.M.100M.FNL.000100.result"
CODE = "ATHM100M--------------FNL-000100--"
SECOND = 1_000_000


def candidate(  # noqa: PLR0913 - every part has a default; a test names what its rule is about
    version: int = 1,
    event: int = 0,
    content: str = "",
    *,
    op: Op = Op.PUT,
    status: str | None = None,
    notes: tuple[str, ...] = (),
    recv: int = 0,
    topic: str = TOPIC,
    body: ResultBody | None = None,
) -> Candidate:
    """A result; without `content` its hash tells nothing but version and op."""
    document = DocumentHeader(type="DT_RESULT", code=CODE, version=version, notes=notes)
    message = Result(
        prev=0,
        topic=topic,
        op=op,
        competition="XG2030",
        code=CODE,
        unit=CODE,
        version=version,
        status=status,
        source="STAATH1",
        lane=Lane.LIVE,
        ts=Stamps(event=event, recv=recv, published=0),
        document=document,
        body=(body or ResultBody()) if op is Op.PUT else None,
    )
    return Candidate(message, content or f"{op}{version}")


def withdrawal(version: int = 1, event: int = 0, *, recv: int = 0) -> Candidate:
    return candidate(version, event, op=Op.WITHDRAWN, recv=recv)


def head_of(stored: Candidate, seq: int = 7) -> Head:
    return Head(seq, index_of(stored))


def athlete(number: str, *, noc: str = "FRA", photo_finish: str | None = None) -> Competitor:
    more = {} if photo_finish is None else {"photo_finish": photo_finish}
    return Competitor(id=number, kind="athlete", noc=noc, **more)


def entry(
    seq: int,
    topic: str = TOPIC,
    *,
    op: Op = Op.PUT,
    size: int = 0,
    venue: str | None = None,
    venue_before: str | None = None,
) -> Entry:
    """An entry that is read, not encoded: `size` more bytes of JSON."""
    json = b'{"seq":%d,"topic":"%b","fill":"%b"}' % (seq, topic.encode(), b"x" * size)
    return Entry(seq, topic, Index(1, 0, 0, "h", op, None, venue=venue, left=Left(venue=venue_before)), json)


def stored(seq: int, of: Candidate) -> Entry:
    """The entry of a candidate as it comes back from the stream."""
    return Entry.stored(seq, SUBJECT_PREFIX + of.message.topic, headers_of(of, "id"), encode(of.message))
