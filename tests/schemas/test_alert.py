import json

from schemas.alert import AlertBody
from schemas.wire import _encoder


def test_an_alert_always_has_a_title():
    """The other texts are left out where they were not sent."""
    assert json.loads(_encoder.encode(AlertBody())) == {"title": None}


def test_a_standard_alert_is_told_by_its_code():
    """Clients word it in their own language."""
    assert json.loads(_encoder.encode(AlertBody(code="CDLT", title="Delayed"))) == {"code": "CDLT", "title": "Delayed"}
