from feed.core.derived import Remembering, derived_envelope, mark, mark_topic
from schemas.registry import AnyMessage
from schemas.rsc import PlainCode
from tests.core.makers import SECOND, candidate, stored


class Versions(Remembering):
    """What it took over."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[int | None] = []

    def apply(self, message: AnyMessage) -> None:
        self.seen.append(message.version)


def test_what_the_stream_brings_is_taken_over_once():
    """In rising sequence, whoever wrote it."""
    versions = Versions()
    for seq in (3, 3, 4):
        versions.recall(stored(seq, candidate(seq)))
    assert versions.seen == [3, 4]


def test_what_was_written_does_not_come_back():
    """It is known before the stream brings it; what others wrote behind it is new."""
    versions = Versions()
    versions.wrote([candidate(7).message, candidate(8).message], 9)
    for seq in (7, 8, 9, 10):
        versions.recall(stored(seq, candidate(seq)))
    assert versions.seen == [7, 8, 10]
    versions.wrote([], 5)
    versions.recall(stored(10, candidate(10)))
    assert versions.seen == [7, 8, 10]


def test_a_derived_message_is_of_the_time_of_its_cause():
    """It names the cause, has no document, and is told by the feed itself."""
    cause = candidate(1, event=SECOND, recv=2 * SECOND).message
    envelope = derived_envelope(cause, PlainCode(""), "XG2030.-.-.-.-.-.derived", 7)
    assert (envelope["caused_by"], envelope["source"], envelope["document"]) == (7, "feed", None)
    assert (envelope["ts"].event, envelope["ts"].recv, envelope["ts"].published) == (SECOND, 2 * SECOND, 0)


def test_a_mark_tells_how_far_everything_is_there():
    """One topic for each competition."""
    told = mark(candidate(1).message, 7)
    assert (told.topic, told.body.through, told.caused_by) == (mark_topic("XG2030"), 7, 7)
