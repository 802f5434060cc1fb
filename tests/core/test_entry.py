import msgspec
import pytest

import feed.core.entry
from feed.core.entry import Entry
from feed.core.frames import text_frame
from feed.core.index import headers_of, index_of
from feed.errors import ContradictionError
from schemas.message import Stamps
from schemas.registry import KINDS
from schemas.topic import SUBJECT_PREFIX
from schemas.wire import decode, encode
from tests.core.makers import TOPIC, candidate, entry, stored


def test_an_entry_is_the_stored_message_with_its_sequence_in_front():
    """What a reader decodes is what was published, plus seq; nothing else is changed."""
    new = candidate(3, status="LIVE")
    found = stored(41, new)
    assert found.json.startswith(b'{"seq":41,"type":"result"')
    assert decode(found.json) == msgspec.structs.replace(new.message, seq=41)
    assert (found.seq, found.topic, found.kind, found.index) == (41, TOPIC, "result", index_of(new))


def test_json_and_frame_are_made_once(monkeypatch: pytest.MonkeyPatch):
    """However often they are read, and by however many: neither is made a second time."""
    made = []
    for name in ("splice_seq", "text_frame_head"):
        real = getattr(feed.core.entry, name)
        monkeypatch.setattr(feed.core.entry, name, lambda *a, name=name, real=real: made.append(name) or real(*a))
    found = stored(1, candidate())
    assert all(found.frame + found.json == text_frame(found.json) for _ in range(100))
    assert sorted(made) == ["splice_seq", "text_frame_head"]
    assert found.json is found.json


def test_the_head_of_an_event_is_made_when_it_is_asked_for_and_then_kept():
    """It names the cursor and the kind; whoever reads frames only never pays for it."""
    found = stored(7, candidate())
    assert found._event_head is None
    assert found.event_head("0badcafe") == b"id: 0badcafe:7\nevent: result\ndata: "
    assert found.event_head("0badcafe") is found.event_head("0badcafe")


@pytest.mark.parametrize("more", ["", ".SUB", ".SUB.-.ENG"])
def test_the_kind_is_the_seventh_token(more: str):
    """Key parts may follow."""
    assert entry(1, TOPIC + more).kind == "result"


def test_a_foreign_subject_is_an_index_error():
    """A topic without a kind was not written by us."""
    with pytest.raises(IndexError):
        Entry.stored(1, SUBJECT_PREFIX + "a.b", headers_of(candidate(), "id"), encode(candidate().message))


def test_the_message_before_it_is_told_by_its_text():
    """As the publisher wrote it, whatever the kind: `prev` comes first in every message."""
    message = msgspec.structs.replace(candidate().message, prev=41)
    assert Entry.stored(42, f"{SUBJECT_PREFIX}{TOPIC}", headers_of(candidate(), "id"), encode(message)).prev == 41
    assert stored(1, candidate()).prev == 0
    for row in KINDS.values():
        assert row.message.__struct_fields__[:2] == ("seq", "prev")
    with pytest.raises(ContradictionError):
        _ = entry(1).prev


def test_when_it_was_published_is_told_by_its_text():
    """By its own member, whatever stands in texts before and behind it; without that we contradict ourselves."""
    said = '"ts":{"event":1,"recv":2,"published":3}'
    message = msgspec.structs.replace(
        candidate().message, source=said, remarks=(said,), ts=Stamps(event=-5, recv=7, published=9)
    )
    text = encode(message)
    assert Entry.stored(1, SUBJECT_PREFIX + TOPIC, headers_of(candidate(), "1"), text).published == 9
    with pytest.raises(ContradictionError):
        _ = Entry(1, TOPIC, index_of(candidate()), b"{}").published


def test_the_size_grows_with_the_text():
    """Memory is counted by it."""
    assert entry(1, size=1_000).size - entry(1, size=0).size == 1_000
    assert entry(1).size > len(entry(1).json)
