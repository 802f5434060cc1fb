"""Results as the publisher stores them, in a size that is given: real envelope, body and index headers."""

from msgspec.structs import replace

from benchmarks.clients import document
from benchmarks.plain import Stored
from feed.candidate import Candidate, Receipt
from feed.core.index import headers_of
from feed.venues.odf import decode
from schemas.result import Result, ResultBody
from schemas.topic import SUBJECT_PREFIX
from schemas.wire import encode

RAW_ID = "0" * 24


def results(units: int, size: int) -> list[Stored]:
    """The first message of `units` units, each with a payload of exactly `size` bytes (550 and above)."""
    return [_result(unit, units, size) for unit in range(units)]


def _result(unit: int, units: int, size: int) -> Stored:
    (candidate,) = decode(document(unit, units, size), Receipt(0, None, lambda _: None)).candidates
    assert isinstance(candidate.message, Result)
    message = _filled(candidate.message, size)
    headers = headers_of(Candidate(message, candidate.hash), RAW_ID)
    return Stored(SUBJECT_PREFIX + message.topic, headers, encode(message))


def _filled(result: Result, size: int) -> Result:
    """As many rows as there is room for, and a source over the rest; without the venue's header, to have room."""
    rows = result.body.competitors if result.body else ()

    def made(count: int, source: str) -> Result:
        return replace(result, body=ResultBody(competitors=rows[:count]), source=source, document=None)

    count = len(rows)
    while count and len(encode(made(count, ""))) > size:
        count -= 1
    room = size - len(encode(made(count, "")))
    if room < 0:
        raise ValueError(f"an envelope alone takes {size - room} bytes")
    return made(count, "x" * room)
