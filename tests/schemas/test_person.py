from msgspec import UNSET

from schemas.name import NameBody
from schemas.participant import ParticipantBody
from schemas.person import Person


def test_participants_and_their_names_have_the_same_name_fields():
    """A reader joins the two by id and finds each form of the name under one word."""
    for body in (ParticipantBody, NameBody):
        assert body.__struct_fields__[: len(Person.__struct_fields__)] == Person.__struct_fields__


def test_identities_come_once_each():
    """A current person is their own newest identity."""
    assert Person(id="1", parent="1").identities() == Person(id="1").identities() == ("1",)
    assert Person(id="A7", parent="1").identities() == ("A7", "1")
    assert Person(id="1").parent is UNSET
