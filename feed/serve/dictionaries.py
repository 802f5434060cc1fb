"""GET /v1/dictionaries: what a reader with `compression=zstd` needs for its messages. They hold nobody's results."""

from typing import Final

import msgspec
from aiohttp import hdrs, web

from feed.core.dictionaries import CURRENT, DICTIONARIES, Dictionary
from feed.errors import ErrorName, ReaderError
from feed.serve.answers import json_answer
from feed.serve.blobs import FOR_EVER
from feed.serve.door import ETAG, IF_NONE_MATCH, JSON, Answer, Door, opens
from feed.serve.parameters import Text, named
from feed.serve.query import is_known

BYTES: Final = "application/octet-stream"  # no media type is registered for dictionaries


class DictionaryRow(msgspec.Struct, frozen=True):
    """`bytes` are at `/v1/dictionaries/{id}`; the one that is `current` is in use."""

    id: int
    bytes: int
    sha256: str
    current: bool
    trained_from: str


class DictionaryList(msgspec.Struct, frozen=True):
    """All there are, the newest last."""

    dictionaries: tuple[DictionaryRow, ...]


DICTIONARY_LIST = Door(
    "The dictionaries of zstd there are.",
    "Follow",
    {200: Answer("All of them.", {JSON: DictionaryList})},
    is_open=True,
    checks_names=False,
)
DICTIONARY = Door(
    "A dictionary of zstd, as its frames name it.",
    "Follow",
    {
        200: Answer("The bytes; they never change.", {BYTES: None}, ETAG),
        304: Answer("The reader has them.", headers=ETAG),
    },
    path=named(Text(name="id", meaning="Its id.", pattern="[0-9]{1,10}", example=str(CURRENT.id))),
    headers=named(IF_NONE_MATCH),
    errors=(ErrorName.NOT_FOUND,),
    is_open=True,
    checks_names=False,
)


@opens(DICTIONARY_LIST)
async def dictionaries(request: web.Request) -> web.StreamResponse:  # noqa: ARG001 - aiohttp's handler signature
    """Name the dictionaries there are."""
    return json_answer(DictionaryList(tuple(map(_row, DICTIONARIES.values()))))


@opens(DICTIONARY)
async def dictionary(request: web.Request) -> web.StreamResponse:
    """One dictionary by its id; its digest is its entity tag."""
    text = request.match_info["id"]
    found = next((each for number, each in DICTIONARIES.items() if str(number) == text), None)
    if found is None:
        hint = "GET /v1/dictionaries lists them."
        raise ReaderError(ErrorName.NOT_FOUND, f"there is no dictionary {text[:20]!r}", hint=hint)
    headers = {hdrs.ETAG: f'"{found.sha256}"', hdrs.CACHE_CONTROL: f"public, {FOR_EVER}"}
    if is_known(request, found.sha256):
        return web.Response(status=304, headers=headers)
    return web.Response(body=found.content, content_type=BYTES, headers=headers | {"X-Content-Type-Options": "nosniff"})


def _row(each: Dictionary) -> DictionaryRow:
    return DictionaryRow(each.id, len(each.content), each.sha256, each is CURRENT, each.trained_from)
