import hashlib
import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.verify.delivered import canonical
from replay.verify.scan import VerifyError
from replay.verify.state import state_hash
from replay.verify.wish import Wish
from tests.replay.verify.games import fold, stream_of, topic_of, written

STREAM = stream_of([topic_of("ATH", unit % 7) for unit in range(20)])


def test_it_is_told_in_numbers():
    """The hash of a small state never changes: other programs compute it as well."""
    lines = [
        b'{"topic":"b.x","seq":2,"type":"x","body":{"n":"Zo\\u00eb"}}',
        b'{"seq":1, "type":"x", "topic":"a.x", "body":null}',
    ]
    assert state_hash(lines) == ("7f7b43615ec9423188a1145c33ed10091c6d8b744bf6ffde536b64598113caab", 2)


def test_order_and_spelling_do_not_count_and_content_does():
    """Shuffled lines and shuffled names are the same state; one other value is another."""
    state = fold(STREAM, 20, Wish())
    lines = written(state)
    shuffled = [json.dumps(dict(reversed(each.items())), indent=1).encode() for each in state]
    random.Random(3).shuffle(shuffled)
    assert state_hash(lines) == state_hash(shuffled) == (state_hash(lines)[0], 7)
    state[3]["body"]["mark"] = 0
    assert state_hash(written(state)) != state_hash(lines)
    assert state_hash(lines[1:]) != state_hash(lines)


def test_another_program_computes_the_same():
    """As the docs say: a line a topic, sorted by its bytes, hashed."""
    lines = written(fold(STREAM, 20, Wish()))
    told = []
    for message in map(json.loads, lines):
        text = json.dumps(message, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        told.append(f"{message['topic']} {hashlib.sha256(text.encode()).hexdigest()}\n".encode())
    assert state_hash(lines)[0] == hashlib.sha256(b"".join(sorted(told))).hexdigest()


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda each: st.dictionaries(st.text(), each))
)
def test_canonical_text_is_json_and_stays(value: object):
    """Written, read and written again it is the same."""
    assert canonical(json.loads(canonical(value))) == canonical(value)


@pytest.mark.parametrize("line", [b"[]", b'{"seq":1}', b"nonsense"])
def test_what_is_no_message_is_refused(line: bytes):
    """A state is not guessed."""
    with pytest.raises(VerifyError, match="no message"):
        state_hash([line])
