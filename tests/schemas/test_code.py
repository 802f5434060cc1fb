import json

import msgspec

from schemas.code import Code, CodeBody, Label
from schemas.message import Lane, Mentions, Op, Stamps
from schemas.registry import KINDS, KindClass
from schemas.wire import _encoder, decode, encode

LABELS = (Label(language="ENG", description="Court 10"), Label(language="FRA", description="Court 10", order="3"))


def test_a_code_always_says_what_it_is_called():
    """The fields of every code are there even when nothing is known; the others are left out."""
    assert set(json.loads(_encoder.encode(CodeBody(code="T10")))) == {"code", "labels"}
    assert set(json.loads(_encoder.encode(Label()))) == {"language", "description"}


def test_a_code_goes_over_the_wire_and_back():
    """With its labels in their order."""
    message = Code(
        prev=0,
        topic="XG2030.GEN.-.-.-.-.code.LOCATION.-.T10",
        op=Op.PUT,
        competition="XG2030",
        code="GEN" + 31 * "-",
        unit=None,
        version=1,
        status=None,
        source="CIS",
        lane=Lane.BULK,
        ts=Stamps(event=1, recv=2, published=3),
        document=None,
        body=CodeBody(code="T10", labels=LABELS, venue="TEN"),
    )
    assert decode(encode(message)) == message


def test_an_older_reader_and_an_older_message_are_understood():
    """A field that a reader does not know is skipped, one that was added later has its default."""
    assert msgspec.convert({"code": "T10", "weather": "clear"}, CodeBody) == CodeBody(code="T10")


def test_a_location_mentions_its_venue():
    """What else a code names, only its table would tell."""
    assert CodeBody(code="T10", venue="TEN", country="XAA").mentions() == Mentions("TEN")
    assert CodeBody(code="T10").mentions() == Mentions()


def test_codes_let_results_overtake_them():
    """One of a set; a table is long and can wait."""
    row = KINDS["code"]
    assert (row.kind_class, row.lane) == (KindClass.ENTITY, Lane.BULK)
    assert row.key_parts[:3] == ("table", "language", "code")
