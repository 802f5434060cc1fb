"""A stream of one process: documents in, a board and what follows from it out; its projector is never late."""

from msgspec.structs import replace

from feed.candidate import Candidate, Receipt
from feed.core.agenda import Agenda
from feed.core.board import Board
from feed.core.derived import Deriver
from feed.core.entry import Entry
from feed.core.index import headers_of
from feed.core.involvement import Casts
from feed.core.medal_views import Journals
from feed.core.profiles import Delegation, Page, Profile, delegation, profile
from feed.core.schedule import Schedule
from feed.venues.odf import decode
from schemas import wire
from schemas.registry import AnyMessage
from schemas.topic import SUBJECT_PREFIX

RECEIPT = Receipt(0, None, lambda _: None)
PAGE = Page(0, 100)


class Story:
    """`board` and `entries` are all that was posted; a message as its topic has it already is not stored again."""

    def __init__(self, *derivers: Deriver) -> None:
        self.board = Board()
        self.entries: list[Entry] = []
        self.derivers = derivers
        self._hashes: dict[str, str] = {}

    def post(self, *documents: bytes) -> list[AnyMessage]:
        """What followed from the last of them."""
        told: list[AnyMessage] = []
        for document in documents:
            told = [each for candidate in decode(document, RECEIPT).candidates for each in self.take(candidate)]
        return told

    def take(self, candidate: Candidate) -> list[AnyMessage]:
        """What follows from one message."""
        topic = candidate.message.topic
        if self._hashes.get(topic) == f"{candidate.hash}{candidate.message.op}":
            return []
        self._hashes[topic] = f"{candidate.hash}{candidate.message.op}"
        entry = self._append(candidate)
        derived: list[AnyMessage] = []
        for each in self.derivers:
            each.learn(entry)
            if each.concerns(entry):
                earlier = {seq: wire.decode(self.entries[seq - 1].json) for seq in each.before(entry)}
                found = each.follows(entry, wire.decode(entry.json), earlier)
                for message in found:
                    each.learn(self._append(Candidate(message, "h")))
                derived += found
        return derived

    def agenda(self, board: Board | None = None) -> Agenda:
        of = board or self.board
        return Agenda("XA", of.view(Schedule).of("XA"), of.view(Casts).of("XA"))

    def profile(self, name: str, page: Page = PAGE, board: Board | None = None) -> Profile | None:
        return profile(self.agenda(board), (board or self.board).view(Journals).of("XA"), name, page)

    def delegation(
        self, noc: str, day: tuple[int, int] | None = None, page: Page = PAGE, board: Board | None = None
    ) -> Delegation:
        return delegation(self.agenda(board), (board or self.board).view(Journals).of("XA"), noc, day, page)

    def _append(self, candidate: Candidate) -> Entry:
        message = candidate.message
        head = self.board.get(message.topic)
        stored = replace(message, prev=head.seq if head else 0)
        seq = len(self.entries) + 1
        entry = Entry.stored(seq, SUBJECT_PREFIX + message.topic, headers_of(candidate, "raw"), wire.encode(stored))
        self.entries.append(entry)
        self.board.apply(entry)
        return entry
