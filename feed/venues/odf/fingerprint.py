"""Equal content: SHA-256 of the canonical XML without the moments of sending.

Date, Time and TimeStamp of the root change with every repetition; ModificationIndicator tells what a sender did, not
what is so. White space between elements, comments and the order of attributes mean nothing (Canonical XML 1.0).
"""

import copy
import hashlib
from collections.abc import Iterable, Iterator, Sequence

from lxml import etree

from feed.refusals import Reason
from feed.venues.odf.header import CLOCK_ATTRIBUTES
from feed.venues.odf.parse import ROOT, parse, spelled
from feed.venues.odf.refused import RefusedError

INDICATOR = "ModificationIndicator"
_with_indicator = etree.XPath(f"//*[@{INDICATOR}]")


def has_indicator(document: bytes) -> bool:
    """Whether some element may carry a ModificationIndicator; a search through the tree costs a quarter of parsing."""
    return INDICATOR.encode() in spelled(document)


def canonical(root: etree._Element, *, is_marked: bool, has_blanks: bool) -> bytes:
    """The content of a parsed document in its one canonical form; takes the clock attributes off its root.

    `is_marked` says that there are ModificationIndicators, `has_blanks` that some element may hold just white space.
    Raises RefusedError not_well_formed for a relative namespace, which has no canonical form.
    """
    for name in CLOCK_ATTRIBUTES:
        root.attrib.pop(name, None)
    if is_marked:
        root = copy.deepcopy(root)  # it is no content, but it must not be lost either
        for element in _with_indicator(root):
            del element.attrib[INDICATOR]
    if has_blanks:
        _drop_blanks(root)
    try:
        return etree.tostring(root, method="c14n", with_comments=False)
    except etree.C14NError as error:
        raise RefusedError(Reason.NOT_WELL_FORMED, f"no canonical form: {error}", f"/{ROOT}") from error


def canonical_parts(content: bytes, parts: Sequence[etree._Element]) -> Iterator[bytes]:
    """The canonical forms of some children of one element, cut out of `content` when asked for; each has attributes.

    In a canonical form each `<` starts a tag and each element has an end tag. Where the parts' tags stand elsewhere
    too, no cut is sure, and they are written one by one.
    """
    tags = [str(part.tag) for part in parts]
    marks = {tag: (b"<%b " % tag.encode(), b"</%b>" % tag.encode()) for tag in set(tags)}
    if sum(content.count(end) for _, end in marks.values()) == len(parts):
        return _cut(content, map(marks.__getitem__, tags))
    twins = _twins(content, parts, list(marks))
    return (etree.tostring(twin, method="c14n", with_comments=False) for twin in twins)


def _cut(content: bytes, marks: Iterable[tuple[bytes, bytes]]) -> Iterator[bytes]:
    after = 0
    for start, end in marks:
        at = content.index(start, after)
        after = content.index(end, at) + len(end)
        yield content[at:after]


def _twins(content: bytes, parts: Sequence[etree._Element], tags: list[str]) -> list[etree._Element]:
    """The same elements of the canonical form, which lacks what is no content."""
    root = parts[0].getroottree().getroot()
    twins = dict(zip(root.iter(*tags), parse(content).iter(*tags), strict=True))
    return [twins[part] for part in parts]


def fingerprint(content: bytes) -> str:
    """Hex digest of a canonical form."""
    return hashlib.sha256(content).hexdigest()


def _drop_blanks(root: etree._Element) -> None:
    for element in root.iter():
        if element.text and not element.text.strip():
            element.text = None
        if element.tail and not element.tail.strip():
            element.tail = None
