"""A stream of one process whose messages are looked at for plausibility, as admission does it."""

from feed.candidate import Candidate, Receipt
from feed.core.decision import judge
from feed.core.gate import Accepted, admit
from feed.core.heads import Heads, head_of
from feed.core.known import Known
from feed.core.plausibility import Finding, examine
from feed.venues.odf import decode
from tests.core.makers import stored

RECEIPT = Receipt(0, None, lambda _: None)


class Scrutiny:
    """Takes documents over as the gate lets them, whatever is found."""

    def __init__(self) -> None:
        self.heads = Heads()
        self.known = Known(self.heads)
        self._seq = 0

    def post(self, *documents: bytes) -> list[Finding]:
        """What is found in the last of them; raises AssertionError for one that is refused by itself."""
        found: list[Finding] = []
        for document in documents:
            decoded = decode(document, RECEIPT)
            assert decoded.refusal is None, decoded.refusal
            found = []
            known = self.known.beside(each.message for each in decoded.candidates)
            for candidate in decoded.candidates:
                if decoded.listing is None:
                    verdict = admit(candidate, self.heads.get(candidate.message.topic), 1, 0)
                    if not isinstance(verdict, Accepted):
                        continue
                    found += examine(judge(candidate.message), self.known)
                else:
                    found += examine(candidate.message, known)
                self._take(candidate)
            if decoded.listing is not None:
                self._take(decoded.listing.head)
        return found

    def rules(self, *documents: bytes) -> list[str]:
        """The ids of the rules that the last of them breaks."""
        return [each.rule.id for each in self.post(*documents)]

    def _take(self, candidate: Candidate) -> None:
        self._seq += 1
        entry = stored(self._seq, candidate)
        self.heads.learn(entry.topic, head_of(entry))
