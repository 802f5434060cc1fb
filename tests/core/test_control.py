import msgspec
import pytest

from feed.core.control import encode_control, error_frame, hello
from feed.errors import ErrorName, ReaderError
from schemas.control import Control, ErrorFrame, Filtered, Heartbeat, Pong, ReplayEnd, Skipped, SnapshotEnd
from schemas.registry import KINDS

FRAMES = {
    "hello": hello("ep", "P", 9, 2, 9),
    "snapshot_end": SnapshotEnd(seq=9, cursor="ep:9"),
    "replay_end": ReplayEnd(seq=9, cursor="ep:9"),
    "heartbeat": Heartbeat(seq=8, tip=9, ts=5, cursor="ep:8"),
    "filtered": Filtered(seq=9, cursor="ep:9"),
    "skipped": Skipped(seq=9, count=3, cursor="ep:9"),
    "pong": Pong(ts=5),
    "error": ErrorFrame(name="bad_filter", detail="d", hint="h"),
}


@pytest.mark.parametrize("name", FRAMES)
def test_a_control_frame_is_told_by_its_type(name: str):
    """The type stands first, is no kind of message, and the rest is read back as it was."""
    text = encode_control(FRAMES[name])
    assert text.startswith(b'{"type":"%b"' % name.encode())
    assert name not in KINDS
    assert msgspec.json.decode(text, type=Control) == FRAMES[name]


def test_every_control_frame_is_covered():
    """A new one needs its row above."""
    assert {type(frame) for frame in FRAMES.values()} == set(Control.__args__)


def test_hello_tells_where_the_connection_starts():
    """A reader that only kept hello's cursor misses nothing after it; before a snapshot there is none."""
    assert hello("ep", "T", 9, 2, None).cursor is None
    assert hello("ep", "T", 9, 2, 4).cursor == "ep:4"
    assert msgspec.json.decode(encode_control(hello("ep", "T", 9, 2, 9))) == {
        "type": "hello",
        "epoch": "ep",
        "flag": "T",
        "tip": 9,
        "floor": 2,
        "cursor": "ep:9",
    }


def test_an_error_frame_carries_name_detail_and_hint():
    """The same words as on HTTP."""
    frame = error_frame(ReaderError(ErrorName.BAD_FILTER, "what", hint="how"))
    assert frame == ErrorFrame(name="bad_filter", detail="what", hint="how")
