import json

import msgspec
import pytest
import zstandard

from feed.core import encodings
from feed.core.control import encode_control
from feed.core.dictionaries import CURRENT
from feed.core.encodings import COMPRESSED, EVENTS, FRAMED, FRAMES, FRAMINGS, PACKED, Encoding
from feed.core.frames import binary_frame, text_frame
from schemas.control import Control, ErrorFrame, Filtered, Heartbeat, Hello, Pong, ReplayEnd, Skipped, SnapshotEnd
from schemas.result import ResultBody
from tests.core.makers import athlete, candidate, entry, stored

EPOCH = "0badcafe"
CURSOR = f"{EPOCH}:7"
CONTROLS: list[tuple[Control, bool]] = [
    (Hello(epoch=EPOCH, flag="P", tip=9, floor=0, cursor=CURSOR), True),
    (Hello(epoch=EPOCH, flag="P", tip=9, floor=0, cursor=None), False),
    (SnapshotEnd(seq=7, cursor=CURSOR), True),
    (ReplayEnd(seq=7, cursor=CURSOR), False),
    (Heartbeat(seq=7, tip=9, ts=1, cursor=CURSOR), True),
    (Filtered(seq=7, cursor=CURSOR), False),
    (Skipped(seq=7, count=2, cursor=CURSOR), True),
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


def test_packed_frames_say_what_the_text_says():
    """One binary frame a message, in the log and in a snapshot; whoever unpacks it has the JSON's object."""
    entries = [
        stored(7, candidate(3, status="LIVE", body=ResultBody(competitors=(athlete("1"),)))),
        entry(9, size=70_000),
    ]
    expected = b"".join(binary_frame(msgspec.msgpack.encode(json.loads(each.json))) for each in entries)
    assert PACKED.batch(entries, EPOCH) == PACKED.state(entries) == expected


def test_a_message_is_packed_once(monkeypatch: pytest.MonkeyPatch):
    """However many read it, and however often."""
    packed, made = encodings._pack, []
    monkeypatch.setattr(encodings, "_pack", lambda what: made.append(1) or packed(what))
    one = entry(7)
    assert len({PACKED.batch([one], EPOCH) for _ in range(5)}) == 1
    assert made == [1]


@pytest.mark.parametrize("control", [control for control, _ in CONTROLS])
def test_control_frames_are_packed_too(control: Control):
    """A reader of MessagePack gets nothing else."""
    assert PACKED.control(control) == binary_frame(msgspec.msgpack.encode(json.loads(encode_control(control))))


def test_the_names_of_encodings_are_those_of_the_contract():
    """What `encoding=` takes."""
    assert FRAMED == {"json": FRAMES, "msgpack": PACKED}
    assert FRAMINGS == {"none": FRAMED, "zstd": COMPRESSED}
    assert COMPRESSED.keys() == FRAMED.keys()


def test_compressed_frames_hold_what_the_others_say():
    """One binary frame a message, in the log and in a snapshot; no variant is told what another one keeps."""
    entries = [entry(70), entry(90, size=70_000)]
    dictionary = zstandard.ZstdCompressionDict(CURRENT.content, dict_type=zstandard.DICT_TYPE_FULLDICT)
    compress = zstandard.ZstdCompressor(level=3, dict_data=dictionary).compress
    texts = [each.json for each in entries]
    packed = [msgspec.msgpack.encode(json.loads(text)) for text in texts]
    for name, payloads in {"json": texts, "msgpack": packed}.items():
        expected = b"".join(binary_frame(compress(payload)) for payload in payloads)
        for _ in range(2):
            assert COMPRESSED[name].batch(entries, EPOCH) == COMPRESSED[name].state(entries) == expected
    assert PACKED.batch(entries, EPOCH) == b"".join(binary_frame(payload) for payload in packed)


def test_a_message_is_compressed_once(monkeypatch: pytest.MonkeyPatch):
    """However many read it, and however often, also as another entry with the same text."""
    made: list[bytes] = []
    of = COMPRESSED["json"].batch.__self__  # type: ignore[attr-defined]  # it is a bound method
    compress = of._make
    monkeypatch.setattr(of, "_make", lambda text: made.append(text) or compress(text))
    assert len({COMPRESSED["json"].batch([entry(70_001)], EPOCH) for _ in range(5)}) == 1
    assert made == [entry(70_001).json]


@pytest.mark.parametrize("control", [control for control, _ in CONTROLS])
@pytest.mark.parametrize("name", FRAMED)
def test_control_frames_are_not_compressed(name: str, control: Control):
    """The first of them names the dictionary; and no frame of ours begins as one of zstd does."""
    frame = COMPRESSED[name].control(control)
    assert frame == FRAMED[name].control(control)
    assert zstandard.FRAME_HEADER not in frame[:8]
    assert (COMPRESSED[name].dictionary, FRAMED[name].dictionary) == (CURRENT.id, None)
