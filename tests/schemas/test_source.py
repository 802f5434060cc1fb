import json

import msgspec
import pytest

from schemas.message import Mentions
from schemas.source import LastHeard, SourceBody, State
from schemas.wire import _encoder


@pytest.mark.parametrize("seconds", [60, "a minute", None])
def test_seconds_are_numbers_where_they_are(seconds: int | str | None):
    """What is no number comes back as the text it was."""
    body = SourceBody(state=State.ON, since=1, keep_alive_seconds=seconds)
    assert json.loads(_encoder.encode(body))["keep_alive_seconds"] == seconds
    assert msgspec.json.decode(_encoder.encode(body), type=SourceBody) == body


def test_a_source_has_a_state_and_mentions_nobody():
    """The words of the contract: what a system says, and that it says nothing."""
    assert [str(state) for state in State] == ["on", "stale", "off"]
    assert SourceBody(state=State.OFF, since=1).mentions() == Mentions()


def test_what_was_heard_last_is_left_out_where_the_system_speaks():
    """It stands where the feed tells the state."""
    body = SourceBody(state=State.ON, since=1)
    assert "last" not in json.loads(_encoder.encode(body))
    told = msgspec.structs.replace(body, last=LastHeard(seq=3, event=1, recv=2))
    assert json.loads(_encoder.encode(told))["last"] == {"seq": 3, "event": 1, "recv": 2}
