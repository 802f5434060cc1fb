import logging

import pytest

from feed.core.outcome import Quarantined
from feed.ingest import refused
from feed.ingest.refused import LINES, RefusalLog
from feed.refusals import Reason, Refusal
from tests.service_fixture import wait_until

BAD = Quarantined("id1", Refusal(Reason.BAD_VALUE, "a name that is nobody's business", "OdfBody/@Time"))
TOPIC = "XA.ATH.M.100M.FNL.000001.result"


def fields(record: logging.LogRecord) -> dict[str, object]:
    """What a line says beside its words."""
    names = ("flag", "source", "topic", "where", "id", "reasons")
    return {name: getattr(record, name) for name in names if hasattr(record, name)}


async def test_a_line_says_whose_document_it_was(caplog: pytest.LogCaptureFixture):
    """As far as it is known, and nothing of what stands in it."""
    log = RefusalLog("P")
    log.tell("STA1", TOPIC, (BAD,))
    log.tell(None, None, (Quarantined("", Refusal(Reason.NOT_ODF, "")),))
    log.tell("STA1", TOPIC, ())
    first, second = caplog.records
    assert first.message == "a document was refused: bad_value"
    assert fields(first) == {"flag": "P", "source": "STA1", "topic": TOPIC, "where": "OdfBody/@Time", "id": "id1"}
    assert fields(second) == {"flag": "P"}
    assert "nobody" not in caplog.text


async def test_many_become_one_line(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch):
    """The first ones each, the others together when their time is over; then it begins anew."""
    monkeypatch.setattr(refused, "SECONDS", 0.05)
    log = RefusalLog("T")
    for _ in range(LINES + 500):
        log.tell("STA1", TOPIC, (BAD,))
    assert len(caplog.records) == LINES
    await wait_until(lambda: len(caplog.records) == LINES + 1)
    last = caplog.records[-1]
    assert last.message.startswith("500 more documents were refused")
    assert fields(last) == {"flag": "T", "reasons": {"bad_value": 500}}
    log.tell("STA1", TOPIC, (BAD,))
    assert len(caplog.records) == LINES + 2
