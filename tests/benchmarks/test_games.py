import re
from pathlib import Path

import pytest

from benchmarks import games
from benchmarks.service import feed_up


def test_a_day_has_the_size_of_a_day_of_games():
    """As many units, athletes and results, of 35 kB on average; each result of a unit that is in the schedule."""
    lists, results = b"".join(games.day_of_lists(1)), games.day_of_results(1)
    assert (lists.count(b"<Unit "), lists.count(b"<Participant ")) == (7_100, 11_000)
    codes = [re.findall(rb'DocumentCode="([^"]*)"', result)[0] for result in results]
    assert len(codes) == len(set(codes)) == 4_399
    assert set(codes) <= set(re.findall(rb'<Unit Code="([^"]*)"', lists))
    assert 34_000 < sum(map(len, results)) / len(results) < 36_000


def test_on_the_second_day_every_document_says_something_new():
    """Units have another status, and results other times, in a higher version."""
    (first, *_), (second, *_) = games.day_of_lists(1), games.day_of_lists(2)
    assert (first.count(b'"SCHEDULED"'), second.count(b'"SCHEDULED"')) == (second.count(b'"RUNNING"'), 0)
    first, second = games.day_of_results(1)[0], games.day_of_results(2)[0]
    assert (b'Version="1"' in first, b'Version="2"' in second) == (True, True)
    assert first.partition(b"<Result ")[2] != second.partition(b"<Result ")[2]


async def test_all_documents_have_to_be_taken(tmp_path: Path):
    """A refusal ends the measurement: nothing that is left out counts as fast."""
    async with feed_up(tmp_path) as (url, _):
        assert await games.post(url, games.day_of_results(1)[:10]) > 0
        with pytest.raises(ConnectionError):
            await games.post(url, [b"<OdfBody/>"])
