"""GET /v1/competitions: which competitions the feed holds; and the one that a view is of."""

import zlib

import msgspec
from aiohttp import web

from feed.errors import ErrorName, ReaderError
from feed.serve.door import opens, view
from feed.serve.moments import at_moment, everything
from feed.serve.parameters import DELAY, FLAG, PAST, named
from feed.serve.reading import DEFAULTED, Reading
from feed.serve.rights import entitled
from feed.serve.views import answer
from schemas.topic import unescape

ZONES: web.AppKey[dict[str, str]] = web.AppKey("zones")
NO_ZONE = "UTC"  # of a competition that the settings give none
_NAMED_MAX = 20


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

    @property
    def competition(self) -> None:
        """It is about all of them."""


COMPETITIONS = view("The competitions there are.", "Them, by code.", Competitions, named(PAST, DELAY, FLAG))


@opens(COMPETITIONS)
async def competitions(request: web.Request) -> web.StreamResponse:
    """List competitions by code."""
    reading = await at_moment(request, await entitled(request), everything)
    zones = request.app[ZONES]

    def page(seq: int) -> Competitions:
        rows = (Competition(code, zones.get(code), topics) for code, topics in reading.board.competitions().items())
        return Competitions(reading.epoch, seq, tuple(rows))

    return await answer(request, reading, reading.seq, page, variant=_settings(zones), has_labels=False)


def _settings(zones: dict[str, str]) -> str:
    """What tells these zones from those of other settings."""
    return f"{zlib.crc32(repr(sorted(zones.items())).encode()):08x}"


def chosen(request: web.Request, reading: Reading) -> str:
    """The competition a view is of: `competition=`, else the one in the settings, else the only one there is.

    Raises ReaderError: competition_needed, not_entitled, not_found.
    """
    entitled_to = {unescape(token) for token in reading.scope.competitions}
    known = list(reading.board.competitions())
    configured = [code for code in request.app[ZONES] if not entitled_to or code in entitled_to]
    hint = f"There are {', '.join(known[:_NAMED_MAX]) or 'none yet'}."
    name = request.query.get("competition")
    if name is None:
        found = configured if len(configured) == 1 else known
        if len(found) > 1:
            detail = f"there are {len(found)} competitions and none was chosen"
            raise ReaderError(ErrorName.COMPETITION_NEEDED, detail, hint=f"Say competition=. {hint}")
        if not found:
            raise ReaderError(ErrorName.NOT_FOUND, "there is no competition yet", hint="Its first message makes it.")
        request[DEFAULTED] = found[0]
        return found[0]
    if entitled_to and name not in entitled_to:
        hint = f"It may read {', '.join(sorted(entitled_to))}."
        raise ReaderError(ErrorName.NOT_ENTITLED, f"competition {name[:80]!r} is not for this key", hint=hint)
    if name not in known and name not in configured:
        raise ReaderError(ErrorName.NOT_FOUND, f"there is no competition {name[:80]!r}", hint=hint)
    return name
