import time
import tracemalloc
from pathlib import Path

import pytest

from feed.refusals import Reason
from feed.venues.odf.parse import TAG_BYTES_MAX, parse, received_text
from feed.venues.odf.refused import RefusedError

pytestmark = pytest.mark.alone

DOCTYPE = "<!DOCTYPE OdfBody [%s]><OdfBody>&a;</OdfBody>"
LAUGHS = DOCTYPE % (
    '<!ENTITY l0 "lol">'
    + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    + '<!ENTITY a "&l11;">'
)
BAD: dict[str, tuple[bytes, Reason]] = {
    "billion laughs": (LAUGHS.encode(), Reason.DOCTYPE),
    "billion laughs in UTF-16": (LAUGHS.encode("utf-16"), Reason.DOCTYPE),
    "billion laughs in UTF-7": (
        b"<?xml version='1.0' encoding='UTF-7'?>" + LAUGHS.replace("<!DOCTYPE", "+ADw-!DOCTYPE").encode(),
        Reason.NOT_WELL_FORMED,
    ),
    "billion laughs in an attribute": (LAUGHS.replace("<OdfBody>&a;", "<OdfBody A='&a;'>").encode(), Reason.DOCTYPE),
    "external entity": ((DOCTYPE % '<!ENTITY a SYSTEM "file:///etc/hostname">').encode(), Reason.DOCTYPE),
    "parameter entity": ((DOCTYPE % '<!ENTITY % p SYSTEM "file:///etc/hostname">%p;').encode(), Reason.DOCTYPE),
    "external DTD": (b'<!DOCTYPE OdfBody SYSTEM "http://localhost/x.dtd"><OdfBody/>', Reason.DOCTYPE),
    "bare DOCTYPE": (b"<!DOCTYPE OdfBody><OdfBody/>", Reason.DOCTYPE),
    "DOCTYPE after comments": (
        b"<?xml version='1.0'?><!-- a --> <!-- b --><!DOCTYPE OdfBody><OdfBody/>",
        Reason.DOCTYPE,
    ),
    "DOCTYPE after a long comment": (b"<!--%s--><!DOCTYPE OdfBody><OdfBody/>" % (b"x" * 20_000), Reason.DOCTYPE),
    "DOCTYPE in UTF-16": ("<!DOCTYPE OdfBody><OdfBody/>".encode("utf-16"), Reason.DOCTYPE),
    "10,000 deep": (b"<OdfBody>" + b"<a>" * 10_000 + b"</a>" * 10_000 + b"</OdfBody>", Reason.NOT_WELL_FORMED),
    "300 deep": (b"<OdfBody>" + b"<a>" * 300 + b"</a>" * 300 + b"</OdfBody>", Reason.NOT_WELL_FORMED),
    "undeclared entity": (b"<OdfBody>&a;</OdfBody>", Reason.NOT_WELL_FORMED),
    "cut off": (b"<OdfBody><Competition><Result", Reason.NOT_WELL_FORMED),
    "two roots": (b"<OdfBody/><OdfBody/>", Reason.NOT_WELL_FORMED),
    "duplicate attribute": (b'<OdfBody A="1" A="2"/>', Reason.NOT_WELL_FORMED),
    "wrong encoding": (b"<?xml version='1.0' encoding='UTF-8'?><OdfBody A='\xff'/>", Reason.NOT_WELL_FORMED),
    "unknown encoding": (b"<?xml version='1.0' encoding='KLINGON'?><OdfBody/>", Reason.NOT_WELL_FORMED),
    "NUL": (b"<OdfBody>\0</OdfBody>", Reason.NOT_WELL_FORMED),
    "only NULs": (b"\0" * 1_000, Reason.NOT_WELL_FORMED),
    "empty": (b"", Reason.NOT_WELL_FORMED),
    "only a BOM": (b"\xef\xbb\xbf", Reason.NOT_WELL_FORMED),
    "only white space": (b" \n" * 50_000, Reason.NOT_WELL_FORMED),
    "JSON": (b'{"a": 1}', Reason.NOT_WELL_FORMED),
    "200,000 attributes": (
        b"<OdfBody " + b" ".join(b'a%d=""' % n for n in range(200_000)) + b"/>",
        Reason.BAD_VALUE,
    ),
    "60,000 attributes that hide their number": (
        b"<OdfBody><a " + b" ".join(b'a%d=">"' % n for n in range(60_000)) + b"/></OdfBody>",
        Reason.BAD_VALUE,
    ),
    "257 attributes": (b"<OdfBody %s/>" % b" ".join(b'a%d=""' % n for n in range(257)), Reason.BAD_VALUE),
    "257 attributes between halves of characters that look like brackets": (
        "<OdfBody {}/>".format(" ".join(f'a{n}="\u3c3c"' for n in range(257))).encode("utf-16"),
        Reason.BAD_VALUE,
    ),
    "17 namespaces": (b"<OdfBody %s/>" % b" ".join(b'xmlns:a%d="urn:x"' % n for n in range(17)), Reason.BAD_VALUE),
    "17 namespaces in UTF-16": (
        "<OdfBody {}/>".format(" ".join(f'xmlns:a{n}="urn:x"' for n in range(17))).encode("utf-16"),
        Reason.BAD_VALUE,
    ),
    "an encoding that spells names in many ways": (
        b"<?xml version='1.0' encoding='UTF-7'?><OdfBody/>",
        Reason.NOT_WELL_FORMED,
    ),
    "endless name": (b"<" + b"a" * 3_000_000, Reason.BAD_VALUE),
    "only opening brackets": (b"<" * 3_000_000, Reason.NOT_WELL_FORMED),
    "another root": (b"<html/>", Reason.NOT_ODF),
    "a namespace": (b'<OdfBody xmlns="urn:x"/>', Reason.NOT_ODF),
}


@pytest.mark.parametrize("name", BAD)
def test_hostile_and_broken_bytes_are_refused_by_name(name: str):
    """Each bad input has its reason, within 50 ms (the best of three) and a few megabytes."""
    document, reason = BAD[name]
    took = []
    for _ in range(3):
        start = time.perf_counter()
        with pytest.raises(RefusedError) as refused:
            parse(document)
        took.append(time.perf_counter() - start)
        assert refused.value.refusal.reason is reason
    assert min(took) < 0.05
    tracemalloc.start()
    with pytest.raises(RefusedError):
        parse(document)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < len(document) * 6 + 1_000_000


def test_a_syntax_error_tells_its_line():
    """The refusal says on which line of the document the XML breaks."""
    with pytest.raises(RefusedError) as refused:
        parse(b"<OdfBody>\n<a>\n</b>\n</OdfBody>")
    assert refused.value.refusal.where == "line 3"
    assert refused.value.refusal.detail == "Opening and ending tag mismatch: a line 2 and b"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252", "iso-8859-15"])
def test_declared_encodings_are_read_and_their_text_is_kept(encoding: str):
    """A legal encoding is decoded, and the received text comes back without a byte order mark."""
    declared = {"utf-8-sig": "utf-8"}.get(encoding, encoding)
    text = f"<?xml version='1.0' encoding='{declared}'?><OdfBody A='Zoë'/>"
    document = text.encode(encoding)
    root = parse(document)
    assert root.get("A") == "Zoë"
    assert received_text(document, root) == text


def test_bytes_that_only_libxml2_can_decode_still_give_text():
    """Where Python's table of an encoding has a hole, the text is written anew from the tree."""
    document = b"<?xml version='1.0' encoding='windows-1252'?><OdfBody A='b'/>"
    root = parse(document)
    assert received_text(document + b"\x81", root) == '<OdfBody A="b"/>'


def test_limits_are_inclusive():
    """256 attributes and 16 namespaces are still read."""
    names = " ".join([*(f'a{n}=""' for n in range(256)), *(f'xmlns:n{n}="urn:x"' for n in range(16))])
    assert len(parse(f"<OdfBody {names}/>".encode()).attrib) == 256


def test_comments_instructions_and_layout_are_not_in_the_tree():
    """The tree holds elements only: what has no meaning in ODF is gone, text and CDATA stay."""
    root = parse(b"<OdfBody>\n <!-- c -->\n <?p x?>\n <a> t </a>\n <b><![CDATA[<!DOCTYPE x>]]></b></OdfBody>")
    assert [child.tag for child in root] == ["a", "b"]
    assert [child.text for child in root] == [" t ", "<!DOCTYPE x>"]
    assert root.text is None


def test_long_texts_are_no_endless_tags():
    """A megabyte of text or CDATA between two tags is legal (pictures, PDF)."""
    long = b"x" * (TAG_BYTES_MAX * 16)
    root = parse(b"<OdfBody><a>%b</a><b><![CDATA[%b]]></b></OdfBody>" % (long, long))
    assert [len(child.text or "") for child in root] == [len(long)] * 2


def test_the_parser_reads_no_files_and_no_network(tmp_path: Path):
    """An XInclude or stylesheet reference stays what it is: nothing outside of the bytes is read."""
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    include = f'<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="{secret.as_uri()}" parse="text"/>'
    root = parse(f"<OdfBody>{include}</OdfBody>".encode())
    assert "SECRET" not in "".join(root.itertext())


def long_document(text: int, depth: int = 1, prolog: bytes = b"<?xml version='1.0' encoding='utf-8'?>\n") -> bytes:
    """More than libxml2's bound of one text, in elements so deep (with the root)."""
    inside = depth - 1
    return b"%b<OdfBody A=''>%b%b%b</OdfBody>" % (prolog, b"<a>" * inside, b"x" * text, b"</a>" * inside)


@pytest.mark.parametrize(
    "prolog", [b"", b"\xef\xbb\xbf<?xml version='1.0'?>", b"<?xml version='1.0' encoding='UTF-8'?>"]
)
def test_a_text_may_be_as_long_as_a_document(prolog: bytes):
    """A report of 10 MB is a text of 14 MB."""
    assert len(parse(long_document(14_000_000, prolog=prolog)).text or "") == 14_000_000


def test_long_documents_are_no_deeper_than_others():
    """The bound of depth holds for them too, to the element."""
    assert parse(long_document(10_000_001, 256)).tag == "OdfBody"
    with pytest.raises(RefusedError) as refused:
        parse(long_document(10_000_001, 257))
    assert refused.value.refusal.reason is Reason.NOT_WELL_FORMED


@pytest.mark.parametrize("front", [b"<!-- -->", b"<?p ?>", b"<?xml version='1.0' encoding='UTF-7'?>"])
def test_whoever_could_declare_entities_has_no_long_texts(front: bytes):
    """What may hide a DTD is parsed with all of libxml2's bounds."""
    with pytest.raises(RefusedError) as refused:
        parse(long_document(10_000_001, prolog=front))
    assert "too long" in refused.value.refusal.detail


def test_entities_of_a_long_document_do_not_grow():
    """A DTD behind 8 kB of comments, in front of more than 10 MB."""
    laughs = b"<!--%b-->%b" % (b"x" * 9_000, LAUGHS.replace("<OdfBody>&a;", "<OdfBody A='&a;'>").encode())
    began = time.perf_counter()
    with pytest.raises(RefusedError):
        parse(laughs.replace(b"</OdfBody>", b"x" * 10_000_001 + b"</OdfBody>"))
    assert time.perf_counter() - began < 0.5
