"""What DT_RESULT needs beyond the table of schemas/result.py, each with its rule (General Messages, DT_RESULT)."""

from collections.abc import Iterable
from math import inf

import msgspec
from lxml import etree
from msgspec import UNSET

from feed.venues.odf.around import forget_versions, keep_around
from feed.venues.odf.header import Header
from feed.venues.odf.plan import Fields, compile_plan
from feed.venues.odf.walker import Walker
from schemas.message import Remark
from schemas.result import Competitor, ResultBody
from schemas.result_parts import Extended, Member

_SPLIT_TYPE = "PROGRESS"
_SPLIT_CODE = "INTERMEDIATE"


def read_result(competition: etree._Element, header: Header, *, has_text: bool) -> tuple[ResultBody, Iterable[Remark]]:
    """The body of a result and what is odd about it; raises RefusedError bad_value.

    `has_text` says that some element of the document holds text, which has no field in a result.
    """
    walker = Walker(header.zone, has_text=has_text)
    body: ResultBody = walker.read(_PLAN, competition)
    forget_versions(walker, competition)
    keep_around(walker, competition.getroottree().getroot(), competition)
    unmapped, remarks = walker.take()
    return (body if unmapped is UNSET else msgspec.structs.replace(body, unmapped=unmapped)), remarks


def read_rows(rows: list[etree._Element], header: Header) -> list[Competitor] | None:
    """Rows for themselves, in their order, or None when something about one of them is odd; raises RefusedError."""
    walker = Walker(header.zone, has_text=False)
    read = [walker.read(_ROW_PLAN, row) for row in rows]
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
    names = [part for part in (member.given_name, member.family_name) if part is not UNSET]
    if names:
        fields.setdefault("name", " ".join(names))
    if member.bib is not UNSET:
        fields.setdefault("bib", member.bib)


def _settle_body(fields: Fields) -> None:
    if "competitors" in fields:
        fields["competitors"] = in_order(fields["competitors"])


def _place(competitor: Competitor) -> float:
    return inf if competitor.sort_order is None else competitor.sort_order


_PLAN = compile_plan(ResultBody, {Competitor: _settle_competitor, ResultBody: _settle_body})
_ROW_PLAN = compile_plan(Competitor, {Competitor: _settle_competitor})
