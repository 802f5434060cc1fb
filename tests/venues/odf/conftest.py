from collections.abc import Callable
from datetime import tzinfo
from xml.sax.saxutils import quoteattr

import pytest

from feed.candidate import Candidate, Decoded, Receipt
from feed.venues import FORMATS

HEADER = {
    "CompetitionCode": "XG2030",
    "DocumentCode": "ATHM100M--------------FNL-000100--",
    "DocumentType": "DT_RESULT",
    "Version": "3",
    "ResultStatus": "OFFICIAL",
    "FeedFlag": "P",
    "Date": "2030-07-03",
    "Time": "215612045",
    "LogicalDate": "2030-07-03",
    "Source": "STAATH1",
}
RECV = 1_900_000_000_000_000


def _no_zone(_competition: str) -> tzinfo | None:
    return None


@pytest.fixture
def header() -> dict[str, str]:
    return dict(HEADER)


@pytest.fixture
def receipt() -> Receipt:
    return Receipt(RECV, None, _no_zone)


@pytest.fixture
def odf() -> Callable[..., bytes]:
    """Build a document: the body as XML, header attributes by name (None leaves one out)."""

    def build(body: str = "<Competition/>", **changes: str | None) -> bytes:
        attributes = HEADER | changes
        written = " ".join(f"{name}={quoteattr(text)}" for name, text in attributes.items() if text is not None)
        return f"<OdfBody {written}>{body}</OdfBody>".encode()

    return build


@pytest.fixture
def decode(receipt: Receipt) -> Callable[[bytes], Decoded]:
    return lambda document: FORMATS["odf"](document, receipt)


@pytest.fixture
def accept(decode: Callable[[bytes], Decoded]) -> Callable[[bytes], Candidate]:
    """Decode a document that must be accepted."""

    def one(document: bytes) -> Candidate:
        decoded = decode(document)
        assert decoded.refusal is None
        (candidate,) = decoded.candidates
        return candidate

    return one
