"""One ODF document to its messages, or to the one refusal that refuses it."""

from collections.abc import Callable
from functools import partial

from feed.candidate import Candidate, Decoded, Receipt
from feed.venues.odf.control import read_nothing, read_source
from feed.venues.odf.envelope import common_fields, message
from feed.venues.odf.fingerprint import fingerprint
from feed.venues.odf.header import read_header, sight
from feed.venues.odf.listing import read_listing
from feed.venues.odf.lists import LISTS
from feed.venues.odf.parse import parse
from feed.venues.odf.reading import Reading, read_again, read_document, read_typed
from feed.venues.odf.received import Received, competition_of, received
from feed.venues.odf.refused import RefusedError
from schemas.message import Op
from schemas.source import State


def decode(data: bytes, receipt: Receipt) -> Decoded:
    """Read an ODF document (`data` already inflated); never raises for what a venue sent.

    Its messages have `prev` 0 and `ts.published` 0, times in microseconds UTC. A refused document tells its flag, topic
    and version where they can be read.
    """
    if (reading := read_again(data, receipt)) is not None:
        return _one(reading, receipt.recv)
    try:
        root = parse(data)
    except RefusedError as refused:
        return Decoded(refusal=refused.refusal)
    attributes = dict(root.items())
    try:
        header = read_header(attributes, receipt)
        return READERS[header.row.reader](received(data, root, header, receipt.recv))
    except RefusedError as refused:
        flag, topic, version = sight(attributes)
        return Decoded(refusal=refused.refusal, flag=flag, topic=topic, version=version)


def _one(reading: Reading, recv: int) -> Decoded:
    """A document that is one message; a body of None withdraws it (Foundation Principles 2.12, Invalidation)."""
    header, body = reading.header, reading.body
    own = {
        "topic": header.topic,
        "op": Op.WITHDRAWN if body is None else Op.PUT,
        "status": header.status,
        "remarks": tuple(dict.fromkeys((*header.remarks, *reading.remarks))),
        "body": body,
    }
    common = common_fields(header, reading.root, competition_of(reading.root), recv)
    made = message(header.row.kind, common, header.code, **own)
    candidate = Candidate(made, fingerprint(reading.content), attached=reading.attached)
    return Decoded((candidate,), flag=header.flag, topic=header.topic, version=header.version)


# By the name that a type's row in the catalogue gives.
READERS: dict[str, Callable[[Received], Decoded]] = {
    "typed": lambda whole: _one(read_typed(whole), whole.recv),
    "document": lambda whole: _one(read_document(whole), whole.recv),
    **{name: partial(read_listing, table) for name, table in LISTS.items()},
    "source_on": partial(read_source, State.ON),
    "source_off": partial(read_source, State.OFF),
    "none": read_nothing,
}
