"""/v1/deliveries: what customers of ODF were sent, what they hold, how they stand; for operators.

Needs a key with the right `operate` for all of a flag; while there are no keys, a program on this machine may.
"""

import re
from typing import Protocol

import msgspec
from aiohttp import web

from feed.core.deliveries import Delivery, Logged, Standing
from feed.core.moment import parse_time
from feed.errors import ErrorName, OutcomeUnknownError, ReaderError
from feed.serve.answers import json_answer
from feed.serve.door import JSON, Answer, Door, opens
from feed.serve.parameters import FLAG, Number, Text, named
from feed.serve.query import read_flag, read_number
from feed.serve.reading import READINGS
from feed.serve.rights import RIGHTS
from schemas.message import Micros, Seq
from schemas.topic import BadKeyError, parse_topic


class DeliveryDesk(Protocol):
    """The customers of a process, and the deliveries of all flags; see `feed.pushing`."""

    def standings(self) -> list[Standing]: ...

    async def page(self, flag: str, customer: str, first: int, limit: int, topic: str | None) -> list[Logged]: ...

    async def first_from(self, flag: str, time: Micros) -> int: ...

    async def held(self, flag: str, customer: str, time: Micros | None, topic: str | None) -> list[Delivery]: ...


DELIVERY_DESK: web.AppKey[DeliveryDesk] = web.AppKey("delivery_desk")


class CustomersPage(msgspec.Struct, frozen=True):
    """Those that this process sends to."""

    customers: tuple[Standing, ...]


class DeliveriesPage(msgspec.Struct, frozen=True):
    """Attempts in the order in which they were recorded; `next` is the `after` of the next page."""

    deliveries: tuple[Logged, ...]
    next: int


class HeldDocument(msgspec.Struct, frozen=True):
    """The newest document of a key that a customer has taken: which message, which Version, and when it was taken."""

    topic: str
    seq: Seq
    version: int
    answered: Micros


class HeldPage(msgspec.Struct, frozen=True):
    """By topic; `next` is the `offset` of the next page, null behind the last one."""

    documents: tuple[HeldDocument, ...]
    count: int
    next: int | None


AT = Text(name="at", meaning="An RFC 3339 time.", example="2024-08-04T21:04:07Z")
DOCUMENT = Text(
    name="document", meaning="One document key, by its topic.", example="OG2024.ATH.M.100M.FNL.000100.result"
)
BEHIND = Number(name="after", meaning="Go on behind this record.", lowest=0, highest=10**15, default=0, example="42")
LIMIT = Number(name="limit", meaning="The most rows of a page.", default=100, highest=1_000, example="20")
OFFSET = Number(name="offset", meaning="Rows to pass over.", lowest=0, highest=10**7, default=0, example="100")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")
_CUSTOMER = named(Text(name="customer", meaning="Its name in the settings.", pattern=_NAME.pattern, example="xbc"))
_ERRORS = (ErrorName.NOT_READY,)
CUSTOMERS = Door(
    "How customers of ODF stand.",
    "Deliveries",
    {200: Answer("Those that this process sends to.", {JSON: CustomersPage})},
    named(FLAG),
)
DELIVERIES = Door(
    "What a customer was sent, attempt by attempt, from a time or a record on.",
    "Deliveries",
    {200: Answer("Records of attempts.", {JSON: DeliveriesPage})},
    named(AT, BEHIND, LIMIT, DOCUMENT, FLAG),
    _CUSTOMER,
    errors=_ERRORS,
)
HELD = Door(
    "What a customer holds, or held at a time.",
    "Deliveries",
    {200: Answer("The newest document of each key that it took.", {JSON: HeldPage})},
    named(AT, LIMIT, OFFSET, DOCUMENT, FLAG),
    _CUSTOMER,
    errors=_ERRORS,
)


@opens(CUSTOMERS)
async def customers(request: web.Request) -> web.StreamResponse:
    """List them in the order of their names."""
    flag = await _operated(request)
    found = [each for each in request.app[DELIVERY_DESK].standings() if each.flag == flag]
    return json_answer(CustomersPage(tuple(sorted(found, key=lambda each: each.customer))))


@opens(DELIVERIES)
async def deliveries(request: web.Request) -> web.StreamResponse:
    """Records of one customer; `at` and `after` both hold where both are given."""
    flag, desk = await _operated(request), request.app[DELIVERY_DESK]
    first, limit = read_number(request.query, BEHIND) + 1, read_number(request.query, LIMIT)
    topic = _topic(request)
    try:
        if (time := _time(request)) is not None:
            first = max(first, await desk.first_from(flag, time))
        found = await desk.page(flag, _customer(request), first, limit, topic)
    except OutcomeUnknownError as error:
        raise _again(error) from error
    return json_answer(DeliveriesPage(tuple(found), found[-1].id if found else first - 1))


@opens(HELD)
async def held(request: web.Request) -> web.StreamResponse:
    """The documents of one customer, as far as it had answered by then."""
    flag, desk = await _operated(request), request.app[DELIVERY_DESK]
    limit, offset = read_number(request.query, LIMIT), read_number(request.query, OFFSET)
    topic = _topic(request)
    try:
        found = await desk.held(flag, _customer(request), _time(request), topic)
    except OutcomeUnknownError as error:
        raise _again(error) from error
    rows = [HeldDocument(each.topic, *msgspec.structs.astuple(each.held)) for each in found if each.held]
    is_more = offset + limit < len(rows)
    return json_answer(HeldPage(tuple(rows[offset : offset + limit]), len(rows), offset + limit if is_more else None))


def _customer(request: web.Request) -> str:
    name = request.match_info["customer"]
    if not _NAME.fullmatch(name):
        raise ReaderError(
            ErrorName.BAD_REQUEST, f"customer {name[:40]!r} is no name", hint="GET /v1/deliveries has them."
        )
    return name


async def _operated(request: web.Request) -> str:
    flag = read_flag(request.query, request.app[READINGS]).flag
    key = await request.app[RIGHTS].operator(request, flag)
    if key is not None and not key.scope.is_whole:
        hint = "Use one without competitions, disciplines and venues."
        raise ReaderError(ErrorName.NOT_ENTITLED, "this key is for a part of the flag", hint=hint)
    return flag


def _time(request: web.Request) -> Micros | None:
    text = request.query.get(AT.name)
    try:
        return None if text is None else parse_time(text)
    except ValueError as error:
        raise ReaderError(
            ErrorName.BAD_REQUEST, f"at={text}: {error}", hint="In an address + is written %2B."
        ) from error


def _topic(request: web.Request) -> str | None:
    text = request.query.get(DOCUMENT.name)
    try:
        return None if text is None else str(parse_topic(text))
    except (BadKeyError, ValueError) as error:
        raise ReaderError(ErrorName.BAD_REQUEST, f"document={text}: {error}") from error


def _again(error: OutcomeUnknownError) -> ReaderError:
    return ReaderError(ErrorName.NOT_READY, error.detail, hint="Ask again; it is safe.")
