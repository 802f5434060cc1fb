"""What may be said of a result's outcome: the decision that is open, and the call.

Rules: ODF General Messages, Result/@PhotoFinish (P = pending); Foundation Principles 2.6 (statuses) and 2.11 (an
OFFICIAL result that changed is re-sent with a Note, routine re-sends carry none).
"""

import msgspec

from schemas.competitor import Decision, Rows
from schemas.message import Message
from schemas.registry import AnyMessage

_HELD = {"PROTESTED": "protest", "PROVISIONAL": "review"}
_COMPLETE = frozenset({"UNCONFIRMED", "UNOFFICIAL", "PARTIAL"})
PENDING_PHOTO = "P"


def judge(message: AnyMessage) -> AnyMessage:
    """The same message with `decision` and `call` set where its kind has them."""
    if not isinstance(message.body, Rows):
        return message
    decision = _decision(message.body, message.status)
    call = _call(message, decision) if message.body.is_outcome else "wait"
    body = msgspec.structs.replace(message.body, decision=decision, call=call)
    return msgspec.structs.replace(message, body=body)


def _decision(body: Rows, status: str | None) -> Decision:
    if any(competitor.photo_finish == PENDING_PHOTO for competitor in body.competitors):
        return Decision(pending=True, reason="photo_finish")
    reason = _HELD.get(status or "")
    return Decision(pending=reason is not None, reason=reason)


def _call(message: Message, decision: Decision) -> str:
    if decision.pending:
        return "wait"
    if message.status == "OFFICIAL":
        return "corrected" if message.document and message.document.notes else "official"
    return "provisional" if message.status in _COMPLETE else "wait"
