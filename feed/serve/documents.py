"""GET /v1/documents/{topic}: the newest message of one topic, as every subscriber got it, or as ODF."""

from aiohttp import hdrs, web

from feed.core.entry import Entry
from feed.core.labels import Labels
from feed.errors import ErrorName, ReaderError
from feed.serve.door import ETAG, IF_NONE_MATCH, JSON, Answer, Door, opens
from feed.serve.moments import at_moment, labels_at, of_set, of_topics
from feed.serve.odf import FAMILY_WANTED, XML, as_odf
from feed.serve.parameters import DELAY, FLAG, LANGUAGE, PAST, Text, named
from feed.serve.query import wants
from feed.serve.reading import Reading
from feed.serve.representation import Representation
from feed.serve.rights import entitled
from feed.serve.views import edition_of
from schemas.list import LIST_KIND
from schemas.message import Op
from schemas.registry import KINDS, AnyMessage
from schemas.topic import BadKeyError, parse_topic

DOCUMENT = Door(
    "The newest message of one topic, as delivered, or as an ODF document.",
    "Views",
    {
        200: Answer("The message; with `Accept: application/xml` the document.", {JSON: AnyMessage, XML: None}, ETAG),
        304: Answer("The reader has it.", headers=ETAG),
    },
    named(FAMILY_WANTED, PAST, DELAY, LANGUAGE, FLAG),
    named(Text(name="topic", meaning="As messages name it.", example="OG2024.ATH.M.100M.FNL.000100.result")),
    named(IF_NONE_MATCH),
    errors=(ErrorName.NOT_FOUND, ErrorName.DAMAGED),
)


@opens(DOCUMENT)
async def document(request: web.Request) -> web.StreamResponse:
    """Answer with the living message; its sequence is its entity tag."""
    reading = await entitled(request)
    topic = request.match_info["topic"]
    kind, is_odf = _kind(topic), wants(request.headers, XML)
    wanted = of_set(topic) if is_odf and kind == LIST_KIND else of_topics(topic)
    reading = await at_moment(request, reading, wanted)
    entry = _living(reading.board.get(topic), topic)
    labels = await labels_at(request, reading)
    if not is_odf:
        return await as_delivered(request, reading, entry, labels)
    if labels is not None:
        hint = "Leave out lang=, or ask for JSON."
        raise ReaderError(ErrorName.BAD_REQUEST, "an ODF document has no labels", hint=hint)
    return await as_odf(request, reading, entry)


async def as_delivered(request: web.Request, reading: Reading, entry: Entry, labels: Labels | None) -> web.Response:
    """The answer that is one message, or that the reader has it; other labels make it another representation."""
    tag = f"{reading.epoch}:{entry.seq}:json"
    if labels is not None:
        tag += f":{edition_of(labels)}"
        entry = labels.of_state(entry)
    shape = Representation(request, tag, hdrs.ACCEPT)
    shape.lies_at(reading)
    if unchanged := shape.unchanged():
        return unchanged

    async def text() -> bytes:
        return entry.json

    return web.Response(body=await shape.body(text), headers=shape.headers, content_type=JSON)


def _kind(text: str) -> str:
    try:
        kind = parse_topic(text).kind
    except BadKeyError as error:
        raise ReaderError(ErrorName.BAD_REQUEST, f"no topic: {error}", hint="A message names its topic.") from error
    if kind not in KINDS:
        detail = f"topic {text}: there is no kind {kind!r}"
        raise ReaderError(ErrorName.BAD_REQUEST, detail, hint=f"Kinds are {', '.join(KINDS)}.")
    return kind


def _living(entry: Entry | None, topic: str) -> Entry:
    if entry is None:
        raise ReaderError(ErrorName.NOT_FOUND, f"there is no message of {topic}", hint="/v1/snapshot shows all.")
    if entry.index.op is not Op.PUT:
        detail = f"{topic} was {entry.index.op.value} by seq {entry.seq}"
        raise ReaderError(ErrorName.NOT_FOUND, detail, hint="Its earlier messages are on /v1/log.")
    return entry
