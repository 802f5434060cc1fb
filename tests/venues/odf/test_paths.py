import time

import pytest
from lxml import etree

from feed.venues.odf.paths import Paths

pytestmark = pytest.mark.alone


def test_a_path_leads_back_to_its_element():
    """Each path is the XPath of exactly its element, with positions only among siblings of one name."""
    root = etree.fromstring("<a><b/><c><d/><d><e/></d></c><b/></a>")
    paths = Paths()
    for element in root.iter():
        assert root.getroottree().xpath(paths.of(element)) == [element]
    assert paths.of(root) == "/a"
    assert paths.of(root[1][1][0]) == "/a/c/d[2]/e"


def test_naming_every_sibling_stays_linear():
    """Fifty thousand named siblings take well under a second, not minutes."""
    root = etree.fromstring(b"<a>" + b"<b/>" * 50_000 + b"</a>")
    paths = Paths()
    start = time.perf_counter()
    named = {paths.of(child) for child in root}
    assert len(named) == 50_000
    assert time.perf_counter() - start < 2
