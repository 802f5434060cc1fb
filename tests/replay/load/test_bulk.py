import re

from replay.header import attributes
from replay.load.bulk import long_list, sent_now

AT = 1_908_000_000_000


def test_a_long_list_is_as_long_as_wanted():
    """So many people of no discipline's own list; 42,000 of them make some 20 MB."""
    listed = long_list("XA", 400, 1, 1, AT)
    assert listed.data.count(b"<Participant ") == 400
    assert 19e6 < len(listed.data) * 42_000 / 400 < 21e6
    header = attributes(listed.data, "")
    assert header is not None
    assert (header["CompetitionCode"], header["DocumentCode"][:4], header["Version"]) == ("XA", "GEN-", "1")


def test_each_list_of_a_run_is_a_new_version_with_other_people():
    """None repeats the one before; the same seed gives the same."""
    first, second = (long_list("XA", 20, 1, number, AT) for number in (1, 2))
    assert b'Version="2"' in second.data
    people = [re.findall(rb"Organisation=.{5}", each.data) for each in (first, second)]
    assert people[0] != people[1]
    assert first == long_list("XA", 20, 1, 1, AT)


def test_it_goes_out_when_it_is_asked_for():
    """After nothing else, and from a source of its own."""
    planned = sent_now(long_list("XA", 2, 1, 1, AT))
    assert (planned.lanes, planned.captured.source) == ((), "HR")
