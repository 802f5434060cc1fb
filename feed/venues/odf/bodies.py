"""The body of a document, by the table of its kind, and what no table can say, each with its rule."""

from collections.abc import Callable, Iterable
from functools import cache
from math import inf
from typing import Any, NamedTuple, TypeVar

import msgspec
from lxml import etree
from msgspec import UNSET

from feed.candidate import Attachment
from feed.venues.odf.around import VERSIONS, forget_code, keep_around
from feed.venues.odf.header import Header
from feed.venues.odf.plan import Fields, Finish, Plan, compile_plan
from feed.venues.odf.walker import Walker
from schemas.competitor import Competitor, Rows
from schemas.contender import Contender
from schemas.infos import Infos
from schemas.message import Remark
from schemas.registry import KINDS
from schemas.result_parts import Extended, Member
from schemas.unit import Starter

Side = TypeVar("Side", Competitor, Starter, Contender)
_SPLIT_TYPE = "PROGRESS"
_SPLIT_CODE = "INTERMEDIATE"


class ReadBody(NamedTuple):
    """A body, what is odd about it, and what it refers to."""

    body: Infos
    remarks: Iterable[Remark]
    attached: tuple[Attachment, ...]


def read_body(competition: etree._Element, header: Header, *, has_text: bool) -> ReadBody:
    """The body of a document of a modelled type; raises RefusedError bad_value.

    `has_text` says that some element of the document holds text.
    """
    walker = Walker(header.zone, has_text=has_text)
    body: Infos = walker.read(_plan(header.row.kind), competition)
    forget_code(walker, competition)
    keep_around(walker, competition.getroottree().getroot(), competition)
    unmapped, remarks = walker.take()
    if unmapped is not UNSET:
        body = msgspec.structs.replace(body, unmapped=unmapped)
    return ReadBody(body, remarks, walker.take_attached())


def read_rows(rows: list[etree._Element], header: Header) -> list[Competitor] | None:
    """Rows for themselves, in their order, or None when something about one of them is odd; raises RefusedError."""
    walker = Walker(header.zone, has_text=False)
    read = [walker.read(ROW_PLAN, row) for row in rows]
    return None if walker.unmapped or walker.context.remarks else read


def in_order(competitors: Iterable[Competitor]) -> tuple[Competitor, ...]:
    """SortOrder is the order of the rows (Foundation Principles 5.2); rows without one go last, as sent."""
    return tuple(sorted(competitors, key=_place))


def _settle_competitor(fields: Fields) -> None:
    if "extended" in fields:
        _take_out_splits(fields)
    name_athlete(fields)


def _take_out_splits(fields: Fields) -> None:
    """Values at a point on the way are splits: Type PROGRESS, or Code INTERMEDIATE (dictionaries, ExtendedResults)."""
    extended: tuple[Extended, ...] = fields["extended"]
    splits = [part for part in extended if part.code == _SPLIT_CODE or part.type == _SPLIT_TYPE]
    if not splits:
        return
    fields["splits"] = tuple(splits)
    others = [part for part in extended if part.code != _SPLIT_CODE and part.type != _SPLIT_TYPE]
    if others:
        fields["extended"] = tuple(others)
    else:
        del fields["extended"]


def name_athlete(fields: Fields) -> None:
    """A single athlete is the one member of the row's own Composition; its name and bib stand there (schema)."""
    if fields.get("kind") != "athlete" or len(fields.get("members", ())) != 1:
        return
    member: Member = fields["members"][0]
    if name := _full_name(member):
        fields.setdefault("name", name)
    if member.bib is not UNSET:
        fields.setdefault("bib", member.bib)


def _full_name(member: Member) -> str:
    return " ".join(part for part in (member.given_name, member.family_name) if part is not UNSET)


def _unsettle_competitor(competitor: Competitor) -> Competitor:
    """The row as its table writes it: splits among the other values, no name that the member has."""
    if competitor.splits:
        others = () if competitor.extended is UNSET else competitor.extended
        competitor = msgspec.structs.replace(competitor, extended=(*others, *competitor.splits))
    return _unname_athlete(competitor)


def _unname_athlete(row: Side) -> Side:
    if row.kind != "athlete" or len(row.members) != 1:
        return row
    (member,) = row.members
    name = None if row.name == _full_name(member) else row.name
    bib = (UNSET if isinstance(row, Contender) else None) if row.bib == member.bib else row.bib
    return msgspec.structs.replace(row, name=name, bib=bib)


def _settle_body(fields: Fields) -> None:
    if "competitors" in fields:
        fields["competitors"] = in_order(fields["competitors"])


def _place(competitor: Competitor) -> float:
    return inf if competitor.sort_order is None else competitor.sort_order


# The same rules backwards, for those who write.
UNSETTLED: dict[type, Callable[[Any], msgspec.Struct]] = {
    Competitor: _unsettle_competitor,
    Starter: _unname_athlete,
    Contender: _unname_athlete,
}
_FINISHES: dict[type, Finish] = {Competitor: _settle_competitor, Contender: name_athlete, Rows: _settle_body}


@cache
def _plan(kind: str) -> Plan:
    return compile_plan(KINDS[kind].body, _FINISHES, VERSIONS)


ROW_PLAN = compile_plan(Competitor, {Competitor: _settle_competitor})
