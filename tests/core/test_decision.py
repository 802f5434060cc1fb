from typing import Any

import msgspec
import pytest
from msgspec import UNSET

from feed.candidate import Candidate
from feed.core.changes import read_before
from feed.core.decision import judge, judge_next
from feed.core.disputes import Disputes
from feed.core.gate import Accepted
from feed.core.heads import Heads
from feed.core.heads import head_of as entry_head
from feed.refusals import Reason
from feed.venues.odf import decode
from schemas.competitor import Competitor, Decision
from schemas.current import Current, CurrentBody
from schemas.document import Document, DocumentBody
from schemas.phase_result import PhaseResult, PhaseResultBody
from schemas.result import ResultBody
from tests.core.makers import athlete, candidate, head_of, stored, withdrawal
from tests.core.test_disputes import NOON, RECEIPT, protest


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


# Against the message before.


def ranked(*names: str) -> ResultBody:
    rows = (Competitor(id=name, kind="athlete", rank=str(rank)) for rank, name in enumerate(names, 1))
    return ResultBody(competitors=tuple(rows))


CALLED, SWAPPED = ranked("1", "2"), ranked("2", "1")
PHOTO = ResultBody(competitors=(athlete("1", photo_finish="P"), athlete("2")))


def next_of(before: Candidate, *, disputes: Disputes | None = None, **new: Any):
    """What is said of a result after another one, which stands at 7; `new` is the candidate's."""
    text = stored(7, Candidate(judge(before.message, disputes=disputes or Disputes()), "h")).json
    return judge(candidate(2, **new).message, read_before(text), disputes or Disputes()).body


@pytest.mark.parametrize("status", ["UNOFFICIAL", "UNCONFIRMED", "OFFICIAL"])
def test_what_could_be_called_and_is_otherwise_is_corrected(status: str):
    """Signed or not: the light must not be the one that was there before."""
    body = next_of(candidate(status="UNOFFICIAL", body=CALLED), status=status, body=SWAPPED)
    assert (body.call, [(each.who, each.to) for each in body.changes]) == ("corrected", [("1", "2"), ("2", "1")])


def test_the_same_again_corrects_nothing():
    """The signature under what was said is official, without changes and without a reason."""
    body = next_of(candidate(status="UNOFFICIAL", body=CALLED), status="OFFICIAL", body=CALLED)
    assert (body.call, body.changes, body.reason) == ("official", UNSET, UNSET)


def test_what_is_open_is_waited_for_also_when_it_changed():
    """A change is told at once, a call is not."""
    body = next_of(candidate(status="OFFICIAL", body=CALLED), status="PROTESTED", body=SWAPPED)
    assert (body.call, len(body.changes)) == ("wait", 2)


def test_changes_that_are_not_known_are_null():
    """The body before is kept apart."""
    before = read_before(b'{"seq":7,"status":"OFFICIAL","document":null,"body":null}')
    body = judge(candidate(2, status="OFFICIAL", body=CALLED).message, before).body
    assert (body.changes, body.call) == (None, "official")


def test_a_photo_finish_is_the_reason_until_the_signature():
    """Of the version that follows it, and of one that corrects that; not of what comes after it was signed."""
    first = next_of(candidate(status="LIVE", body=PHOTO), status="UNOFFICIAL", body=CALLED)
    assert (first.reason, first.changes, first.call) == ("photo_finish", UNSET, "provisional")
    swapped = next_of(candidate(status="UNOFFICIAL", body=first), status="UNOFFICIAL", body=SWAPPED)
    assert (swapped.reason, swapped.call) == ("photo_finish", "corrected")
    signed = next_of(candidate(status="UNOFFICIAL", body=swapped), status="OFFICIAL", body=SWAPPED)
    assert (signed.reason, signed.call) == ("photo_finish", "official")
    later = next_of(candidate(status="OFFICIAL", body=signed), status="OFFICIAL", body=CALLED)
    assert (later.reason, later.call) == (UNSET, "corrected")


def test_a_result_that_was_protested_was_decided_by_the_protest():
    """As its status said; a note that comes with it does not hide that."""
    body = next_of(candidate(status="PROTESTED", body=CALLED), status="OFFICIAL", body=SWAPPED, notes=("new",))
    assert (body.reason, body.call) == ("protest", "corrected")


def test_what_is_still_open_decided_nothing():
    """The same protest as before."""
    body = next_of(candidate(status="PROTESTED", body=CALLED), status="PROTESTED", body=SWAPPED)
    assert (body.reason, body.decision.reason) == (UNSET, "protest")


def test_a_new_note_is_the_reason_and_an_old_one_is_not():
    """Notes are kept when others are added."""
    before = candidate(status="OFFICIAL", body=CALLED, notes=("one",))
    assert next_of(before, status="OFFICIAL", body=SWAPPED, notes=("one", "two")).reason == "note"
    assert next_of(before, status="OFFICIAL", body=CALLED, notes=("one",)).reason == UNSET


def test_what_is_live_has_no_reason():
    """Nothing is decided while it goes on; that it was over before is told by its changes."""
    body = next_of(candidate(status="PROTESTED", body=CALLED), status="LIVE", body=PHOTO)
    assert (body.reason, body.call, [each.field for each in body.changes]) == (UNSET, "wait", ["rank", "rank"])


def disputed(*documents: bytes) -> Disputes:
    """Told of documents whose unit is that of the results here, from sequence 8 on."""
    disputes = Disputes()
    for seq, document in enumerate(documents, 8):
        (found,) = decode(document.replace(b'"XA"', b'"XG2030"'), RECEIPT).candidates
        found = stored(seq, found)
        disputes.learn(found.topic, found.seq, found.index.op, found.json)
    return disputes


def test_an_open_protest_keeps_everything_open():
    """Whatever the status says, and until the hearing if that is known."""
    hearing = {"HearingTime": "2030-07-03T12:00:00+00:00"}
    open_ = disputed(protest(1, "OPN", **hearing))
    body = judge(candidate(status="OFFICIAL", body=CALLED).message, disputes=open_).body
    assert (body.call, body.decision) == ("wait", Decision(pending=True, reason="protest", until=NOON))
    fields = {name: getattr(candidate().message, name) for name in Current.__struct_fields__} | {"body": CurrentBody()}
    assert judge(Current(**fields), disputes=open_).body.decision == Decision(pending=False)


def test_a_protest_that_was_closed_since_is_the_reason():
    """Of a version that follows it, not of those that were there before it."""
    closed = disputed(protest(1, "OPN", "<Type>inquiry</Type>"), protest(2, "CLS", "<Type>inquiry</Type>"))
    after = next_of(candidate(status="UNOFFICIAL", body=CALLED), status="OFFICIAL", body=SWAPPED, disputes=closed)
    assert (after.call, after.reason) == ("corrected", "inquiry")
    text = stored(9, candidate(status="UNOFFICIAL", body=CALLED)).json
    assert judge(candidate(2, status="OFFICIAL", body=SWAPPED).message, read_before(text), closed).body.reason == UNSET


# The candidate that the gate accepted.


def heads_with(seq: int, known: Candidate, *, text: bool = True) -> Heads:
    heads = Heads()
    heads.learn(known.message.topic, entry_head(stored(seq, known)) if text else head_of(known, seq))
    return heads


def test_a_correction_names_what_it_corrects():
    """The message before, unless the gate named the last OFFICIAL one; what changes nothing names nothing."""
    heads = heads_with(7, candidate(status="UNOFFICIAL", body=CALLED))
    swapped, same = (candidate(2, status="UNOFFICIAL", body=body) for body in (SWAPPED, CALLED))
    assert judge_next(swapped, Accepted(7), heads)[1] == Accepted(7, supersedes=7)
    assert judge_next(swapped, Accepted(7, supersedes=3), heads)[1] == Accepted(7, supersedes=3)
    assert judge_next(same, Accepted(7), heads)[1] == Accepted(7)


def test_a_result_waits_for_the_text_of_the_one_before():
    """What we published a moment ago may not have come back; what is live does not look back and waits for nothing."""
    called, live = (candidate(status=status, body=CALLED) for status in ("UNOFFICIAL", "LIVE"))
    assert judge_next(candidate(2, status="UNOFFICIAL"), Accepted(7), heads_with(7, called, text=False)) is None
    assert judge_next(candidate(2, status="LIVE"), Accepted(7), heads_with(7, live, text=False)) is not None
    assert judge_next(withdrawal(2), Accepted(7), heads_with(7, called, text=False)) is not None
    assert judge_next(candidate(2, status="UNOFFICIAL"), Accepted(7), heads_with(7, withdrawal(), text=False))
