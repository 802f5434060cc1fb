from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from feed.candidate import Candidate, Receipt
from feed.venues.odf import decode, result
from feed.venues.odf.rows import Rows, keys_of

Accept = Callable[[bytes], Candidate]
Build = Callable[..., bytes]


def row(number: int, mark: str = "", inside: str = "") -> str:
    return (
        f'<Result Rank="{number}" Result="{mark}" SortOrder="{number}">{inside}<Competitor Code="{number}" Type="A" '
        f'Organisation="XXA"><Composition><Athlete Code="{number}" Order="1"/></Composition></Competitor></Result>'
    )


def body(*rows: str) -> str:
    return f'<Competition Gen="g">{"".join(rows)}</Competition>'


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> Rows:
    """An empty memory of rows."""
    empty: Rows = Rows()
    monkeypatch.setattr(result, "_ROWS", empty)
    return empty


def test_a_row_that_did_not_change_is_not_read_again(rows: Rows, accept: Accept, odf: Build):
    """The next version shares the Structs of unchanged rows and has new ones for the others."""
    first = accept(odf(body(row(1, "9.9"), row(2, "10.0"), row(3, "10.1")))).message.body.competitors
    second = accept(odf(body(row(1, "9.9"), row(2, "10.0"), row(3, "9.8")))).message.body.competitors
    assert second[1] is first[1]
    assert second[2].result == "9.8"


@given(st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=6), min_size=1, max_size=6))
def test_memory_changes_nothing(versions: list[list[int]]):
    """Whatever versions follow each other, each is what it would be read alone."""
    receipt = Receipt(0, None, lambda _: None)
    for marks in versions:
        text = body(*(row(place, str(mark)) for place, mark in enumerate(marks, 1)))
        document = (
            '<OdfBody CompetitionCode="X" DocumentCode="ATHM100M--------------FNL-000100--" DocumentType="DT_RESULT" '
            f'Version="1" FeedFlag="P" Date="2030-07-03" Time="000000000" Source="S">{text}</OdfBody>'
        ).encode()
        remembered = decode(document, receipt).candidates
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(result, "_ROWS", Rows())
            assert decode(document, receipt).candidates == remembered


@pytest.mark.parametrize(
    "competition",
    [
        (
            "<Result><Competitor/><Extra/></Result><Result><Competitor/><Result><Competitor/></Result>"
            "<Result><Competitor/></Result></Result>"
        ),
        "<Result><Competitor/></Result><Result/>",
        "<Result><ResultItems><ResultItem><Result/></ResultItem></ResultItems><Competitor/></Result>",
        "<Result><Result><Competitor/></Result><Competitor/></Result>",
    ],
)
def test_rows_that_cannot_be_told_apart_have_no_keys(competition: str):
    """Nested or open-ended rows are read as ever: a piece must hold exactly one row."""
    root = etree.fromstring(f"<Competition>{competition}</Competition>")
    assert keys_of(root, etree.tostring(root, method="c14n")) == {}


def test_an_odd_row_is_told_of_each_time(rows: Rows, accept: Accept, odf: Build):
    """What no field holds is in `unmapped` of every version, so such a row is not remembered."""
    odd = row(1).replace("<Result ", '<Result Oddity="x" ')
    for _ in range(2):
        assert accept(odf(body(odd, row(2)))).message.body.unmapped == {"/OdfBody/Competition/Result[1]/@Oddity": "x"}
    assert len(rows) == 1


def test_a_marked_change_does_not_stand_in_the_key(rows: Rows, accept: Accept, odf: Build):
    """ModificationIndicator is no content; a row that carries one is still told to hold something unmapped."""
    plain = accept(odf(body(row(1)))).hash
    marked = accept(odf(body(row(1).replace("<Result ", '<Result ModificationIndicator="U" '))))
    assert marked.hash == plain
    assert marked.message.body.unmapped == {"/OdfBody/Competition/Result/@ModificationIndicator": "U"}


def test_memory_is_bounded():
    """Two generations of texts are kept; what is used stays, what is not is forgotten."""
    rows: Rows[int] = Rows(generation_bytes=100)
    for number in range(1_000):
        rows.keep(b"%010d" % number, number)
        assert rows.get(b"%010d" % 0) == 0
    assert len(rows) <= 24
    assert rows.get(b"%010d" % 1) is None


def test_the_captures_are_read_alike_twice(captures: Path, accept: Accept):
    """Real-looking documents give equal messages from memory."""
    for file in sorted((captures / "odf").glob("*.xml")):
        assert accept(file.read_bytes()) == accept(file.read_bytes())
