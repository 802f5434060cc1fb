import msgspec
import pytest

from schemas.message import Lane, Mentions, Message
from schemas.registry import KINDS, ODF_KEY, AnyMessage, Kind, KindClass


@pytest.mark.parametrize("name", KINDS)
def test_a_row_fits_its_structs(name: str):
    """The tag on the wire is the row's name, the body is the row's, and every body can tell whom it mentions."""
    row = KINDS[name]
    assert row.name == row.message.__struct_config__.tag == name
    assert row.message.__struct_config__.tag_field == "type"
    (body,) = (field for field in msgspec.structs.fields(row.message) if field.name == "body")
    assert body.type == row.body | None
    assert callable(row.body.mentions)  # type: ignore[attr-defined]  # what is asked here
    assert row.message.__struct_config__.frozen
    assert row.body.__struct_config__.frozen


def test_documents_name_their_type_first():
    """A type that is not modelled has its name as first key part; the rest is ODF's key."""
    assert KINDS["result"].key_parts == ODF_KEY == ("subcode", "subtype", "language")
    assert KINDS["document"].key_parts == ("type", *ODF_KEY)


def test_results_go_live():
    """Results overtake lists and replace each other."""
    assert (KINDS["result"].lane, KINDS["result"].kind_class) == (Lane.LIVE, KindClass.DOCUMENT)
    assert Mentions() == KINDS["result"].body().mentions()  # type: ignore[attr-defined]  # every body has it, see above


def test_the_union_has_every_kind():
    """The decoder of the wire knows each row of the registry."""
    assert set(AnyMessage.__args__) == {row.message for row in KINDS.values()}
    assert all(issubclass(row.message, Message) for row in KINDS.values())
    assert all(isinstance(row, Kind) for row in KINDS.values())
