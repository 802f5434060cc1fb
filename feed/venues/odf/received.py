"""A document as the reader of its type gets it: parsed, its header read."""

from typing import NamedTuple

from lxml import etree

from feed.refusals import Reason
from feed.venues.odf.fingerprint import canonical, has_indicator
from feed.venues.odf.header import NOTE, Header
from feed.venues.odf.parse import ROOT
from feed.venues.odf.refused import RefusedError

COMPETITION = "Competition"
_WHERE = f"/{ROOT}/{COMPETITION}"


class Received(NamedTuple):
    """The bytes, their tree, the header, the one Competition, all text of the elements; `recv` in microseconds UTC.

    `is_marked` says that some element may carry a ModificationIndicator.
    """

    document: bytes
    root: etree._Element
    header: Header
    competition: etree._Element | None
    text: str
    is_marked: bool
    recv: int

    @property
    def has_text(self) -> bool:
        """Whether some element holds text."""
        return bool(self.text.strip())

    def is_withdrawal(self) -> bool:
        """Whether the document is taken back: one that replaces, and is sent empty (Foundation Principles 2.12)."""
        return self.header.row.full and self.competition is None and all(child.tag == NOTE for child in self.root)

    def body(self) -> etree._Element:
        """The Competition; raises RefusedError for a document that has other elements in its place."""
        if self.competition is None:
            raise RefusedError(Reason.BAD_VALUE, f"{COMPETITION} is missing", _WHERE)
        return self.competition

    def content(self) -> bytes:
        """The canonical form; takes the clock attributes off the root. Raises RefusedError."""
        return canonical(self.root, is_marked=self.is_marked, has_blanks=bool(self.text))


def received(document: bytes, root: etree._Element, header: Header, recv: int) -> Received:
    """Look into a parsed document; raises RefusedError for two Competitions."""
    text = etree.tostring(root, method="text", encoding="unicode")
    return Received(document, root, header, competition_of(root), text, has_indicator(document), recv)


def competition_of(root: etree._Element) -> etree._Element | None:
    """The one Competition there is, if any; raises RefusedError for a second."""
    found = root.findall(COMPETITION)
    if len(found) > 1:
        raise RefusedError(Reason.BAD_VALUE, f"there is more than one {COMPETITION}", f"{_WHERE}[2]")
    return found[0] if found else None
