from typing import Annotated as A

import msgspec
import pytest
from lxml import etree
from msgspec import UNSET, UnsetType

from feed.venues.odf.plan import compile_plan
from feed.venues.odf.walker import Walker
from feed.venues.odf.writing import ORDER, in_order, moment_text, put_back, write
from schemas.competitor import Competitor
from schemas.message import BodyRef, Micros
from schemas.result import ResultBody
from schemas.result_parts import Extended, Member
from schemas.xml_names import odf

REF = BodyRef(sha256=64 * "0", bytes=3, media="image/png")


class Leaf(msgspec.Struct, frozen=True):
    code: A[str, odf("@Code")]
    said: A[str | UnsetType, odf("text()")] = UNSET


class Tree(msgspec.Struct, kw_only=True, frozen=True):
    id: A[str, odf("Who/@Id")]
    kind: A[str | None, odf("Who/@Kind", A="athlete")] = None
    count: A[int | None, odf("@Count")] = None
    on: A[bool, odf("@On")] = False
    off: A[bool | UnsetType, odf("@Off", "@Out")] = UNSET
    at: A[Micros | UnsetType, odf("@At")] = UNSET
    names: A[dict[str, str], odf("Name")] = {}
    leaves: A[tuple[Leaf, ...], odf("Leaves/Leaf")] = ()
    one: A[Leaf | UnsetType, odf("One")] = UNSET
    picture: A[BodyRef | UnsetType, odf("Picture/text()")] = UNSET
    derived: str = "by nobody's hand"
    unmapped: dict[str, str] | UnsetType = UNSET


def written(body: msgspec.Struct, tag: str = "Tree") -> str:
    element = etree.Element(tag)
    write(element, body, {REF: b"\x89PN"}.__getitem__)
    return etree.tostring(element, encoding="unicode")


def test_every_shape_of_field_is_written():
    """Texts, numbers, flags, moments, codes, languages, lists, one Struct, text and content: each in its place."""
    tree = Tree(
        id="1",
        kind="athlete",
        count=7,
        on=True,
        off=False,
        at=1_500_000,
        names={"ENG": "a", "FRA": "b"},
        leaves=(Leaf(code="a"), Leaf(code="b", said="<&>")),
        one=Leaf(code="c"),
        picture=REF,
    )
    assert written(tree) == (
        '<Tree Count="7" On="Y" Off="N" At="1970-01-01T00:00:01.500000Z"><Who Id="1" Kind="A"/>'
        '<Name Language="ENG" Value="a"/><Name Language="FRA" Value="b"/>'
        '<Leaves><Leaf Code="a"/><Leaf Code="b">&lt;&amp;&gt;</Leaf></Leaves><One Code="c"/>'
        "<Picture>iVBO</Picture></Tree>"
    )


def test_what_was_not_sent_is_not_written():
    """Nor is a default, which says that it was not sent; what is required always is, and a code of the venue's own."""
    assert written(Tree(id="", kind="X")) == '<Tree><Who Id="" Kind="X"/></Tree>'


def test_what_is_written_reads_back():
    """The same Struct, by the same table."""
    tree = Tree(id="1", on=True, at=1, names={"ENG": "a"}, leaves=(Leaf(code="a", said="b"),))
    read = Walker(None, has_text=True).read(compile_plan(Tree, {}), etree.fromstring(written(tree)))
    assert read == tree


def test_what_no_field_holds_is_put_back():
    """Attributes, text and elements; also where the element that held them held nothing else."""
    left = {"@New": "1", "Leaves/Leaf[2]/@Old": "2", "Who/Hat": "<Hat><a/></Hat>", "Extra/Deep/text()": "said"}
    tree = Tree(id="1", leaves=(Leaf(code="a"), Leaf(code="b")), unmapped=left)
    assert written(tree) == (
        '<Tree New="1"><Who Id="1"><Hat><a/></Hat></Who><Leaves><Leaf Code="a"/><Leaf Code="b" Old="2"/></Leaves>'
        "<Extra><Deep>said</Deep></Extra></Tree>"
    )


def test_paths_from_the_root_are_followed_from_there():
    """A body keeps what stood around it in the document too."""
    root = etree.fromstring("<OdfBody><Competition/></OdfBody>")
    put_back(root[0], {"/OdfBody/@Mood": "calm", "/OdfBody/Competition/@New": "1", "/OdfBody/Other": "<Other/>"})
    assert etree.tostring(root) == b'<OdfBody Mood="calm"><Competition New="1"/><Other/></OdfBody>'


def test_rules_of_reading_are_taken_back():
    """Splits stand among the other values, and an athlete's name with its member alone."""
    member = Member(id="1", given_name="Anna", family_name="Muster", bib="7")
    row = Competitor(
        id="1",
        kind="athlete",
        name="Anna Muster",
        bib="7",
        members=(member,),
        splits=(Extended(type="ER", code="INTERMEDIATE", value="1"),),
        extended=(Extended(type="ER", code="REACT_TIME", value="2"),),
    )
    text = written(ResultBody(competitors=(row,)), "Competition")
    assert text.count("Muster") == 1
    assert text.count('Bib="7"') == 1
    assert text.index("REACT_TIME") < text.index("INTERMEDIATE")
    own = msgspec.structs.replace(row, name="A. Muster", bib="8")
    text = written(ResultBody(competitors=(own,)), "Competition")
    assert '<Description TeamName="A. Muster"/>' in text
    assert 'Bib="8"' in text


@pytest.mark.parametrize("tag", ORDER)
def test_children_stand_in_the_order_of_the_schema(tag: str):
    """What the schema does not name comes last."""
    element = etree.Element(tag)
    for name in ("Other", *reversed(ORDER[tag])):
        etree.SubElement(element, name)
    in_order(element)
    assert [child.tag for child in element] == [*ORDER[tag], "Other"]


@pytest.mark.parametrize("micros, text", [(0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59.999999Z")])
def test_moments_are_written_in_utc(micros: int, text: str):
    """To the microsecond, where there are any."""
    assert moment_text(micros) == text
