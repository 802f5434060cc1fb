import pytest

from benchmarks.clients import Reader, frame_size, upgrade_request
from feed.core.frames import text_frame


@pytest.mark.parametrize("length", [0, 125, 126, 65_535, 65_536])
def test_the_size_of_a_frame_is_read_wherever_it_begins(length: int):
    """All three forms of a length; what is not there yet is 0."""
    frame = text_frame(b"x" * length)
    assert frame_size(frame) == frame_size(b"before" + frame, 6) == len(frame)
    assert frame_size(frame[:1]) == frame_size(b"", 3) == 0


@pytest.mark.parametrize("cut", [1, 7, 1_000])
def test_a_reader_counts_frames_wherever_they_are_cut(cut: int):
    """After the answer to its upgrade; another answer is an error."""
    reader = Reader("localhost")
    stream = b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + text_frame(b"x" * 300) * 3 + text_frame(b"")
    for start in range(0, len(stream), cut):
        reader.data_received(stream[start : start + cut])
    assert (reader.is_open, reader.frames) == (True, 4)
    with pytest.raises(ConnectionError):
        Reader("localhost").data_received(b"HTTP/1.1 503 Busy\r\n\r\n")


def test_an_upgrade_names_its_path():
    """Everything, if nothing else is asked for."""
    assert upgrade_request("h").startswith(b"GET /v1/stream HTTP/1.1\r\n")
    assert upgrade_request("h", "/").startswith(b"GET / HTTP/1.1\r\n")
