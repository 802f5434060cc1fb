"""A checker that was never seen failing proves nothing: every planted bug is caught by its name, and by no other."""

import json

import pytest

from replay.verify import following as following_of
from replay.verify.findings import MEANINGS, SHOWN, Name
from replay.verify.scan import VerifyError
from tests.replay.verify.games import fold, hello, snapshot_end, stream_of, verified
from tests.replay.verify.planted import ATH, CUT, PLANTED, WISH, Log, Plant, altered, following, games, swapped


def test_an_honest_log_is_right():
    """Nothing is found where nothing is wrong, and the report says what was looked at."""
    log = Log()
    report = verified(log.lines(), log.stream, WISH)
    assert report.counts == {}
    assert report.is_right
    assert (report.first, report.last) == (CUT, 25)
    assert report.messages == len(log.snapshot) + len(log.messages) > 10


@pytest.mark.parametrize("plant, name, seq", PLANTED, ids=[plant.__name__ for plant, _, _ in PLANTED])
def test_a_planted_bug_is_caught_by_its_name(plant: Plant, name: Name, seq: int | None):
    """Once, by this name alone, with its sequence and topic."""
    log = Log()
    plant(log)
    report = verified(log.lines(), log.stream, WISH)
    assert report.counts == {name: 1}
    (found,) = report.findings
    assert found.name is name
    assert seq is None or found.seq == seq
    assert bool(found.topic) is (name not in {Name.WRONG_EPOCH, Name.WRONG_FLAG, Name.UNREADABLE})


def test_every_name_has_a_planted_bug_and_a_meaning():
    """The list of names is closed: none is there that was never seen."""
    assert {name for _, name, _ in PLANTED} == set(Name) == set(MEANINGS)


def test_a_message_under_the_number_of_another_is_told_from_an_altered_one():
    """The stream's own message of that number is missing then."""
    log = Log()
    log.messages[log.place(19)]["topic"] = ATH[2] if log.of(19)["topic"] != ATH[2] else ATH[1]
    report = verified(log.lines(), log.stream, WISH)
    assert report.counts == {Name.MISPLACED: 1, Name.MISSING: 1}


def test_what_is_altered_is_told():
    """The fields that differ are named."""
    log = Log()
    altered(log)
    (found,) = verified(log.lines(), log.stream, WISH).findings
    assert found.detail == "differs in body"


def test_late_and_altered_is_both():
    """A message that comes out of order is compared all the same."""
    log = Log()
    swapped(log)
    log.messages[log.place(16)]["body"]["mark"] = 0
    assert verified(log.lines(), log.stream, WISH).counts == {Name.ALTERED: 1, Name.OUT_OF_ORDER: 1}


def test_json_is_compared_not_its_spelling():
    """Another order of names, spaces and escapes are the same message."""
    stream = games()
    spelt = [json.dumps(dict(reversed(each.items())), indent=None).encode() + b"\n" for each in following(stream, 0)]
    assert verified(spelt, stream, WISH).is_right


def test_a_log_without_frames_begins_and_ends_with_its_messages():
    """What is before the first and behind the last was not asked for, unless it is said."""
    stream = games()
    part = [each for each in following(stream, 6) if each["seq"] <= 20]
    assert verified(part, stream, WISH).is_right
    assert verified(part, stream, WISH, after=5).counts == {Name.MISSING: 1}
    assert verified(part, stream, WISH, until=22).counts == {Name.MISSING: 2}


def test_the_first_pair_swapped():
    """A log begins with its lowest sequence, not with its first line."""
    part = following(games(), 6)
    part[0], part[1] = part[1], part[0]
    assert verified(part, games(), WISH).counts == {Name.OUT_OF_ORDER: 1}


def test_a_snapshot_whose_end_no_frame_tells():
    """`feed tail --snapshot --json` writes no frames: the sequence is said by hand."""
    stream = games()
    log = [*fold(stream, CUT, WISH), *following(stream, CUT)]
    assert verified(log, stream, WISH, snapshot_at=CUT).is_right
    assert verified(log[:3], stream, WISH, snapshot_at=CUT).counts == {Name.INCOMPLETE_SNAPSHOT: 1}


def test_a_snapshot_that_was_cut_and_sent_again():
    """Only the one that was finished counts."""
    log = Log()
    first = [hello(None), *log.snapshot[:2]]
    assert verified([*first, *log.lines()], log.stream, WISH).is_right


def test_a_cut_off_last_line_is_no_finding():
    """The writer was killed in the middle of it; it is told, and everything before is checked."""
    stream = games()
    part = following(stream, 0)
    report = verified([*part[:-1], json.dumps(part[-1]).encode()[:40]], stream, WISH)
    assert report.is_right
    assert report.notes == ["the last line is cut off and was left out"]


def test_an_empty_log_is_right_unless_more_was_asked_for():
    """No line, no finding; with a place where it ends everything is missing."""
    stream = games()
    assert verified([], stream, WISH).is_right
    assert verified([], stream, WISH, until=25).counts == {Name.MISSING: len(following(stream, 0))}


def test_of_each_name_so_many_are_shown_and_all_are_counted():
    """A log that lacks almost everything has a short report."""
    stream = stream_of(ATH * 20)
    report = verified([stream[0], stream[-1]], stream, WISH)
    assert report.counts == {Name.MISSING: 98}
    assert [found.seq for found in report.findings] == list(range(2, 2 + SHOWN))


@pytest.mark.parametrize(
    "lines, said",
    [
        ([hello(None), snapshot_end(1), snapshot_end(2)], "two ends"),
        ([hello(None), snapshot_end(1), hello(None)], "in the middle"),
        ([hello(0), {"type": "filtered", "seq": 1, "cursor": "e1:1"}], "filter was changed"),
        ([hello(None)], "ends inside its snapshot"),
    ],
)
def test_what_is_several_logs_is_refused(lines: list, said: str):
    """Nothing is said about what cannot be compared."""
    with pytest.raises(VerifyError, match=said):
        verified(lines, games(), WISH)


def test_a_stream_that_goes_back_is_no_measure():
    """The service is looked into first."""
    stream = games()
    with pytest.raises(VerifyError, match="seq 3 behind 4"):
        verified(following(stream, 0), [*stream[:2], stream[3], stream[2], *stream[4:]], WISH)


def test_a_number_beyond_the_tip_does_not_use_up_the_stream(monkeypatch: pytest.MonkeyPatch):
    """Else everything would be owed at once, and called missing before it comes."""
    monkeypatch.setattr(following_of, "OWED_MAX", 5)
    stream = stream_of(ATH * 10)
    log = [*stream[:3], stream[3] | {"seq": 51}, *stream[3:]]
    assert verified(log, stream, WISH).counts == {Name.FOREIGN: 1}


def test_what_is_owed_is_bounded(monkeypatch: pytest.MonkeyPatch):
    """The oldest is missing at once when too much is owed; nothing is counted twice."""
    monkeypatch.setattr(following_of, "OWED_MAX", 5)
    stream = stream_of(ATH * 10)
    report = verified([stream[0], stream[-1]], stream, WISH)
    assert report.counts == {Name.MISSING: 48}
    assert [found.seq for found in report.findings] == list(range(2, 2 + SHOWN))


def test_a_chain_that_begins_inside_the_log():
    """The first message of a topic names none that would have to be there."""
    stream = stream_of([ATH[0], ATH[1], ATH[2], ATH[1]])
    stream[2]["prev"] = 1
    (found,) = verified(stream, stream, WISH).findings
    assert (found.name, found.seq) == (Name.BROKEN_CHAIN, 3)
    assert found.detail == "in the stream itself prev is 1, none came before"
    assert verified(stream[2:], stream, WISH).is_right
