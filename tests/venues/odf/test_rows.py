import pytest
from lxml import etree

from feed.venues.odf.rows import Cut, Row, Rows, cut, cut_content
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
    assert cut(document) == Cut(
        head.encode(), [ROW.encode(), ROW.encode(), b"<Result></Result>"], b" </Competition></OdfBody>"
    )


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
    assert cut(document) is None


def test_a_name_that_begins_alike_is_no_row():
    """ResultItems and Result-like names are other elements."""
    inside = ROW.replace("<Competitor", "<ResultItems/><Result-x/><Result.y/><Resulté/><Competitor")
    found = cut(odf(inside))
    assert found is not None
    assert found.rows == [inside.encode()]


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


def test_memory_is_bounded():
    """So many bytes of rows are kept; what is used stays, what is not is forgotten first, a known row counts once."""
    rows = Rows(bytes_max=100)
    for number in range(1_000):
        row = Row(Competitor(id=str(number), kind="athlete"), b"")
        rows.keep(b"%010d" % number, row)
        rows.keep(b"%010d" % number, row)
        found = rows.get(b"%010d" % 0)
        assert found is not None
        assert found.competitor.id == "0"
    assert len(rows) == 10
    assert rows.get(b"%010d" % 991) is not None
    assert rows.get(b"%010d" % 990) is None
