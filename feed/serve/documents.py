"""GET /v1/documents/{topic}: the newest message of one topic, as every subscriber got it, or as ODF."""

from aiohttp import hdrs, web

from feed.core.entry import Entry
from feed.core.labels import Labels
from feed.errors import ErrorName, ReaderError
from feed.serve.answers import JSON
from feed.serve.moments import AS_OF, at_moment, labels_at, of_set, of_topics
from feed.serve.odf import XML, as_odf
from feed.serve.query import LANG, check_names, is_known, wants
from feed.serve.reading import Reading
from feed.serve.rights import entitled
from feed.serve.views import edition_of
from schemas.list import LIST_KIND
from schemas.message import Op
from schemas.registry import KINDS
from schemas.topic import BadKeyError, parse_topic

_NAMES = frozenset({AS_OF, "family", "flag", LANG})


async def document(request: web.Request) -> web.StreamResponse:
    """Answer with the living message; its sequence is its entity tag."""
    check_names(request.query, _NAMES)
    reading = entitled(request)
    topic = request.match_info["topic"]
    kind, is_odf = _kind(topic), wants(request.headers, XML)
    wanted = of_set(topic) if is_odf and kind == LIST_KIND else of_topics(topic)
    reading = await at_moment(request, reading, wanted)
    entry = _living(reading.board.get(topic), topic)
    labels = await labels_at(request, reading)
    if not is_odf:
        return as_delivered(request, reading, entry, labels)
    if labels is not None:
        hint = "Leave out lang=, or ask for JSON."
        raise ReaderError(ErrorName.BAD_REQUEST, "an ODF document has no labels", hint=hint)
    return await as_odf(request, reading, entry)


def as_delivered(request: web.Request, reading: Reading, entry: Entry, labels: Labels | None) -> web.Response:
    """The answer that is one message, or that the reader has it; other labels make it another representation."""
    tag = f"{reading.epoch}:{entry.seq}:json"
    if labels is not None:
        tag += f":{edition_of(labels)}"
        entry = labels.of_state(entry)
    headers = {hdrs.ETAG: f'"{tag}"', hdrs.VARY: hdrs.ACCEPT}
    if is_known(request, tag):
        return web.Response(status=304, headers=headers)
    return web.Response(body=entry.json, headers=headers, content_type=JSON)


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
