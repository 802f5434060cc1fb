"""Bytes to an element tree: the only place where venue XML is parsed, so every limit stands here.

libxml2 bounds depth (256), text (10 MB) and entity growth as long as `huge_tree` stays off. It is on only where a text
may be longer than that (the content of a report) and no DTD can stand in front; then depth is bounded here. So is what
libxml2 allows and then takes quadratic time for (attributes of one element, namespaces): ODF has neither in numbers.
ODF has no DTD either (Foundation Principles 2.1), so a DOCTYPE is refused whatever it declares.
"""

import re

from lxml import etree

from feed.refusals import Reason
from feed.venues.odf.refused import RefusedError

ROOT = "OdfBody"
TAG_BYTES_MAX = 65_536
ATTRIBUTES_MAX = 256
NAMESPACES_MAX = 16
# Nothing but a declaration of UTF-8 in front of the root: there is no room for a DTD.
UTF8_PROLOG = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:<\?xml(?:(?!encoding)[^<>?])*(?:encoding=[\"'](?i:utf-8)[\"'][^<>?]*)?\?>)?\s*<OdfBody\s"
)
_DEPTH_MAX = 256
_TEXT_BYTES_MAX = 10_000_000  # of one text, in libxml2
_PROLOG_BYTES = 8_192
_ATTRIBUTE_BYTES_MIN = len(' a=""')
_DOCTYPE = re.compile(rb"(?s)[^<]*+(?:\s|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE")
# In these every letter of a markup name has one spelling (UTF-16: but for zero bytes), so that bytes can be searched.
_ENCODINGS = re.compile(
    r"UTF-8|UTF-16(LE|BE)?|(US-)?ASCII|ISO-8859-\d+|WINDOWS-125\d|KOI8-[RU]|SHIFT_JIS|EUC-(JP|KR)|GB2312|GBK|GB18030|BIG5",
    re.IGNORECASE | re.ASCII,
)
_has_too_many_attributes = etree.XPath(f"boolean(//@*[{ATTRIBUTES_MAX + 1}])")
_is_too_deep = etree.XPath(f"boolean({'/*' * (_DEPTH_MAX + 1)})")
_PARSER, _LONG_TEXT_PARSER = (
    etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        recover=False,
        huge_tree=has_long_texts,
        remove_blank_text=True,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    for has_long_texts in (False, True)
)


def parse(document: bytes) -> etree._Element:
    """The root `OdfBody`, without comments, instructions and white space between elements.

    Raises RefusedError: doctype, not_well_formed (with the line), bad_value (beyond a limit above), not_odf.
    """
    letters = spelled(document)
    # Entities cost time before a tree exists, so a DOCTYPE is looked for in the bytes first.
    if _DOCTYPE.match(letters[:_PROLOG_BYTES]):
        raise RefusedError(Reason.DOCTYPE, "the document declares a DOCTYPE")
    # No tag is longer than what stands between two brackets, so most documents need no closer look. In UTF-16 a byte
    # that looks like a bracket may be half of a character.
    has_long_tags = len(letters) < len(document) or _has_gap(letters, ATTRIBUTES_MAX * _ATTRIBUTE_BYTES_MIN)
    if has_long_tags and _has_endless_tag(letters):
        raise RefusedError(Reason.BAD_VALUE, f"a tag is longer than {TAG_BYTES_MAX} bytes")
    if letters.count(b"xmlns") > NAMESPACES_MAX:
        raise RefusedError(Reason.BAD_VALUE, f"there are more than {NAMESPACES_MAX} namespaces")
    root = _tree(document)
    docinfo = root.getroottree().docinfo
    if docinfo.doctype or docinfo.internalDTD is not None:
        raise RefusedError(Reason.DOCTYPE, "the document declares a DOCTYPE")
    if not _ENCODINGS.fullmatch(_encoding(root)):
        raise RefusedError(Reason.NOT_WELL_FORMED, f"the encoding {_encoding(root)} is not read", "line 1")
    if root.tag != ROOT:
        raise RefusedError(Reason.NOT_ODF, f"the root element is {str(root.tag)[:100]!r}", "/*")
    if has_long_tags and _has_too_many_attributes(root):
        raise RefusedError(Reason.BAD_VALUE, f"an element has more than {ATTRIBUTES_MAX} attributes")
    return root


def spelled(document: bytes) -> bytes:
    """The document's bytes with markup names in ASCII, also those of UTF-16: to search in, not to read."""
    return document.replace(b"\0", b"")


def received_text(document: bytes, root: etree._Element) -> str:
    """The document as it was received, decoded by its own encoding, without byte order mark."""
    try:
        return document.decode(_encoding(root)).removeprefix("\ufeff")
    except (LookupError, UnicodeDecodeError):  # where Python's table of an encoding differs from libxml2's
        return etree.tostring(root, encoding="unicode")


def _tree(document: bytes) -> etree._Element:
    may_have_long_texts = len(document) > _TEXT_BYTES_MAX and UTF8_PROLOG.match(document) is not None
    try:
        root = etree.fromstring(document, _LONG_TEXT_PARSER if may_have_long_texts else _PARSER)
    except etree.XMLSyntaxError as error:
        complaint = " ".join((error.msg or "").split()).rpartition(", line ")[0]
        raise RefusedError(Reason.NOT_WELL_FORMED, complaint or "no XML", f"line {error.lineno or 1}") from error
    except (etree.LxmlError, ValueError) as error:
        raise RefusedError(Reason.NOT_WELL_FORMED, str(error), "line 1") from error
    if may_have_long_texts and _is_too_deep(root):
        raise RefusedError(Reason.NOT_WELL_FORMED, f"elements are more than {_DEPTH_MAX} deep")
    return root


def _encoding(root: etree._Element) -> str:
    return root.getroottree().docinfo.encoding or "UTF-8"


def _has_gap(document: bytes, length: int) -> bool:
    """Whether so many bytes stand anywhere without an opening bracket among them."""
    start = 0
    while start + length <= len(document):
        last = document.rfind(b"<", start, start + length)
        if last < 0:
            return True
        start = last + 1
    return False


def _has_endless_tag(document: bytes) -> bool:
    # A hundred thousand attributes are legal XML and slow; long texts and CDATA sections are neither.
    if len(document) <= TAG_BYTES_MAX:
        return False
    for piece in document.split(b">"):
        start = piece.rfind(b"<") + 1
        if len(piece) - start > TAG_BYTES_MAX and start and piece[start : start + 1] != b"!":
            return True
    return False
