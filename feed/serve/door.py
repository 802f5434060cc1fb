"""What a door is for, what it takes and what it answers: said once, at its function, and held to by it.

A request is checked against the very parameters that /openapi.json and /docs show, before the door's own code runs.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Final

from aiohttp import web

from feed.errors import ErrorName
from feed.serve.parameters import Parameters, Text, named
from feed.serve.query import check_names

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
JSON: Final = "application/json"
ETAG: Final = {"ETag": "What this representation is known by."}
IF_NONE_MATCH: Final = Text(
    name="If-None-Match", meaning="The `ETag` of what the reader has.", example='"a1b2c3:42:json"'
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer; `media` is media type -> the type of its body, None for bytes or text without a form of ours.

    `headers` are those that say something of their own, with what that is.
    """

    meaning: str
    media: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Door:
    """One door; `path` and `headers` are the parameters that stand there, `body` what is sent, by media type.

    `errors` are those of its own, beside those of its parameters, `refusals` other names by status; nobody needs a key
    for one that `is_open`.
    """

    summary: str
    group: str
    answers: dict[int, Answer]
    query: Parameters = field(default_factory=dict)
    path: Parameters = field(default_factory=dict)
    headers: Parameters = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    errors: tuple[ErrorName, ...] = ()
    refusals: dict[int, tuple[str, ...]] = field(default_factory=dict)
    is_open: bool = False
    checks_names: bool = True


_DOORS: dict[Handler, Door] = {}


def opens(door: Door) -> Callable[[Handler], Handler]:
    """The function behind a door. Before it runs, a parameter that the door does not take is refused by name.

    A door that answers such a thing in its own way, or takes whatever its callers add, `checks_names` itself.
    """

    def put(handler: Handler) -> Handler:
        if not door.checks_names:
            _DOORS[handler] = door
            return handler

        @wraps(handler)
        async def checked(request: web.Request) -> web.StreamResponse:
            check_names(request.query, door.query)
            return await handler(request)

        _DOORS[checked] = door
        return checked

    return put


def door_of(handler: Handler) -> Door | None:
    """What was said of a door, None for one of which nothing was."""
    return _DOORS.get(handler)


def view(
    summary: str,
    meaning: str,
    form: object,
    query: Parameters,
    path: Parameters | None = None,
    errors: tuple[ErrorName, ...] = (),
) -> Door:
    """A door that answers one page as JSON, and nothing but 304 to whoever has it already."""
    answers = {200: Answer(meaning, {JSON: form}, ETAG), 304: Answer("The reader has it.", headers=ETAG)}
    return Door(summary, "Views", answers, query, path or {}, named(IF_NONE_MATCH), errors=errors)
