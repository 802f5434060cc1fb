"""The messages of simulated Games as the service stores and delivers them, without a broker: the same on every machine.

Documents go through the real decoder, the gate and the derivers, one after the other: nothing is late, nothing refused.
"""

import io
from collections.abc import Iterable, Iterator
from random import Random
from typing import NamedTuple

from msgspec.structs import replace

from benchmarks.plain import Stored
from benchmarks.schedules import shared
from benchmarks.stored import RAW_ID
from feed.candidate import Candidate, Decoded, Receipt
from feed.core.decision import judge_next
from feed.core.derived import MARK, Deriver, mark
from feed.core.entry import Entry
from feed.core.gate import Accepted, admit
from feed.core.heads import Heads, head_of
from feed.core.index import headers_of
from feed.core.lists import Change, admit_document, plan
from feed.core.places import placed
from feed.stream.projector import DERIVERS
from feed.venues.odf import decode
from replay.imports.importing import Report
from replay.imports.paris.corrections import corrections
from replay.imports.paris.games import Games as Recorded
from replay.imports.paris.tables import read as read_paris
from replay.simulate.catalogue import SCALES
from replay.simulate.games import Games
from schemas.topic import SUBJECT_PREFIX
from schemas.wire import decode as read
from schemas.wire import encode

_MILLISECOND, _SECOND = 1_000, 1_000_000  # in microseconds


class Sent(NamedTuple):
    """A document as a venue sends it; `at` is microseconds UTC, `source` None where only the document names it."""

    at: int
    source: str | None
    document: bytes


def simulated(size: str, seed: int) -> Iterator[Sent]:
    """Games that never were (`replay.simulate`)."""
    for sent in Games(SCALES[size], seed).sent(io.BytesIO()):
        yield Sent(sent.at * _MILLISECOND, sent.source, sent.document)


def recorded() -> Iterator[Sent]:
    """The results of Paris 2024 where the shared data lie beside the checkout, else nothing."""
    folder = shared() / "games"
    if not folder.is_dir():
        return
    report = Report()
    paris = read_paris(folder / "paris-2024", report)
    games = Recorded(paris, corrections(paris, folder / "paris-2024-medal-timeline", report))
    for timed in games.all():
        yield Sent(int(timed.at.timestamp() * _SECOND), None, timed.make())


def rehearsed(documents: Iterable[Sent], seed: int) -> Iterator[Stored]:
    """The messages that come of documents, in the order of the stream: the first one gets sequence 1."""
    rehearsal = _Rehearsal(seed)
    for each in documents:
        yield from rehearsal.admitted(each)


class _Rehearsal:
    """A stream in memory; how long each step takes is chance out of a seed."""

    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)
        self._derivers: tuple[Deriver, ...] = tuple(make() for make in DERIVERS)
        self._entries: list[Entry] = []
        self._heads = Heads()
        self._stored: list[Stored] = []

    def admitted(self, sent: Sent) -> Iterator[Stored]:
        """What one document leads to."""
        recv = sent.at + self._chance.randrange(_MILLISECOND)
        receipt = Receipt(recv, sent.source, lambda _: None)
        looked = len(self._entries)
        for candidate, verdict in self._changes(decode(sent.document, receipt), recv):
            judged = judge_next(candidate, verdict, self._heads)
            self._store(*(judged or (candidate, verdict)))
        while looked < len(self._entries):  # what follows from a message may have a consequence too
            entry = self._entries[looked]
            if entry.kind != MARK:
                self._derive(entry)
            yield self._stored[looked]
            looked += 1

    def _changes(self, decoded: Decoded, now: int) -> list[Change]:
        """What the gate lets in of a document."""
        listing, heads = decoded.listing, self._heads
        if listing is None:
            candidates = [placed(each, heads) for each in decoded.candidates]
            verdicts = [admit(each, heads.get(each.message.topic), now, 0) for each in candidates]
            pairs = zip(candidates, verdicts, strict=True)
            return [Change(candidate, verdict) for candidate, verdict in pairs if isinstance(verdict, Accepted)]
        verdict = admit_document(listing, heads.get(listing.topic), now, 0)
        if not isinstance(verdict, Accepted):
            return []
        *_, found = plan(listing, decoded.candidates, heads, verdict)
        return found.changes if found else []

    def _derive(self, cause: Entry) -> None:
        """Store what follows from a message, and the mark behind it."""
        for each in self._derivers:
            each.learn(cause)
        concerned = [each for each in self._derivers if each.concerns(cause)]
        if not concerned:
            return
        message = read(cause.json)
        seqs = frozenset[int]().union(*(each.before(cause) for each in concerned))
        earlier = {seq: read(self._entries[seq - 1].json) for seq in seqs}
        made = [following for each in concerned for following in each.follows(cause, message, earlier)]
        if not made:
            return
        for number, following in enumerate([*made, mark(message, cause.seq)]):
            head = self._heads.get(following.topic)
            candidate = placed(Candidate(following, f"{cause.seq}-{number}"), self._heads)
            self._store(candidate, Accepted(head.seq if head else 0, following.supersedes))
        told = [read(entry.json) for entry in self._entries[-1 - len(made) : -1]]
        for each in self._derivers:
            each.wrote(told, len(self._entries))

    def _store(self, candidate: Candidate, verdict: Accepted) -> None:
        said = candidate.message
        published = said.ts.recv + self._chance.randrange(_MILLISECOND, 9 * _MILLISECOND)
        message = replace(
            said,
            prev=verdict.prev,
            supersedes=verdict.supersedes,
            remarks=said.remarks + verdict.remarks,
            ts=replace(said.ts, published=published),
        )
        headers = headers_of(candidate, RAW_ID, verdict.official, verdict.left)
        stored = Stored(SUBJECT_PREFIX + message.topic, headers, encode(message))
        entry = Entry.stored(len(self._entries) + 1, *stored)
        self._stored.append(stored)
        self._entries.append(entry)
        self._heads.learn(entry.topic, head_of(entry))
