import json

import msgspec
import pytest

from schemas import wire
from schemas.document import Document, DocumentBody
from schemas.list import ListBody
from schemas.message import BodyRef
from schemas.result import Result, ResultBody


def test_messages_come_back_from_the_wire(result: Result, document: Document):
    """The type tag alone tells which kind is read."""
    assert wire.decode(wire.encode(result)) == result
    assert wire.decode(wire.encode(document)) == document


def test_the_sequence_is_spliced_in_front(result: Result):
    """A delivered message is the stored one with its seq, byte for byte."""
    payload = wire.encode(result)
    delivered = wire.splice_seq(payload, 71_234)
    assert delivered == b'{"seq":71234,' + payload[1:]
    assert json.loads(delivered) == {"seq": 71_234} | json.loads(payload)
    assert wire.decode(delivered) == msgspec.structs.replace(result, seq=71_234)


def test_a_sequence_set_in_the_struct_is_written_first_too(result: Result):
    """Both ways of delivering give the same JSON value."""
    assert json.loads(wire.encode(msgspec.structs.replace(result, seq=5))) == json.loads(
        wire.splice_seq(wire.encode(result), 5)
    )


@pytest.mark.parametrize("payload", [b"", b"{", b"[]", b'{"type":"nonsense"}', b'{"type":"result"}', b"null"])
def test_other_json_is_an_error(payload: bytes):
    """What is no message raises msgspec's error, never a half-read message."""
    with pytest.raises(msgspec.MsgspecError):
        wire.decode(payload)


LONG = wire.TEXT_PART
BODIES = [
    DocumentBody(""),
    DocumentBody('"\\\n\x00é𝄞' * LONG),
    *(DocumentBody("x" * length) for length in (LONG - 1, LONG, LONG + 1, 2 * LONG)),
    ListBody(full=7),
    ResultBody(venue="é" * (LONG + 1)),
]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: f"{type(body).__name__} {wire.text_length(body)}")
def test_a_body_in_parts_is_the_same_json(body: msgspec.Struct):
    """Joined, the parts are what is encoded at once, and no part of a long text takes long."""
    parts = list(wire.encode_parts(body))
    assert b"".join(parts) == msgspec.json.encode(body)
    assert all(len(msgspec.json.decode(b'"%b"' % part)) <= LONG for part in parts if len(part) > 1_000)


def test_the_body_of_a_result_in_parts(result: Result):
    """Lists and nested Structs too; what is unset is left out."""
    assert result.body is not None
    assert b"".join(wire.encode_parts(result.body)) == msgspec.json.encode(result.body)


def test_a_struct_without_fields_in_parts():
    """It is an empty object."""
    assert b"".join(wire.encode_parts(msgspec.defstruct("Empty", [])())) == b"{}"


@pytest.mark.parametrize("body, length", [(None, 0), (DocumentBody("<a/>"), 4), (ListBody(full=7), 0)])
def test_the_length_of_texts_is_told_without_encoding(body: msgspec.Struct | None, length: int):
    """Of a body's own fields; a tombstone has none."""
    assert wire.text_length(body) == length


def test_a_body_that_was_kept_apart_comes_back(result: Result):
    """In the place of its reference."""
    apart = msgspec.structs.replace(result, body=None, body_ref=BodyRef(sha256="0" * 64, bytes=9, media="text/plain"))
    assert wire.with_body(apart, msgspec.json.encode(result.body)) == result
