"""Folders of ODF files, one document each, in the order in which they were made.

A header tells when: TimeStamp, or Date and Time. Where it does not, the file's name does, as those of London, Rio,
Paris and later Games do. Rules: Foundation Principles 2.2 (header), and its recommended names of files.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from replay.blocks import MAX_DOCUMENT
from replay.capture import Captured
from replay.header import attributes
from replay.imports.importing import IMPORTED, Import, ImportFailedError, Report

_ENCODINGS: Final = {".xml": "", ".gz": "gzip"}
_DAY: Final = r"((?:19|20)\d\d)-?(\d\d)-?(\d\d)"
_CLOCK: Final = r"(\d\d):?(\d\d):?(\d\d)\.?(\d{3})?"
_NAMED: Final = re.compile(rf"(?<!\d){_DAY}[-_~T]?(\d\d)(\d\d)(\d\d)(\d{{3}})?")
_HEADED: Final = re.compile(rf"{_DAY} {_CLOCK}")
_EPOCH: Final = datetime.fromtimestamp(0, UTC)


class _Found(NamedTuple):
    """A file that is a document; the order of these is that of the capture."""

    recv: int
    version: int
    name: str
    path: Path
    source: str


def read(folders: tuple[Path, ...], zone: ZoneInfo, report: Report) -> Import:
    """The documents of all folders and the folders in them; raises ImportFailedError where one is none."""
    found = sorted(each for folder in folders for each in _files(folder, zone, report))
    return Import(len(found), _captured(found))


def _captured(found: list[_Found]) -> Iterator[Captured]:
    for each in found:
        try:
            data = each.path.read_bytes()
        except OSError as error:
            raise ImportFailedError(f"{each.path} cannot be read any more", hint="Import it again.") from error
        yield Captured(each.recv, each.source, "odf", _ENCODINGS[each.path.suffix.lower()], data, IMPORTED)


def _files(folder: Path, zone: ZoneInfo, report: Report) -> Iterator[_Found]:
    if not folder.is_dir():
        raise ImportFailedError(f"{folder} is not a folder", hint="Name the folder with the ODF files.")
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        report.rows[str(folder)] += 1
        found = _file(path, folder, zone)
        if isinstance(found, str):
            report.miss(str(folder), str(path.relative_to(folder)), found)
        else:
            yield found


def _file(path: Path, folder: Path, zone: ZoneInfo) -> _Found | str:
    """The file as a document, or why it is none."""
    suffix = path.suffix.lower()
    if suffix not in _ENCODINGS or (suffix == ".gz" and not path.stem.lower().endswith(".xml")):
        return "neither .xml nor .xml.gz"
    try:
        if path.stat().st_size > MAX_DOCUMENT:
            return f"larger than {MAX_DOCUMENT:,} bytes"
        header = attributes(path.read_bytes(), _ENCODINGS[suffix])
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    if header is None:
        return "no ODF header"
    at = _headed(header, zone) or _named(path.name, zone)
    if at is None:
        return "no time in its header, and none in its name"
    version = header.get("Version", "")
    recv = (at - _EPOCH) // timedelta(microseconds=1)
    number = int(version) if version.isascii() and version.isdigit() else 0
    return _Found(recv, number, path.relative_to(folder).as_posix(), path, header.get("Source", ""))


def _headed(header: Mapping[str, str], zone: ZoneInfo) -> datetime | None:
    """What the header tells; a time without an offset is one of the zone."""
    try:
        stamp = datetime.fromisoformat(header.get("TimeStamp", ""))
    except ValueError:
        found = _HEADED.fullmatch(f"{header.get('Date', '')} {header.get('Time', '')}")
        return _moment(found, zone) if found else None
    return stamp if stamp.tzinfo else stamp.replace(tzinfo=zone)


def _named(name: str, zone: ZoneInfo) -> datetime | None:
    """The first moment that stands in the name."""
    moments = (_moment(found, zone) for found in _NAMED.finditer(name))
    return next((moment for moment in moments if moment), None)


def _moment(found: re.Match[str], zone: ZoneInfo) -> datetime | None:
    *parts, millisecond = (int(part or 0) for part in found.groups())
    year, month, day, hour, minute, second = parts
    try:
        return datetime(year, month, day, hour, minute, second, millisecond * 1000, zone)
    except ValueError:
        return None
