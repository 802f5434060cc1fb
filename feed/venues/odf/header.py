"""The attributes of OdfBody: who sent what, about what, in which version, when (Foundation Principles 2.2 to 2.9).

All generations from 2018 on, and Rio 2016: `Date` + `Time` in the competition's local time, or the `TimeStamp` with
offset of the 2028 draft. An optional attribute that is sent empty counts as not sent.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, tzinfo
from functools import lru_cache
from typing import NamedTuple, TypeVar

import msgspec

from feed.candidate import Receipt
from feed.refusals import Reason
from feed.venues.odf.catalogue import CATALOGUE, CodeFamily, DocumentType, document_type
from feed.venues.odf.parse import ROOT
from feed.venues.odf.refused import RefusedError
from feed.venues.odf.times import is_date, local_moment, moment
from schemas.message import Remark
from schemas.registry import KINDS
from schemas.rsc import Code, PlainCode, parse_code
from schemas.topic import BadKeyError, Topic

STATUSES = frozenset(
    (
        *("START_LIST", "LIVE", "INTERMEDIATE", "UNCONFIRMED", "UNOFFICIAL", "OFFICIAL"),
        *("PARTIAL", "PROTESTED", "PROVISIONAL"),
    )
)
FLAGS = frozenset("PT")
CLOCK_ATTRIBUTES = ("Date", "Time", "TimeStamp")
NOTE = "Note"
VERSIONS_ATTRIBUTES = ("Gen", "Sport", "Codes")
KNOWN_ATTRIBUTES = frozenset(
    (
        *("CompetitionCode", "DocumentCode", "DocumentSubcode", "DocumentType", "DocumentSubtype", "Version"),
        *("ResultStatus", "Language", "FeedFlag", "LogicalDate", "Source", *CLOCK_ATTRIBUTES),
        "Serial",  # Rio 2016 and before; the stream has its own
    )
)
_LENGTHS = {"CompetitionCode": 15, "DocumentType": 30, "Language": 3, "Source": 256, "DocumentSubtype": 256}
_NEEDED = ("CompetitionCode", "DocumentCode", "DocumentType")
_KEY_ATTRIBUTES = (*_NEEDED, "DocumentSubcode", "DocumentSubtype", "Language")
_REMEMBERED_MAX = 512  # characters: what is longer may be refused yet, and is read again
_VERSION = re.compile(r"[0-9]{1,9}")

Attributes = Mapping[str, str]
Value = TypeVar("Value")


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """The header as read; `event` is in microseconds UTC, `zone` the competition's, if it is set."""

    row: DocumentType
    flag: str
    topic: str
    competition: str
    code: Code
    subcode: str | None
    subtype: str | None
    language: str | None
    version: int
    status: str | None
    event: int
    zone: tzinfo | None
    logical_date: str | None
    source: str
    remarks: tuple[Remark, ...]


class Sighting(NamedTuple):
    """What can be read of a header that is refused; None where that part is what is wrong."""

    flag: str | None
    topic: str | None
    version: int | None


def read_header(attributes: Attributes, receipt: Receipt) -> Header:
    """Read and check the header; raises RefusedError with the attribute's XPath."""
    row, key, topic = _named(attributes)
    flag, version = _flag(attributes), _version(attributes)
    for name, longest in _LENGTHS.items():
        if len(attributes.get(name, "")) > longest:
            raise _refused(Reason.BAD_VALUE, f"{name} is longer than {longest} characters", name)
    remarks = []
    zone = receipt.zone_of(key.competition)
    event, is_local = _event(attributes, zone or UTC)
    if is_local and zone is None:
        remarks.append(Remark.ZONE_ASSUMED)
    logical_date = attributes.get("LogicalDate") or None
    if logical_date and not is_date(logical_date):
        raise _refused(Reason.BAD_TIME, f"LogicalDate {logical_date[:40]!r} is no date", "LogicalDate")
    if row.name not in CATALOGUE:
        remarks.append(Remark.UNKNOWN_TYPE)
    status = attributes.get("ResultStatus") or None
    if status and status not in STATUSES:
        remarks.append(Remark.UNKNOWN_STATUS)
    source = attributes.get("Source", "")
    if not source:
        remarks.append(Remark.NO_SOURCE)
    return Header(
        row=row,
        flag=flag,
        topic=topic,
        competition=key.competition,
        code=key.code,
        subcode=attributes.get("DocumentSubcode") or None,
        subtype=attributes.get("DocumentSubtype") or None,
        language=attributes.get("Language") or None,
        version=version,
        status=status,
        event=event,
        zone=zone,
        logical_date=logical_date,
        source=source or receipt.source or "",
        remarks=tuple(remarks),
    )


def topic_of(attributes: Attributes) -> str:
    """The topic of the documents that a header names; raises RefusedError for what names none."""
    return _named(attributes).text


def sight(attributes: Attributes) -> Sighting:
    """The parts of a refused header that can be read all the same."""
    topic = _or_none(topic_of, attributes)
    return Sighting(_or_none(_flag, attributes), topic, _or_none(_version, attributes))


def _or_none(read: Callable[[Attributes], Value], attributes: Attributes) -> Value | None:
    try:
        return read(attributes)
    except RefusedError:
        return None


def _refused(reason: Reason, detail: str, name: str) -> RefusedError:
    return RefusedError(reason, detail, f"/{ROOT}/@{name}")


def _flag(attributes: Attributes) -> str:
    flag = attributes.get("FeedFlag", "")
    if flag not in FLAGS:
        raise _refused(Reason.BAD_FLAG, f"FeedFlag is {flag[:40]!r}", "FeedFlag")
    return flag


def _version(attributes: Attributes) -> int:
    text = attributes.get("Version", "")
    if not _VERSION.fullmatch(text) or not int(text):
        raise _refused(Reason.BAD_VERSION, f"Version is {text[:40]!r}", "Version")
    return int(text)


class _Named(NamedTuple):
    row: DocumentType
    key: Topic
    text: str


def _named(attributes: Attributes) -> _Named:
    """The document key of Foundation Principles 2.5 (all but Source and Version) as a topic."""
    for name in _NEEDED:
        if not attributes.get(name):
            raise _refused(Reason.NO_KEY, f"{name} is missing or empty", name)
    values = [attributes.get(name, "") for name in _KEY_ATTRIBUTES]
    return (_key if sum(map(len, values)) <= _REMEMBERED_MAX else _key.__wrapped__)(*values)


@lru_cache(maxsize=4_096)  # a key comes again with each version
def _key(competition: str, code_text: str, kind: str, subcode: str, subtype: str, language: str) -> _Named:
    row = document_type(kind)
    code = parse_code(code_text)
    if row.codes is CodeFamily.RSC and isinstance(code, PlainCode):
        detail = f"DocumentCode {code.text[:40]!r} ({len(code.text)} characters) is no Results System Code"
        raise _refused(Reason.BAD_CODE, detail, "DocumentCode")
    parts = {
        "type": row.name,
        "subcode": subcode,
        "subtype": subtype,
        "language": language,
        "name": row.list_name,
    }
    part = parts.get(row.list_part, "")
    parts["part"] = part if not row.apart or part in row.apart else ""
    key_parts = tuple(parts[name] for name in KINDS[row.kind].key_parts)
    topic = Topic(competition, code, row.kind, key_parts)
    try:
        return _Named(row, topic, str(topic))
    except BadKeyError as error:
        raise RefusedError(Reason.BAD_KEY, str(error), f"/{ROOT}") from error


def _event(attributes: Attributes, zone: tzinfo) -> tuple[int, bool]:
    """When the venue made the document, and whether that was told without an offset."""
    try:
        if stamp := attributes.get("TimeStamp"):
            return moment(stamp, None)[0], False
        return local_moment(attributes.get("Date", ""), attributes.get("Time", ""), zone), True
    except ValueError as error:
        name = "TimeStamp" if attributes.get("TimeStamp") else "Time"
        raise _refused(Reason.BAD_TIME, str(error), name) from error
