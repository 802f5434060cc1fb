"""The gate of sets: which entities of a document are written, which leave, and what the set's head says afterwards.

Rules: ODF Foundation Principles 2.5 (full lists and updates) and the contract, "What happens to a message". Within one
document key (Version, event time) decides, between documents the event time.
"""

from collections.abc import Container, Iterable, Iterator
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from feed.candidate import Candidate, Listing
from feed.core.gate import Accepted, Duplicate, Refused, Stale, Verdict, judge_version
from feed.core.heads import Head, Heads
from feed.core.index import Index, index_of, left_by
from feed.core.places import placed
from feed.core.scope import WHOLE, Scope
from feed.refusals import Reason, Refusal
from schemas.list import ListBody, ListedDocument
from schemas.message import Message, Op, Remark
from schemas.registry import KINDS, AnyMessage
from schemas.rsc import Level, Rsc
from schemas.topic import parse_topic


class Change(NamedTuple):
    """A message of a set's document that is to be written."""

    candidate: Candidate
    verdict: Accepted


class Plan(NamedTuple):
    """What a document does to its set: its changes in order, the head last, and what it leaves as it is.

    `claim` is a head to be written before all others if one batch cannot hold them; `refusal` refuses all of it.
    `seconds` are those that writing it may take while there is something more urgent.
    """

    changes: list[Change]
    duplicates: int = 0
    stale: int = 0
    claim: Change | None = None
    seconds: float = 0.0
    refusal: Refusal | None = None


def admit_document(listing: Listing, head: Head | None, now: int, window: int, seen: Container[int] = ()) -> Verdict:
    """Judge a document as a whole; arguments as `feed.core.gate.admit`.

    An update waits for nothing and is never stale.
    """
    known = _known(listing, head)
    if head is None or known is None:
        return Accepted(prev=head.seq if head else 0)
    if _completes(listing.document, known):
        return Accepted(prev=head.seq)
    new = _index(listing.document, listing.head.message.ts.recv)
    verdict = judge_version(new, Head(head.seq, _index(known, 0)), now, window if listing.full else 0, seen)
    if isinstance(verdict, Accepted):
        return replace(verdict, supersedes=None)
    return Accepted(prev=head.seq) if isinstance(verdict, Stale) and not listing.full else verdict


def plan(
    listing: Listing, entities: Iterable[Candidate], heads: Heads, accepted: Accepted, scope: Scope = WHOLE
) -> Iterator[Plan | None]:
    """Judge each entity; yields None at each pause, so that the caller can let others in, and the plan last.

    A full list removes what it reaches and no longer lists, unless that is newer than itself or outside the `scope` of
    its sender.
    """
    head = heads.get(listing.topic)
    listing = replace(listing, head=placed(listing.head, heads))
    if head is not None:
        accepted = replace(accepted, left=left_by(head, index_of(listing.head)))
    document, barrier = listing.document, _barrier(listing, head)
    found = Plan([])
    duplicates = stale = 0
    named: set[str] = set()
    for number, entity in enumerate(entities, 1):
        topic = entity.message.topic
        named.add(topic)
        known = heads.get(topic)
        verdict = _judge(entity, document, known, barrier, full=listing.full)
        if isinstance(verdict, Refused):
            yield found._replace(refusal=verdict.refusal)
            return
        if isinstance(verdict, Accepted):
            candidate = placed(entity, heads)  # few of a list: most entities are as they were
            left = left_by(known, index_of(candidate)) if known else verdict.left
            found.changes.append(Change(candidate, replace(verdict, left=left)))
        else:
            duplicates += isinstance(verdict, Duplicate)
            stale += isinstance(verdict, Stale)
        if is_pause(number):
            yield None
    if listing.full and document.event >= barrier:
        found.changes.extend(_leaving(listing, named, heads, scope))
    if found.changes or _advances(listing, head):
        new_head = _next_head(listing, head)
        begun = _known(listing, head)
        is_claimed = begun is not None and _completes(document, begun)
        claim = None if is_claimed else Change(_next_head(listing, head, complete=False), accepted)
        if len(msgspec.json.encode(new_head.message.body)) > HEAD_BYTES_MAX:
            detail = f"the head of the set {listing.topic} would have more than {HEAD_BYTES_MAX} bytes"
            yield Plan([], refusal=Refusal(Reason.BAD_VALUE, detail))
            return
        found.changes.append(Change(new_head, accepted))
        found = found._replace(claim=claim, seconds=listing.bytes / BYTES_A_SECOND)
    yield found._replace(duplicates=duplicates, stale=stale)


BYTES_A_SECOND = 512 * 1024  # of a list that gives way: its sender waits twice as long for the answer
AT_ONCE = 100  # entities of a short list: two milliseconds, and no turns of a busy loop for each action of a match
STEP = 10  # of a longer one judged without letting others in: a result takes half a dozen turns of the loop
HEAD_BYTES_MAX = 256 * 1024  # the gate reads it back from its message: it must never be kept apart


def is_pause(number: int) -> bool:
    """Whether others get their turn behind this many entities."""
    return number > AT_ONCE and not number % STEP


def pauses_of(entities: int) -> int:
    """How often they get it among so many."""
    return max(0, entities - AT_ONCE) // STEP


def _judge(new: Candidate, document: ListedDocument, head: Head | None, barrier: int, *, full: bool) -> Verdict:
    if document.event < barrier:
        return Stale(head.seq if head else 0)  # a newer full list has told already what is so
    if head is None:
        return Accepted(prev=0)
    old = head.index
    if _is_newer(old, new.list, document):
        return Stale(head.seq)
    is_same_document = (old.list, old.key, old.version) == (new.list, document.key, document.version)
    is_confirmed = full and old.list == new.list  # another set's entity becomes a member of this one
    op = new.message.op
    if (old.op, old.hash) == (op, new.hash) and (is_confirmed or is_same_document):
        return Duplicate(head.seq)
    if is_same_document and old.event == document.event and old.op is Op.PUT:
        detail = f"Version {document.version} with the same time is stored as seq {head.seq} with other content"
        return Refused(Refusal(Reason.VERSION_CONFLICT, detail, new.message.topic))
    remarks = (Remark.VERSION_REPEATED,) if is_same_document else ()
    taken_back = head.seq if op is not Op.PUT and old.op is Op.PUT else None
    return Accepted(head.seq, taken_back, remarks)


def _leaving(listing: Listing, named: set[str], heads: Heads, scope: Scope) -> Iterator[Change]:
    """Tombstones for the entities that a full list no longer names, in the order in which they were written."""
    document = listing.document
    op = Op.WITHDRAWN if document.op is Op.WITHDRAWN else Op.REMOVED
    left = filter(listing.reaches, heads.members(listing.topic) - named)
    gone = [(head, topic) for topic in left if (head := heads.get(topic)) is not None]
    for head, topic in sorted(gone, key=lambda pair: pair[0].seq):
        if scope.holds(topic, (head.index.place,)) and not _is_newer(head.index, listing.topic, document):
            message = _tombstone(listing.head.message, topic, op)
            tombstone = Candidate(message, document.hash, listing.topic, document.key)
            yield Change(tombstone, Accepted(head.seq, supersedes=head.seq, left=left_by(head)))


def _tombstone(head: Message, topic: str, op: Op) -> AnyMessage:
    """The envelope of what left: the list's own, under the topic of the entity."""
    key = parse_topic(topic)
    is_unit = isinstance(key.code, Rsc) and key.code.level is Level.UNIT
    own = {"topic": topic, "code": str(key.code), "unit": str(key.code) if is_unit else None, "op": op}
    envelope = {name: getattr(head, name) for name in Message.__struct_fields__}
    # the Structs of the registry are the members of AnyMessage
    return KINDS[key.kind].message(**(envelope | own | {"remarks": (), "body": None}))  # type: ignore[return-value]


def _next_head(listing: Listing, head: Head | None, *, complete: bool = True) -> Candidate:
    """The head with this document among those of the other keys; a late update leaves its key's document in place."""
    before = head.list if head is not None and head.list is not None else ListBody()
    documents = {each.key: each for each in before.documents}
    if _advances(listing, head):
        document = replace(listing.document, complete=complete)
        documents[document.key] = document
    is_whole = listing.full and listing.reach is None
    newest = complete and is_whole and listing.document.event >= _barrier(listing, head)
    full = listing.document.event if newest else before.full
    message = listing.head.message
    body = replace(listing.body, documents=tuple(documents[key] for key in sorted(documents)), full=full)
    return replace(listing.head, message=replace(message, body=body))


def _advances(listing: Listing, head: Head | None) -> bool:
    known, new = _known(listing, head), listing.document
    return known is None or (new.version, new.event) > (known.version, known.event) or _completes(new, known)


def _completes(new: ListedDocument, known: ListedDocument) -> bool:
    """Whether the document is the one that somebody began to write and did not finish."""
    return not known.complete and (new.version, new.hash) == (known.version, known.hash)


def _barrier(listing: Listing, head: Head | None) -> int:
    """The moment of the newest full list of another key: what is older than that is told by it."""
    if head is None or head.list is None or head.list.full is None:
        return 0
    known = _known(listing, head)
    is_own = listing.full and known is not None and known.event == head.list.full
    return 0 if is_own else head.list.full


def _is_newer(old: Index, list_topic: str, document: ListedDocument) -> bool:
    if (old.list, old.key) == (list_topic, document.key):
        return (old.version, old.event) > (document.version, document.event)
    return old.event > document.event


def _known(listing: Listing, head: Head | None) -> ListedDocument | None:
    documents = head.list.documents if head is not None and head.list is not None else ()
    key = listing.document.key
    return next((each for each in documents if each.key == key), None)


def _index(document: ListedDocument, recv: int) -> Index:
    return Index(document.version, document.event, recv, document.hash, document.op, None)
