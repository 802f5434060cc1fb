import json

from schemas.message import Mentions
from schemas.record_event import Holder, RecordAction, RecordCause, RecordEventBody
from schemas.wire import _encoder

CAUSE = RecordCause(seq=7, topic="t", type="result")


def body(holder: Holder) -> RecordEventBody:
    return RecordEventBody(code="R", record_type="WR", holder=holder, action=RecordAction.SET, cause=CAUSE)


def test_an_event_mentions_its_holder():
    """Organisation and athletes, so filters find it; who has neither mentions nobody."""
    relay = Holder(id="T1", kind="team", noc="XAA", athletes=("1", "2"))
    assert body(relay).mentions() == Mentions(None, ("XAA",), ("1", "2"))
    assert body(Holder()).mentions() == Mentions()


def test_an_event_always_has_all_its_fields():
    """A reader of one event knows the others; what is not known is null."""
    told = json.loads(_encoder.encode(body(Holder(id="1"))))
    assert set(told) == set(RecordEventBody.__struct_fields__)
    assert (told["action"], told["previous"], told["withdraws"], told["equalled"]) == ("set", None, None, False)
