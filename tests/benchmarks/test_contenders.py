from benchmarks.contenders import FILTERS_MAX, filter_of
from benchmarks.stored import results
from feed.core.entry import Entry
from feed.core.filters import parse_filter


def test_the_filters_differ_and_each_takes_every_result():
    """So that many filters deliver as much as one does."""
    texts = [filter_of(number) for number in range(FILTERS_MAX)]
    filters = {parse_filter([text], []) for text in texts}
    assert len(filters) == FILTERS_MAX >= 50
    entries = [Entry.stored(1, *each) for each in results(3, 1_000)]
    assert all(each.wants(entry) for each in filters for entry in entries)
