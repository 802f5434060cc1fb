"""Bounded gunzip: a small bomb must not become a large document."""

import zlib

from feed.refusals import Reason, Refusal

_GZIP = 16 + zlib.MAX_WBITS


def inflate(data: bytes, encoding: str, limit: int) -> bytes | Refusal:
    """The document's bytes, at most `limit` of them; a Refusal for a cut, damaged or too large stream."""
    if encoding != "gzip":
        return data if len(data) <= limit else _too_large(limit)
    inflater = zlib.decompressobj(_GZIP)
    try:
        plain = inflater.decompress(data, limit + 1)
    except zlib.error as error:
        return Refusal(Reason.BAD_COMPRESSION, str(error))
    if len(plain) > limit:
        return _too_large(limit)
    if not inflater.eof or inflater.unused_data:
        what = "bytes follow" if inflater.unused_data else "it ends before"
        return Refusal(Reason.BAD_COMPRESSION, f"{what} the end of the gzip stream")
    return plain


def first_bytes(data: bytes, encoding: str, size: int) -> bytes:
    """The first bytes of the document inside, as far as they can be read."""
    if encoding != "gzip":
        return data[:size]
    try:
        return zlib.decompressobj(_GZIP).decompress(data, size)
    except zlib.error:
        return b""


def _too_large(limit: int) -> Refusal:
    return Refusal(Reason.TOO_LARGE, f"the document has more than {limit} bytes")
