import pytest

from benchmarks.stored import results
from feed.core.entry import Entry
from schemas.wire import decode


@pytest.mark.parametrize("size", [600, 35_000])
def test_results_have_the_size_and_are_of_our_making(size: int):
    """What the service reads back as it reads its own: index headers, envelope, one topic a unit."""
    messages = results(3, size)
    assert [len(each.payload) for each in messages] == [size] * 3
    entries = [Entry.stored(number, *each) for number, each in enumerate(messages, 1)]
    assert len({entry.topic for entry in entries}) == 3
    for entry, message in zip(entries, messages, strict=True):
        assert decode(message.payload).topic == entry.topic
        assert len(message.command) > size


def test_a_size_without_room_for_an_envelope_is_an_error():
    """Never another size than the table says."""
    with pytest.raises(ValueError, match="envelope"):
        results(1, 300)
