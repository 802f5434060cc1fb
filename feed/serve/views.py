"""How a view leaves by HTTP: as JSON under an entity tag, which is looked at before anything is made."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec
from aiohttp import hdrs, web

from feed.core.labels import Labels, codes_used
from feed.core.scope import WHOLE, Scope
from feed.core.terms import Used
from feed.serve.door import JSON
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

    def shaped() -> Representation:
        shape = Representation(request, tag_of(reading, seq, "json", variant, labels))
        if not is_of_now:
            shape.lies_at(reading)
        return shape

    shape, shown = shaped(), _Shown(lambda: make(seq), labels)
    if shape.has_any:
        make(seq)
    if unchanged := shape.unchanged():
        return unchanged
    try:
        text = await shape.body(shown.text)
    except _OtherLabelsError:
        shape = shaped()
        text = await shape.body(shown.text)
    if request.method == hdrs.METH_HEAD:
        return web.Response(body=text, headers=shape.headers, content_type=JSON)
    async with under_way(request, reading):
        return await send_whole(request, shape.headers | {hdrs.CONTENT_TYPE: JSON}, text)


class _OtherLabelsError(Exception):
    """The dictionary changed while a page was looked through: its labels are no longer those of its tag."""


class _Shown:
    """The text of a page, made once, with the labels of the moment at which it is asked for."""

    def __init__(self, make: Callable[[], Page], labels: Labels | None) -> None:
        self._make = make
        self._labels = labels
        self._made: tuple[bytes, tuple[Used, ...], str] | None = None

    async def text(self) -> bytes:
        """The text; raises _OtherLabelsError when it is asked for first, then not again."""
        if self._labels is None:
            return msgspec.json.encode(self._make())
        if self._made is None:
            page, edition = self._make(), self._labels.edition
            text = msgspec.json.encode(page)
            uses = codes_used(text) if len(text) < THREAD_BYTES else await asyncio.to_thread(codes_used, text)
            self._made = text, uses, page.competition or ""
            if self._labels.edition != edition:
                raise _OtherLabelsError
        return self._labels.of_page(*self._made)


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
    response = web.StreamResponse(headers=headers)
    response.content_length = len(body)
    try:
        await response.prepare(request)
        await send_portions(response, body)
        await response.write_eof()
    except ConnectionError:
        response.force_close()
    return response


async def send_portions(response: web.StreamResponse, body: bytes) -> None:
    """More of a body whose headers are written; raises ConnectionError when its reader has left."""
    text = memoryview(body)
    for start in range(0, len(text), PORTION_BYTES):
        await response.write(text[start : start + PORTION_BYTES])
