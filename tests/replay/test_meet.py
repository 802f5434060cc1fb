from itertools import pairwise

from feed.candidate import Receipt
from feed.venues import FORMATS
from replay.meet import COMPETITION, RUNNERS, meet

RECEIPT = Receipt(2_000_000_000_000_000, None, lambda _: None)


def decoded(number: int):
    found = [FORMATS["odf"](document, RECEIPT) for _, document in meet(number)]
    assert [each.refusal for each in found] == [None] * 10
    return [each.candidates[0].message for each in found]


def test_each_document_is_understood_without_remark():
    """Nothing is refused, and nothing is odd but the time zone that was not set."""
    for message in decoded(1):
        assert message.remarks == ("zone_assumed",)
        assert message.competition == COMPETITION
        assert message.document.type == "DT_RESULT"


def test_versions_and_times_rise():
    """Each document follows the one before; the statuses are those of a protested final."""
    messages = decoded(1)
    assert [message.version for message in messages] == list(range(1, 11))
    assert all(before.ts.event < after.ts.event for before, after in pairwise(messages))
    assert messages[0].status == "START_LIST"
    assert [message.status for message in messages[-3:]] == ["OFFICIAL", "PROTESTED", "OFFICIAL"]


def test_rows_stand_in_the_order_of_their_ranks():
    """Who has a rank comes before who has none, and ranks never fall down the list."""
    for message in decoded(1):
        ranks = [int(row.rank) if row.rank else 99 for row in message.body.competitors]
        assert len(ranks) == len(RUNNERS)
        if message.status != "START_LIST":
            assert ranks == sorted(ranks)


def test_the_photo_decides_and_the_protest_moves_the_medal():
    """Dead heat, then hundredths from the photo, then a disqualification with a note that says so."""
    messages = decoded(1)
    names = [[row.name for row in message.body.competitors if row.rank][:2] for message in messages]
    assert "OKORO" in names[7][0].upper()
    assert "BELLAMY" in names[9][0].upper()
    assert messages[9].document.notes
    assert not any(message.document.notes for message in messages[:9])
    disqualified = [row for row in messages[9].body.competitors if row.irm == "DQ"]
    assert [row.id for row in disqualified] == ["9000105"]


def test_each_round_is_a_unit_of_its_own():
    """A loop never repeats a document of the round before."""
    topics = [decoded(number)[0].topic for number in (1, 2, 9_999)]
    assert len(set(topics)) == 3
    assert len({document for number in (1, 2) for _, document in meet(number)}) == 20


def test_pauses_are_those_of_a_short_final():
    """The first document comes at once and the whole lasts some 20 seconds."""
    pauses = [pause for pause, _ in meet(1)]
    assert pauses[0] == 0
    assert 10 < sum(pauses) < 60
