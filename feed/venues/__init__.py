"""Venue formats: pure decoders from bytes to messages. One format is one file or package here and one line below."""

from feed.candidate import Decode
from feed.venues import codes, odf

FORMATS: dict[str, Decode] = {
    "codes": codes.decode,
    "odf": odf.decode,
}
