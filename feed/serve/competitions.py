"""GET /v1/competitions: which competitions the feed holds."""

import msgspec
from aiohttp import web

from feed.serve.answers import json_answer
from feed.serve.query import check_names, read_flag
from feed.serve.reading import READINGS

ZONES: web.AppKey[dict[str, str]] = web.AppKey("zones")


class Competition(msgspec.Struct, frozen=True):
    """A competition: its ODF code, its time zone if one is set, how many topics it has."""

    code: str
    zone: str | None
    topics: int


class Competitions(msgspec.Struct, frozen=True):
    """The list as of `seq`."""

    epoch: str
    seq: int
    competitions: tuple[Competition, ...]


async def competitions(request: web.Request) -> web.StreamResponse:
    """List competitions by code."""
    check_names(request.query, frozenset({"flag"}))
    reading = read_flag(request.query, request.app[READINGS])
    zones = request.app[ZONES]
    rows = (Competition(code, zones.get(code), topics) for code, topics in reading.board.competitions().items())
    return json_answer(Competitions(reading.epoch, reading.log.tip, tuple(rows)))
