"""What DT_RESULT needs beyond the table of schemas/result.py, each with its rule (General Messages, DT_RESULT)."""

from collections.abc import Iterable
from datetime import tzinfo
from math import inf
from typing import Any

import msgspec
from lxml import etree
from msgspec import UNSET

from feed.venues.odf.header import KNOWN_ATTRIBUTES, NOTE, VERSIONS_ATTRIBUTES, Header
from feed.venues.odf.parse import ROOT
from feed.venues.odf.plan import Fields, Plan, compile_plan
from feed.venues.odf.rows import Rows, keys_of
from feed.venues.odf.walker import Walker
from schemas.message import Remark
from schemas.result import Competitor, ResultBody
from schemas.result_parts import Extended, Member

_SPLIT_TYPE = "PROGRESS"
_SPLIT_CODE = "INTERMEDIATE"
_WHERE = f"/{ROOT}/Competition"


def read_result(
    competition: etree._Element, header: Header, content: bytes, *, has_text: bool
) -> tuple[ResultBody, Iterable[Remark]]:
    """The body of a result and what is odd about it; raises RefusedError bad_value.

    `content` is the document's canonical form, empty when that leaves something out; `has_text` says that some element
    of it holds text, which has no field in a result.
    """
    keys = {} if has_text else keys_of(competition, content)
    walker = RowWalker(header.zone, keys, has_text=has_text)
    body: ResultBody = walker.read(_PLAN, competition)
    for name in VERSIONS_ATTRIBUTES:
        walker.unmapped.pop(f"{_WHERE}/@{name}", None)
    _keep_around(walker, competition)
    if not walker.unmapped:
        return body, walker.context.remarks
    return msgspec.structs.replace(body, unmapped=walker.unmapped), (*walker.context.remarks, Remark.UNMAPPED)


def _keep_around(walker: Walker, competition: etree._Element) -> None:
    """What stands in the root beside Competition and is neither header nor Note."""
    root = competition.getparent()
    if root is None:
        return
    for name, text in root.items():
        if name not in KNOWN_ATTRIBUTES:
            walker.keep_attribute(root, name, text)
    for child in root:
        is_plain_note = child.tag == NOTE and not len(child) and not child.attrib
        if child is not competition and not is_plain_note:
            walker.keep_element(child)
    walker.keep_text(root)


def _settle_competitor(fields: Fields) -> None:
    if "extended" in fields:
        _take_out_splits(fields)
    if fields.get("kind") == "athlete" and len(fields.get("members", ())) == 1:
        _name_athlete(fields, fields["members"][0])


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


def _name_athlete(fields: Fields, member: Member) -> None:
    """A single athlete is the one member of the row's own Composition; its name and bib stand there (schema)."""
    names = [part for part in (member.given_name, member.family_name) if part is not UNSET]
    if names:
        fields.setdefault("name", " ".join(names))
    if member.bib is not UNSET:
        fields.setdefault("bib", member.bib)


def _settle_body(fields: Fields) -> None:
    """SortOrder is the order of the rows (Foundation Principles 5.2); rows without one go last, as sent."""
    if "competitors" in fields:
        fields["competitors"] = tuple(sorted(fields["competitors"], key=_place))


def _place(competitor: Competitor) -> float:
    return inf if competitor.sort_order is None else competitor.sort_order


class RowWalker(Walker):
    """A walker that does not read a row again whose canonical text it has read before.

    From one version of a result to the next most rows stay as they are, and a row's Struct is never changed.
    """

    def __init__(self, zone: tzinfo, keys: dict[etree._Element, bytes], *, has_text: bool) -> None:
        super().__init__(zone, has_text=has_text)
        self._keys = keys

    def read(self, plan: Plan, element: etree._Element) -> Any:  # noqa: ANN401 - the plan's own Struct
        key = self._keys.get(element)
        if key is None:
            return super().read(plan, element)
        row = _ROWS.get(key)
        if row is None:
            odd = len(self.unmapped), len(self.context.remarks)
            row = super().read(plan, element)
            if odd == (len(self.unmapped), len(self.context.remarks)):  # else the oddity would be told only once
                _ROWS.keep(key, row)
        return row


_PLAN = compile_plan(ResultBody, {Competitor: _settle_competitor, ResultBody: _settle_body})
_ROWS: Rows[Competitor] = Rows()
