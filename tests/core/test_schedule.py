import random
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feed.core.board import Board
from feed.core.entry import Entry
from feed.core.schedule import HIDDEN, Schedule, Wanted, day_bounds
from schemas.message import Op
from schemas.unit import STATUSES
from tests.core.makers import entry
from tests.core.schedule_makers import DAY, session_entry, starters, unit_code, unit_entry

ALL = Wanted()
EVERY = Wanted(statuses=frozenset(STATUSES))
PARIS = ZoneInfo("Europe/Paris")


def selected(entries: list[Entry], wanted: Wanted = ALL) -> tuple[list[str], list[str]]:
    """Codes of the sessions and of the units that are shown."""
    schedule = Schedule()
    for each in entries:
        schedule.apply(each)
    sessions, units = schedule.of("XG2030").select(wanted)
    return [row.code for row in sessions], [row.code for row in units]


UNITS = st.lists(
    st.tuples(
        st.integers(0, 9),
        st.sampled_from([None, 0, 5, DAY]),
        st.sampled_from([None, "1", "2", "10"]),
    ),
    unique_by=lambda unit: unit[0],
)


@given(UNITS, st.randoms(use_true_random=False))
def test_units_are_in_odfs_order(units: list[tuple[int, int | None, str | None]], chance: random.Random):
    """By start, then Order as a number (none first), then code; without a start last, by code; however they came."""
    dated = sorted((start, int(order or 0), number) for number, start, order in units if start is not None)
    undated = sorted(number for number, start, _ in units if start is None)
    expected = [number for *_, number in dated] + undated
    chance.shuffle(units)
    entries = [unit_entry(seq, unit_code(n), start=start, order=o) for seq, (n, start, o) in enumerate(units, 1)]
    assert selected(entries)[1] == [unit_code(number) for number in expected]


@given(st.permutations(["ATH01", "ATH02", "ATH10", "PATH01", "SWM01"]))
def test_sessions_are_in_the_order_of_their_codes(codes: list[str]):
    """Whenever they begin."""
    entries = [session_entry(seq, code, start=DAY - seq) for seq, code in enumerate(codes, 1)]
    assert selected(entries)[0] == sorted(codes)


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(Op), st.sampled_from([None, 5, DAY]), st.sampled_from(STATUSES)),
        max_size=12,
    ),
    st.sets(st.integers(0, 12)),
)
def test_the_schedule_is_what_the_board_holds(messages: list[tuple], looks: set[int]):
    """Asked for at any time: newest message of each unit, none that was taken back, as if it had been made anew."""
    board, newest = Board(), {}
    for seq, (number, op, start, status) in enumerate(messages, 1):
        newest[number] = unit_entry(
            seq, unit_code(number), op, **({"start": start, "status": status} if op is Op.PUT else {})
        )
        board.apply(newest[number])
        if seq in looks:
            board.view(Schedule)
    programme = board.view(Schedule).of("XG2030")
    assert programme.seq == len(messages)
    living = [each for each in newest.values() if each.index.op is Op.PUT]
    assert [row.code for row in programme.select(EVERY)[1]] == selected(living, EVERY)[1]


def test_what_may_never_take_place_is_not_shown():
    """A unit that is not scheduled appears for who names that status; any other status is shown, and none."""
    statuses = [HIDDEN, "SCHEDULED", "CANCELLED", None, "NEW_ONE"]
    entries = [unit_entry(n, unit_code(n), start=n, status=status) for n, status in enumerate(statuses)]
    assert selected(entries)[1] == [unit_code(number) for number in (1, 2, 3, 4)]
    assert selected(entries, Wanted(statuses=frozenset({HIDDEN})))[1] == [unit_code(0)]
    assert selected(entries, Wanted(statuses=frozenset({HIDDEN, "CANCELLED"})))[1] == [unit_code(0), unit_code(2)]


def programme() -> list[Entry]:
    """Two disciplines, two venues, two days; a session without units, and one that holds another discipline's unit."""
    swimming = "SWMW50MFR-------------FNL-000100--"
    return [
        session_entry(1, "ATH01", start=0, venue="STA"),
        session_entry(2, "ATH02", start=DAY, venue="STA", status="CANCELLED"),
        session_entry(3, "SWM01", start=0, venue="POO"),
        session_entry(4, "MDL01", start=DAY, venue="PLA"),
        unit_entry(5, unit_code(1), start=10, session="ATH01", venue="STA", start_list=starters("XA", "XB")),
        unit_entry(6, unit_code(2), start=DAY + 5, session="MDL01", venue="PLA", start_list=starters("XB")),
        unit_entry(7, swimming, start=20, session="SWM01", venue="POO", start_list=starters("XA"), status="RUNNING"),
        unit_entry(8, unit_code(3), venue="STA"),
    ]


@pytest.mark.parametrize(
    "wanted, sessions, units",
    [
        (ALL, "ATH01 ATH02 MDL01 SWM01", "1 S 2 3"),
        (Wanted(day=(0, DAY)), "ATH01 SWM01", "1 S"),
        (Wanted(day=(DAY, 2 * DAY)), "ATH02 MDL01", "2"),
        (Wanted(day=(10, 20)), "ATH01", "1"),
        (Wanted(disciplines=frozenset({"ATH"})), "ATH01 ATH02 MDL01", "1 2 3"),
        (Wanted(disciplines=frozenset({"MDL"})), "MDL01", ""),
        (Wanted(venues=frozenset({"STA"})), "ATH01 ATH02", "1 3"),
        (Wanted(venues=frozenset({"STA", "POO"})), "ATH01 ATH02 SWM01", "1 S 3"),
        (Wanted(nocs=frozenset({"XB"})), "ATH01 MDL01", "1 2"),
        (Wanted(nocs=frozenset({"XA"}), disciplines=frozenset({"SWM"})), "SWM01", "S"),
        (Wanted(nocs=frozenset({"XC"})), "", ""),
        (Wanted(statuses=frozenset({"RUNNING"})), "SWM01", "S"),
        (Wanted(day=(DAY, 2 * DAY), venues=frozenset({"STA"})), "ATH02", ""),
    ],
)
def test_what_is_wanted_is_shown(wanted: Wanted, sessions: str, units: str):
    """One of each kind of wish has to fit; a session comes with its units, or by its own day, discipline and venue."""
    codes = {unit_code(number): str(number) for number in range(4)}
    found_sessions, found_units = selected(programme(), wanted)
    assert " ".join(found_sessions) == sessions
    assert " ".join(codes.get(code, code[0]) for code in found_units) == units


def test_competitions_have_schedules_of_their_own():
    """Also one with an odd code; `seq` is of the schedule's own newest message, tombstones too, 0 without one."""
    schedule = Schedule()
    for each in (
        unit_entry(1, unit_code(1), competition="X É"),
        unit_entry(2, unit_code(1), Op.REMOVED),
        entry(3, "XG2030.ATH.M.100M.FNL.000100.result"),
    ):
        schedule.apply(each)
    assert [row.code for row in schedule.of("X É").select(ALL)[1]] == [unit_code(1)]
    assert schedule.of("XG2030").select(ALL) == ([], [])
    assert [schedule.of(code).seq for code in ("X É", "XG2030", "NOBODY")] == [1, 2, 0]


@pytest.mark.parametrize(
    "text, zone, first, following",
    [
        ("2024-07-26", UTC, "2024-07-26T00:00+00:00", "2024-07-27T00:00+00:00"),
        ("2024-07-26", PARIS, "2024-07-26T00:00+02:00", "2024-07-27T00:00+02:00"),
        ("2024-03-31", PARIS, "2024-03-31T00:00+01:00", "2024-04-01T00:00+02:00"),
        ("2024-12-31", ZoneInfo("Pacific/Auckland"), "2024-12-30T11:00+00:00", "2024-12-31T11:00+00:00"),
    ],
)
def test_a_day_is_a_calendar_day_of_the_zone(text: str, zone: ZoneInfo, first: str, following: str):
    """From midnight to midnight there, which is 23 hours when the clocks go forward."""
    micros = [int(datetime.fromisoformat(each).timestamp()) * 1_000_000 for each in (first, following)]
    assert day_bounds(text, zone) == tuple(micros)


@pytest.mark.parametrize(
    "text",
    ["", "today", "20240726", "2024-7-26", "2024-W30-5", "2024-02-30", "9999-12-31", "2024-07-26 ", "\u0662024-07-26"],
)
def test_a_text_that_is_no_day_is_told(text: str):
    """Only YYYY-MM-DD, and only days that exist."""
    with pytest.raises(ValueError, match=r"YYYY-MM-DD|range"):
        day_bounds(text, UTC)
