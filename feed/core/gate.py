"""The gate: whether a message may follow the head of its topic.

Rules: ODF Foundation Principles 2.5 (versions), 2.12 (withdrawal) and the contract, "What happens to a message".
A document's messages rise in (Version, event time); equal content is told by its hash.
"""

from collections.abc import Container

import msgspec
from msgspec.structs import replace

from feed.candidate import Candidate
from feed.core.heads import Head
from feed.core.index import NOTHING_LEFT, Index, Left, index_of, left_by
from feed.core.statuses import is_usual
from feed.refusals import Reason, Refusal
from schemas.message import Op, Remark


class Accepted(msgspec.Struct, frozen=True):
    """Publish it after `prev`; `supersedes` is the message it takes back or corrects.

    `official` is the sequence of the topic's last OFFICIAL message, 0 if there is none; `left` what the topic
    leaves by it.
    """

    prev: int
    supersedes: int | None = None
    remarks: tuple[str, ...] = ()
    official: int = 0
    left: Left = NOTHING_LEFT


class Duplicate(msgspec.Struct, frozen=True):
    """The same Version with the same content is stored as `seq`."""

    seq: int


class Stale(msgspec.Struct, frozen=True):
    """A newer message of the topic is stored as `seq`: archive it, publish nothing."""

    seq: int


class Refused(msgspec.Struct, frozen=True):
    """It contradicts what is stored."""

    refusal: Refusal


class Wait(msgspec.Struct, frozen=True):
    """An earlier Version is missing and may still come: ask again when the head moves, at the latest then (micros)."""

    until: int


Verdict = Accepted | Duplicate | Stale | Refused | Wait


def admit(candidate: Candidate, head: Head | None, now: int, window: int, seen: Container[int] = ()) -> Verdict:
    """Judge a message against the head of its topic.

    `now` and `window` (how long a missing Version is waited for, counted from its receipt) are microseconds; `seen`
    are Versions of the topic that came and were quarantined: they are not waited for.
    """
    if head is None:
        return Accepted(prev=0)
    return judge_version(index_of(candidate), head, now, window, seen, _notes(candidate))


def judge_version(new: Index, head: Head, now: int, window: int, seen: Container[int] = (), notes: int = 0) -> Verdict:
    """Judge the next message of one document key against the last one; `notes` counts its notes of a change."""
    verdict = _withdraw(new, head) if new.op is Op.WITHDRAWN else _put(new, head, notes)
    if not isinstance(verdict, Accepted):
        return verdict
    until = new.recv + window
    missing = range(head.index.version + 1, new.version)
    is_missing = any(version not in seen for version in missing[:_LOOK_AT])
    if is_missing and now < until:
        return Wait(until)
    remarks = (*verdict.remarks, Remark.VERSION_MISSING) if is_missing else verdict.remarks
    return replace(verdict, remarks=remarks, left=left_by(head, new))


# A jump of thousands of versions is a restart of the sender, not reordering; looking at all of them would cost time.
_LOOK_AT = 100


def _put(new: Index, head: Head, notes: int) -> Verdict:
    old = head.index
    if old.op is not Op.PUT:
        return Accepted(head.seq) if (new.version, new.event) > (old.version, old.event) else Stale(head.seq)
    if (new.version, new.hash) == (old.version, old.hash):
        return Duplicate(head.seq)
    if (new.version, new.event) < (old.version, old.event):
        return Stale(head.seq)
    if (new.version, new.event) == (old.version, old.event):
        detail = f"Version {new.version} with the same time is stored as seq {head.seq} with other content"
        return Refused(Refusal(Reason.VERSION_CONFLICT, detail, "OdfBody/@Version"))
    return _newer(new, head, notes, *((Remark.VERSION_REPEATED,) if new.version == old.version else ()))


def _newer(new: Index, head: Head, notes: int, *remarks: str) -> Accepted:
    old = head.index
    if not is_usual(old.status, new.status):
        remarks += (Remark.UNUSUAL_STATUS,)
    corrects = notes > 0 and new.status == "OFFICIAL"
    official = _official(head)
    return Accepted(head.seq, (official or None) if corrects else None, remarks, official)


def _official(head: Head) -> int:
    """The topic's last OFFICIAL message; a withdrawal takes it back, so that nothing later can correct it."""
    if head.index.op is not Op.PUT:
        return 0
    return head.seq if head.index.status == "OFFICIAL" else head.index.official


def _notes(candidate: Candidate) -> int:
    """A Note says that a rank or result changed; routine re-sends carry none (Foundation Principles 2.11)."""
    return len(candidate.message.document.notes) if candidate.message.document else 0


def _withdraw(new: Index, head: Head) -> Verdict:
    old = head.index
    if new.version < old.version:
        return Stale(head.seq)
    if new.version == old.version and old.op is not Op.PUT:
        return Duplicate(head.seq)
    if new.version == old.version and new.event < old.event:
        return Stale(head.seq)  # a late copy of a withdrawal must not take back what was published again after it
    return Accepted(head.seq, head.seq)
