"""What the doors share that tell what the feed counts itself: which view of it, and how far it has come."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec
from aiohttp import web
from multidict import MultiMapping

from feed.core.derived import mark_topic
from feed.errors import ErrorName, ReaderError
from feed.serve.competitions import chosen
from feed.serve.moments import Wanted, at_moment
from feed.serve.reading import Reading
from feed.serve.rights import entitled
from schemas.derived import Derived
from schemas.ledger import MedalView

_DERIVED = msgspec.json.Decoder(Derived)


class Counted(NamedTuple):
    """What is read, of whom, what counts, and up to which message all that follows is there."""

    reading: Reading
    competition: str
    view: MedalView
    through: int


async def counted(request: web.Request, wanted: Callable[[str, MedalView], Wanted]) -> Counted:
    """What a request asks for; `wanted` tells what of a competition and a view. Raises ReaderError."""
    reading = await entitled(request)
    competition, view = chosen(request, reading), read_view(request.query)
    reading = await at_moment(request, reading, wanted(competition, view))
    return Counted(reading, competition, view, through(reading, competition))


def read_view(query: MultiMapping[str]) -> MedalView:
    """What counts, official when nothing is said; raises ReaderError bad_request."""
    text = query.get("view", MedalView.OFFICIAL.value)
    try:
        return MedalView(text)
    except ValueError:
        raise ReaderError(ErrorName.BAD_REQUEST, f"view={text}: there are {', '.join(MedalView)}") from None


def through(reading: Reading, competition: str) -> int:
    """Up to where everything that follows from a competition's messages is there."""
    entry = reading.board.get(mark_topic(competition))
    body = _DERIVED.decode(entry.json).body if entry else None
    return body.through if body else 0
