import json

import pytest

from feed.core.control import encode_control
from feed.core.encodings import EVENTS, FRAMES, Encoding
from feed.core.frames import text_frame
from schemas.control import Control, ErrorFrame, Filtered, Heartbeat, Hello, Pong, ReplayEnd, SnapshotEnd
from tests.core.makers import entry

EPOCH = "0badcafe"
CURSOR = f"{EPOCH}:7"
CONTROLS: list[tuple[Control, bool]] = [
    (Hello(epoch=EPOCH, flag="P", tip=9, floor=0, cursor=CURSOR), True),
    (Hello(epoch=EPOCH, flag="P", tip=9, floor=0, cursor=None), False),
    (SnapshotEnd(seq=7, cursor=CURSOR), True),
    (ReplayEnd(seq=7, cursor=CURSOR), False),
    (Heartbeat(seq=7, tip=9, ts=1, cursor=CURSOR), True),
    (Filtered(seq=7, cursor=CURSOR), False),
    (Pong(ts=1), False),
    (ErrorFrame(name="bad_filter", detail="", hint=""), False),
]


def test_frames_are_text_frames_one_a_message():
    """The log and a snapshot look the same on a WebSocket."""
    entries = [entry(seq, size=100 * seq) for seq in (1, 2, 700)]
    whole = b"".join(text_frame(each.json) for each in entries)
    assert FRAMES.batch(entries, EPOCH) == FRAMES.state(entries) == whole


def test_events_of_the_log_are_places_to_come_back_to():
    """Each message has its cursor as id and its kind as name; its text is the JSON that all readers get."""
    entries = [entry(seq) for seq in (1, 7)]
    assert EVENTS.batch(entries, EPOCH) == b"".join(
        b"id: 0badcafe:%d\nevent: result\ndata: %b\n\n" % (each.seq, each.json) for each in entries
    )


def test_events_of_a_snapshot_are_no_places():
    """Who came back to the middle of a snapshot would get messages whose predecessors it never saw."""
    one = entry(7)
    assert EVENTS.state([one]) == b"event: result\ndata: " + one.json + b"\n\n"


@pytest.mark.parametrize("control, is_place", CONTROLS)
def test_a_control_event_is_a_place_only_where_everything_before_it_was_written(control: Control, *, is_place: bool):
    """The end of a replay may come behind newer messages: its cursor must not move the reader back."""
    text = EVENTS.control(control)
    lines = text.decode().split("\n")
    assert (lines[0] == f"id: {CURSOR}") == is_place
    assert lines[-4] == f"event: {json.loads(encode_control(control))['type']}"
    assert lines[-3:] == [f"data: {encode_control(control).decode()}", "", ""]


def test_every_control_frame_is_among_them():
    """A new one must be given its place here."""
    assert {type(control) for control, _ in CONTROLS} == set(Control.__args__)
    assert all(FRAMES.control(control) == text_frame(encode_control(control)) for control, _ in CONTROLS)


@pytest.mark.parametrize("encoding", [FRAMES, EVENTS])
def test_nothing_is_no_bytes(encoding: Encoding):
    """A batch in which nothing matched is not written at all."""
    assert encoding.batch([], EPOCH) == encoding.state([]) == b""
