from feed.candidate import Candidate
from feed.core.entry import Entry
from feed.core.index import headers_of
from feed.core.medal_views import Journals, of_gender
from feed.core.medals import Medals
from schemas import wire
from schemas.ledger import MedalView
from schemas.medal_table import MedalCounts, MedalRow
from schemas.message import Op
from schemas.topic import SUBJECT_PREFIX
from tests.core.test_medals import EVENT, Stream, result


def journals(stream: Stream) -> Journals:
    view = Journals()
    for entry in stream.entries:
        view.apply(entry)
    return view


def test_the_journal_has_every_entry_in_order():
    """With the sequence it has and the moment of its cause; one view at a time."""
    stream = Stream()
    stream.post(result(1, "1 a XAA", "2 b XBB", status="UNOFFICIAL"), result(2, "1 b XBB"))
    journal = journals(stream).of("XA")
    rows = journal.chosen(MedalView.PROVISIONAL, frozenset(), frozenset())
    assert [(row.entry.action, row.entry.winner.id) for row in rows] == [
        ("awarded", "a"),
        ("awarded", "b"),
        ("withdrawn", "a"),
        ("withdrawn", "b"),
        ("awarded", "b"),
    ]
    assert [row.seq for row in rows] == sorted(row.seq for row in rows)
    assert journal.seq == max(row.seq for row in journal.rows)
    cause = wire.decode(stream.entries[0].json)
    assert rows[0].moment == cause.ts.event


def test_events_and_organisations_narrow_the_journal():
    """Both, where both are named."""
    stream = Stream()
    stream.post(result(1, "1 a XAA", "2 b XBB"))
    journal = journals(stream).of("XA")
    chosen = [
        journal.chosen(MedalView.OFFICIAL, frozenset(events), frozenset(nocs))
        for events, nocs in [((EVENT,), ()), ((), ("XBB",)), ((EVENT,), ("XAA",)), (("other",), ("XAA",))]
    ]
    assert [len(rows) for rows in chosen] == [2, 1, 1, 0]


def test_a_competition_without_medals_has_an_empty_journal():
    """And other kinds of message, tombstones too, are not its business."""
    view = Journals()
    assert (view.of("XA").seq, view.of("XA").rows) == (0, [])
    stream = Stream()
    stream.post(result(1, "1 a XAA"))
    (first,) = [entry for entry in stream.entries if entry.kind == "ledger"][:1]
    gone = wire.decode(first.json)
    fields = {name: getattr(gone, name) for name in gone.__struct_fields__} | {"op": Op.REMOVED, "body": None}
    message = type(gone)(**fields)
    headers = headers_of(Candidate(message, "h"), "raw")
    view.apply(Entry.stored(99, SUBJECT_PREFIX + message.topic, headers, wire.encode(message)))
    assert view.of("XA").rows == []


def test_the_table_of_one_gender_is_ranked_anew():
    """Who has no medal there is not in it."""
    women, men = MedalCounts(silver=1, total=1), MedalCounts(gold=2, total=2)
    rows = (
        MedalRow(
            rank=1, rank_equal=False, noc="XAA", gold=2, silver=1, bronze=0, total=3, rank_total=1,
            genders={"W": women, "M": men},
        ),
        MedalRow(
            rank=2, rank_equal=False, noc="XBB", gold=0, silver=1, bronze=0, total=1, rank_total=2,
            genders={"W": women},
        ),
    )  # fmt: skip
    assert [(row.rank, row.rank_equal, row.noc, row.total) for row in of_gender(rows, "W")] == [
        (1, True, "XAA", 1),
        (1, True, "XBB", 1),
    ]
    assert [row.noc for row in of_gender(rows, "M")] == ["XAA"]
    assert of_gender(rows, "X") == ()


def test_a_stream_and_its_journal_need_no_more_than_medals():
    """The same entries, told by whoever begins later."""
    stream = Stream()
    stream.post(result(1, "1 a XAA"))
    fresh = Medals()
    for entry in stream.entries:
        fresh.learn(entry)
    assert len(journals(stream).of("XA").rows) == 2
