"""Texts of attributes to values of fields; a reader raises ValueError for a text that ODF does not allow there."""

import hashlib
from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import UTC, tzinfo
from typing import Any

from feed.candidate import Attachment
from feed.venues.odf.media import media_of
from feed.venues.odf.times import moment
from schemas.message import BodyRef, Remark

_WHOLE_DIGITS = 9
CONTENTS_MAX = 1_000  # of one document: each is stored and acknowledged by itself before the message is
_FLAGS = {"Y": True, "true": True, "N": False, "false": False, "": False}


class Context:
    """What a value may depend on (the zone of moments without offset), and leaves behind: remarks, what is attached.

    `contents` counts what was attached of the whole document, also what has been taken since.
    """

    def __init__(self, zone: tzinfo | None) -> None:
        self.zone = zone or UTC
        self.is_zone_assumed = zone is None
        self.remarks: dict[Remark, None] = {}
        self.attached: list[Attachment] = []
        self.contents = 0


Reader = Callable[[str, Context], Any]


def as_sent(text: str, _context: Context) -> str:
    """A text as the venue wrote it."""
    return text


def whole(text: str, _context: Context) -> int:
    """A whole number of up to 9 digits, without sign."""
    if not (text.isascii() and text.isdigit() and len(text) <= _WHOLE_DIGITS):
        raise ValueError(f"{text[:40]!r} is no whole number of up to 9 digits")
    return int(text)


def number(text: str, context: Context) -> int | str:
    """A whole number where it is one, else the text as it was sent."""
    try:
        return whole(text, context)
    except ValueError:
        return text


def flag(text: str, _context: Context) -> bool:
    """Y or true, N or false or nothing."""
    if text not in _FLAGS:
        raise ValueError(f"{text[:40]!r} is neither Y nor N")
    return _FLAGS[text]


def micros(text: str, context: Context) -> int:
    """A DateTime in microseconds UTC; one without offset is in the context's zone, or UTC, remarked."""
    stamp, has_offset = moment(text, context.zone)
    if not has_offset and context.is_zone_assumed:
        context.remarks[Remark.ZONE_ASSUMED] = None
    return stamp


def content(text: str, context: Context) -> BodyRef:
    """Bytes in base64, which are attached; the body refers to them."""
    if context.contents == CONTENTS_MAX:
        raise ValueError(f"the document has more than {CONTENTS_MAX} pictures, reports or sounds")
    context.contents += 1
    try:
        decoded = b64decode("".join(text.split()), validate=True)
    except ValueError as error:
        raise ValueError(f"this is no base64: {error}") from None
    ref = BodyRef(sha256=hashlib.sha256(decoded).hexdigest(), bytes=len(decoded), media=media_of(decoded))
    context.attached.append(Attachment(ref, decoded))
    return ref


def code_of(codes: Mapping[str, str]) -> Reader:
    """Translate ODF's codes; one that is not among them flows as sent, remarked."""

    def read(text: str, context: Context) -> str:
        if (meaning := codes.get(text)) is None:
            context.remarks[Remark.UNKNOWN_CODE] = None
            return text
        return meaning

    return read
