"""Code files: a table of codes as CSV, one code a row, as it is handed out before a Games begins.

A file does not say what it is, so a first line does, in the words of an ODF header:

    # CompetitionCode="OG2024" DocumentSubtype="NOC" Version="3" FeedFlag="P" Source="CIS"

The rest is read as the DT_CODES that says the same, so the two may follow each other, and one rule holds for both.
Columns are those of the Common Codes and Sport Codes files (PyeongChang 2018): `ENG Description` is a text in a
language, the others are attributes of a CodeSet. What is none becomes an ExtendedCode of that name.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from lxml import etree

from feed.candidate import Decoded, Receipt
from feed.refusals import Reason, Refusal
from feed.venues import odf
from schemas.rsc import FILLING, LENGTH

SAID = frozenset(
    {
        *("CompetitionCode", "DocumentSubtype", "Version", "FeedFlag", "Source"),
        *("Date", "Time", "TimeStamp", "Language", "Codes"),
    }
)
_HEAD = re.compile(r'#((?:\s*[A-Za-z]+="[^"]*")+)\s*')
_WORD = re.compile(r'([A-Za-z]+)="([^"]*)"')
_TEXT = re.compile(r"(?:([A-Z]{3}) )?(description|long ?description|short ?description)", re.IGNORECASE)
_MARKS = re.compile(r"[;\t|]")  # what tables are parted by that call themselves CSV all the same
_NO_LETTER = re.compile(r"[^A-Za-z]")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ENGLISH = "ENG"
_TEXTS = {"description": "Description", "longdescription": "LongDescription", "shortdescription": "ShortDescription"}
_ATTRIBUTES = {
    **dict.fromkeys(("id", "code", "recordtype", "orisno"), "Code"),
    **dict.fromkeys(("order", "omdorder", "locationorder", "positionorder", "eventorder"), "Order"),
    **dict.fromkeys(("type", "codeentity", "category"), "Type"),
    **dict.fromkeys(("note", "participation"), "Note"),
    **dict.fromkeys(("event", "relatedevent"), "Event"),
    **dict.fromkeys(("schedule", "scheduled"), "Schedule"),
    **dict.fromkeys(("medal", "medalflag"), "Medal"),
    **dict.fromkeys(("venue", "venuecode"), "VenueCode"),
    **dict.fromkeys(("group", "recordgroup"), "Group"),
    **dict.fromkeys(("region", "weatherregion"), "Region"),
    **{name.lower(): name for name in ("Sport", "Discipline", "Gender", "Phase", "EventUnit", "Competition")},
    **{name.lower(): name for name in ("Country", "Continent", "Function")},
}
_WIDTHS = {"Discipline": 3, "Gender": 1, "Event": 18, "Phase": 4, "EventUnit": 8}


class _FileError(Exception):
    """What is wrong with a file; `where` is a line of it."""

    def __init__(self, reason: Reason, detail: str, line: int) -> None:
        super().__init__(detail)
        self.refusal = Refusal(reason, detail, f"line {line}")


class Column(NamedTuple):
    """Where a column goes: to an attribute of the code, to one of its text in a language, or to a further value."""

    name: str
    language: str = ""
    is_further: bool = False


def decode(data: bytes, receipt: Receipt) -> Decoded:
    """Read a code file; never raises for what was sent. Without a time of its own it is of the moment it came.

    A refusal names a line, or the place in the DT_CODES that says the same: CodeSet[3] is the third code.
    """
    try:
        said, rows = _read(data)
        written = _written(said, rows, receipt.recv)
    except _FileError as error:
        return Decoded(refusal=error.refusal)
    return odf.decode(written, receipt)


def columns(names: list[str]) -> list[Column]:
    """Where each column goes; of two that would be the same the second becomes a further value.

    Raises ValueError for one without a name, for a name that comes twice, where there are none, and where they are
    parted by something else than commas.
    """
    found: dict[Column, None] = {}
    for name in names:
        column = _column(name)
        if column in found:
            column = Column(name.strip(), is_further=True)
        if column in found or not column.name:
            raise ValueError(f"column {name[:40]!r} comes twice or has no name")
        found[column] = None
    if not found:
        raise ValueError("there are no columns")
    if len(found) == 1 and (mark := _MARKS.search(names[0])) is not None:
        raise ValueError(f"columns are parted by commas, these are by {mark[0]!r}")
    return list(found)


def _column(name: str) -> Column:
    if (text := _TEXT.fullmatch(name.strip())) is not None:
        return Column(_TEXTS[text[2].lower().replace(" ", "")], (text[1] or _ENGLISH).upper())
    attribute = _ATTRIBUTES.get(_NO_LETTER.sub("", name).lower())
    return Column(attribute) if attribute else Column(name.strip(), is_further=True)


def _read(data: bytes) -> tuple[dict[str, str], Iterator[tuple[int, list[str]]]]:
    """What the first line says, and the rows behind it with their lines."""
    try:
        first, _, rest = data.decode("utf-8-sig").partition("\n")
    except UnicodeDecodeError as error:
        raise _FileError(Reason.NOT_WELL_FORMED, f"a code file is UTF-8: {error.reason}", 1) from error
    head = _HEAD.fullmatch(first.strip())
    if head is None:
        raise _FileError(Reason.NO_KEY, 'the first line says what the file is: # CompetitionCode="..." ...', 1)
    words = _WORD.findall(head[1])
    said = dict(words)
    if len(said) < len(words):
        twice = next(name for name, count in Counter(name for name, _ in words).items() if count > 1)
        raise _FileError(Reason.NOT_WELL_FORMED, f"{twice[:40]} is said twice", 1)
    if unknown := said.keys() - SAID:
        raise _FileError(Reason.BAD_VALUE, f"{min(unknown)[:40]} is not said in a code file", 1)
    return said, _rows(rest)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty; a row is at the line that it ends in."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _FileError(Reason.NOT_WELL_FORMED, str(error), reader.line_num + 1) from error
        if any(row):
            yield reader.line_num + 1, row


def _written(said: Mapping[str, str], rows: Iterator[tuple[int, list[str]]], recv: int) -> bytes:
    """The file as DT_CODES."""
    line, names = next(rows, (2, []))
    try:
        found = columns(names)
    except ValueError as error:
        raise _FileError(Reason.BAD_VALUE, str(error), line) from error
    try:
        root = etree.Element("OdfBody", _header(said, recv))
        competition = etree.SubElement(root, "Competition", {"Codes": said["Codes"]} if said.get("Codes") else {})
    except ValueError as error:
        raise _FileError(Reason.BAD_VALUE, str(error), 1) from error
    for line, row in rows:
        if len(row) < len(found) or any(row[len(found) :]):
            raise _FileError(Reason.BAD_VALUE, f"{len(row)} values for {len(found)} columns", line)
        try:
            _add(competition, dict(zip(found, map(str.strip, row), strict=False)))
        except ValueError as error:  # a character that XML has no place for
            raise _FileError(Reason.BAD_VALUE, str(error), line) from error
    if not len(competition):  # as a whole table it would take back every code: that is said by DT_CODES alone
        raise _FileError(Reason.BAD_VALUE, "no row follows the names of the columns", line)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _header(said: Mapping[str, str], recv: int) -> dict[str, str]:
    header = {name: text for name, text in said.items() if name != "Codes"}
    header |= {"DocumentCode": "GEN".ljust(LENGTH, FILLING), "DocumentType": odf.CODE_TABLE}
    if not said.get("TimeStamp") and not said.get("Time"):
        header["TimeStamp"] = (_EPOCH + timedelta(microseconds=recv)).isoformat()
    return header


def _add(competition: etree._Element, row: Mapping[Column, str]) -> None:
    told = {column: text for column, text in row.items() if text}
    attributes = {column.name: text for column, text in told.items() if not column.language and not column.is_further}
    if code := attributes.get("Code") or _code_of(attributes):
        attributes["Code"] = code
    code_set = etree.SubElement(competition, "CodeSet", attributes)
    if further := {column.name: text for column, text in told.items() if column.is_further}:
        codes = etree.SubElement(code_set, "ExtendedCodes")
        for name, text in further.items():
            etree.SubElement(codes, "ExtendedCode", {"Code": name, "Value": text})
    languages: dict[str, dict[str, str]] = {}
    for column, text in told.items():
        if column.language:
            languages.setdefault(column.language, {"Language": column.language})[column.name] = text
    for texts in languages.values():
        etree.SubElement(code_set, "Language", texts)


def _code_of(attributes: Mapping[str, str]) -> str:
    """The code of a row that has no column for it: that of a function, or the parts of a Results System Code."""
    if "Function" in attributes or "Discipline" not in attributes:
        return attributes.get("Function", "")
    return "".join(attributes.get(name, "").ljust(width, FILLING) for name, width in _WIDTHS.items())
