from msgspec import UNSET

from schemas.infos import Infos
from schemas.message import Mentions


def test_what_was_not_sent_is_left_out():
    """A message head has no field that is always there."""
    assert [getattr(Infos(), name) for name in Infos.__struct_fields__] == [UNSET] * len(Infos.__struct_fields__)


def test_a_message_is_about_its_venue_at_least():
    """Kinds that name people add them."""
    assert Infos(venue="STA").mentions() == Mentions("STA")
    assert Infos(venue="").mentions() == Infos().mentions() == Mentions()
