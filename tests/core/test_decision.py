import msgspec
import pytest

from feed.core.decision import judge
from feed.refusals import Reason
from schemas.competitor import Decision
from schemas.current import Current, CurrentBody
from schemas.document import Document, DocumentBody
from schemas.phase_result import PhaseResult, PhaseResultBody
from schemas.result import ResultBody
from tests.core.makers import athlete, candidate, withdrawal


def judged(status: str | None = None, *, notes: tuple[str, ...] = (), photo_finish: str | None = None):
    body = ResultBody(competitors=(athlete("1"), athlete("2", photo_finish=photo_finish)))
    return judge(candidate(status=status, notes=notes, body=body).message).body


@pytest.mark.parametrize(
    "status, notes, call",
    [
        (None, (), "wait"),
        ("SOMETHING_NEW", (), "wait"),
        ("START_LIST", (), "wait"),
        ("LIVE", (), "wait"),
        ("INTERMEDIATE", (), "wait"),
        ("UNCONFIRMED", (), "provisional"),
        ("UNOFFICIAL", (), "provisional"),
        ("PARTIAL", ("a note",), "provisional"),
        ("OFFICIAL", (), "official"),
        ("OFFICIAL", ("rank corrected",), "corrected"),
    ],
)
def test_the_call_follows_the_status(status: str | None, notes: tuple[str, ...], call: str):
    """Nothing is open, so the status alone (and a Note) says what may be called."""
    body = judged(status, notes=notes)
    assert body.decision == Decision(pending=False)
    assert body.call == call


def test_the_snapshot_of_the_moment_is_never_called():
    """DT_CURRENT is no outcome, whatever status it carries."""
    message = candidate(status="OFFICIAL").message
    fields = {name: getattr(message, name) for name in Current.__struct_fields__} | {"body": CurrentBody()}
    assert judge(Current(**fields)).body.call == "wait"
    assert judge(PhaseResult(**fields | {"body": PhaseResultBody()})).body.call == "official"


@pytest.mark.parametrize("status, reason", [("PROTESTED", "protest"), ("PROVISIONAL", "review")])
def test_a_held_result_is_open(status: str | None, reason: Reason):
    """Protest and review are waited for."""
    body = judged(status, notes=("a note",))
    assert body.decision == Decision(pending=True, reason=reason)
    assert body.call == "wait"


@pytest.mark.parametrize("status", ["UNOFFICIAL", "OFFICIAL", "PROTESTED"])
def test_a_pending_photo_finish_keeps_everything_open(status: str | None):
    """One competitor's photo is enough, whatever the status says."""
    body = judged(status, photo_finish="P")
    assert body.decision == Decision(pending=True, reason="photo_finish")
    assert body.call == "wait"


def test_a_photo_finish_that_was_read_is_no_longer_open():
    """Only P stands for pending."""
    assert judged("OFFICIAL", photo_finish="Y").call == "official"


def test_nothing_but_decision_and_call_is_changed():
    """Competitors, status and all the rest stay as the decoder made them."""
    before = candidate(status="OFFICIAL", body=ResultBody(competitors=(athlete("1"),))).message
    after = judge(before)
    body = msgspec.structs.replace(after.body, decision=before.body.decision, call=before.body.call)
    assert msgspec.structs.replace(after, body=body) == before


def test_kinds_without_a_decision_pass_unchanged():
    """A withdrawal has no body, a document of another kind no call."""
    withdrawn = withdrawal().message
    assert judge(withdrawn) is withdrawn
    fields = {name: getattr(withdrawn, name) for name in withdrawn.__struct_fields__}
    document = Document(**fields | {"body": DocumentBody("<a/>")})
    assert judge(document) is document
