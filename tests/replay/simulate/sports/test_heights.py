from replay.simulate.model import Entrant, Event, Format, Row, Unit
from replay.simulate.sports.beat import Held
from replay.simulate.sports.heights import Heights

FORM = Format("ATH", "heights", "200", 1, 12, 12, 1, 60, 5.0)
EVENT = Event("ATHMHJ".ljust(34, "-"), "High Jump", 0, FORM)


def held(seed: int, medal: str = "1") -> Held:
    entrants = [Entrant(str(id_), False, "SUI", "", (), 0.4 + 0.05 * id_, f"<C{id_}/>") for id_ in range(12)]
    return Held(EVENT, Unit(EVENT.code, "", 1, "FNL-", medal), entrants, seed)


def jumped_off(row: Row) -> bool:
    return any(part >= 1_000 for part in row.parts)


def test_equal_heights_are_ranked_by_failures():
    """First those at that height, then all before; the rest shares a rank."""
    for seed in range(30):
        rows = [row for row in Heights().play(held(seed)) if not row.irm and not jumped_off(row)]
        keys = []
        for row in rows:
            best = max(part // 10 for part in row.parts if part % 10)
            there = sum(part == 10 * best for part in row.parts)
            failed = sum(part % 10 == 0 for part in row.parts if part // 10 <= best)
            keys.append((-float(row.text), there, failed))
        assert keys == sorted(keys)
        assert [row.rank for row in rows] == [rows[keys.index(key)].rank for key in keys]


def test_two_who_would_win_jump_again_in_a_final_only():
    """Until one is over and the other is not; nobody else is moved."""
    finals = [Heights().play(held(seed)) for seed in range(60)]
    decided = [rows for rows in finals if jumped_off(rows[0])]
    assert decided
    assert all(sum(row.rank == 1 for row in rows) == 1 for rows in decided)
    assert not any(jumped_off(row) for seed in range(60) for row in Heights().play(held(seed, "")))


def test_the_story_ends_in_the_result():
    """The rows after the last attempt have the ranks and the attempts of the end."""
    for seed in range(20):
        rows = Heights().play(held(seed))
        *_, last = Heights().beats(held(seed), rows)
        told = Heights().closing(held(seed), rows).told
        for written, row, (attempts, competitor) in zip(last.rows, rows, told, strict=True):
            assert attempts in written
            assert competitor in written
            assert (f'Rank="{row.rank}"' in written) == bool(row.rank)
