import pytest
from lxml import etree

from feed.venues.odf.bodies import ROW_PLAN
from feed.venues.odf.rows import Row
from feed.venues.odf.shapes import Shapes
from feed.venues.odf.values import Context
from feed.venues.odf.walker import Walker

ROW = (
    '<Result SortOrder="{0}" Rank="{0}" Result="{1}" IRM="" RankEqual="Y">\n'
    ' <RecordIndicators><RecordIndicator RecordType="WR" Code="a"/><RecordIndicator Code="b" RecordType="{2}"/>'
    "</RecordIndicators>\n"
    ' <ExtendedResults><ExtendedResult Type="PROGRESS" Code="INTERMEDIATE" Pos="1" Value="{1}"/>'
    '<ExtendedResult Code="X" Type="ER" Value=""><Extension Code="E" Value="{2}"/></ExtendedResult></ExtendedResults>'
    '<Competitor Code="{0}" Type="A" Organisation="XXA"><Composition><Athlete Code="{0}" Order="1" Bib="{0}">'
    '<Description GivenName="{2}" FamilyName="F>" Gender="M"/></Athlete></Composition></Competitor></Result>'
)


def row(number: int, result: str = "9.9", name: str = "O'B\u00fc") -> bytes:
    return ROW.format(number, result, name).encode()


def parsed(data: bytes) -> Row:
    """What the parser and the walker say."""
    element = etree.fromstring(data, etree.XMLParser(remove_blank_text=True))
    return Row(Walker(None, has_text=False).read(ROW_PLAN, element), etree.tostring(element, method="c14n"))


def shapes(*learnt: bytes) -> Shapes:
    made = Shapes(ROW_PLAN)
    for data in learnt:
        made.learn(data)
    return made


def test_a_row_of_a_known_shape_is_read_as_the_parser_does():
    """Its Struct with all that stands below it, and its canonical form, where attributes are in order."""
    made = shapes(row(1), row(2))
    for data in (row(3), row(40, "", "A"), row(5, "1:59.00", "\u6e21\u8fba")):
        assert made.read(data, Context(None)) == parsed(data)


def test_a_shape_is_compiled_when_it_comes_again():
    """One that is never seen again costs nothing."""
    assert shapes().read(row(1), Context(None)) is None
    assert shapes(row(1)).read(row(2), Context(None)) is None
    assert shapes(row(1), row(1)).read(row(2), Context(None)) is not None


@pytest.mark.parametrize(
    "value", ["A&amp;B", "A&#65;", "<", "a\tb", "a\nb", "\u00a0", "\x01", "\x7f", "\ufffe", "\ue000", "\u0378"]
)
def test_a_value_that_may_not_stand_for_itself_is_parsed(value: str):
    """What is escaped, what the parser changes or refuses, and whatever is rare."""
    assert shapes(row(1), row(2)).read(row(3, name=value), Context(None)) is None


@pytest.mark.parametrize(
    "data",
    [
        row(3).replace(b'SortOrder="3"', b'SortOrder="x"'),
        row(3).replace(b'Type="A"', b'Type="?"'),
        row(3).replace("\u00fc".encode(), b"\xfc"),
        row(3).replace(b'Order="1"', b"Order='1'"),
        row(3).replace(b'Gender="M"', b'Gender="' + b"M" * 65_536 + b'"'),
        row(3)[:-1] + b'">',
    ],
)
def test_an_odd_row_is_parsed(data: bytes):
    """A wrong value, an unknown code, letters of no encoding, another shape, an endless tag: told as ever."""
    assert shapes(row(1), row(2)).read(data, Context(None)) is None


@pytest.mark.parametrize(
    "plain, odd",
    [
        ('IRM=""', "IRM='7'"),
        ('IRM=""', 'Oddity=""'),
        ("<Competitor", "<Odd/><Competitor"),
        ("</Composition>", "</Composition><Composition/>"),
        ("<Composition>", '<Composition xml:space="x">'),
        ("<Result ", "<Result>"),
    ],
)
def test_a_shape_that_cannot_be_told_is_not_compiled(plain: str, odd: str):
    """Values in other quotation marks, names that no field holds, repeated elements: its rows are parsed for ever."""
    learnt = [row(number).replace(plain.encode(), odd.encode()) for number in range(4)]
    made = shapes(*learnt)
    assert made.read(learnt[0], Context(None)) is None


def test_values_between_rows_of_two_shapes_do_not_mix():
    """A value is no part of the shape, what stands around it is."""
    other = row(1).replace(b"Rank=", b"Pty=", 1)
    made = shapes(row(1), row(1), other, other)
    for data in (row(7), row(8).replace(b"Rank=", b"Pty=", 1)):
        assert made.read(data, Context(None)) == parsed(data)
