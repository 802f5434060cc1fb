"""What stands around a body and is neither the header's nor the body's is unmapped."""

from lxml import etree

from feed.venues.odf.header import KNOWN_ATTRIBUTES, NOTE, VERSIONS_ATTRIBUTES
from feed.venues.odf.walker import Walker

VERSIONS = tuple(f"@{name}" for name in VERSIONS_ATTRIBUTES)  # at a Competition: they are the header's


def forget_code(walker: Walker, competition: etree._Element) -> None:
    """In Rio 2016 a Competition says the root's code again."""
    code = competition.get("Code")
    if code and code == competition.getroottree().getroot().get("CompetitionCode"):
        walker.unmapped.pop(walker.where(competition, "Code"), None)


def keep_around(walker: Walker, root: etree._Element, competition: etree._Element | None) -> None:
    """Keep as unmapped what stands in the root beside Competition and is neither header nor Note."""
    for name, text in root.items():
        if name not in KNOWN_ATTRIBUTES:
            walker.keep_attribute(root, name, text)
    for child in root:
        is_plain_note = child.tag == NOTE and not len(child) and not child.attrib
        if child is not competition and not is_plain_note:
            walker.keep_element(child)
    walker.keep_text(root)
