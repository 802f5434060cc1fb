import time

import pytest

from feed.venues.odf.media import OTHER_MEDIA, media_of

pytestmark = pytest.mark.alone


@pytest.mark.parametrize(
    "content, media",
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
        (b"GIF89a\1\0", "image/gif"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b"II*\0\x08\0", "image/tiff"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"ID3\4\0", "audio/mpeg"),
        (b"\xff\xfb\x90\x64", "audio/mpeg"),
        (b"\xff\xf3\x40\xc0", "audio/mpeg"),
        (b"RIFF\x10\0\0\0WAVEfmt ", "audio/wav"),
        (b"OggS\0\2", "audio/ogg"),
        (b"fLaC\0", "audio/flac"),
        (b"\0\0\0\x20ftypM4A \0", "audio/mp4"),
        (b"<svg/>", "image/svg+xml"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a > b -->\n<!DOCTYPE svg>\n<svg xmlns='x'>", "image/svg+xml"),
    ],
)
def test_what_venues_send_is_known_by_its_first_bytes(content: bytes, media: str):
    """Pictures, reports and sounds, however their message calls them."""
    assert media_of(content) == media


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><svg>",
        b"<!DOCTYPE html><html>",
        b"<script>alert(1)</script>",
        b"<?xml version='1.0'?><?xml-stylesheet href='x'?><html xmlns='http://www.w3.org/1999/xhtml'/>",
        b"<svgx>",
        b"<!-- <svg> -->",
        b" %PDF-1.7",
        b"RIFF\x10\0\0\0AVI ",
        b"RIFF",
        b"\xff\xf1\x50\x80",
        b"\xff",
        b"GIF",
        b"any text <svg>",
    ],
)
def test_the_rest_is_bytes(content: bytes):
    """HTML, XML and whatever else a browser might run is nothing that it opens."""
    assert media_of(content) == OTHER_MEDIA


@pytest.mark.parametrize("piece", [b" ", b"<!-- ", b"<!-- -->", b"<?x ?>", b"<?", b"<!DOCTYPE "])
def test_a_search_that_fails_is_short(piece: bytes):
    """Ten million bytes of what may come before an SVG take no longer than the first few thousand."""
    began = time.perf_counter()
    assert media_of(piece * (10_000_000 // len(piece))) == OTHER_MEDIA
    assert time.perf_counter() - began < 0.05
