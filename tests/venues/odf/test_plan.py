from typing import Annotated as A

import msgspec
import pytest
from msgspec import UNSET, UnsetType

from feed.venues.odf.plan import Node, Part, Plan, Texts, compile_plan
from feed.venues.odf.values import as_sent, flag, micros, whole
from schemas.message import Micros
from schemas.result import ResultBody
from schemas.session import SessionBody
from schemas.source import SourceBody
from schemas.unit import UnitBody
from schemas.xml_names import odf


class Leaf(msgspec.Struct):
    code: A[str, odf("@Code")]


class Tree(msgspec.Struct, kw_only=True):
    name: A[str | None, odf("Above/Middle/@Name")] = None
    count: A[int, odf("Above/@Count")]
    on: A[bool | UnsetType, odf("@On")] = UNSET
    at: A[Micros | UnsetType, odf("@At")] = UNSET
    kind: A[str, odf("@Kind", A="athlete")] = ""
    leaves: A[tuple[Leaf, ...] | UnsetType, odf("Above/Leaf")] = UNSET
    one: A[Leaf | UnsetType, odf("One")] = UNSET
    ours: str = "no path"


def test_paths_become_nodes():
    """Shared beginnings of paths share their nodes; attributes, lists and Structs stand where they belong."""
    plan = compile_plan(Tree, {})
    above = plan.node.children["Above"]
    assert isinstance(above, Node)
    assert above.slots["Count"] == ("count", whole, True)
    middle = above.children["Middle"]
    assert isinstance(middle, Node)
    assert middle.slots["Name"] == ("name", as_sent, False)
    assert middle.texts == {"Name": "name"}
    assert (plan.node.slots["On"].read, plan.node.slots["At"].read) == (flag, micros)
    leaves, one = above.children["Leaf"], plan.node.children["One"]
    assert isinstance(leaves, Part)
    assert isinstance(one, Part)
    assert (leaves.field, leaves.many, one.field, one.many) == ("leaves", True, "one", False)
    assert leaves.plan is one.plan
    assert (plan.required, plan.lists) == ((("count", "Above/@Count"),), ("leaves",))


def test_a_mapping_is_a_text_in_languages_and_a_field_may_have_older_places():
    """Elements of one tag fill a mapping; each generation's path leads to the same field."""
    fields = [
        ("names", A[dict[str, str], odf("Name")], {}),
        ("unit", A[str, odf("Now/@Unit", "@Unit", "Old/@Unit")], ""),
    ]
    node = compile_plan(msgspec.defstruct("Both", fields), {}).node
    assert node.children["Name"] == Texts("names")
    assert node.texts == {"Unit": "unit"}
    assert [node.children[tag].texts for tag in ("Now", "Old")] == [{"Unit": "unit"}] * 2


def test_a_code_is_no_plain_text():
    """A field with translated codes has its own reader, so the fast way for texts leaves it out."""
    node = compile_plan(Tree, {}).node
    assert "Kind" in node.slots
    assert "Kind" not in node.texts


def test_a_finish_belongs_to_its_struct():
    """Each Struct gets its own last step, wherever it stands."""

    def settle(_fields: dict[str, object]) -> None:
        return None

    plan = compile_plan(Tree, {Leaf: settle})
    one = plan.node.children["One"]
    assert isinstance(one, Part)
    assert (plan.finish, one.plan.finish) == (None, settle)


@pytest.mark.parametrize(
    "paths",
    [("@X", "@X"), ("X", "X"), ("X", "X/@Y"), ("X/@Y", "X")],
)
def test_contradicting_paths_do_not_compile(paths: tuple[str, str]):
    """Two fields for one place would lose one of them."""
    types = [str if "@" in path else tuple[Leaf, ...] for path in paths]
    struct = msgspec.defstruct("Bad", [(f"f{n}", A[types[n], odf(paths[n])]) for n in (0, 1)])
    with pytest.raises(TypeError):
        compile_plan(struct, {})


def test_an_attribute_needs_a_type_with_a_reader():
    """A field no reader can fill does not compile."""
    struct = msgspec.defstruct("Bad", [("f", A[float, odf("@X")])])
    with pytest.raises(TypeError, match="float"):
        compile_plan(struct, {})


def test_the_plans_of_bodies_read_every_field_that_has_a_path():
    """No field with a path is left out of the compiled plan, at any depth."""
    seen: set[type] = set()

    def fields_of(node: Node) -> set[str]:
        found = {slot.field for slot in node.slots.values()}
        for child in node.children.values():
            found |= {child.field} if isinstance(child, Part | Texts) else fields_of(child)
        return found

    def plans_of(node: Node) -> list[Plan]:
        below = [child.plan for child in node.children.values() if isinstance(child, Part)]
        return below + [plan for child in node.children.values() if isinstance(child, Node) for plan in plans_of(child)]

    def check(plan: Plan) -> None:
        if plan.struct in seen:
            return
        seen.add(plan.struct)
        hints = msgspec.inspect.type_info(plan.struct)
        assert isinstance(hints, msgspec.inspect.StructType)
        with_path = {
            field.name
            for field in hints.fields
            if isinstance(field.type, msgspec.inspect.Metadata) and "odf" in (field.type.extra or {})
        }
        assert fields_of(plan.node) == with_path
        for below in plans_of(plan.node):
            check(below)

    for body in (ResultBody, SessionBody, UnitBody, SourceBody):
        check(compile_plan(body, {}))
    assert len(seen) > 15
