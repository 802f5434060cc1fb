"""Documents of a set of our own making, and a set that takes them one after the other."""

from collections.abc import Mapping

from msgspec.structs import replace

from feed.candidate import Candidate, Listing
from feed.core.gate import Accepted, Verdict
from feed.core.heads import Head, Heads
from feed.core.index import NOTHING_LEFT, Left, index_of
from feed.core.lists import Plan, admit_document, plan
from feed.core.scope import WHOLE, Scope
from schemas.list import List, ListBody, ListedDocument
from schemas.message import Op, Stamps
from schemas.result import ResultBody
from tests.core.makers import candidate

LIST_TOPIC = "XG2030.ATH.-.-.-.-.list.schedule"
FULL = "DT_SCHEDULE"
SYNC = "DT_SCHEDULE.-.SYNC"
UPDATE = "DT_SCHEDULE_UPDATE"


def topic_of(name: str) -> str:
    return f"XG2030.ATH.M.100M.FNL.00{name.upper()}000.result"


def listing(
    version: int, event: int, content: str, *, key: str = FULL, op: Op = Op.PUT, topic: str = LIST_TOPIC
) -> Listing:
    """A document with this content; whether it is full its key tells."""
    listed = ListedDocument(key, version, event, content, op)
    body = ListBody((listed,), event if key != UPDATE else None)
    like = candidate(version, event).message
    parts = {name: getattr(like, name) for name in like.__struct_fields__}
    message = List(**(parts | {"topic": topic, "code": "ATH" + 31 * "-", "unit": None, "body": body}))
    return Listing(Candidate(replace(message, ts=Stamps(event=event, recv=0, published=0)), content), key != UPDATE)


def entities(of: Listing, contents: Mapping[str, str], venues: Mapping[str, str] | None = None) -> list[Candidate]:
    """One entity a name, with the content that its hash tells, at the venue of its name if it has one."""
    return [_entity(of, name, content, (venues or {}).get(name, "")) for name, content in contents.items()]


def _entity(of: Listing, name: str, content: str, venue: str) -> Candidate:
    document = of.document
    like = candidate(document.version, document.event, content, topic=topic_of(name), body=ResultBody(venue=venue))
    return replace(like, list=of.topic, key=document.key)


class Set:
    """One set as its heads tell it; every document goes in at once and whole."""

    def __init__(self) -> None:
        self.heads = Heads()
        self.seq = 0

    def judge(self, of: Listing, now: int = 10**18) -> Verdict:
        return admit_document(of, self.heads.get(of.topic), now, 250_000)

    def plan(self, of: Listing, named: list[Candidate], accepted: Accepted, scope: Scope = WHOLE) -> Plan:
        return [step for step in plan(of, named, self.heads, accepted, scope) if step is not None][-1]

    def take(self, of: Listing, named: list[Candidate], scope: Scope = WHOLE) -> Plan | Verdict:
        """Judge a document and write what it changes; the verdict when it changes nothing as a whole."""
        verdict = self.judge(of)
        if not isinstance(verdict, Accepted):
            return verdict
        found = self.plan(of, named, verdict, scope)
        for change in found.changes if found.refusal is None else []:
            self.store(change.candidate, change.verdict.left)
        return found

    def store(self, new: Candidate, left: Left = NOTHING_LEFT) -> None:
        self.seq += 1
        body, index = new.message.body, index_of(new, left=left)
        self.heads.learn(new.message.topic, Head(self.seq, index, body if isinstance(body, ListBody) else None))

    def living(self) -> dict[str, str]:
        """Content by topic."""
        topics = sorted(self.heads.members(LIST_TOPIC))
        return {topic: head.index.hash for topic in topics if (head := self.heads.get(topic)) is not None}
