"""Two captures: what was played, and what the service keeps of it. Two iterators in, findings by name out.

Documents are equal when their bytes are, unpacked; who sent them and when they came is not compared. Venues send again
what they have no answer to, so the same one may be kept more often; it counts once, where it came first.
"""

import gzip
import zlib
from collections.abc import Iterable
from hashlib import blake2b

import msgspec

from replay.capture import Captured
from replay.header import read_header
from replay.verify.findings import Finding, Findings, Name

MEANINGS = {
    Name.MISSING: "played, and not kept",
    Name.FOREIGN: "kept, and never played",
    Name.OUT_OF_ORDER: "kept behind a later document of its key",
}
_DIGEST = 16
_UNREAD = "no header"


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome: documents of either side, how often one was kept `again`, and findings as those of a log.

    The `seq` of a finding is the number of its document in its capture, from 1; the `topic` its key.
    """

    played: int
    kept: int
    again: int
    counts: dict[str, int]
    findings: list[Finding]

    @property
    def is_right(self) -> bool:
        return bool(self.played) and not self.counts


def compare_captures(played: Iterable[Captured], kept: Iterable[Captured]) -> Compared:
    """Whether everything that was played was kept, nothing else, and each document's versions in their order.

    Memory: a digest and a number for each different document that was played.
    """
    findings, places = Findings(), dict[bytes, int]()
    count = 0
    for count, document in enumerate(played, 1):
        places.setdefault(_digest(document), count)
    seen = bytearray(count + 1)
    newest: dict[str, int] = {}
    number = again = 0
    for number, document in enumerate(kept, 1):
        place = places.get(_digest(document))
        if place is None:
            findings.add(Name.FOREIGN, number, _key(document))
        elif seen[place]:
            again += 1
        else:
            seen[place] = 1
            key = _key(document)
            if place < newest.get(key, 0):
                detail = f"document {place} of what was played came after {newest[key]}"
                findings.add(Name.OUT_OF_ORDER, number, key, detail)
            newest[key] = max(place, newest.get(key, 0))
    for place in places.values():
        if not seen[place]:
            findings.add(Name.MISSING, place, "")
    counts = {str(name): found for name, found in sorted(findings.counts.items())}
    return Compared(played=count, kept=number, again=again, counts=counts, findings=findings.shown)


def _digest(document: Captured) -> bytes:
    return blake2b(_unpacked(document), digest_size=_DIGEST).digest()


def _unpacked(document: Captured) -> bytes:
    """The document itself; what is called gzip and is none stands for itself."""
    try:
        return gzip.decompress(document.data) if document.encoding == "gzip" else document.data
    except (OSError, EOFError, zlib.error):
        return document.data


def _key(document: Captured) -> str:
    header = read_header(document.data, document.encoding)
    return header.key if header else _UNREAD
