"""The one encoder and decoder of the contract, built once."""

from collections.abc import Iterator

import msgspec

from schemas.message import Message
from schemas.registry import KINDS, AnyMessage

TEXT_PART = 256 * 1024  # characters; encoding so many takes half a millisecond
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(AnyMessage)


def encode(message: Message) -> bytes:
    """The JSON that is stored: the whole message, without `seq` while that is unset."""
    return _encoder.encode(message)


def with_body(message: AnyMessage, text: bytes) -> AnyMessage:
    """A message with the body that is kept apart from it, whose JSON is `text`."""
    body = msgspec.json.decode(text, type=KINDS[str(message.__struct_config__.tag)].body)
    return msgspec.structs.replace(message, body=body, body_ref=msgspec.UNSET)


def text_length(body: msgspec.Struct | None) -> int:
    """Characters in the texts of a body's own fields: what can make it large, told without encoding it."""
    values = (getattr(body, name) for name in body.__struct_fields__) if body is not None else ()
    return sum(len(value) for value in values if isinstance(value, str))


def encode_parts(body: msgspec.Struct) -> Iterator[bytes]:
    """The JSON of a body in parts, so that a text of many MB can be encoded with pauses in between."""
    separator = b"{"
    for name in body.__struct_fields__:
        value = getattr(body, name)
        if value is msgspec.UNSET:
            continue
        yield b'%b"%b":' % (separator, name.encode())
        separator = b","
        if isinstance(value, str):
            yield b'"'
            for start in range(0, len(value), TEXT_PART):
                yield _encoder.encode(value[start : start + TEXT_PART])[1:-1]
            yield b'"'
        else:
            yield _encoder.encode(value)
    yield b"}" if separator == b"," else b"{}"


def decode(payload: bytes) -> AnyMessage:
    """The message behind stored or delivered JSON; raises msgspec.MsgspecError for anything else."""
    message: AnyMessage = _decoder.decode(payload)
    return message


def splice_seq(payload: bytes, seq: int) -> bytes:
    """A stored payload as subscribers get it: `seq` in front, nothing decoded."""
    return b'{"seq":%d,%b' % (seq, payload[1:])
