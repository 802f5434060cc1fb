import re
from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feed.candidate import Candidate, Receipt
from feed.core.derived import mark
from feed.core.entry import Entry
from feed.core.index import headers_of
from feed.core.medals import Medals
from feed.venues.odf import decode
from schemas import wire
from schemas.ledger import Ledger, MedalView
from schemas.message import Op
from schemas.registry import AnyMessage
from schemas.topic import SUBJECT_PREFIX
from tests.documents import odf
from tests.schedules import schedule

EVENT = "ATHM100M" + 26 * "-"
FINAL = "ATHM100M--------------FNL-000100--"
SWIM = "SWMW100MFR------------FNL-000100--"
MEDALS = ("gold", "silver", "bronze")
RECEIPT = Receipt(0, None, lambda _: None)


def rows(*ranked: str) -> str:
    """`1 a XAA` is rank 1 for a of XAA."""
    found = []
    for order, text in enumerate(ranked, 1):
        rank, name, noc = text.split()
        row = f'<Competitor Code="{name}" Type="A" Organisation="{noc}"/>'
        found.append(f'<Result Rank="{rank}" SortOrder="{order}">{row}</Result>')
    return "".join(found)


def result(version: int, *ranked: str, status: str = "OFFICIAL", **header: str) -> bytes:
    return odf("XA", version, unit=100, body=rows(*ranked), ResultStatus=status, **header)


def medallists(version: int, *won: str, status: str = "OFFICIAL") -> bytes:
    """`GOLD a XAA` is a gold medal for a of XAA, decided by the final."""
    body = ""
    for text in won:
        medal, name, noc = text.split()
        body += (
            f'<Medal Code="ME_{medal}" Unit="{FINAL}"><Competitor Code="{name}" Type="A" Organisation="{noc}"/></Medal>'
        )
    return odf("XA", version, body=body, DocumentType="DT_MEDALLISTS", DocumentCode=EVENT, ResultStatus=status)


class Stream:
    """A stream of one process with a projector that is never late."""

    def __init__(self) -> None:
        self.medals = Medals()
        self.entries: list[Entry] = []
        self._heads: dict[str, tuple[int, int]] = {}  # sequence, and that of the last OFFICIAL message

    def post(self, *documents: bytes) -> list[str]:
        """What the last of them did to the ledger."""
        told: list[str] = []
        for document in documents:
            for candidate in decode(document, RECEIPT).candidates:
                told = self._take(candidate)
        return told

    def tables(self) -> dict[str, list[str]]:
        """View and code of the newest tables, and their rows."""
        found = {}
        for entry in self.entries:
            if entry.kind == "medal_table":
                message = wire.decode(entry.json)
                rows_ = [f"{row.rank} {row.noc} {row.gold}-{row.silver}-{row.bronze}" for row in message.body.rows]
                found[f"{message.body.view} {message.code[:3]}"] = rows_
        return found

    def _take(self, candidate: Candidate) -> list[str]:
        entry = self._append(candidate)
        self.medals.learn(entry)
        if not self.medals.concerns(entry):
            return []
        message = wire.decode(entry.json)
        earlier = {seq: wire.decode(self.entries[seq - 1].json) for seq in self.medals.before(entry)}
        derived = self.medals.follows(entry, message, earlier)
        for each in derived:
            self.medals.learn(self._append(Candidate(each, "h")))
        signs = {"awarded": "+", "withdrawn": "-"}
        return [
            f"{each.body.view[0]}{signs[each.body.action]}{each.body.medal} {each.body.winner.id}"
            for each in derived
            if isinstance(each, Ledger)
        ]

    def _append(self, candidate: Candidate) -> Entry:
        message = candidate.message
        _, official = self._heads.get(message.topic, (0, 0))
        headers = headers_of(candidate, "raw", official)
        seq = len(self.entries) + 1
        self._heads[message.topic] = (seq, seq if message.status == "OFFICIAL" else official)
        entry = Entry.stored(seq, SUBJECT_PREFIX + message.topic, headers, wire.encode(message))
        self.entries.append(entry)
        return entry


@pytest.fixture
def stream() -> Stream:
    return Stream()


def test_a_result_gives_medals_in_both_views_when_it_is_signed(stream: Stream):
    """The provisional table follows what is over, the official one what is signed."""
    assert stream.post(result(1, "1 a XAA", "2 b XBB", status="LIVE")) == []
    assert stream.post(result(2, "1 a XAA", "2 b XBB", status="UNOFFICIAL")) == ["p+gold a", "p+silver b"]
    assert stream.tables() == {view: ["1 XAA 1-0-0", "2 XBB 0-1-0"] for view in ("provisional GEN", "provisional ATH")}
    moved = ["p-gold a", "p-silver b", "p+gold b", "p+silver a"]
    assert stream.post(result(3, "1 b XBB", "2 a XAA", status="UNOFFICIAL")) == moved
    assert stream.post(result(4, "1 b XBB", "2 a XAA")) == ["o+gold b", "o+silver a"]
    assert stream.tables()["official GEN"] == stream.tables()["provisional GEN"] == ["1 XBB 1-0-0", "2 XAA 0-1-0"]


def test_a_protest_leaves_the_official_table_alone(stream: Stream):
    """Until the result is signed again."""
    stream.post(result(1, "1 a XAA"))
    assert stream.post(result(2, "1 b XBB", status="PROTESTED")) == ["p-gold a", "p+gold b"]
    assert stream.post(result(3, "1 b XBB")) == ["o-gold a", "o+gold b"]


def test_a_race_that_is_run_again_has_no_winner(stream: Stream):
    """Live again after UNOFFICIAL: the provisional medal goes."""
    stream.post(result(1, "1 a XAA", status="UNOFFICIAL"))
    assert stream.post(result(2, "1 a XAA", status="LIVE")) == ["p-gold a"]


def test_heats_and_other_units_give_nothing(stream: Stream):
    """Only units that decide a medal count."""
    heat = result(1, "1 a XAA", DocumentCode="ATHM100M--------------HEAT000100--")
    third = result(1, "1 a XAA", DocumentCode="ATHM100M--------------FNL-000300--")
    assert stream.post(heat) == stream.post(third) == []


def test_the_schedule_says_where_medals_are_decided(stream: Stream):
    """What it says of one unit of an event holds for the others: those it does not mark decide nothing."""
    last = "BOBMTEAM2-------------FNL-000400--"
    first = last.replace("000400", "000100")
    marked = f'<Unit Code="{last}" PhaseType="3" ScheduleStatus="SCHEDULED" Medal="1"/>'
    plain = f'<Unit Code="{first}" PhaseType="3" ScheduleStatus="SCHEDULED"/>'
    stream.post(schedule("XA", plain, marked, discipline="BOB"))
    assert stream.post(result(1, "1 a XAA", DocumentCode=first)) == []
    assert stream.post(result(1, "1 b XBB", DocumentCode=last)) == ["p+gold b", "o+gold b"]


def test_an_event_with_a_total_goes_by_that(stream: Stream):
    """No single unit is the order of the event."""
    total = {"DocumentType": "DT_CUMULATIVE_RESULT", "DocumentCode": EVENT}
    assert stream.post(result(1, "1 a XAA", status="INTERMEDIATE", **total)) == []
    assert stream.post(result(1, "1 b XBB")) == []
    assert stream.post(result(2, "1 a XAA", "2 b XBB", **total)) == ["p+gold a", "p+silver b", "o+gold a", "o+silver b"]


def test_a_total_of_a_phase_before_the_final_decides_nothing(stream: Stream):
    """The final is still the order of the event; a total of the final itself would be."""
    qualification = {"DocumentType": "DT_CUMULATIVE_RESULT", "DocumentCode": "ATHM100M--------------QUAL--------"}
    final = qualification | {"DocumentCode": "ATHM100M--------------FNL---------"}
    assert stream.post(result(1, "1 a XAA", **qualification)) == []
    assert stream.post(result(1, "1 b XBB")) == ["p+gold b", "o+gold b"]
    assert stream.post(result(1, "1 c XCC", **final)) == ["p-gold b", "p+gold c", "o-gold b", "o+gold c"]
    assert stream.post(result(2, "1 b XBB")) == []


def test_a_medal_that_moves_days_later_leaves_its_trace(stream: Stream):
    """Award, withdraw, award: three entries for the medal that moved, and gold and silver untouched."""
    said = ("GOLD a XAA", "SILVER b XBB", "BRONZE c XCC")
    stream.post(result(1, "1 a XAA", "2 b XBB", "3 c XCC", "4 d XDD"))
    assert stream.post(medallists(1, *said)) == []
    moved = ["p-bronze c", "p+bronze d", "o-bronze c", "o+bronze d"]
    assert stream.post(result(2, "1 a XAA", "2 b XBB", "3 d XDD", "5 c XCC")) == moved
    assert stream.post(medallists(2, *said[:2], "BRONZE d XDD")) == []
    assert stream.tables()["official GEN"] == ["1 XAA 1-0-0", "2 XBB 0-1-0", "3 XDD 0-0-1"]


def test_medallists_overrule_a_result(stream: Stream):
    """Where they said something else than the result before, later results of the unit move nothing officially."""
    stream.post(result(1, "1 a XAA"))
    assert stream.post(medallists(1, "GOLD b XBB")) == ["p-gold a", "p+gold b", "o-gold a", "o+gold b"]
    assert not [told for told in stream.post(result(2, "1 c XCC")) if told.startswith("o")]


def test_all_that_is_known_is_in_the_stream(stream: Stream):
    """A process that begins later, from the entries alone, adds the same."""
    stream.post(result(1, "1 a XAA", "2 b XBB", status="UNOFFICIAL"), result(2, "1 a XAA", "2 b XBB"))
    fresh = Medals()
    for entry in stream.entries:
        fresh.learn(entry)
    stream.medals = fresh
    assert stream.post(result(3, "1 b XBB", "2 a XAA"))[:2] == ["p-gold a", "p-silver b"]
    assert stream.post(result(4, "1 b XBB", "2 a XAA")) == []


def test_own_entries_that_come_back_are_not_added_twice(stream: Stream):
    """Who wrote them has them already."""
    stream.post(result(1, "1 a XAA"))
    before = list(stream.medals.book("XA", MedalView.OFFICIAL).events())
    for entry in stream.entries:
        stream.medals.learn(entry)
    assert list(stream.medals.book("XA", MedalView.OFFICIAL).events()) == before


def test_tables_count_by_discipline_and_gender(stream: Stream):
    """Each table is the sum of its part of the ledger."""
    stream.post(result(1, "1 a XAA", "2 b XBB"))
    stream.post(result(1, "1 c XBB", "1 d XBB", DocumentCode=SWIM))
    tables = stream.tables()
    assert tables["official GEN"] == ["1 XBB 2-1-0", "2 XAA 1-0-0"]
    assert (tables["official ATH"], tables["official SWM"]) == (["1 XAA 1-0-0", "2 XBB 0-1-0"], ["1 XBB 2-0-0"])
    (games,) = [each for each in _tables(stream.entries) if each.code.startswith("GEN")][-1:]
    assert (games.body.events, {row.noc: sorted(row.genders) for row in games.body.rows}) == (
        2,
        {"XBB": ["M", "W"], "XAA": ["M"]},
    )


ranked = st.permutations(["a XAA", "b XBB", "c XAA", "d XCC"])
ranks = st.sampled_from([("1", "2", "3", "4"), ("1", "1", "3", "4"), ("1", "2", "3", "3"), ("1", "2", "2", "4")])
moves = st.sampled_from(
    ["signed", "signed", "UNOFFICIAL", "LIVE", "PROTESTED", "withdrawn", "disqualified", "medallists"]
)


def moved(version: int, move: str, who: list[str], rank: tuple[str, ...], code: str) -> bytes:
    """A version of a final, or of its event's medallists, that says anything."""
    if move == "medallists":
        won = [f"{medal} {each}" for medal, each in zip(("GOLD", "SILVER", "BRONZE", "BRONZE"), who, strict=True)]
        event = code[:22].ljust(34, "-")
        return medallists(version, *won).replace(FINAL.encode(), code.encode()).replace(EVENT.encode(), event.encode())
    rows_ = [f"{number} {each}" for number, each in zip(rank, who, strict=True)]
    if move == "disqualified":
        return result(version, *rows_, DocumentCode=code).replace(b'Rank="1"', b'IRM="DSQ"', 1)
    status = "OFFICIAL" if move in {"signed", "withdrawn"} else move
    document = result(version, *rows_, status=status, DocumentCode=code)
    gone = re.sub(b"<Competition>.*</Competition>", b"", document, flags=re.DOTALL)
    return gone if move == "withdrawn" else document


@given(st.lists(st.tuples(moves, ranked, ranks, st.sampled_from([FINAL, SWIM])), min_size=1, max_size=12))
@settings(max_examples=60)
def test_every_table_is_the_sum_of_the_ledger(history: list[tuple[str, list[str], tuple[str, ...], str]]):
    """At every commit of any history, with corrections and withdrawals: of the Games and of each discipline."""
    stream = Stream()
    for version, (move, who, rank, code) in enumerate(history, 1):
        stream.post(moved(version, move, who, rank, code))
        entries = [wire.decode(entry.json).body for entry in stream.entries if entry.kind == "ledger"]
        newest = {(each.body.view, each.code[:3]): each.body for each in _tables(stream.entries)}
        assert newest.keys() == {(entry.view, part) for entry in entries for part in ("GEN", entry.event[:3])}
        for (view, part), table in newest.items():
            held = Counter[tuple[str, str]]()
            for entry in entries:
                if entry.view == view and part in {"GEN", entry.event[:3]}:
                    held[entry.winner.noc, entry.medal] += 1 if entry.action == "awarded" else -1
            assert min(held.values()) >= 0
            told = {(row.noc, medal): getattr(row, medal) for row in table.rows for medal in MEDALS}
            assert +Counter(told) == +held


def test_a_derived_message_names_its_cause(stream: Stream):
    """Its times are the cause's, it came in no document, and the mark says how far all is counted."""
    stream.post(result(1, "1 a XAA"))
    cause = wire.decode(stream.entries[0].json)
    for entry in stream.entries[1:]:
        message = wire.decode(entry.json)
        assert (message.caused_by, message.document, message.source, message.op) == (1, None, "feed", Op.PUT)
        assert message.ts.event == cause.ts.event
    last = mark(cause, 7)
    assert (last.topic, last.body and last.body.through) == ("XA.-.-.-.-.-.derived", 7)


def _tables(entries: Iterable[Entry]) -> list[AnyMessage]:
    return [wire.decode(entry.json) for entry in entries if entry.kind == "medal_table"]
