import json

import msgspec
import pytest

from schemas import wire
from schemas.document import Document
from schemas.result import Result


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
