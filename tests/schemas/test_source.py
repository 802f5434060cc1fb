import json

import msgspec
import pytest

from schemas.message import Mentions
from schemas.source import SourceBody, State
from schemas.wire import _encoder


@pytest.mark.parametrize("seconds", [60, "a minute", None])
def test_seconds_are_numbers_where_they_are(seconds: int | str | None):
    """What is no number comes back as the text it was."""
    body = SourceBody(state=State.ON, since=1, keep_alive_seconds=seconds)
    assert json.loads(_encoder.encode(body))["keep_alive_seconds"] == seconds
    assert msgspec.json.decode(_encoder.encode(body), type=SourceBody) == body


def test_a_source_is_on_or_off_and_mentions_nobody():
    """The two words of the contract."""
    assert [str(state) for state in State] == ["on", "off"]
    assert SourceBody(state=State.OFF, since=1).mentions() == Mentions()
