import pytest
import zstandard

from feed.client.compression import MESSAGE_BYTES_MAX, Dictionaries
from feed.client.errors import LostError
from feed.core.compression import compress
from feed.core.dictionaries import CURRENT

TEXT = b'{"seq":7,"type":"result","prev":0,"topic":"XA.ATH.-.-.-.-.result"}'


def known() -> Dictionaries:
    found = Dictionaries()
    found.add(CURRENT.id, CURRENT.content)
    return found


def test_a_frame_names_the_dictionary_that_it_needs():
    """Until it is here; then the frame is read."""
    dictionaries = Dictionaries()
    frame = compress(TEXT)
    assert dictionaries.missing(frame) == CURRENT.id
    dictionaries.add(CURRENT.id, CURRENT.content)
    assert dictionaries.missing(frame) is None
    assert dictionaries.message(frame) == TEXT


def test_another_dictionary_is_missing_again():
    """After a restart of the service with a newer one; the one before stays."""
    other = zstandard.train_dictionary(4096, [b"%d another feed %d" % (n, n * n) for n in range(2000)], dict_id=100_000)
    dictionaries, frame = known(), zstandard.ZstdCompressor(dict_data=other).compress(TEXT)
    assert dictionaries.missing(frame) == 100_000
    dictionaries.add(100_000, other.as_bytes())
    assert [dictionaries.message(each) for each in (frame, compress(TEXT))] == [TEXT, TEXT]


def without_size() -> bytes:
    made = zstandard.ZstdCompressionDict(CURRENT.content)
    return zstandard.ZstdCompressor(dict_data=made, write_content_size=False).compress(TEXT)


def with_window() -> bytes:
    """A window of 128 MB around a few bytes, whose number is not told."""
    parameters = zstandard.ZstdCompressionParameters(window_log=27, write_content_size=False, write_dict_id=True)
    made = zstandard.ZstdCompressionDict(CURRENT.content)
    packer = zstandard.ZstdCompressor(compression_params=parameters, dict_data=made).compressobj()
    return packer.compress(TEXT) + packer.flush()


@pytest.mark.parametrize(
    "frame",
    [
        compress(bytes(MESSAGE_BYTES_MAX + 1)),
        without_size(),
        with_window(),
        zstandard.compress(TEXT),
        compress(TEXT)[:6],
        b"{}",
    ],
    ids=["size", "no size", "window", "no dictionary", "cut", "other"],
)
def test_what_is_no_message_is_not_unpacked(frame: bytes):
    """Told by its head alone, before there is any room made for it."""
    with pytest.raises(LostError):
        known().missing(frame)


@pytest.mark.parametrize("frame", [compress(TEXT)[:-1], compress(TEXT) + b"x", compress(TEXT) + compress(TEXT)])
def test_a_damaged_frame_is_a_lost_connection(frame: bytes):
    """What it was comes again by the cursor; nothing behind a frame is passed over."""
    with pytest.raises(LostError, match="cannot be read"):
        known().message(frame)


@pytest.mark.parametrize("content", [b"", b"<html>", CURRENT.content[:8] + bytes(100)])
def test_what_is_no_dictionary_is_not_kept(content: bytes):
    """An answer of somebody in between; the next attempt asks again."""
    dictionaries = Dictionaries()
    with pytest.raises(LostError):
        dictionaries.add(CURRENT.id, content)
    assert dictionaries.missing(compress(TEXT)) == CURRENT.id


def test_the_dictionary_of_another_id_is_not_taken():
    """Its frames would be read as something else."""
    with pytest.raises(LostError, match="another one"):
        Dictionaries().add(CURRENT.id + 1, CURRENT.content)
