import pytest

from feed.core.outcome import Arrival
from feed.errors import OutcomeUnknownError
from feed.stream.connection import Connection
from feed.stream.publisher import Publisher
from feed.stream.raw import arrivals, first_from
from feed.stream.tide import Tide


async def test_what_a_copy_does_not_hold_yet_is_no_end(connection: Connection, epoch: str):
    """Up to the tip that the leader told every document is read; where one is not there yet, asking again is told."""
    publisher = Publisher(connection, Tide(), lambda: 0)
    for number in (1, 2, 3):
        await publisher.archive(f"{number:024x}", Arrival("odf", b"<x/>", "", number, None, None))
    assert [seq async for seq, _ in arrivals(connection, 1, 3)] == [1, 2, 3]
    assert await first_from(connection, 2, 3) == 2
    with pytest.raises(OutcomeUnknownError, match="does not hold seq 4"):
        assert not [seq async for seq, _ in arrivals(connection, 1, 4) if seq > 3]
    with pytest.raises(OutcomeUnknownError, match="does not hold seq"):
        await first_from(connection, 9, 20)
