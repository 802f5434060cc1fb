"""How a view leaves by HTTP: as JSON under an entity tag, which is looked at before anything is made."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec
from aiohttp import hdrs, web

from feed.core.labels import Labels, codes_used
from feed.core.scope import WHOLE, Scope
from feed.serve.answers import JSON
from feed.serve.moments import labels_at
from feed.serve.pulls import PORTION_BYTES, under_way
from feed.serve.reading import Reading
from feed.serve.representation import Representation
from schemas.facts import EDITION

THREAD_BYTES = 256 * 1024  # from here on a page is looked through beside the loop


class Page(Protocol):
    """A view as a Struct, about one competition."""

    @property
    def competition(self) -> str | None: ...


async def answer(  # noqa: PLR0913 - what is shown, and what there is to say of it
    request: web.Request,
    reading: Reading,
    seq: int,
    make: Callable[[int], Page],
    variant: str = "",
    *,
    has_labels: bool = True,
    is_of_now: bool = False,
) -> web.StreamResponse:
    """Send what `make` makes, unless the reader has it: the same sequence, scope and `variant` give the same bytes.

    `make` is given the sequence to tell, and is not asked where its bytes are kept or the reader has them. With `lang=`
    the page has labels of its codes, unless its door gives that word another meaning; what `is_of_now` has no place at
    which it stays as it is. Raises ReaderError too_many, and as `labels_at` and `make` do.
    """
    labels = await labels_at(request, reading) if has_labels else None
    if reading.scope.venues:
        seq = reading.seq  # what left these venues long ago is not known everywhere: its sequence tells nothing
    shape = Representation(request, tag_of(reading, seq, "json", variant, labels))
    if not is_of_now:
        shape.lies_at(reading)
    if shape.has_any:
        make(seq)
    if unchanged := shape.unchanged():
        return unchanged
    text = await shape.body(lambda: _text(make(seq), labels))
    if request.method == hdrs.METH_HEAD:
        return web.Response(body=text, headers=shape.headers, content_type=JSON)
    async with under_way(request, reading):
        return await send_whole(request, shape.headers | {hdrs.CONTENT_TYPE: JSON}, text)


async def _text(page: Page, labels: Labels | None) -> bytes:
    text = msgspec.json.encode(page)
    if labels is None:
        return text
    uses = codes_used(text) if len(text) < THREAD_BYTES else await asyncio.to_thread(codes_used, text)
    return labels.of_page(text, uses, page.competition or "")


def tag_of(reading: Reading, seq: int, media: str, variant: str = "", labels: Labels | None = None) -> str:
    """What tells a representation from all others of its address, but for its coding."""
    labelled = edition_of(labels) if labels else ""
    return ":".join(filter(None, (reading.epoch, str(seq), media, variant, _told(reading.scope), labelled)))


def edition_of(labels: Labels) -> str:
    """What tells labels from other labels of the same message: their language, the dictionary, the facts that ship."""
    return f"{labels.language}:{labels.edition}:{EDITION}"


def _told(scope: Scope) -> str:
    """What part of the flag it is of: readers of another part must not take it for theirs."""
    return "" if scope == WHOLE else "/".join(map(",".join, msgspec.structs.astuple(scope)))


async def send_whole(request: web.Request, headers: Mapping[str, str], body: bytes) -> web.StreamResponse:
    """Portion by portion; a reader who leaves in the middle is let go."""
    response, text = web.StreamResponse(headers=headers), memoryview(body)
    response.content_length = len(text)
    try:
        await response.prepare(request)
        for start in range(0, len(text), PORTION_BYTES):
            await response.write(text[start : start + PORTION_BYTES])
        await response.write_eof()
    except ConnectionError:
        response.force_close()
    return response
