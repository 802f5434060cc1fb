"""How an error or a JSON text leaves by HTTP."""

from math import ceil

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from feed.errors import PASSING, ErrorName, ReaderError
from feed.serve.door import JSON

PROBLEM = "application/problem+json"
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="feed"'}
_UNAUTHORIZED = 401


class ErrorText(msgspec.Struct, frozen=True):
    """The error by name, in one sentence, with the next step."""

    name: str
    detail: str
    hint: str


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """An error's body: ours, with the fields of RFC 9457 beside it; `quarantine` is the id of a kept document."""

    error: ErrorText
    type: str
    title: str
    status: int
    detail: str
    quarantine: str | None = None


def problem(
    status: int, name: str, detail: str, hint: str, quarantine: str | None = None, *, again: float = 1
) -> web.Response:
    """An error's answer, with Retry-After where trying again may help, and at 401 with how to be known."""
    body = Problem(
        ErrorText(name, detail, hint), f"urn:feed:{name}", name.replace("_", " "), status, detail, quarantine
    )
    headers = _CHALLENGE if status == _UNAUTHORIZED else None
    if status in PASSING:
        headers = {"Retry-After": str(ceil(again))}
    return web.Response(body=msgspec.json.encode(body), status=status, headers=headers, content_type=PROBLEM)


def reader_problem(error: ReaderError) -> web.Response:
    """The answer to a named error of the reading side."""
    return problem(error.complaint.status, error.name.value, error.detail, error.hint, again=error.again)


def json_answer(body: object, status: int = 200) -> web.Response:
    """A Struct as JSON."""
    return web.Response(body=msgspec.json.encode(body), status=status, content_type=JSON)


@web.middleware
async def named_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every error a reader causes is answered by name, also those of the router."""
    try:
        return await handler(request)
    except ReaderError as error:
        return reader_problem(error)
    except web.HTTPNotFound:
        return reader_problem(ReaderError(ErrorName.NOT_FOUND, f"there is nothing at {request.path}"))
    except web.HTTPMethodNotAllowed as error:
        allowed = ", ".join(sorted(error.allowed_methods))
        detail = f"{request.method} is not served at {request.path}"
        return reader_problem(ReaderError(ErrorName.METHOD_NOT_ALLOWED, detail, hint=f"Allowed: {allowed}."))
