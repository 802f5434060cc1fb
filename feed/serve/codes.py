"""GET /v1/codes and /v1/codes/{table}: what codes mean, in the languages that the venue sent."""

import re

import msgspec
from aiohttp import web
from multidict import MultiMapping

from feed.core.codes import Codes, Dictionary, Origin, TableRow
from feed.errors import ErrorName, ReaderError
from feed.serve.competitions import chosen
from feed.serve.door import opens, view
from feed.serve.moments import at_moment, of_kinds
from feed.serve.parameters import IN_PARTS, ONE_COMPETITION, Text, named
from feed.serve.parts import read_part
from feed.serve.reading import Reading
from feed.serve.rights import entitled
from feed.serve.views import answer
from schemas.facts import EDITION

_LANGUAGE = re.compile(r"[A-Z]{3}")


class TablesPage(msgspec.Struct, frozen=True):
    """The tables by name; `competition` is null while there is none, what ships is everybody's."""

    epoch: str
    seq: int
    competition: str | None
    tables: tuple[TableRow, ...]


class CodesPage(msgspec.Struct, frozen=True):
    """Codes of one table; `lang` is the language that was asked for: each label tells its own."""

    epoch: str
    seq: int
    competition: str | None
    table: str
    origin: Origin
    lang: str | None
    codes: tuple[msgspec.Raw, ...]
    next: int | None


CODE_TABLES = view("The code tables, each with its size and languages.", "Tables by name.", TablesPage, ONE_COMPETITION)
CODES = view(
    "What the codes of a table mean.",
    "Codes with their labels.",
    CodesPage,
    named(
        Text(name="code", meaning="These codes alone.", example="FRA", is_repeated=True),
        Text(
            name="lang",
            meaning="One label for each code: in this language if there is one.",
            pattern=_LANGUAGE.pattern,
            example="FRA",
        ),
    )
    | ONE_COMPETITION
    | IN_PARTS,
    named(Text(name="table", meaning="A name that `/v1/codes` lists.", example="NOC")),
    (ErrorName.NOT_FOUND,),
)


@opens(CODE_TABLES)
async def code_tables(request: web.Request) -> web.StreamResponse:
    """List the tables; `seq` is the newest message that changed one."""
    reading, competition, dictionary = await _dictionary(request, await entitled(request))
    return await answer(
        request,
        reading,
        dictionary.seq,
        lambda seq: TablesPage(reading.epoch, seq, competition, dictionary.tables()),
        variant=EDITION,
        has_labels=False,
    )


@opens(CODES)
async def codes(request: web.Request) -> web.StreamResponse:
    """Answer with a table, or with some codes of it; `seq` is the newest message that changed the table."""
    wanted = frozenset(each for text in request.query.getall("code", []) for each in text.split(","))
    lang, part = _read_language(request.query), read_part(request.query)
    reading, competition, dictionary = await _dictionary(request, await entitled(request))
    table = dictionary.table(request.match_info["table"])
    origin = table.origin
    if origin is None:
        raise ReaderError(ErrorName.NOT_FOUND, f"there is no table {table.name[:80]!r}", hint="/v1/codes lists them.")

    def page(seq: int) -> CodesPage:
        rows, following = part.cut(table.rows(wanted, lang))
        return CodesPage(reading.epoch, seq, competition, table.name, origin, lang, tuple(rows), following)

    variant = ":".join(filter(None, (lang, EDITION if origin is Origin.SHIPPED else None)))
    return await answer(request, reading, table.seq, page, variant, has_labels=False)


async def _dictionary(request: web.Request, reading: Reading) -> tuple[Reading, str | None, Dictionary]:
    """The competition's dictionary; while there is no competition at all, what ships is there."""
    try:
        competition: str | None = chosen(request, reading)
    except ReaderError as error:
        if error.name is not ErrorName.NOT_FOUND or "competition" in request.query:
            raise
        competition = None
    reading = await at_moment(request, reading, of_kinds(competition, "code"))
    return reading, competition, reading.board.view(Codes).of(competition)


def _read_language(query: MultiMapping[str]) -> str | None:
    lang = query.get("lang")
    if lang is not None and not _LANGUAGE.fullmatch(lang):
        hint = "Languages are written in three capital letters, as FRA."
        raise ReaderError(ErrorName.BAD_REQUEST, f"lang={lang[:20]} is no language", hint=hint)
    return lang
