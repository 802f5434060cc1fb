"""What stands around a body and is neither the header's nor the body's is unmapped."""

from lxml import etree

from feed.venues.odf.header import KNOWN_ATTRIBUTES, NOTE, VERSIONS_ATTRIBUTES
from feed.venues.odf.walker import Walker


def forget_versions(walker: Walker, competition: etree._Element) -> None:
    """The versions at a Competition that was just read are the header's; in Rio 2016 it says the code again too."""
    for name in VERSIONS_ATTRIBUTES:
        walker.unmapped.pop(walker.where(competition, name), None)
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
