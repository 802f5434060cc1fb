"""POST /v1/tickets: what lets a browser in, which cannot send headers with a socket. Good for one time, within 30 s.

A ticket has the rights of the key that it was asked for with; it may be seen in an address, as it opens nothing twice.
"""

import msgspec
from aiohttp import hdrs, web

from feed.core.keys import Pass
from feed.serve.answers import json_answer
from feed.serve.door import JSON, Answer, Door, opens
from feed.serve.origins import check_origin
from feed.serve.rights import RIGHTS


class Ticket(msgspec.Struct, frozen=True):
    """To be used as `?ticket=` within `seconds`, once."""

    ticket: str
    seconds: int = 30


TICKETS = Door(
    "A ticket for a browser, which cannot send headers with a socket.",
    "Keys",
    {201: Answer("Good for one time, within 30 s, with the rights of the key that asked.", {JSON: Ticket})},
)


@opens(TICKETS)
async def tickets(request: web.Request) -> web.StreamResponse:
    """Make a ticket for whoever may read."""
    check_origin(request)
    rights = request.app[RIGHTS]
    key = await rights.holder(request)
    token = key if isinstance(key, Pass) else None
    answer = json_answer(Ticket(rights.tickets.make(key.id if key else None, token)), status=201)
    answer.headers[hdrs.CACHE_CONTROL] = "no-store"
    return answer
