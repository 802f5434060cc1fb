from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feed.core.awards import WHOLE_EVENT, Award, Awards
from feed.core.ledger import Book
from feed.errors import ContradictionError
from schemas.ledger import LedgerBody, MedalCause, MedalView, Winner

EVENT = "ATHM100M--------------------------"
FINAL = "ATHM100M--------------FNL-000100--"
BRONZE = "ATHM100M--------------FNL-000200--"


def award(text: str) -> Award:
    """`gold a` is a gold medal for a of NOC XA."""
    medal, name = text.split()
    return Award(medal, Winner(id=name, noc=f"X{name.upper()}"))


def awards(*texts: str) -> tuple[Award, ...]:
    return tuple(map(award, texts))


def cause(kind: str = "result", status: str = "OFFICIAL", seq: int = 7) -> MedalCause:
    return MedalCause(seq=seq, topic="t", type=kind, status=status)


def told(entries: Iterable[LedgerBody]) -> list[str]:
    signs = {"awarded": "+", "withdrawn": "-"}
    return [f"{signs[each.action]}{each.medal} {each.winner.id}" for each in entries]


def take(book: Book, said: Awards, by: MedalCause | None = None, before: Awards | None = None) -> list[str]:
    """Let a message speak and write down what follows."""
    found = book.entries(EVENT, said, by or cause(), before)
    for each in found:
        book.apply(each)
    return told(found)


def held(book: Book) -> list[str]:
    return sorted(f"{each.medal} {each.winner.id}" for _, medals in book.events() for each in medals)


@pytest.fixture
def book() -> Book:
    return Book(MedalView.OFFICIAL)


def test_a_medal_that_moves_is_two_entries(book: Book):
    """Withdrawn from one and awarded to another by one cause; what did not move is not written again."""
    assert take(book, {FINAL: awards("gold a", "bronze b")}) == ["+gold a", "+bronze b"]
    found = book.entries(EVENT, {FINAL: awards("gold a", "bronze c")}, cause(seq=9))
    assert told(found) == ["-bronze b", "+bronze c"]
    assert [(each.moved, each.cause.seq, each.unit) for each in found] == [(True, 9, FINAL)] * 2


def test_the_same_again_adds_nothing(book: Book):
    """Also when another message says it, of another unit."""
    take(book, {FINAL: awards("gold a", "silver b")})
    assert take(book, {FINAL: awards("silver b", "gold a")}) == []
    assert take(book, {WHOLE_EVENT: awards("gold a", "silver b")}, cause("medallists")) == []


def test_a_first_award_has_not_moved(book: Book):
    """Nor has one that is only taken away."""
    assert not any(each.moved for each in book.entries(EVENT, {FINAL: awards("gold a")}, cause()))
    take(book, {FINAL: awards("gold a")})
    assert [(each.moved, each.action) for each in book.entries(EVENT, {FINAL: ()}, cause())] == [(False, "withdrawn")]


def test_each_unit_speaks_for_itself(book: Book):
    """The match for bronze says nothing of gold."""
    take(book, {BRONZE: awards("bronze c")})
    assert take(book, {FINAL: awards("gold a", "silver b")}) == ["+gold a", "+silver b"]
    assert take(book, {BRONZE: awards("bronze d")}) == ["-bronze c", "+bronze d"]
    assert held(book) == ["bronze d", "gold a", "silver b"]


def test_partial_medallists_leave_what_they_do_not_name(book: Book):
    """Full ones are all there is."""
    take(book, {FINAL: awards("gold a")})
    said = {BRONZE: awards("bronze c")}
    assert take(book, said, cause("medallists", "PARTIAL")) == ["+bronze c"]
    assert take(book, said, cause("medallists", "OFFICIAL")) == ["-gold a"]


def test_a_result_moves_a_medal_as_long_as_medallists_agreed(book: Book):
    """A disqualification days later: the result is sent again before the medallists are."""
    said = {FINAL: awards("gold a", "silver b")}
    take(book, said)
    take(book, said, cause("medallists"))
    assert take(book, {FINAL: awards("gold b")}, before=said) == ["-gold a", "-silver b", "+gold b"]


def test_a_result_that_medallists_overruled_moves_nothing(book: Book):
    """Its order was not that of the event; medallists alone speak from then on."""
    first = {FINAL: awards("gold a")}
    take(book, first)
    assert take(book, {FINAL: awards("gold b")}, cause("medallists")) == ["-gold a", "+gold b"]
    assert book.needs_before(EVENT, FINAL)
    assert take(book, {FINAL: awards("gold c")}, before=first) == []
    assert take(book, {FINAL: awards("gold c")}) == []
    assert take(book, {FINAL: awards("gold c")}, cause("medallists")) == ["-gold b", "+gold c"]


def test_what_is_said_of_the_whole_event_no_unit_changes(book: Book):
    """And a total replaces what units said."""
    take(book, {FINAL: awards("gold a")})
    assert take(book, {WHOLE_EVENT: awards("gold b")}, cause("cumulative_result")) == ["-gold a", "+gold b"]
    assert take(book, {FINAL: awards("gold a")}) == []


def test_a_medal_of_another_organisation_is_another_medal(book: Book):
    """An athlete whose organisation is corrected: the table has to move."""
    take(book, {FINAL: awards("gold a")})
    (moved,) = awards("gold a")
    corrected = Award("gold", Winner(id="a", noc="XZZ"))
    assert take(book, {FINAL: (corrected,)}) == ["-gold a", "+gold a"]
    assert moved.winner.noc != "XZZ"


said = st.dictionaries(
    st.sampled_from([FINAL, BRONZE, WHOLE_EVENT]),
    st.sets(st.sampled_from([f"{medal} {who}" for medal in ("gold", "silver", "bronze") for who in "abc"]), max_size=4),
    min_size=1,
    max_size=3,
)
kinds = st.sampled_from(["result", "cumulative_result", "medallists"])
statuses = st.sampled_from(["OFFICIAL", "PARTIAL"])


@given(st.lists(st.tuples(said, kinds, statuses), max_size=12))
def test_the_book_is_the_sum_of_its_entries(history: list[tuple[dict[str, set[str]], str, str]]):
    """After any history: awarded less withdrawn is what is held, and a book read from the entries says the same."""
    book, written = Book(MedalView.OFFICIAL), list[LedgerBody]()
    for units, kind, status in history:
        spoken = {unit: awards(*sorted(texts)) for unit, texts in units.items()}
        found = book.entries(EVENT, spoken, cause(kind, status))
        for each in found:
            book.apply(each)
        written += found
        sums = Counter[str]()
        for each in written:
            sums[f"{each.medal} {each.winner.id}"] += 1 if each.action == "awarded" else -1
        assert min(sums.values(), default=0) >= 0
        assert sorted((+sums).elements()) == held(book)
    again = Book(MedalView.OFFICIAL)
    for each in written:
        again.apply(each)
    assert held(again) == held(book)


def test_nobody_has_the_same_medal_twice(book: Book):
    """One that is said of two units is one medal."""
    assert take(book, {FINAL: awards("gold a"), WHOLE_EVENT: awards("gold a")}) == ["+gold a"]


def test_an_entry_that_takes_what_nobody_has_is_a_contradiction(book: Book):
    """The stream holds a ledger that is not its own sum: nobody may count on from there."""
    (entry,) = book.entries(EVENT, {FINAL: awards("gold a")}, cause())
    book.apply(entry)
    (taken,) = book.entries(EVENT, {FINAL: ()}, cause())
    book.apply(taken)
    with pytest.raises(ContradictionError, match="does not have it"):
        book.apply(taken)
