import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feed.core.inflate import first_bytes, inflate
from feed.refusals import Reason, Refusal

DOCUMENT = b"<OdfBody/>" * 100
PACKED = gzip.compress(DOCUMENT, mtime=0)


def reason(data: bytes, limit: int = 10_000, encoding: str = "gzip") -> Reason:
    refusal = inflate(data, encoding, limit)
    assert isinstance(refusal, Refusal)
    assert refusal.detail
    return refusal.reason


@given(st.binary(max_size=300))
def test_what_was_packed_is_inflated(data: bytes):
    """Plain and gzip alike, at exactly their own size."""
    assert inflate(data, "", len(data)) == data
    assert inflate(gzip.compress(data), "gzip", len(data)) == data


@pytest.mark.parametrize("data, encoding", [(DOCUMENT, ""), (PACKED, "gzip")])
def test_one_byte_above_the_limit_is_too_large(data: bytes, encoding: str):
    """The limit counts the document, not what was sent."""
    assert reason(data, len(DOCUMENT) - 1, encoding) is Reason.TOO_LARGE


def test_a_bomb_is_refused_in_the_memory_of_the_limit():
    """200 MB in 200 kB: not more than the limit is ever made of it."""
    bomb = gzip.compress(bytes(200_000_000), 1)
    tracemalloc.start()
    found = reason(bomb, 1_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found is Reason.TOO_LARGE
    assert peak < 4_000_000 + len(bomb)


@pytest.mark.parametrize("cut", [0, 1, 10, len(PACKED) // 2, len(PACKED) - 8, len(PACKED) - 1])
def test_a_truncated_stream_is_refused(cut: int):
    """Whether header, content or checksum is cut."""
    assert reason(PACKED[:cut]) is Reason.BAD_COMPRESSION


@pytest.mark.parametrize("more", [b"\0", b"garbage", PACKED])
def test_bytes_after_the_stream_are_refused(more: bytes):
    """A second document would be lost silently."""
    assert reason(PACKED + more) is Reason.BAD_COMPRESSION


@pytest.mark.parametrize("at", [-8, -4])
def test_a_wrong_checksum_or_length_is_refused(at: int):
    """The trailer is checked."""
    damaged = bytearray(PACKED)
    damaged[at] ^= 1
    assert reason(bytes(damaged)) is Reason.BAD_COMPRESSION


@pytest.mark.parametrize("data", [DOCUMENT, zlib.compress(DOCUMENT)])
def test_what_is_no_gzip_is_refused(data: bytes):
    """Plain bytes and zlib streams are not taken for gzip."""
    assert reason(data) is Reason.BAD_COMPRESSION


@given(st.integers(1, 2 * len(DOCUMENT)))
def test_the_first_bytes_are_read_without_the_rest(size: int):
    """From plain bytes, from gzip, and from gzip whose end is missing."""
    assert first_bytes(DOCUMENT, "", size) == DOCUMENT[:size]
    assert first_bytes(PACKED, "gzip", size) == DOCUMENT[:size]
    assert DOCUMENT.startswith(first_bytes(PACKED[:-9], "gzip", size))


def test_the_first_bytes_of_garbage_are_none():
    """No exception, nothing read."""
    assert first_bytes(b"garbage", "gzip", 10) == b""
