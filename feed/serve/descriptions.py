"""/openapi.json, /asyncapi.json and /docs: what this service says of itself, made when it is first asked for."""

import asyncio
import hashlib
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import NamedTuple

import msgspec
from aiohttp import web

from feed.serve.asyncapi import asyncapi
from feed.serve.docs import CSP, page
from feed.serve.door import ETAG, IF_NONE_MATCH, JSON, Answer, Door, opens
from feed.serve.openapi import openapi
from feed.serve.parameters import named
from feed.serve.representation import Representation

HTML = "text/html"


class Text(NamedTuple):
    """A document, and what tells it from others at its address."""

    body: bytes
    tag: str


class Descriptions:
    """The documents of a node, which describe the routes that it serves."""

    def __init__(self, routes: Iterable[web.RouteDef]) -> None:
        self._routes = tuple(routes)

    @cached_property
    def openapi(self) -> Text:
        return _text(msgspec.json.encode(openapi(self._routes)))

    @cached_property
    def asyncapi(self) -> Text:
        return _text(msgspec.json.encode(asyncapi()))

    @cached_property
    def docs(self) -> Text:
        return _text(page(self._routes).encode())


DESCRIPTIONS: web.AppKey[Descriptions] = web.AppKey("descriptions", Descriptions)


def _door(summary: str, media: str) -> Door:
    answers = {200: Answer("The document.", {media: None}, ETAG), 304: Answer("The reader has it.", headers=ETAG)}
    return Door(summary, "Contract", answers, headers=named(IF_NONE_MATCH), is_open=True, checks_names=False)


OPENAPI = _door("This service's doors in OpenAPI 3.1.", JSON)
ASYNCAPI = _door("What subscribers are told, in AsyncAPI 3.", JSON)
DOCS = _door("All of it as a page, which needs no network.", HTML)


@opens(OPENAPI)
async def openapi_json(request: web.Request) -> web.StreamResponse:
    """Answer with the OpenAPI document of this node's routes."""
    return await _answer(request, JSON, lambda: request.app[DESCRIPTIONS].openapi)


@opens(ASYNCAPI)
async def asyncapi_json(request: web.Request) -> web.StreamResponse:
    """Answer with the AsyncAPI document."""
    return await _answer(request, JSON, lambda: request.app[DESCRIPTIONS].asyncapi)


@opens(DOCS)
async def docs(request: web.Request) -> web.StreamResponse:
    """Answer with the page; nothing in it comes from elsewhere, and a browser is told to keep it so."""
    response = await _answer(request, HTML, lambda: request.app[DESCRIPTIONS].docs)
    response.headers["Content-Security-Policy"] = CSP
    return response


async def _answer(request: web.Request, media: str, make: Callable[[], Text]) -> web.StreamResponse:
    """A document under its tag; making one takes a while, and happens beside the loop."""
    text = await asyncio.to_thread(make)
    shape = Representation(request, text.tag)
    if unchanged := shape.unchanged():
        return unchanged

    async def body() -> bytes:
        return text.body

    return web.Response(body=await shape.body(body), headers=shape.headers, content_type=media, charset="utf-8")


def _text(body: bytes) -> Text:
    return Text(body, hashlib.sha256(body).hexdigest()[:16])
