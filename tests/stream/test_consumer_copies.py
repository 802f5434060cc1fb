"""A copy of the stream that is behind, and a broker that believes for a moment that it still leads."""

from typing import Any

import pytest

from feed.errors import ContradictionError, OutcomeUnknownError
from feed.stream import consumer as consuming
from feed.stream import pull as pulling
from feed.stream.connection import Connection
from feed.stream.consumer import Consumer, last_per_subject
from feed.stream.streams import stream_state
from tests.stream.test_consumer import Following, Until, _following, _publish


async def test_a_leader_of_before_is_not_believed(
    connection: Connection, epoch: str, until: Until, monkeypatch: pytest.MonkeyPatch
):
    """A broker that was frozen says for a moment that the stream ends earlier: what it leads now is asked again."""
    told = []

    async def state(*asked: Any) -> tuple[str, int]:
        told.append(await stream_state(*asked))
        return told[-1]

    monkeypatch.setattr(consuming, "stream_state", state)
    await _publish(connection, 3)
    following = Following(connection, epoch, after=4)
    await until(lambda: told)
    await _publish(connection, 2)
    await until(lambda: following.seqs == [5])
    following.task.cancel()


async def test_a_copy_that_is_behind_tells_nothing_twice(
    connection: Connection, epoch: str, until: Until, monkeypatch: pytest.MonkeyPatch
):
    """Asked for what it does not hold yet, a copy begins with its own end: each message is delivered once."""
    opened = pulling.Pull.__init__

    def behind(self: pulling.Pull, *args: Any, **options: Any) -> None:
        opened(self, *args, **options)
        self._start = {"deliver_policy": "by_start_sequence", "opt_start_seq": 2}

    monkeypatch.setattr(pulling.Pull, "__init__", behind)
    await _publish(connection, 5)
    async with _following(connection, epoch, after=3) as following:
        await until(lambda: following.seqs)
        await _publish(connection, 1)
        await until(lambda: len(following.seqs) == 3)
        assert following.seqs == [4, 5, 6]
        assert following.consumer.holes == 0


async def test_a_state_that_ends_before_its_tip_is_none(connection: Connection, epoch: str):
    """A copy that is behind tells a whole state of before: it lacks the message at the tip, the last of its subject."""
    for subject in ("feed.a", "feed.b", "feed.a"):
        await _publish(connection, 1, subject)
    whole = [message.seq async for message in last_per_subject(connection, "FEED", "feed.>", 3, is_whole=True)]
    assert whole == [2, 3]
    with pytest.raises(OutcomeUnknownError, match="up to 3, not 4"):
        assert not [message async for message in last_per_subject(connection, "FEED", "feed.>", 4, is_whole=True) if 0]
    assert [message async for message in last_per_subject(connection, "FEED", "feed.>", 0, is_whole=True)] == []


async def test_a_stream_shorter_than_what_was_delivered_is_a_contradiction(
    connection: Connection, epoch: str, monkeypatch: pytest.MonkeyPatch
):
    """Acknowledged messages have vanished, or somebody else's cursor was given; asked again, the answer is the same."""
    monkeypatch.setattr(consuming, "DOUBT_SECONDS", 0.1)
    monkeypatch.setattr(consuming, "LONGEST_DELAY", 0.1)
    await _publish(connection, 3)
    with pytest.raises(ContradictionError, match="ends at 3, we have delivered 4"):
        await Consumer(connection, "FEED", epoch=epoch, after=4, deliver=print).run()
