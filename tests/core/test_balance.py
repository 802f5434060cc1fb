from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from feed.core.balance import Balance
from schemas.ledger import LedgerBody, MedalAction, MedalCause, MedalView, Winner
from schemas.medal_table import MedalRow

CAUSE = MedalCause(seq=7, topic="t", type="result", status="OFFICIAL")
EVENTS = [f"{text:-<34}" for text in ("ATHM100M", "ATHW100M", "SWMX4X100MMD")]

awards = st.tuples(
    st.sampled_from(EVENTS), st.sampled_from(["gold", "silver", "bronze"]), st.sampled_from(["XA", "XB", "XC", None])
)
Award = tuple[str, str, str | None]


def entry(award: Award, action: MedalAction = MedalAction.AWARDED) -> LedgerBody:
    event, medal, noc = award
    winner = Winner(id="a", noc=noc)
    return LedgerBody(
        view=MedalView.OFFICIAL, action=action, medal=medal, event=event, unit=None, winner=winner, cause=CAUSE
    )


def three(row: MedalRow) -> tuple[int, int, int]:
    return row.gold, row.silver, row.bronze


def rows(balance: Balance) -> tuple[MedalRow, ...]:
    return balance.table(MedalView.OFFICIAL, None).rows


@given(st.lists(st.tuples(awards, st.booleans()), max_size=20))
def test_a_balance_is_the_sum_of_its_entries(won: list[tuple[Award, bool]]):
    """Whatever was taken back: by organisation and gender what is left, ranked by it, and no event without a medal."""
    taken = [award for award, is_taken in won if is_taken]
    left = Counter(award for award, _ in won) - Counter(taken)
    history = [*(entry(award) for award, _ in won), *(entry(award, MedalAction.WITHDRAWN) for award in taken)]
    balance = Balance()
    for each in history:
        balance.apply(each)
    table = balance.table(MedalView.OFFICIAL, CAUSE)
    assert table.events == len({event for event, _, _ in left})
    assert {row.noc for row in table.rows} == {noc for _, _, noc in left if noc}
    for row in table.rows:
        found = Counter((event[3], medal) for event, medal, noc in left.elements() if noc == row.noc)
        assert row.total == found.total()
        for gender, counts in row.genders.items():
            assert (counts.gold, counts.total) == (
                found[gender, "gold"],
                sum(count for (each, _), count in found.items() if each == gender),
            )
        assert row.rank == 1 + sum(
            (x.gold, x.silver, x.bronze) > (row.gold, row.silver, row.bronze) for x in table.rows
        )
    again = Balance().after(history)
    assert again.table(MedalView.OFFICIAL, CAUSE) == table


def test_what_will_be_changes_nothing_now():
    """A table is written before the ledger has its entries."""
    balance = Balance()
    balance.apply(entry((EVENTS[0], "gold", "XA")))
    before = rows(balance)
    moved = balance.after([entry((EVENTS[0], "gold", "XA"), MedalAction.WITHDRAWN), entry((EVENTS[0], "gold", "XB"))])
    assert ([row.noc for row in rows(moved)], rows(balance)) == (["XB"], before)
