from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feed.candidate import Candidate, Decoded, Receipt
from feed.refusals import Reason
from feed.venues.odf import decode, decoding, reading
from feed.venues.odf.bodies import ROW_PLAN
from feed.venues.odf.rows import Rows
from feed.venues.odf.shapes import Shapes

Accept = Callable[[bytes], Candidate]
Build = Callable[..., bytes]
RECEIPT = Receipt(0, None, lambda _: None)
HEADER = (
    'CompetitionCode="X" DocumentCode="ATHM100M--------------FNL-000100--" DocumentType="DT_RESULT" Version="1" '
    'FeedFlag="P" Date="2030-07-03" Time="000000000" Source="S"'
)


def row(number: int, mark: str = "", inside: str = "") -> str:
    return (
        f'<Result Rank="{number}" Result="{mark}" SortOrder="{number}">{inside}<Competitor Code="{number}" Type="A" '
        f'Organisation="XXA">\n <Composition><Athlete Code="{number}" Order="1"/></Composition></Competitor></Result>\n'
    )


def result(*rows: str, head: str = "", tail: str = "") -> bytes:
    return f"<OdfBody {HEADER}><Competition>{head}{''.join(rows)}{tail}</Competition></OdfBody>".encode()


@pytest.fixture(autouse=True)
def rows(monkeypatch: pytest.MonkeyPatch) -> Rows:
    """An empty memory of rows, and of their shapes."""
    empty = Rows()
    monkeypatch.setattr(reading, "_rows", empty)
    monkeypatch.setattr(reading, "_shapes", Shapes(ROW_PLAN))
    return empty


def read_whole(document: bytes) -> Decoded:
    """What a decoder without memory says."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decoding, "read_again", lambda *_: None)
        return decode(document, RECEIPT)


def competitors(document: bytes) -> list[object]:
    return list(decode(document, RECEIPT).candidates[0].message.body.competitors)


def test_a_row_that_did_not_change_is_not_read_again(rows: Rows):
    """The next version shares what was read of unchanged rows and has the changed one anew."""
    first = competitors(result(row(1, "9.9"), row(2, "10.0"), row(3, "10.1")))
    second = competitors(result(row(1, "9.9"), row(2, "10.0"), row(3, "9.8")))
    assert second[1] is first[1]
    assert second[2].result == "9.8"
    assert len(rows) == 3  # of the newest Version alone


def test_a_changed_row_of_a_known_shape_is_not_parsed(monkeypatch: pytest.MonkeyPatch):
    """Of the next document nothing but what stands around its rows is."""
    competitors(result(row(1), row(2), row(3)))
    seen: list[list[bytes]] = []
    with_rows = reading._with_rows
    monkeypatch.setattr(reading, "_with_rows", lambda found, rows: (seen.append(rows), with_rows(found, rows))[1])
    assert [each.result for each in competitors(result(row(1), row(2, "10.0"), row(3, "10.1")))[1:]] == ["10.0", "10.1"]
    competitors(result(row(1), row(2, "10&lt;"), row(3)))
    stub = [reading._STUB]
    assert seen == [stub, stub, [row(2, "10&lt;").strip().encode()]]


MARKS = st.sampled_from(
    ["", "9.9", "10&lt;", "Ü", "?", "O'B", "a\tb", "\u00a0", "\x01", '"', '" Pty="', "&", "<", "\ufffe"]
)
PIECES = st.sampled_from(
    ["", " ", "\x0b", "\x0c", "\x85", "<Periods/>", "<Odd/>", "<!-- c -->", "text", "<Clock Time='1'/>"]
)
EXTENDED = '<ExtendedResults><ExtendedResult Type="{}" Code="a"/><ExtendedResult Code="b" Type="B"/></ExtendedResults>'
INSIDE = st.sampled_from(
    [
        *("", "", "", "<Odd/>", "<ResultItems><ResultItem><Result/></ResultItem></ResultItems>", "x"),
        *(EXTENDED.format(kind) for kind in ("PROGRESS", "B", "", "?")),
        '<RecordIndicators><RecordIndicator RecordType="WR"/></RecordIndicators>',
    ]
)


@given(st.lists(st.tuples(PIECES, st.lists(st.tuples(MARKS, INSIDE), max_size=5), PIECES), min_size=1, max_size=8))
def test_memory_changes_nothing(versions: list[tuple[str, list[tuple[str, str]], str]]):
    """Whatever documents follow each other, each is read as it would be alone: message, hash, remarks, refusal."""
    for head, marks, tail in versions:
        written = [row(place, mark, inside) for place, (mark, inside) in enumerate(marks, 1)]
        document = result(*written, head=head, tail=tail)
        assert decode(document, RECEIPT) == read_whole(document)


@pytest.mark.parametrize(
    "document",
    [
        result(f"<Wrapped>{row(1)}{row(2)}</Wrapped>"),
        result(f"<!-- {row(1)}{row(2)} -->"),
        result(row(1), row(2).replace('Code="2" Type', "Type")),
        result(row(1), row(2).replace("</Competitor>", "")),
        result(row(1), row(2).replace('SortOrder="2"', 'SortOrder="two"')),
        result(row(1), row(2)).replace(b"FeedFlag", b"Flag"),
        result(row(1), row(2)).replace(b"Competition>", b"Competition>", 1) + b"<",
        result(row(1), row(2)).replace(b"DT_RESULT", b"DT_RANKING"),
        result(row(1), row(2)).replace(b"</OdfBody>", b"<Note>why</Note></OdfBody>"),
        result(row(1), row(2)).replace(b"</OdfBody>", b"<Competition/></OdfBody>"),
        result(row(1), row(2)).replace(b"<Competition>", b'<Competition ModificationIndicator="U">'),
        result(row(1), f"<Other>{row(2)}</Other>"),
        result(row(1), "text", row(2)),
        result(row(1), row(2), tail="<Result/>"),
        result(row(1), row(2, inside="<ResultItems><ResultItem><Result></Result></ResultItem></ResultItems>")),
    ],
)
def test_known_rows_do_not_lend_a_document_their_meaning(document: bytes):
    """Rows that are known elsewhere are read, or refused, as this document has them, with the right place."""
    competitors(result(row(1), row(2)))
    competitors(result(row(0), row(1), row(2)))
    assert decode(document, RECEIPT) == read_whole(document)


def test_other_encodings_do_not_share_rows():
    """The same bytes are other letters in another encoding."""
    name = row(2).replace('Code="2" Order', 'Code="2" Bib="\u00dc" Order')
    utf8 = result(row(1), name)
    latin = b"<?xml version='1.0' encoding='iso-8859-1'?>" + utf8
    assert competitors(utf8)[1].bib == "\u00dc"
    assert competitors(latin)[1].bib == "\u00c3\u009c"


def test_an_odd_row_is_told_of_each_time(rows: Rows, accept: Accept):
    """What no field holds is in `unmapped` of every version, at its place; such a document is read whole."""
    odd = row(2).replace("<Result ", '<Result Oddity="x" ')
    for _ in range(2):
        unmapped = accept(result(row(1), odd)).message.body.unmapped
        assert unmapped == {"/OdfBody/Competition/Result[2]/@Oddity": "x"}
    assert not len(rows)


def test_a_wrong_row_is_named_by_its_place_in_the_whole():
    """The path of a refusal counts all rows, also those that were known."""
    competitors(result(row(1), row(2), row(3)))
    refusal = decode(result(row(1), row(2), row(3).replace('"3">', '"x">')), RECEIPT).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.where) == (Reason.BAD_VALUE, "/OdfBody/Competition/Result[3]/@SortOrder")


def test_the_captures_are_read_alike_with_and_without_memory(captures: Path):
    """Documents of all kinds and generations give equal messages."""
    for file in sorted((captures / "odf").glob("*.xml")):
        document = file.read_bytes()
        assert decode(document, RECEIPT) == decode(document, RECEIPT) == read_whole(document)


@pytest.mark.shared
def test_real_documents_are_read_alike_with_and_without_memory(shared: Path):
    """Every real document gives the same message."""
    for file in sorted((shared / "odf").rglob("*.xml")):
        document = file.read_bytes()
        assert decode(document, RECEIPT) == decode(document, RECEIPT) == read_whole(document), file.name


def test_a_document_without_competition_that_says_something_is_carried_whole():
    """Only an empty body withdraws: what holds anything but Notes, or is of a type nobody knows, is not lost."""
    empty = f"<OdfBody {HEADER}><Note>void</Note></OdfBody>".replace("DT_RESULT", "DT_TRS")
    telling = empty.replace("<Note>", "<Bus/><Note>")
    unknown = empty.replace("DT_TRS", "DT_BRAND_NEW")
    ops = [decode(text.encode(), RECEIPT).candidates[0].message.op for text in (empty, telling, unknown)]
    assert ops == ["withdrawn", "put", "put"]
