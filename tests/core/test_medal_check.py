from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from feed.candidate import Candidate
from feed.core.entry import Entry
from feed.core.index import headers_of
from feed.core.medal_check import Differences, MedalCheck
from feed.core.medals import Medals
from feed.venues.odf import decode
from schemas import wire
from schemas.medal_discrepancy import MedalDiscrepancy
from schemas.registry import AnyMessage
from schemas.rsc import FILLING, LENGTH
from schemas.topic import SUBJECT_PREFIX
from tests.core.test_medals import EVENT, RECEIPT, result
from tests.documents import odf

Numbers = Mapping[str, str]  # by organisation: gender, gold, silver, bronze, as in "M100 TOT100"


def standings(version: int, lines: Numbers, *, scope: str = "GEN", **header: str) -> bytes:
    """A table of theirs, made for the event of `result`: `M110 TOT110` is a gold and a silver medal of men's events."""
    body = "".join(
        f'<MedalLine Rank="1" RankTotal="1" SortRank="1" SortRankTotal="1" Organisation="{noc}">'
        + "".join(
            f'<MedalNumber Type="{text[:-3]}" Gold="{text[-3]}" Silver="{text[-2]}" Bronze="{text[-1]}"/>'
            for text in numbers.split()
        )
        + "</MedalLine>"
        for noc, numbers in lines.items()
    )
    table = f'<MedalStandings LastEvent="{EVENT}"><MedalsTable>{body}</MedalsTable></MedalStandings>'
    named = {"DocumentType": "DT_MEDALS", "DocumentCode": scope.ljust(LENGTH, FILLING), "ResultStatus": ""}
    return odf("XA", version, body=table, **named | header)


class Feed:
    """A stream with both derivers, which read it entry by entry as the projector does: later than it is written."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.derivers = (Medals(), MedalCheck())
        self.told: list[MedalDiscrepancy] = []
        self._read = 0
        self._official: dict[str, int] = {}

    def post(self, *documents: bytes) -> list[str]:
        """What came of all of them together."""
        for document in documents:
            for candidate in decode(document, RECEIPT).candidates:
                self._append(candidate.message, candidate.hash)
        before = len(self.told)
        while self._read < len(self.entries):
            self._derive(self.entries[self._read])
            self._read += 1
        return [text for message in self.told[before:] for text in said(message)]

    def _derive(self, entry: Entry) -> None:
        for each in self.derivers:
            each.learn(entry)
        message, made = wire.decode(entry.json), list[AnyMessage]()
        for each in self.derivers:
            if each.concerns(entry):
                earlier = {seq: wire.decode(self.entries[seq - 1].json) for seq in each.before(entry)}
                made += each.follows(entry, message, earlier)
        stored = [replace(each, seq=self._append(each, "h")) for each in made]
        self.told += [each for each in stored if isinstance(each, MedalDiscrepancy)]
        for each in self.derivers:
            each.wrote(stored, len(self.entries))

    def _append(self, message: AnyMessage, content: str) -> int:
        seq = len(self.entries) + 1
        headers = headers_of(Candidate(message, content), "raw", self._official.get(message.topic, 0))
        if message.status == "OFFICIAL":
            self._official[message.topic] = seq
        self.entries.append(Entry.stored(seq, SUBJECT_PREFIX + message.topic, headers, wire.encode(message)))
        return seq


def said(message: MedalDiscrepancy) -> list[str]:
    assert message.body is not None
    return [
        f"{each.noc} {each.gender} {each.medal} {each.ours}/{each.theirs}" for each in message.body.differences
    ] or ["agreed"]


@pytest.fixture
def feed() -> Feed:
    return Feed()


def women(version: int, *ranked: str, **header: str) -> bytes:
    return result(version, *ranked, DocumentCode="SWMW100MFR------------FNL-000100--", **header)


def test_tables_that_agree_are_not_spoken_of(feed: Feed):
    """Also when their table comes before our own ledger has been read back; zeros may be left out."""
    both = {"XAA": "M100 W001 TOT101", "XBB": "M010 TOT010"}
    assert feed.post(result(1, "1 a XAA", "2 b XBB"), women(1, "3 c XAA"), standings(2, both)) == []
    assert feed.post(standings(2, {"XAA": "TOT100", "XBB": "TOT010"}, scope="ATH")) == []


def test_a_number_that_differs_is_told_with_both_messages(feed: Feed):
    """In all events and by gender; organisations that only one of the two knows count as well."""
    wrong = {"XAA": "M100 W100 TOT200", "XCC": "M010 TOT010"}
    told = feed.post(result(1, "1 a XAA", "2 b XBB"), standings(2, wrong))
    assert told == [
        "XAA TOT gold 1/2",
        "XAA W gold 0/1",
        "XBB TOT silver 1/0",
        "XBB M silver 1/0",
        "XCC TOT silver 0/1",
        "XCC M silver 0/1",
    ]
    (message,) = feed.told
    assert (message.body.ours, message.body.theirs, message.caused_by) == (1, 2, 2)
    assert (message.topic, message.prev) == ("XA.GEN.-.-.-.-.medal_discrepancy", 0)
    assert message.body.mentions().nocs == ("XAA", "XBB", "XCC")


def test_what_is_told_already_is_not_told_again_until_it_changes(feed: Feed):
    """The last message of the topic says how things stand: an empty list where they agree again."""
    assert feed.post(result(1, "1 a XAA"), standings(2, {"XAA": "TOT200"})) == ["XAA TOT gold 1/2"]
    assert feed.post(standings(3, {"XAA": "TOT200"}, Language="FRA")) == []
    assert feed.post(standings(4, {"XAA": "TOT300"}, Language="FRA")) == ["XAA TOT gold 1/3"]
    assert feed.post(standings(5, {"XAA": "TOT100"}, Language="FRA")) == ["agreed"]


def test_a_table_that_is_ahead_of_us_agrees_when_the_result_comes(feed: Feed):
    """Compared again when our own table changes."""
    assert feed.post(standings(60, {"XAA": "TOT100"})) == ["XAA TOT gold 0/1"]
    assert feed.post(result(61, "1 a XAA")) == ["agreed"]


def test_what_came_after_their_table_was_made_is_no_difference(feed: Feed):
    """A table on its way while the next medal is won, and a medal that moves before they count again."""
    first, table = result(1, "1 a XAA"), standings(30, {"XAA": "TOT100"})
    assert feed.post(first, women(200, "1 b XBB"), table) == []
    assert feed.post(result(300, "1 c XCC")) == []
    assert feed.post(standings(400, {"XAA": "TOT100"})) == [
        "XAA TOT gold 0/1",
        "XBB TOT gold 1/0",
        "XCC TOT gold 1/0",
    ]


def test_clocks_may_differ_by_a_minute(feed: Feed):
    """A result from a clock ahead of theirs is in their table, and one they do not know yet may be earlier than it."""
    assert feed.post(result(50, "1 a XAA"), standings(1, {"XAA": "TOT100"})) == []
    assert feed.post(women(51, "1 b XBB"), standings(100, {"XAA": "TOT100"})) == []
    assert feed.post(standings(112, {"XAA": "TOT100"})) == ["XBB TOT gold 1/0"]


def test_their_last_event_is_in_their_table(feed: Feed):
    """Made for it a second later, a table that lacks it is wrong at once."""
    assert feed.post(result(1, "1 a XAA"), standings(2, {})) == ["XAA TOT gold 1/0"]


def test_neutral_athletes_may_be_left_out(feed: Feed):
    """Of the table, but not counted wrong where they are in it."""
    assert feed.post(result(1, "1 a AIN", "2 b XAA"), standings(2, {"XAA": "TOT010"})) == []
    assert feed.post(standings(3, {"XAA": "TOT010", "AIN": "TOT200"})) == ["AIN TOT gold 1/2"]


def test_a_table_that_is_withdrawn_says_nothing(feed: Feed):
    """What differed from it does so no more; a code that is no discipline's has no table of ours."""
    assert feed.post(standings(1, {"XAA": "TOT100"}, scope="ATH")) == ["XAA TOT gold 0/1"]
    withdrawn = standings(2, {}, scope="ATH").split(b"<Competition>")[0] + b"</OdfBody>"
    assert feed.post(withdrawn) == ["agreed"]
    assert feed.told[-1].body.theirs is None
    assert feed.post(standings(1, {"XAA": "TOT100"}, scope="ATHM100M")) == []


def test_who_begins_later_says_the_same(feed: Feed):
    """All that is known is in the stream: a fresh deriver repeats nothing, and counts on."""
    feed.post(result(1, "1 a XAA"), standings(2, {"XAA": "TOT200"}))
    fresh = Feed()
    fresh.entries, fresh._read, fresh._official = feed.entries, len(feed.entries), feed._official
    for entry in feed.entries:
        for each in fresh.derivers:
            each.learn(entry)
    assert fresh.post(standings(3, {"XAA": "TOT200"})) == []
    assert fresh.post(women(4, "1 d XAA")) == ["agreed"]


def test_the_figure_counts_what_differs_now(feed: Feed):
    """In all tables together."""
    differences = Differences()
    feed.post(result(1, "1 a XAA"), standings(2, {"XAA": "TOT200"}), standings(2, {"XAA": "TOT211"}, scope="ATH"))
    for entry in feed.entries:
        differences.apply(entry)
    assert differences.count == 4
    already = len(feed.entries)
    feed.post(standings(3, {"XAA": "TOT100"}))
    for entry in feed.entries[already:]:
        differences.apply(entry)
    assert differences.count == 3
