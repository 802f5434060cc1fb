import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.load.frames import BINARY, CLOSE, PING, PONG, TEXT, Frame, Frames, client_frame, close_frame, read_close
from tests.serve.raw import frame

FRAMES = st.lists(
    st.one_of(
        st.tuples(st.sampled_from([TEXT, BINARY]), st.sampled_from([0, 1, 125, 126, 127, 65_535, 65_536, 70_000])),
        st.tuples(st.sampled_from([CLOSE, PING, PONG]), st.integers(0, 125)),
    ),
    max_size=8,
)


def taken(frames: Frames, *parts: bytes) -> list[Frame]:
    """What comes of these parts through one buffer that is overwritten each time."""
    found = []
    buffer = bytearray(max(map(len, parts), default=0))
    for part in parts:
        buffer[: len(part)] = part
        found += frames.take(memoryview(buffer)[: len(part)])
        buffer[:] = bytes(len(buffer))
    return found


def cut(data: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({place % (len(data) + 1) for place in places} | {0, len(data)})
    return [data[a:b] for a, b in itertools.pairwise(ends)]


@given(FRAMES, st.lists(st.integers(0, 1 << 20), max_size=30), st.sampled_from([b"", b"\x01\x00rest"]))
def test_any_cutting_of_the_bytes_gives_the_same_frames(sizes: list[tuple[int, int]], places: list[int], fault: bytes):
    """With a fault at the end as well: what stands before it is given, and the fault is the same."""
    wanted = [(opcode, bytes([64 + number]) * size) for number, (opcode, size) in enumerate(sizes)]
    data = b"".join(frame(opcode, payload, masked=False) for opcode, payload in wanted)
    data += fault
    frames = Frames()
    assert taken(frames, *cut(data, places)) == wanted
    assert bool(frames.fault) is bool(fault)
    assert not frames.is_inside


@given(st.integers(0, 300))
def test_byte_by_byte_is_a_cutting_too(size: int):
    """It is inside a frame until that is whole."""
    frames = Frames()
    data = frame(TEXT, b"x" * size, masked=False)
    for number in range(1, len(data)):
        assert taken(frames, data[number - 1 : number]) == []
        assert frames.is_inside
    assert taken(frames, data[-1:]) == [(TEXT, b"x" * size)]
    assert not frames.is_inside


@pytest.mark.parametrize(
    "data, fault",
    [
        (frame(TEXT, b"abc"), "masked"),
        (frame(TEXT, b"x" * 300), "masked"),
        (frame(TEXT, b"x" * 70_000), "masked"),
        (frame(TEXT, b"abc", first=0, masked=False), "fragmented"),
        (frame(0, b"abc", masked=False), "fragmented"),
        (frame(TEXT, b"abc", first=0xC0, masked=False), "extension"),
        (frame(3, b"abc", masked=False), "unknown"),
        (frame(PING, b"x" * 126, masked=False), "a frame of 126 bytes"),
        (b"\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff", "a frame of 18446744073709551615 bytes"),
    ],
    ids=range(9),  # masks are drawn at random
)
def test_what_a_server_must_not_send_is_a_fault(data: bytes, fault: str):
    """Once there was one, nothing more is given."""
    frames = Frames()
    assert taken(frames, data) == []
    assert fault in frames.fault
    assert taken(frames, frame(TEXT, b"late", masked=False)) == []


def test_a_close_frame_has_a_code_and_a_reason():
    """Without a code it is 1005, as RFC 6455 has it."""
    assert read_close((1012).to_bytes(2, "big") + '{"name":"ü"}'.encode()) == (1012, '{"name":"ü"}')
    assert read_close(b"") == (1005, "")


def test_frames_of_a_client_are_masked():
    """With a mask of zeros, which leaves the payload as it is."""
    assert client_frame(PONG, b"abc") == b"\x8a\x83\0\0\0\0abc"
    assert close_frame(1000) == b"\x88\x82\0\0\0\0\x03\xe8"
