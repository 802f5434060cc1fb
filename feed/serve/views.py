"""How a view leaves by HTTP: as JSON under an entity tag, which is looked at before anything is made."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec
from aiohttp import hdrs, web
from multidict import istr

from feed.core.labels import Labels, codes_used
from feed.core.scope import WHOLE, Scope
from feed.serve.answers import JSON
from feed.serve.moments import labels_at
from feed.serve.pulls import PORTION_BYTES, under_way
from feed.serve.query import LANG, is_known
from feed.serve.reading import Reading
from schemas.facts import EDITION

VIEW_NAMES = frozenset({"competition", "flag"})
LABELLED_NAMES = VIEW_NAMES | {LANG}
THREAD_BYTES = 256 * 1024  # from here on a page is looked through beside the loop


class Page(Protocol):
    """A view as a Struct, about one competition."""

    @property
    def competition(self) -> str | None: ...


async def answer(
    request: web.Request,
    reading: Reading,
    seq: int,
    make: Callable[[int], Page],
    variant: str = "",
    *,
    has_labels: bool = True,
) -> web.StreamResponse:
    """Send what `make` makes, unless the reader has it: the same sequence, scope and `variant` give the same bytes.

    `make` is given the sequence to tell. With `lang=` the page has labels of its codes, unless its door gives that word
    another meaning. Raises ReaderError too_many, and as `labels_at` does.
    """
    labels = await labels_at(request, reading) if has_labels else None
    if reading.scope.venues:
        seq = reading.seq  # what left these venues long ago is not known everywhere: its sequence tells nothing
    labelled = edition_of(labels) if labels else ""
    tag = ":".join(filter(None, (reading.epoch, str(seq), "json", variant, _told(reading.scope), labelled)))
    headers = {hdrs.ETAG: f'"{tag}"'}
    if is_known(request, tag):
        return web.Response(status=304, headers=headers)
    page = make(seq)
    text = msgspec.json.encode(page)
    if labels is not None:
        uses = codes_used(text) if len(text) < THREAD_BYTES else await asyncio.to_thread(codes_used, text)
        text = labels.of_page(text, uses, page.competition or "")
    if request.method == hdrs.METH_HEAD:
        return web.Response(body=text, headers=headers, content_type=JSON)
    async with under_way(request, reading):
        return await _send(request, headers | {hdrs.CONTENT_TYPE: JSON}, memoryview(text))


def edition_of(labels: Labels) -> str:
    """What tells labels from other labels of the same message: their language, the dictionary, the facts that ship."""
    return f"{labels.language}:{labels.edition}:{EDITION}"


def _told(scope: Scope) -> str:
    """What part of the flag it is of: readers of another part must not take it for theirs."""
    return "" if scope == WHOLE else "/".join(map(",".join, msgspec.structs.astuple(scope)))


async def _send(request: web.Request, headers: Mapping[istr, str], text: memoryview) -> web.StreamResponse:
    """Portion by portion; a reader who leaves in the middle is let go."""
    response = web.StreamResponse(headers=headers)
    response.content_length = len(text)
    try:
        await response.prepare(request)
        for start in range(0, len(text), PORTION_BYTES):
            await response.write(text[start : start + PORTION_BYTES])
        await response.write_eof()
    except ConnectionError:
        response.force_close()
    return response
