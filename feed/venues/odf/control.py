"""Control messages: a system tells that it is there (General Messages, control messages)."""

from msgspec.structs import replace

from feed.candidate import Decoded, Sender
from feed.venues.odf.around import VERSIONS, forget_code
from feed.venues.odf.names import name_of
from feed.venues.odf.parse import ROOT
from feed.venues.odf.plan import compile_plan
from feed.venues.odf.received import Received
from feed.venues.odf.refused import RefusedError
from feed.venues.odf.sets import SetDocument
from schemas.message import Remark
from schemas.source import SourceBody, State

_KIND = "source"
_PLAN = compile_plan(SourceBody, {}, VERSIONS)


def read_source(state: State, received: Received) -> Decoded:
    """The one entity of the document: its sender; raises RefusedError.

    A new Version is news again, so the entity's content is the document's.
    """
    document, header = SetDocument(received), received.header
    body, remarks = SourceBody(state=state, since=header.event), tuple[Remark, ...]()
    if received.competition is not None:
        body = document.walker.read(_PLAN, received.competition, state=state, since=header.event)
        forget_code(document.walker, received.competition)
        unmapped, remarks = document.walker.take(received.competition)
        body = replace(body, unmapped=unmapped)
    try:
        name = name_of(header.competition, _KIND, str(header.code), (header.source,))
    except RefusedError as refused:
        raise refused.at(f"/{ROOT}/@Source") from None
    document.add(name, body, remarks, document.content)
    return document.decoded()


def read_nothing(received: Received) -> Decoded:
    """A sign of life or a test of the line: it is kept and counted, and nobody is told but who watches for silence."""
    header = received.header
    sign = Sender(header.competition, header.source, header.event)
    return Decoded(flag=header.flag, topic=header.topic, version=header.version, sign=sign)
