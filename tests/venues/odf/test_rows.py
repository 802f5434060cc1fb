import pytest
from lxml import etree

from feed.venues.odf.rows import Cut, Row, Rows, are_rows, cut, cut_content
from schemas.competitor import Competitor

ROW = '<Result Rank="1"><Competitor Code="1"/></Result>'


def odf(inside: str, start: str = "") -> bytes:
    return f"{start}<OdfBody Version='1'><Competition>{inside}</Competition></OdfBody>".encode()


@pytest.mark.parametrize(
    "start",
    [
        "",
        "<?xml version='1.0'?>\n",
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<?xml version='1.0' encoding='utf-8' ?>",
    ],
)
def test_a_plain_document_is_cut_at_its_rows(start: str):
    """Head, rows and tail are the document, but for the white space between rows."""
    head = f"{start}<OdfBody Version='1'><Competition><Periods/>"
    document = odf(f"<Periods/>{ROW}\n\t{ROW}<Result/></Result> ", start).replace(b"<Result/>", b"<Result>")
    rows = [ROW.encode(), ROW.encode(), b"<Result></Result>"]
    assert cut(document) == Cut(head.encode(), rows, b" </Competition></OdfBody>")
    assert are_rows(rows, document)


@pytest.mark.parametrize(
    "document",
    [
        odf(""),
        odf("<Results/>"),
        odf(f"<!-- {ROW} -->"),
        odf(f"<![CDATA[{ROW}]]>"),
        odf(f"<?pi {ROW} ?>"),
        odf(ROW, "<?xml version='1.0' encoding='iso-8859-1'?>"),
        odf(ROW, "<?xml version='1.0'\nencoding = 'latin1'?>"),
        odf(ROW, "<!DOCTYPE OdfBody>"),
        odf(ROW).decode().encode("utf-16"),
        odf(f"<X xmlns='y'>{ROW}</X>"),
        odf(ROW.replace("<Result ", '<Result ModificationIndicator="U" ')),
        odf(f"{ROW}<Other/>{ROW}"),
        odf(f"{ROW} text {ROW}"),
        odf('<Result><ResultItems><ResultItem><Result Rank="2"></Result></ResultItem></ResultItems></Result>'),
        odf("<Result><Result></Result></Result><Result></Result >"),
        odf(f"{ROW}</Result>"),
        odf(f"<Result Rank='1'/>{ROW}"),
    ],
)
def test_what_could_mean_something_else_is_not_cut(document: bytes):
    """Comments, sections, other encodings, namespaces, nested or parted rows: such a document is read whole."""
    found = cut(document)
    assert found is None or not are_rows(found.rows, document)


def test_a_name_that_begins_alike_is_no_row():
    """ResultItems and Result-like names are other elements."""
    inside = ROW.replace("<Competitor", "<ResultItems/><Result-x/><Result.y/><Resulté/><Competitor")
    found = cut(odf(inside))
    assert found is not None
    assert found.rows == [inside.encode()]
    assert are_rows(found.rows, odf(inside))


def test_a_canonical_form_is_cut_alike():
    """Its rows are those of the document, in canonical form, and the three parts make it whole again."""
    document = odf(f"<Periods/>{ROW}{ROW}")
    content = etree.tostring(etree.fromstring(document), method="c14n")
    found = cut_content(content, 2)
    assert found is not None
    assert b"".join((found.head, *found.rows, found.tail)) == content
    assert found.rows[0] == b'<Result Rank="1"><Competitor Code="1"></Competitor></Result>'
    assert cut_content(content, 3) is None
    assert cut_content(b"<OdfBody></OdfBody>", 1) is None


def read(*keys: bytes) -> dict[bytes, Row]:
    return {key: Row(Competitor(id=key.decode(), kind="athlete"), key) for key in keys}


def test_the_next_version_replaces_what_was_read():
    """Only the newest rows of a document are kept; those of others are not touched."""
    rows = Rows()
    rows.keep("a", read(b"1", b"2"))
    rows.keep("b", read(b"1"))
    rows.keep("a", read(b"2", b"3"))
    assert [sorted(rows.of(topic)) for topic in ("a", "b", "c")] == [[b"2", b"3"], [b"1"], []]
    assert len(rows) == 3


def test_memory_is_bounded():
    """So many bytes of rows are kept; the document that did not come for longest is forgotten first."""
    rows = Rows(bytes_max=100)
    for number in range(1_000):
        rows.keep(str(number), read(b"%05d" % number, b"%05d" % (number + 1)))
        rows.keep("0", read(b"%05d" % number))
    assert len(rows) == 19
    assert (len(rows.of("0")), len(rows.of("991")), len(rows.of("990"))) == (1, 2, 0)
    rows.keep("0", read(b"x" * 101))
    assert (len(rows), len(rows.of("0"))) == (18, 0)
