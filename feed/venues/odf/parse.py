"""Bytes to an element tree: the only place where venue XML is parsed, so every limit stands here.

libxml2 bounds depth (256), text (10 MB) and entity growth as long as `huge_tree` stays off. ODF has no DTD
(Foundation Principles 2.1), so a DOCTYPE is refused whatever it declares.
"""

import re

from lxml import etree

from feed.refusals import Reason
from feed.venues.odf.refused import RefusedError

ROOT = "OdfBody"
TAG_BYTES_MAX = 65_536
_PROLOG_BYTES = 8_192
_DOCTYPE = re.compile(rb"(?s)[^<]*+(?:\s|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE")
_PARSER = etree.XMLParser(
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    dtd_validation=False,
    attribute_defaults=False,
    recover=False,
    huge_tree=False,
    remove_blank_text=True,
    remove_comments=True,
    remove_pis=True,
    collect_ids=False,
)


def parse(document: bytes) -> etree._Element:
    """The root `OdfBody`, without comments, instructions and white space between elements.

    Raises RefusedError: doctype, not_well_formed (with the line), bad_value (an endless tag), not_odf.
    """
    # Entities cost time before a tree exists; UTF-16 spells the same letters with zero bytes between them.
    if _DOCTYPE.match(document[:_PROLOG_BYTES].replace(b"\0", b"")):
        raise RefusedError(Reason.DOCTYPE, "the document declares a DOCTYPE")
    if _has_endless_tag(document):
        raise RefusedError(Reason.BAD_VALUE, f"a tag is longer than {TAG_BYTES_MAX} bytes")
    try:
        root = etree.fromstring(document, _PARSER)
    except etree.XMLSyntaxError as error:
        raise RefusedError(Reason.NOT_WELL_FORMED, error.msg or "no XML", f"line {error.lineno or 1}") from error
    except (etree.LxmlError, ValueError) as error:
        raise RefusedError(Reason.NOT_WELL_FORMED, str(error), "line 1") from error
    docinfo = root.getroottree().docinfo
    if docinfo.doctype or docinfo.internalDTD is not None:
        raise RefusedError(Reason.DOCTYPE, "the document declares a DOCTYPE")
    if root.tag != ROOT:
        raise RefusedError(Reason.NOT_ODF, f"the root element is {str(root.tag)[:100]!r}", "/*")
    return root


def received_text(document: bytes, root: etree._Element) -> str:
    """The document as it was received, decoded by its own encoding, without byte order mark."""
    encoding = root.getroottree().docinfo.encoding or "UTF-8"
    try:
        return document.decode(encoding).removeprefix("\ufeff")
    except (LookupError, UnicodeDecodeError):  # libxml2 knows encodings that Python does not
        return etree.tostring(root, encoding="unicode")


def _has_endless_tag(document: bytes) -> bool:
    # A hundred thousand attributes are legal XML and slow; long texts and CDATA sections are neither.
    if len(document) <= TAG_BYTES_MAX:
        return False
    for piece in document.split(b">"):
        start = piece.rfind(b"<") + 1
        if len(piece) - start > TAG_BYTES_MAX and start and piece[start : start + 1] != b"!":
            return True
    return False
