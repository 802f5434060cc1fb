from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import UNSET

from feed.candidate import Decoded
from feed.refusals import Reason
from schemas.code import Code, CodeBody, Label
from schemas.message import Op, Remark

Decode = Callable[[bytes], Decoded]
Build = Callable[..., bytes]
TABLE = {"DocumentCode": "GEN" + 31 * "-", "DocumentType": "DT_CODES", "DocumentSubtype": "NOC"}
LABEL = '<Language Language="ENG" Description="A"/>'


@pytest.fixture
def table(decode: Decode, odf: Build) -> Callable[..., Decoded]:
    """Decode a table of these elements; header attributes by name."""

    def read(*elements: str, **header: str | None) -> Decoded:
        return decode(odf(f"<Competition>{''.join(elements)}</Competition>", **(TABLE | header)))

    return read


def code(text: str, label: str = LABEL, **attributes: str) -> str:
    named = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<CodeSet Code="{text}"{named}>{label}</CodeSet>'


def keys(decoded: Decoded) -> list[str]:
    """What stands behind the kind in each topic."""
    return [candidate.message.topic.partition(".code.")[2] for candidate in decoded.candidates]


def test_a_table_is_a_set_of_its_codes(table: Callable[..., Decoded]):
    """Each code a message with all its labels, as they were sent; the head names the table."""
    languages = '<Language Language="FRA" Description="a"/><Language Language="ENG" LongDescription="AAA" DOrder="2"/>'
    decoded = table(code("XAA", languages, Note="P"), code("XBB"))
    first = decoded.candidates[0].message
    assert isinstance(first, Code)
    assert first.body == CodeBody(
        code="XAA",
        note="P",
        labels=(Label(language="FRA", description="a"), Label(language="ENG", long_description="AAA", order="2")),
    )
    assert keys(decoded) == ["NOC.-.XAA", "NOC.-.XBB"]
    assert decoded.listing is not None
    assert (decoded.listing.topic, decoded.listing.full) == ("XG2030.GEN.-.-.-.-.list.codes.NOC", True)


def test_a_table_of_one_language_is_about_that_language_alone(table: Callable[..., Decoded]):
    """Its full list removes what it leaves out of its own language, and of no other; all are one set."""
    french, english, both = (table(code("XAA"), Language=language) for language in ("FRA", "ENG", None))
    assert keys(french) == ["NOC.FRA.XAA"]
    for listing in (french.listing, english.listing, both.listing):
        assert listing is not None
        assert listing.topic == "XG2030.GEN.-.-.-.-.list.codes.NOC"
    french_topic, english_topic, plain_topic = (each.candidates[0].message.topic for each in (french, english, both))
    assert french.listing is not None
    assert both.listing is not None
    assert [french.listing.reaches(topic) for topic in (french_topic, english_topic, plain_topic)] == [1, 0, 0]
    assert [both.listing.reaches(topic) for topic in (french_topic, english_topic, plain_topic)] == [0, 0, 1]


@pytest.mark.parametrize(
    "text, attributes, key",
    [
        ("OR", {"Discipline": "ATH"}, "OR.ATH"),
        ("OR", {"Discipline": "SWM"}, "OR.SWM"),
        ("R32", {"Discipline": "JUD", "Type": "@Bracket"}, "R32.JUD.~40Bracket"),
        ("FIFA", {"Type": "IF"}, "FIFA.-.IF"),
        ("ARAA01", {"Discipline": "AR", "Type": "A"}, "ARAA01.-.A"),
        ("SWM0112000", {"Discipline": "SW"}, "SWM0112000"),
        ("SWM0112000", {}, "SWM0112000"),
        ("ARM070100", {"Discipline": "AR", "Type": "3"}, "ARM070100"),
        (
            "ATHM100M--------------FNL-000100--",
            {"Discipline": "ATH", "Type": "3"},
            "ATHM100M--------------FNL-000100--",
        ),
        ("XAA", {"Discipline": "", "Type": ""}, "XAA"),
    ],
)
def test_codes_that_read_the_same_are_told_apart(
    text: str, attributes: dict[str, str], key: str, table: Callable[..., Decoded]
):
    """By discipline and type, unless the code is one that says its discipline itself."""
    assert keys(table(code(text, **attributes))) == [f"NOC.-.{key}"]


def test_a_code_without_a_code_refuses_the_table(table: Callable[..., Decoded]):
    """It would have no topic; where it stands is told."""
    decoded = table(code("XAA"), code(""))
    assert decoded.refusal is not None
    assert (decoded.refusal.reason, decoded.refusal.where) == (Reason.NO_KEY, "/OdfBody/Competition/CodeSet[2]/@Code")


def test_a_table_is_taken_back_whole(decode: Decode, odf: Build):
    """Without Competition, as any full document."""
    decoded = decode(odf("", **TABLE))
    assert decoded.listing is not None
    assert (decoded.candidates, decoded.listing.document.op) == ((), Op.WITHDRAWN)


def test_the_competition_may_say_its_code_again(decode: Decode, odf: Build):
    """As in Rio 2016, where it is the header's; another one is kept."""
    same, other = (decode(odf(f'<Competition Code="{text}"/>', **TABLE)) for text in ("XG2030", "XG2031"))
    assert same.listing is not None
    assert other.listing is not None
    assert same.listing.document.unmapped is UNSET
    assert other.listing.document.unmapped == {"/OdfBody/Competition/@Code": "XG2031"}


def test_what_no_field_holds_is_kept(table: Callable[..., Decoded]):
    """From the code's own element on."""
    (candidate,) = table(code("XAA", "<Anthem/>", New="1")).candidates
    assert isinstance(candidate.message.body, CodeBody)
    assert candidate.message.body.unmapped == {"@New": "1", "Anthem": "<Anthem/>"}
    assert candidate.message.remarks == (Remark.UNMAPPED,)


@pytest.mark.shared
def test_all_real_tables_are_read_whole(shared: Path, decode: Decode):
    """53 messages of two releases: every code its own topic, none repeated, nothing left over."""
    paths = sorted((shared / "data" / "odf").glob("rio2016-codes-*/*.xml"))
    assert len(paths) == 53
    for path in paths:
        document = path.read_bytes()
        decoded = decode(document)
        assert decoded.listing is not None, path.name
        assert len(decoded.candidates) == document.count(b"<CodeSet "), path.name
        assert decoded.listing.document.unmapped is UNSET, path.name
        assert {remark for each in decoded.candidates for remark in each.message.remarks} == set(), path.name
