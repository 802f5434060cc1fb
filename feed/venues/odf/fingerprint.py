"""Equal content: SHA-256 of the canonical XML without the moments of sending.

Date, Time and TimeStamp of the root change with every repetition; ModificationIndicator tells what a sender did, not
what is so. White space between elements, comments and the order of attributes mean nothing (Canonical XML 1.0).
"""

import hashlib

from lxml import etree

from feed.venues.odf.header import CLOCK_ATTRIBUTES

_INDICATOR = "ModificationIndicator"
_with_indicator = etree.XPath(f"//*[@{_INDICATOR}]")
_ASCII_BASED = frozenset({"UTF-8", "ISO-8859-1", "US-ASCII", "ASCII"})


def fingerprint(root: etree._Element, document: bytes, *, has_blanks: bool) -> str:
    """Hex digest of a parsed document; takes the attributes that do not count off its tree.

    `document` is what `root` was parsed from; `has_blanks` says that some element may hold nothing but white space.
    """
    for name in CLOCK_ATTRIBUTES:
        root.attrib.pop(name, None)
    if _may_have_indicator(root, document):
        for element in _with_indicator(root):
            del element.attrib[_INDICATOR]
    if has_blanks:
        _drop_blanks(root)
    return hashlib.sha256(etree.tostring(root, method="c14n", with_comments=False)).hexdigest()


def _may_have_indicator(root: etree._Element, document: bytes) -> bool:
    """Spare the search through the tree where the bytes tell: it costs a quarter of the parsing."""
    encoding = root.getroottree().docinfo.encoding or "UTF-8"
    return _INDICATOR.encode() in document or encoding.upper() not in _ASCII_BASED


def _drop_blanks(root: etree._Element) -> None:
    for element in root.iter():
        if element.text and not element.text.strip():
            element.text = None
        if element.tail and not element.tail.strip():
            element.tail = None
