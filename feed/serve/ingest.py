"""POST /ingest/<format>: a venue's door. The answer says what is safely stored, or what to do (the contract, "Ingest").

One POST is one document. 200 comes only after JetStream has acknowledged the raw bytes and the message.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web

from feed.core.keys import Key, Right
from feed.core.outcome import Arrival, Outcome, Stored
from feed.core.traces import TRACEPARENT
from feed.errors import BrokerError, ErrorName, OutcomeUnknownError
from feed.refusals import FORBIDDEN, HINTS, Reason, Refusal
from feed.serve.answers import json_answer, problem
from feed.serve.door import JSON, Answer, Door, opens
from feed.serve.parameters import Choice, Text, named
from feed.serve.rights import RIGHTS

Admit = Callable[[Arrival], Awaitable[Outcome]]
ADMIT: web.AppKey[Admit] = web.AppKey("admit")
FORMATS: web.AppKey[frozenset[str]] = web.AppKey("formats")
BODY_BYTES_MAX: web.AppKey[int] = web.AppKey("body_bytes_max")
CLOCK: web.AppKey[Callable[[], int]] = web.AppKey("clock")

BODY_SECONDS = 30.0
LISTED_MAX = 100
THREAD_BYTES = 1024 * 1024  # from here on a body is put together without Python's lock, but not by the loop
# The last one is what curl names any body when it is not told better.
_UNTOLD = ("application/octet-stream", "", "application/x-www-form-urlencoded")
_MEDIA = frozenset({"application/xml", "text/xml", "text/csv", *_UNTOLD})
_ENCODINGS = {"": "", "identity": "", "gzip": "gzip", "x-gzip": "gzip"}
_KEPT = 422
_SPAN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
_STATUS = {Reason.TOO_LARGE: 413, **dict.fromkeys(FORBIDDEN, 403)}


class Admitted(msgspec.Struct, frozen=True):
    """What was stored; `accepted` lists at most 100, `count` counts all."""

    accepted: tuple[Stored, ...]
    count: int
    duplicates: int
    stale: int
    quarantined: tuple[dict[str, str], ...] = ()


INGEST = Door(
    "Send one document of a venue.",
    "Venues",
    {
        200: Answer(
            "Stored; to a key with `ack_refused` also: refused and safely in quarantine, as `quarantined` tells.",
            {JSON: Admitted},
        )
    },
    named(Text(name="source", meaning="Names a sender that does not name itself.", example="GPS1")),
    named(Text(name="format", meaning="`odf`, or `codes` for a code file.", example="odf")),
    named(
        Choice(name="Content-Encoding", meaning="Of the body.", of=("gzip", "identity"), example="gzip"),
        Text(name=TRACEPARENT, meaning="The sender's span (W3C Trace Context), which ours go on.", example=_SPAN),
    ),
    {"application/xml": None, "text/csv": None},
    errors=(ErrorName.BAD_REQUEST,),
    refusals={
        403: tuple(sorted(FORBIDDEN)),
        408: ("request_timeout",),
        413: (Reason.TOO_LARGE.value,),
        415: (Reason.UNSUPPORTED_MEDIA.value,),
        422: tuple(reason.value for reason in Reason if reason not in FORBIDDEN),
        503: ("outcome_unknown", "not_stored"),
    },
)


@opens(INGEST)
async def ingest(request: web.Request) -> web.StreamResponse:
    """Receive, stamp and admit one document."""
    rights = request.app[RIGHTS]
    key = rights.writer(request)
    name = request.match_info["format"]
    if name not in request.app[FORMATS]:
        return problem(415, Reason.UNSUPPORTED_MEDIA.value, f"there is no format {name!r}", _known(request))
    encoding = _ENCODINGS.get(request.headers.get("Content-Encoding", "").strip().lower())
    if encoding is None or _media(request) not in _MEDIA:
        return _refused(Refusal(Reason.UNSUPPORTED_MEDIA, "this media type or encoding is not read"), 415)
    most, began, is_here = request.app[BODY_BYTES_MAX], time.perf_counter(), request.content.is_eof()
    data = await _body(request, key.bytes_max(most) if key else most)
    if isinstance(data, web.Response):
        return data
    seconds = time.perf_counter() - began
    if not is_here:
        key = rights.writer(request)  # again: a body takes its time, and a key may be revoked meanwhile
    source = request.query.get("source") or (key.source if key else None)
    traceparent = request.headers.get(TRACEPARENT)
    arrival = Arrival(name, data, encoding, request.app[CLOCK](), source, key, seconds, traceparent)
    return await _admitted(request.app[ADMIT], arrival)


async def _admitted(admit: Admit, arrival: Arrival) -> web.Response:
    try:
        return answer_to(await admit(arrival), arrival.key)
    except OutcomeUnknownError as error:
        return problem(503, "outcome_unknown", error.detail, "Send the same bytes again; it is safe.")
    except BrokerError as error:
        return problem(503, "not_stored", error.detail, "The broker is full or ill; send the same bytes again later.")


def answer_to(outcome: Outcome, key: Key | None = None) -> web.Response:
    """The answer to an outcome: 200, or for a refused document 422, 413 (too large to be kept) or 403 (not its key).

    A sender that repeats what is not answered 200 gets it for 422 as well, if its key has the right `ack_refused`.
    """
    kept: list[dict[str, str]] = []
    for row in outcome.quarantined:
        status = _STATUS.get(row.refusal.reason, _KEPT)
        if status != _KEPT or key is None or Right.ACK_REFUSED not in key.rights:
            return _refused(row.refusal, status, row.id or None)
        kept.append({"id": row.id, "reason": row.refusal.reason.value})
    accepted = outcome.accepted
    return json_answer(Admitted(accepted[:LISTED_MAX], len(accepted), outcome.duplicates, outcome.stale, tuple(kept)))


async def _body(request: web.Request, limit: int) -> bytes | web.Response:
    """The body as it came, or the refusal as soon as it is known to be above the limit or too slow."""
    if request.content_length is not None and request.content_length > limit:
        return _too_large(limit)
    if request.content.is_eof():  # it came with the head, as short ones do
        return request.content.read_nowait()
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.content.iter_any():
                size += len(chunk)
                if size > limit:
                    return _too_large(limit)
                chunks.append(chunk)
    except TimeoutError:
        return problem(408, "request_timeout", f"the body did not arrive within {BODY_SECONDS:g} s", "Send it again.")
    except (ConnectionError, web.RequestPayloadError) as error:
        return problem(400, "bad_request", f"the body broke off: {error}", "Send the same bytes again; it is safe.")
    return b"".join(chunks) if size < THREAD_BYTES else await asyncio.to_thread(b"".join, chunks)


def _too_large(limit: int) -> web.Response:
    return _refused(Refusal(Reason.TOO_LARGE, f"the body has more than {limit} bytes"), 413)


def _media(request: web.Request) -> str:
    return request.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def _refused(refusal: Refusal, status: int, quarantine: str | None = None) -> web.Response:
    detail = f"{refusal.detail} (at {refusal.where})" if refusal.where else refusal.detail
    return problem(status, refusal.reason.value, detail, HINTS[refusal.reason], quarantine)


def _known(request: web.Request) -> str:
    formats = request.app[FORMATS]
    return f"Formats: {', '.join(sorted(formats))}."
