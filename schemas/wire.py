"""The one encoder and decoder of the contract, built once."""

import msgspec

from schemas.message import Message
from schemas.registry import AnyMessage

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(AnyMessage)


def encode(message: Message) -> bytes:
    """The JSON that is stored: the whole message, without `seq` while that is unset."""
    return _encoder.encode(message)


def decode(payload: bytes) -> AnyMessage:
    """The message behind stored or delivered JSON; raises msgspec.MsgspecError for anything else."""
    message: AnyMessage = _decoder.decode(payload)
    return message


def splice_seq(payload: bytes, seq: int) -> bytes:
    """A stored payload as subscribers get it: `seq` in front, nothing decoded."""
    return b'{"seq":%d,%b' % (seq, payload[1:])
