from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from feed.core.board import Board
from feed.core.entry import Entry
from feed.core.filters import parse_filter
from feed.core.heads import Head
from feed.core.index import left_by
from feed.core.scope import Scope
from schemas.message import Op
from tests.core.makers import TOPIC, entry

TOPICS = [f"XG{n}.ATH.M.100M.FNL.000100.result" for n in range(4)]


def everything(_: Entry):
    return True


@given(st.lists(st.tuples(st.sampled_from(TOPICS), st.sampled_from(Op))))
def test_a_snapshot_is_the_fold_of_the_log(messages: list[tuple[str, Op]]):
    """The living last entry of each topic, ascending by sequence; a tombstone hides its topic until the next put."""
    board, newest = Board(), {}
    for seq, (topic, op) in enumerate(messages, 1):
        newest[topic] = entry(seq, topic, op=op)
        board.apply(newest[topic])
    living = sorted((each for each in newest.values() if each.index.op is Op.PUT), key=lambda each: each.seq)
    assert board.snapshot(everything) == living
    assert len(board) == len(newest)
    assert all(board.get(topic) is newest.get(topic) for topic in TOPICS)


def test_a_snapshot_is_what_the_reader_wants():
    """The filter is asked, for living entries only."""
    board, asked = Board(), []
    board.apply(entry(1, TOPICS[0]))
    board.apply(entry(2, TOPICS[1], op=Op.WITHDRAWN))
    board.apply(entry(3, TOPICS[2]))
    wish = parse_filter(["XG2.>"], [])

    def wants(each: Entry) -> bool:
        asked.append(each.seq)
        return wish.wants(each)

    assert [each.seq for each in board.snapshot(wants)] == [3]
    assert asked == [1, 3]


def test_a_snapshot_is_a_copy():
    """What comes after the cut does not change it."""
    board = Board()
    board.apply(entry(1, TOPICS[0]))
    cut = board.snapshot(everything)
    board.apply(entry(2, TOPICS[0]))
    assert [each.seq for each in cut] == [1]


def test_competitions_count_topics_ever_seen():
    """Sorted by code, unescaped, each topic once and also when it is withdrawn."""
    board = Board()
    rest = "ATH.M.100M.FNL.000100.result"
    topics = [f"XG2.{rest}", f"X~C3~89.{rest}", f"XG2.{rest}.SUB", f"XG2.{rest}"]
    for seq, topic in enumerate(topics, 1):
        board.apply(entry(seq, topic))
    board.apply(entry(9, topics[0], op=Op.WITHDRAWN))
    assert list(board.competitions().items()) == [("XG2", 2), ("X\u00c9", 1)]


class Seen:
    """A view that notes what it is shown."""

    def __init__(self) -> None:
        self.seqs: list[int] = []

    def apply(self, each: Entry) -> None:
        self.seqs.append(each.seq)


class OtherSeen(Seen): ...


def test_a_view_is_brought_up_to_date_when_it_is_asked_for():
    """It is shown what is new of each topic, in order, tombstones too, nothing twice; every kind is made once."""
    board = Board()
    board.apply(entry(1, TOPICS[0]))
    board.apply(entry(2, TOPICS[1]))
    assert board.view(Seen).seqs == [1, 2]
    for seq, (topic, op) in enumerate(((TOPICS[0], Op.PUT), (TOPICS[2], Op.PUT), (TOPICS[0], Op.REMOVED)), 3):
        board.apply(entry(seq, topic, op=op))
    assert board.view(OtherSeen).seqs == [2, 4, 5]
    again = board.view(Seen)
    assert all(board.view(Seen) is again for _ in range(3))
    assert again.seqs == [1, 2, 4, 5]


def test_a_view_is_brought_up_to_date_step_by_step():
    """In order and all of it, while the board grows and a topic comes again in the pauses."""
    board = Board()
    for seq, topic in enumerate(TOPICS[:3], 1):
        board.apply(entry(seq, topic))
    steps = board.advance(Seen, 2)
    next(steps)
    board.apply(entry(4, TOPICS[2]))
    assert sum(1 for _ in steps) == 2
    assert board.view(Seen).seqs == [1, 2, 3, 4]


def test_two_who_bring_a_view_up_to_date_do_it_once():
    """Whoever asks in a pause of another gets all of it, and the other adds nothing twice."""
    board = Board()
    for seq, topic in enumerate(TOPICS[:4], 1):
        board.apply(entry(seq, topic))
    first, second = board.advance(Seen, 1), board.advance(Seen, 1)
    next(first)
    next(second)
    assert board.view(Seen).seqs == [1, 2, 3, 4]
    assert [*first, *second]
    assert board.view(Seen).seqs == [1, 2, 3, 4]


def test_a_long_view_is_read_once():
    """Its cost goes by the number of entries, however small the steps are."""
    board = Board()
    for seq in range(1, 3_001):
        board.apply(entry(seq, f"{TOPICS[0]}.{seq}"))
    looked = 0

    def newer(seq: int) -> list[Entry]:
        nonlocal looked
        found = Board._newer(board, seq)
        looked += len(found)
        return found

    board._newer = newer  # type: ignore[method-assign]  # counts what is looked at
    assert sum(1 for _ in board.advance(Seen, 10)) == 300
    assert looked == 3_000


def test_a_part_of_a_board_has_views_of_its_own():
    """They show nothing from outside, before and after they were made."""
    board = Board()
    board.apply(entry(1, TOPICS[0]))
    board.apply(entry(2, TOPICS[1]))
    part = board.within(Scope.of(["XG1"], []))
    assert part.view(Seen).seqs == [2]
    board.apply(entry(3, TOPICS[0]))
    board.apply(entry(4, TOPICS[1]))
    assert part.view(Seen).seqs == [2, 4]
    assert board.view(Seen).seqs == [3, 4]


class Living:
    """A view of what is there."""

    def __init__(self) -> None:
        self.topics: set[str] = set()

    def apply(self, each: Entry) -> None:
        (self.topics.add if each.index.op is Op.PUT else self.topics.discard)(each.topic)


@given(
    st.lists(st.tuples(st.sampled_from(TOPICS), st.sampled_from(["A", "B", None]), st.sampled_from(Op))),
    st.integers(0, 20),
)
def test_a_venue_holds_what_is_there_and_hears_of_all_that_leaves(
    messages: list[tuple[str, str | None, Op]], asked_at: int
):
    """Its board, made early or late, its views, and what its readers make of what they are sent say the same."""
    board, scope, told = Board(), Scope.of([], [], ["A"]), {}
    wish = parse_filter([], [], scope)
    for seq, (topic, named, op) in enumerate(messages, 1):
        venue, known = named if op is Op.PUT else None, board.get(topic)
        before = left_by(Head(known.seq, known.index), replace(known.index, venue=venue)).venue if known else None
        new = entry(seq, topic, op=op, venue=venue, venue_before=before)
        board.apply(new)
        if seq >= asked_at:
            board.within(scope).view(Living)
        if wish.wants(new):
            told.pop(topic, None)
            if op is Op.PUT and venue == "A":
                told[topic] = new
    there = [each for each in board.snapshot(everything) if each.index.venue == "A"]
    part = board.within(scope)
    assert part.snapshot(everything) == part.snapshot(wish.wants) == list(told.values()) == there
    assert part.view(Living).topics == told.keys()


def test_what_left_a_venue_is_removed_there_and_nowhere_else():
    """By the message that took it away; whoever sees both venues sees it at the other one."""
    board = Board()
    near, both = board.within(Scope.of([], [], ["A"])), board.within(Scope.of([], [], ["A", "B"]))
    board.apply(entry(1, venue="A"))
    board.apply(entry(2, venue="B", venue_before="A"))
    board.apply(entry(3, venue="B"))
    left, moved = near.get(TOPIC), both.get(TOPIC)
    assert left is not None
    assert (left.seq, left.index.op) == (2, Op.REMOVED)
    assert moved is board.get(TOPIC) is board.within(Scope.of([], [], ["B"])).get(TOPIC)


def test_who_looks_through_a_board_sees_that_of_one_moment():
    """Also when it learns more in the middle of it, as it does when others get their turn."""
    board = Board.of([entry(1, TOPICS[0]), entry(2, TOPICS[1])])
    seen = iter(board)
    first = next(seen)
    for seq, topic in ((3, TOPICS[2]), (4, TOPICS[1])):
        board.apply(entry(seq, topic))
    assert [each.seq for each in (first, *seen)] == [1, 2]


def test_a_board_of_entries_ascends():
    """Whatever order they come in; tombstones are among what it knows, not in its snapshot."""
    entries = [entry(5, TOPICS[0]), entry(2, TOPICS[1], op=Op.REMOVED), entry(3, TOPICS[2])]
    board = Board.of(entries)
    assert [each.seq for each in board] == [2, 3, 5]
    assert [each.seq for each in board.snapshot(everything)] == [3, 5]
    assert board.competitions() == {"XG0": 1, "XG1": 1, "XG2": 1}
