"""What may be said of a result's outcome: the decision that is open, the call, and what is no longer as it was said.

Rules: ODF General Messages, Result/@PhotoFinish (P = pending) and DT_COMMUNICATION (protests); Foundation Principles
2.6 (statuses) and 2.11 (an OFFICIAL result that changed is re-sent with a Note, routine re-sends carry none).
"""

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from feed.candidate import Candidate
from feed.core.changes import Before, changes_of, read_before
from feed.core.disputes import Dispute, Disputes
from feed.core.gate import Accepted
from feed.core.heads import Head, Heads
from feed.core.statuses import FINISHED
from schemas.competitor import Decision, Rows
from schemas.message import Message, Op
from schemas.registry import AnyMessage
from schemas.topic import place_of

_HELD = {"PROTESTED": "protest", "PROVISIONAL": "review"}
_COMPLETE = frozenset({"UNCONFIRMED", "UNOFFICIAL", "PARTIAL"})
_NONE = Disputes()
OFFICIAL = "OFFICIAL"
PENDING_PHOTO = "P"
NOTE = "note"


def judge_next(candidate: Candidate, verdict: Accepted, heads: Heads) -> tuple[Candidate, Accepted] | None:
    """A candidate that the gate accepted, with what may be said of it, and the verdict that names what it corrects.

    None while it has to be compared with the head of its topic and that one's text is not here yet.
    """
    message = candidate.message
    head = heads.get(message.topic)
    before = None
    if head is not None and _looks_back(message, head):
        if not head.json:
            return None
        before = read_before(head.json)
    judged = judge(message, before, heads.disputes)
    is_corrected = isinstance(judged.body, Rows) and bool(judged.body.changes)
    if is_corrected and verdict.supersedes is None:
        verdict = replace(verdict, supersedes=verdict.prev)
    return replace(candidate, message=judged), verdict


def judge(message: AnyMessage, before: Before | None = None, disputes: Disputes = _NONE) -> AnyMessage:
    """The same message with `decision` and `call` set where its kind has them, and what follows from `before`."""
    body = message.body
    if not isinstance(body, Rows):
        return message
    dispute = disputes.open(place_of(message.topic)) if body.is_outcome else None
    decision = _decision(body, message.status, dispute)
    if before is not None:
        changes = changes_of(before, body)
        body = replace(
            body,
            changes=UNSET if changes == () else changes,
            reason=_reason(message, decision, before, disputes.settled(place_of(message.topic), before.seq)),
        )
    call = _call(message, body, decision) if body.is_outcome else "wait"
    return replace(message, body=replace(body, decision=decision, call=call))


def _looks_back(message: AnyMessage, head: Head) -> bool:
    """Nothing could be called before, and nothing can now: what is live is compared with nothing."""
    if not isinstance(message.body, Rows) or not message.body.is_outcome or head.index.op is not Op.PUT:
        return False
    return message.status in FINISHED or head.index.status in FINISHED


def _decision(body: Rows, status: str | None, dispute: Dispute | None) -> Decision:
    if any(competitor.photo_finish == PENDING_PHOTO for competitor in body.competitors):
        return Decision(pending=True, reason="photo_finish")
    if dispute is not None:
        return Decision(pending=True, reason=dispute.reason, until=dispute.until)
    reason = _HELD.get(status or "")
    return Decision(pending=reason is not None, reason=reason)


def _reason(message: Message, decision: Decision, before: Before, settled: Dispute | None) -> str | UnsetType:
    """What this version was decided by; kept until it is signed."""
    if message.status not in FINISHED:
        return UNSET
    was = before.body.decision if before.body else Decision(pending=False)
    if was.pending and was.reason and was.reason != decision.reason:
        return was.reason
    if settled is not None:
        return settled.reason
    notes = message.document.notes if message.document else ()
    if notes and notes != (before.document.notes if before.document else ()):
        return NOTE
    kept = before.body.reason if before.body and before.status != OFFICIAL else None
    return kept or UNSET


def _call(message: Message, body: Rows, decision: Decision) -> str:
    if decision.pending:
        return "wait"
    if message.status == OFFICIAL:
        return "corrected" if body.changes or (message.document and message.document.notes) else "official"
    if message.status in _COMPLETE:
        return "corrected" if body.changes else "provisional"
    return "wait"
