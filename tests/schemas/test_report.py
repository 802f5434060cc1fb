import json

from schemas.message import BodyRef, Lane, Mentions
from schemas.registry import KINDS
from schemas.report import ReportBody
from schemas.wire import _encoder

REF = BodyRef(sha256="0" * 64, bytes=3, media="application/pdf")


def test_a_report_refers_to_its_pdf_and_waits():
    """Name, size and media type; it never holds up a result, and may be announced before it is there."""
    written = {"content": {"sha256": "0" * 64, "bytes": 3, "media": "application/pdf"}}
    assert json.loads(_encoder.encode(ReportBody(content=REF))) == written
    assert json.loads(_encoder.encode(ReportBody())) == {}
    assert KINDS["report"].lane is Lane.BULK


def test_a_report_mentions_its_venue():
    """Whom it is about is inside of the PDF."""
    assert ReportBody(venue="STA", content=REF).mentions() == Mentions("STA")
