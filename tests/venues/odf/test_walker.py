from datetime import UTC, timedelta, timezone, tzinfo
from typing import Annotated as A

import msgspec
import pytest
from lxml import etree
from msgspec import UNSET, UnsetType

from feed.refusals import Reason
from feed.venues.odf.plan import compile_plan
from feed.venues.odf.refused import RefusedError
from feed.venues.odf.walker import Walker
from schemas.message import Micros, Remark
from schemas.xml_names import odf


class Leaf(msgspec.Struct):
    code: A[str, odf("@Code")]
    text: A[str | UnsetType, odf("@Text")] = UNSET


class Tree(msgspec.Struct, kw_only=True):
    id: A[str, odf("Who/@Id")]
    kind: A[str | None, odf("Who/@Kind", A="athlete")] = None
    count: A[int | None, odf("@Count")] = None
    on: A[bool, odf("@On")] = False
    at: A[Micros | UnsetType, odf("@At")] = UNSET
    leaves: A[tuple[Leaf, ...], odf("Leaves/Leaf")] = ()
    one: A[Leaf | UnsetType, odf("One")] = UNSET
    said: A[str | UnsetType, odf("Said/text()")] = UNSET


PLAN = compile_plan(Tree, {})


def read(text: str, zone: tzinfo = UTC) -> tuple[Tree, Walker]:
    walker = Walker(zone, has_text=True)
    return walker.read(PLAN, etree.fromstring(text)), walker


def test_every_shape_of_field_is_read():
    """Texts, numbers, flags, moments, codes, lists and one Struct, at any depth."""
    tree, walker = read(
        '<Tree Count="7" On="Y" At="1970-01-01T00:00:01Z"><Leaves><Leaf Code="a"/><Leaf Code="b" Text="t"/></Leaves>'
        '<Who Id="1" Kind="A"/><One Code="c"/></Tree>'
    )
    leaves = (Leaf(code="a"), Leaf(code="b", text="t"))
    assert tree == Tree(id="1", kind="athlete", count=7, on=True, at=1_000_000, leaves=leaves, one=Leaf(code="c"))
    assert isinstance(tree.leaves, tuple)
    assert walker.unmapped == {}
    assert list(walker.context.remarks) == []


def test_what_is_not_sent_keeps_its_default_and_empty_counts_as_not_sent():
    """An empty optional attribute is as if it were not there; an empty required one is a value."""
    assert read('<Tree Count="" On="" At=""><Who Id="" Kind=""/></Tree>')[0] == Tree(id="")


@pytest.mark.parametrize(
    "text, where",
    [
        ("<Tree/>", "/Tree/Who/@Id"),
        ("<Tree><Who/></Tree>", "/Tree/Who/@Id"),
        ('<Tree><Who Id="1"/><Leaves><Leaf Code="a"/><Leaf/></Leaves></Tree>', "/Tree/Leaves/Leaf[2]/@Code"),
        ('<Tree Count="x"><Who Id="1"/></Tree>', "/Tree/@Count"),
        ('<Tree On="maybe"><Who Id="1"/></Tree>', "/Tree/@On"),
        ('<Tree At="2030-02-30T00:00:00Z"><Who Id="1"/></Tree>', "/Tree/@At"),
    ],
)
def test_wrong_and_missing_values_are_named_with_their_place(text: str, where: str):
    """The refusal is bad_value with the XPath of the attribute."""
    with pytest.raises(RefusedError) as refused:
        read(text)
    assert (refused.value.refusal.reason, refused.value.refusal.where) == (Reason.BAD_VALUE, where)
    assert refused.value.refusal.detail


def test_nothing_that_was_sent_is_lost():
    """Unknown attributes, elements, repeated single elements and text are kept under their XPath."""
    _, walker = read(
        '<Tree New="1">lost<Who Id="1" Age="9"/><New a="b"><c>d</c></New>found<New/><One Code="a"/><One Code="b"/>'
        '<Leaves><Leaf Code="a"/></Leaves><Leaves Pos="2"><Leaf Code="b"/></Leaves></Tree>'
    )
    assert walker.unmapped == {
        "/Tree/@New": "1",
        "/Tree/text()": "lostfound",
        "/Tree/Who/@Age": "9",
        "/Tree/New[1]": '<New a="b"><c>d</c></New>',
        "/Tree/New[2]": "<New/>",
        "/Tree/One[2]": '<One Code="b"/>',
        "/Tree/Leaves[2]": '<Leaves Pos="2"><Leaf Code="b"/></Leaves>',
    }


def test_the_zone_is_for_moments_without_offset_only():
    """A moment without offset is read in the walker's zone; in UTC, and remarked, when there is none."""
    tree, walker = read('<Tree At="1970-01-01T02:00:00"><Who Id="1"/></Tree>', timezone(timedelta(hours=2)))
    assert (tree.at, list(walker.context.remarks)) == (0, [])
    tree, walker = read('<Tree At="1970-01-01T00:00:00"><Who Id="1"/></Tree>', None)
    assert (tree.at, list(walker.context.remarks)) == (0, [Remark.ZONE_ASSUMED])


def test_an_unknown_code_flows_with_a_remark():
    """A value outside of the codes is kept as sent."""
    tree, walker = read('<Tree><Who Id="1" Kind="Z"/></Tree>')
    assert tree.kind == "Z"
    assert list(walker.context.remarks) == [Remark.UNKNOWN_CODE]


class Named(msgspec.Struct, kw_only=True):
    names: A[dict[str, str], odf("Name")] = {}
    ours: int = 0


def test_a_text_in_several_languages_is_a_mapping():
    """By its attribute or by the element's own text; an empty one says nothing; what a mapping cannot hold is kept."""
    walker = Walker(UTC, has_text=True)
    named = walker.read(
        compile_plan(Named, {}, elsewhere=["Entity"]),
        etree.fromstring(
            '<T><Name Language="ENG" Value="a"/><Name Language="FRA"> b </Name><Name Language="SPA"/><Entity A="1"/>'
            '<Name Language="ENG" Value="c"/><Name Language="ITA" Value="d">e</Name><Name Value="f"/></T>'
        ),
        ours=7,
    )
    assert named == Named(names={"ENG": "a", "FRA": "b", "ITA": "d"}, ours=7)
    assert walker.unmapped == {
        "/T/Name[4]": '<Name Language="ENG" Value="c"/>',
        "/T/Name[5]": '<Name Language="ITA" Value="d">e</Name>',
        "/T/Name[6]": '<Name Value="f"/>',
    }


def test_what_is_read_elsewhere_is_not_left_over():
    """An attribute of the Struct's own element, a child of the one that holds them; anywhere else both are."""
    walker = Walker(UTC, has_text=True)
    plan = compile_plan(Named, {}, elsewhere=["Entity", "@Gen"], within="Entities")
    walker.read(plan, etree.fromstring('<T Gen="1" Gone="2"><Entity/><Entities Gen="3"><Entity/></Entities></T>'))
    assert set(walker.unmapped) == {"/T/@Gone", "/T/Entity", "/T/Entities/@Gen"}


def test_what_is_left_over_is_taken_once():
    """With paths from the document's root, or from an element on; afterwards nothing is left."""
    root = etree.fromstring('<T><Tree New="1" At="1970-01-01T00:00:00"><Who Id="1"/></Tree><Tree/></T>')
    walker = Walker(None, has_text=False)
    for start, path in ((root[0], "@New"), (None, "/T/Tree[1]/@New")):
        walker.read(PLAN, root[0])
        assert walker.has_left
        assert walker.take(start) == ({path: "1"}, (Remark.ZONE_ASSUMED, Remark.UNMAPPED))
        assert not walker.has_left
        assert walker.take(start) == (UNSET, ())


def test_an_error_in_a_finish_is_not_taken_for_a_missing_attribute():
    """Only a missing attribute is the venue's fault; a field that no Struct has is ours and shows."""

    def spoil(fields: dict[str, object]) -> None:
        fields["nonsense"] = 1

    with pytest.raises(TypeError):
        Walker(UTC, has_text=False).read(compile_plan(Tree, {Tree: spoil}), etree.fromstring('<T><Who Id="1"/></T>'))


def test_the_text_of_an_element_has_a_field_too():
    """Without the white space around it; what stands in an element without such a field is kept."""
    tree, walker = read('<Tree><Who Id="1"/><Said Loud="Y">\n Twice <b>no</b> said. </Said></Tree>')
    assert tree.said == "Twice  said."
    assert walker.unmapped == {"/Tree/Said/@Loud": "Y", "/Tree/Said/b": "<b>no</b>"}
    assert read('<Tree><Who Id="1"/><Said> </Said></Tree>')[0].said is UNSET
