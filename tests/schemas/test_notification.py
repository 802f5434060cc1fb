import json

from schemas.message import Mentions
from schemas.notification import NotificationBody
from schemas.wire import _encoder


def test_a_notification_always_says_what_is_where():
    """The DocumentSubtype is left out where there is none."""
    body = NotificationBody(link="https://backup.example/1", document_type="DT_PDF")
    assert json.loads(_encoder.encode(body)) == {"link": "https://backup.example/1", "document_type": "DT_PDF"}
    assert json.loads(_encoder.encode(NotificationBody())) == {"link": None, "document_type": None}
    assert body.mentions() == Mentions()
