"""Control frames as JSON text."""

import msgspec

from feed.core.cursor import write_cursor
from feed.errors import ReaderError
from schemas.control import Control, ErrorFrame, Hello

_encoder = msgspec.json.Encoder()


def encode_control(control: Control) -> bytes:
    """The JSON text of a control frame."""
    return _encoder.encode(control)


def hello(epoch: str, flag: str, tip: int, floor: int, start: int | None, speed: float | None = None) -> Hello:
    """The first frame; `start` is the sequence after which this connection begins, None before a snapshot."""
    cursor = None if start is None else write_cursor(epoch, start)
    return Hello(epoch=epoch, flag=flag, tip=tip, floor=floor, cursor=cursor, speed=speed)


def error_frame(error: ReaderError) -> ErrorFrame:
    """The frame that tells an error before the close frame does."""
    retry = round(1000 * error.again) if error.is_passing else None
    return ErrorFrame(name=error.name.value, detail=error.detail, hint=error.hint, retry_ms=retry)
