import time
from collections.abc import Callable

import pytest
from lxml import etree

from feed.candidate import Candidate, Decoded
from feed.refusals import Reason
from feed.venues.odf.fingerprint import canonical, canonical_parts
from feed.venues.odf.parse import NAMESPACES_MAX

pytestmark = pytest.mark.alone

Accept = Callable[[bytes], Candidate]
Build = Callable[..., bytes]
BODY = '<Competition Gen="g"><Clock Time="1" Period="P1"/><Clock/></Competition>'


def test_the_moment_of_sending_does_not_count(accept: Accept, odf: Build):
    """Date, Time and TimeStamp of the header are not content."""
    first = accept(odf(BODY)).hash
    assert accept(odf(BODY, Date="2030-07-04", Time="000000001")).hash == first
    assert accept(odf(BODY, Date=None, Time=None, TimeStamp="2030-07-04T00:00:00Z")).hash == first
    assert len(bytes.fromhex(first)) == 32


@pytest.mark.parametrize(
    "written",
    [
        '<Competition  Gen = "g" ><Clock Period="P1" Time="1"></Clock><Clock></Clock></Competition>',
        '<Competition Gen="g">\n  <Clock Time="1" Period="P1"/>\n\t<Clock/>\n</Competition>\n',
        '<Competition Gen="g"><!-- a --><Clock Time="1" Period="P1"/><?p q?><Clock> <!-- b --> </Clock></Competition>',
        "<Competition Gen='&#103;'><Clock Time='1' Period='P1'/><Clock>\n</Clock></Competition>",
        BODY.replace("Competition G", 'Competition ModificationIndicator="U" G').replace(
            "<Clock/>", '<Clock ModificationIndicator="N"/>'
        ),
    ],
)
def test_the_same_content_written_otherwise_is_equal(written: str, accept: Accept, odf: Build):
    """Attribute order, white space between elements, comments and ModificationIndicator mean nothing."""
    assert accept(odf(written)).hash == accept(odf(BODY)).hash


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "windows-1252"])
def test_the_encoding_does_not_count(encoding: str, accept: Accept, odf: Build):
    """The same document in another encoding is the same content, with its ModificationIndicator taken off too."""
    text = odf(BODY.replace("Gen", 'ModificationIndicator="U" Gen')).decode()
    declared = f"<?xml version='1.0' encoding='{encoding}'?>{text}"
    assert accept(declared.encode(encoding)).hash == accept(odf(BODY)).hash


@pytest.mark.parametrize(
    "changed",
    [
        BODY.replace('"1"', '"2"'),
        BODY.replace("<Clock/>", ""),
        BODY.replace("Gen=", "Sport="),
        BODY.replace("<Clock/>", '<Clock TimeStamp="1"/>'),
        BODY.replace("<Clock/>", '<Clock Date="2030-07-03"/>'),
        BODY + "<Note>corrected</Note>",
    ],
)
def test_other_content_is_not_equal(changed: str, accept: Accept, odf: Build):
    """Every value counts, also times inside of the body."""
    assert accept(odf(changed)).hash != accept(odf(BODY)).hash


def test_text_inside_elements_counts(accept: Accept, odf: Build):
    """White space around text is part of it."""
    texts = ["a b", "a  b", " a b", "ab"]
    hashes = {accept(odf(f"<Competition/><Note>{text}</Note>")).hash for text in texts}
    assert len(hashes) == len(texts)


@pytest.mark.parametrize("change", [{"Version": "4"}, {"ResultStatus": "LIVE"}, {"Source": "X"}, {"FeedFlag": "T"}])
def test_the_rest_of_the_header_counts(change: dict[str, str], accept: Accept, odf: Build):
    """Another version or status is another document."""
    assert accept(odf(BODY, **change)).hash != accept(odf(BODY)).hash


@pytest.mark.parametrize(
    "inside",
    [
        '<Unit Code="1"/><Session Code="2"/><Unit Code="3">a &lt;Unit </Unit>',
        '<UnitOther a="1"/><Unit Code="1"><UnitName/></Unit><Other/><Unit Code="2"/>',
        '<Unit Code="1"><Unit Code="2"/></Unit><Unit Code="3"/>',
        '<Other><Unit Code="1"/></Other><Unit Code="2"/>',
        '<Other><Session Code="1"/></Other><Unit Code="2"/>',
        '<Unit Code="&lt;/Unit>&lt;Unit "/><Unit Code="2"/>',
        "",
    ],
)
def test_parts_are_cut_as_they_would_be_written(inside: str):
    """Wherever their tags stand besides, each part has the canonical form of its own."""
    root = etree.fromstring(f"<OdfBody><Competition>{inside}</Competition></OdfBody>")
    parts = [child for child in root[0] if child.tag in {"Unit", "Session"}]
    content = canonical(root, is_marked=False, has_blanks=False)
    assert list(canonical_parts(content, parts)) == [
        etree.tostring(part, method="c14n", with_tail=False) for part in parts
    ]


def test_parts_that_hold_their_own_tag_lose_their_marks_too():
    """What is no content of the whole is none of a part, at any depth."""
    team = '<Team Code="1"{0}><Composition><Team Code="2"{0}/></Composition></Team>'
    marked = team.format(' ModificationIndicator="U"')
    root = etree.fromstring(f"<OdfBody><Competition>{marked}</Competition></OdfBody>")
    content = canonical(root, is_marked=True, has_blanks=False)
    plain = etree.tostring(etree.fromstring(team.format("")), method="c14n")
    assert list(canonical_parts(content, list(root[0]))) == [plain]


def test_a_relative_namespace_is_refused(decode: Callable[[bytes], Decoded], odf: Build):
    """What has no canonical form is refused instead of raising; an absolute namespace is merely unknown."""
    decoded = decode(odf('<Competition><x xmlns:a="relative"/></Competition>'))
    assert decoded.refusal is not None
    assert decoded.refusal.reason is Reason.NOT_WELL_FORMED
    assert decode(odf('<Competition><x xmlns:a="urn:a"/></Competition>')).refusal is None


def test_namespaces_cannot_make_it_slow(accept: Accept, odf: Build):
    """The worst nesting of namespaces that is allowed takes less than a second for 200 kB."""
    nested = (
        "".join(f'<x xmlns:a{n}="urn:{n}">' for n in range(NAMESPACES_MAX)) + "<y/>" * 50_000 + "</x>" * NAMESPACES_MAX
    )
    start = time.perf_counter()
    accept(odf(f"<Competition>{nested}</Competition>"))
    assert time.perf_counter() - start < 1
