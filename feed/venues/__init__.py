"""Venue formats: pure decoders from bytes to messages. One format is one package here and one line below."""

from feed.candidate import Decode
from feed.venues import odf

FORMATS: dict[str, Decode] = {
    "odf": odf.decode,
}
