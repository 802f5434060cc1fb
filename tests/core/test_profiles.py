import random
from datetime import UTC

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from feed.core.agenda import Timing
from feed.core.board import Board
from feed.core.event_views import Events, event_rows
from feed.core.medal_views import Journals
from feed.core.medals import Medals
from feed.core.profiles import Page, Profile
from feed.core.schedule import day_bounds
from schemas.rsc import Rsc, parse_code
from tests.core.stories import PAGE, Story
from tests.core.test_medals import EVENT, FINAL, result
from tests.documents import odf
from tests.matches import bracket, match, match_code, outcome, people, place, side, teams, update
from tests.schedules import schedule, unit, unit_code

GONE = b'<Participant Code="8" Organisation="FIN" Status="CANCEL"/>'
NINE, TEN = "2030-07-03T09:00:00Z", "2030-07-03T10:00:00Z"


def known(story: Story, name: str) -> Profile:
    found = story.profile(name)
    assert found is not None
    return found


def starting(version: int, code: str, *names: str, status: str = "START_LIST") -> bytes:
    """The start list of a unit in which many start."""
    rows = "".join(
        f'<Result SortOrder="{n}"><Competitor Code="{name}" Type="A" Organisation="XAA"/></Result>'
        for n, name in enumerate(names, 1)
    )
    return odf("XA", version, body=rows, DocumentCode=code, ResultStatus=status)


def test_nothing_is_known_of_nobody():
    """Neither a person nor a team nor anybody on a start list."""
    assert Story().profile("7") is None


def test_units_before_and_behind_an_athlete():
    """Those that are over with rank and result, newest first; the others by start, from result start lists too."""
    story = Story()
    done, later = (unit(n, NINE, ScheduleStatus=status) for n, status in ((1, "FINISHED"), (3, "SCHEDULED")))
    story.post(schedule("XA", done, unit(2, TEN, ScheduleStatus="RUNNING"), later))
    for number, names in ((1, "ab"), (2, "a"), (3, "ab")):
        story.post(starting(1, unit_code(number), *names))
    story.post(result(2, "1 a XAA", "2 b XBB", DocumentCode=unit_code(1)))
    found = known(story, "b")
    (past,) = found.past
    (row,) = past.results
    assert (past.unit, past.status, row.rank, row.status, row.call) == (
        unit_code(1),
        "FINISHED",
        "2",
        "OFFICIAL",
        "wait",
    )
    assert [each.unit for each in known(story, "a").upcoming] == [unit_code(3), unit_code(2)]
    assert [each.unit for each in found.upcoming] == [unit_code(3)]
    assert past.sides[1].competitor
    assert past.sides[1].competitor.id == "b"


def test_what_is_over_comes_newest_first():
    """In pages: each tells where the next begins."""
    story = Story()
    story.post(schedule("XA", *(unit(n, (NINE, TEN)[n % 2], ScheduleStatus="FINISHED") for n in (1, 2))))
    for number in (1, 2):
        story.post(starting(1, unit_code(number), "a"))
    assert [row.unit for row in known(story, "a").past] == [unit_code(1), unit_code(2)]
    page = story.profile("a", Page(1, 1))
    assert page is not None
    assert ([row.unit for row in page.past], page.next) == ([unit_code(2)], None)


def test_entries_tell_who_is_in_which_team():
    """Each team has its own members, and the list is named."""
    athlete = '<Composition><Athlete Code="{}" Order="1"/></Composition>'
    entry = '<Entry Code="{0}" Type="T" Organisation="{0}" SortOrder="1">{1}</Entry>'
    body = entry.format("FIN", athlete.format(7)) + entry.format("SUI", athlete.format(8))
    story = Story()
    story.post(odf("XA", body=body, DocumentType="DT_ENTRIES", DocumentCode=match_code("QFNL", 1)[:22].ljust(34, "-")))
    story.post(update("XA", 1, match(match_code("QFNL", 1), NINE, side(1, "FIN"), side(2, "SUI"))))
    found = known(story, "7")
    assert [[each.id for each in row.competitors] for row in found.upcoming] == [["FIN"]]
    assert found.entries == ("XA.IHO.M.TEAM11.-.-.entries",)


def test_without_a_schedule_the_result_tells_whether_it_is_over():
    """A result that is over ends its unit."""
    story = Story()
    story.post(result(1, "1 a XAA", status="LIVE"))
    assert [row.unit for row in known(story, "a").upcoming] == [FINAL]
    story.post(result(2, "1 a XAA", status="UNOFFICIAL"))
    assert ([row.unit for row in known(story, "a").past], known(story, "a").upcoming) == ([FINAL], ())


def test_what_a_start_is_worth():
    """Planned, hidden behind a text, late, or open; what happened counts more than all of it."""
    story = Story()
    text = '<StartText Language="ENG" Value="Not before 10:00"/>'
    hidden = unit(2, TEN, HideStartDate="Y").replace("<ItemName", text + "<ItemName")
    story.post(
        schedule(
            "XA",
            unit(1, NINE),
            hidden,
            unit(3, NINE, ScheduleStatus="DELAYED"),
            unit(4, NINE, ScheduleStatus="POSTPONED"),
            unit(5, NINE, ScheduleStatus="RUNNING", ActualStartDate=TEN),
            unit(6, ScheduleStatus="UNSCHEDULED"),
        )
    )
    for number in range(1, 7):
        story.post(starting(1, unit_code(number), "a"))
    rows = {row.unit: row for row in known(story, "a").upcoming}
    timings = [(rows[unit_code(n)].timing, rows[unit_code(n)].start is None) for n in range(1, 6)]
    assert timings == [
        (Timing.PLANNED, False),
        (Timing.ESTIMATED, False),
        (Timing.DELAYED, False),
        (Timing.OPEN, True),
        (Timing.ACTUAL, False),
    ]
    assert b"Not before 10:00" in bytes(rows[unit_code(2)].scheduled or b"")
    assert unit_code(6) not in rows


def test_a_member_goes_where_the_team_goes():
    """By the list of teams where the unit names the team alone; where it names members, only those."""
    story = Story()
    code = match_code("QFNL", 1)
    story.post(people("XA", "7 FIN Aino", "8 FIN Venla"), teams("XA", FIN="7 8", SUI="9"))
    story.post(update("XA", 1, match(code, NINE, side(1, "FIN"), side(2, "SUI"))))
    found = known(story, "7")
    assert ([row.unit for row in found.upcoming], len(found.participants), len(found.teams)) == ([code], 1, 1)
    assert [each.id for each in found.upcoming[0].competitors] == ["FIN"]
    named = '<Composition><Athlete Code="8" Order="1"/></Composition></Competitor>'
    live = outcome("XA", 1, code, "FIN", "SUI", status="LIVE")
    story.post(live.replace(b"/></Result>", f">{named}</Result>".encode(), 1))
    assert (known(story, "7").upcoming, [row.unit for row in known(story, "8").upcoming]) == ((), [code])
    story.post(teams("XA", 2, FIN="8", SUI="9 7"))
    assert [row.competitors[0].id for row in known(story, "7").upcoming] == ["SUI"]


def test_a_medal_that_was_taken_back_stays_in_the_history():
    """S2: C has no medal now, and what she had is told with its causes."""
    story = Story(Medals())
    story.post(result(1, "1 a BRA", "2 b ITA", "3 c USA", "4 d ROU"))
    assert [medal.medal for medal in known(story, "c").medals] == ["bronze"]
    story.post(result(2, "1 a BRA", "2 b ITA", "3 d ROU", "5 c USA"))
    assert known(story, "c").medals == ()
    history = [(row.entry.action, row.entry.cause.version) for row in known(story, "c").history]
    assert history == [("awarded", 1), ("withdrawn", 2)]
    assert [medal.event for medal in known(story, "d").medals] == [EVENT]
    assert (story.delegation("USA").medals.total, story.delegation("ROU").medals.bronze) == (0, 1)


def test_an_organisation_has_its_people_and_its_units_of_a_day():
    """Whoever left is not counted; a day has what is over too, without one all that is not."""
    story = Story()
    story.post(people("XA", "7 FIN Aino", "8 FIN Venla", "9 SUI Anna"), teams("XA", FIN="7", SUI="9"))
    left = people("XA", "7 FIN Aino", "9 SUI Anna", version=2).replace(b"<Competition>", b"<Competition>" + GONE)
    story.post(left)
    over = unit(1, NINE, "FIN", ScheduleStatus="FINISHED")
    story.post(schedule("XA", over, unit(2, TEN, "SUI FIN"), unit(3, TEN, "SUI")))
    found = story.delegation("FIN")
    assert (found.participants, found.teams, [row.unit for row in found.units]) == (1, 1, [unit_code(2)])
    day = story.delegation("FIN", day_bounds("2030-07-03", UTC))
    assert [row.unit for row in day.units] == [unit_code(1), unit_code(2)]
    assert story.delegation("FIN", day_bounds("2030-07-04", UTC)).units == ()


DOCUMENTS = (
    people("XA", "7 FIN Aino", "8 SUI Anna"),
    teams("XA", FIN="7", SUI="8"),
    teams("XA", 2, FIN="8", SUI="7"),
    update("XA", 1, match(match_code("QFNL", 1), NINE, side(1, "FIN"), side(2, "SUI"))),
    update("XA", 2, match(match_code("QFNL", 1), NINE, side(1, "SUI"), side(2, "CAN"), status="FINISHED")),
    update("XA", 3, match(match_code("SFNL", 1), TEN, side(1, unit=match_code("QFNL", 1)))),
    update("XA", 4, match(match_code("SFNL", 1), TEN, side(1, "CAN", unit=match_code("QFNL", 1)))),
    bracket("XA", 1, SFNL1=place(1, unit=match_code("QFNL"))),
    bracket("XA", 2, SFNL1=place(1, "FIN"), SFNL2=place(1, unit=match_code("QFNL", 1), wlt="L")),
    outcome("XA", 1, match_code("QFNL", 1), "FIN", "SUI"),
    outcome("XA", 2, match_code("QFNL", 1), "CAN", "SUI"),
    odf("XA", 3, DocumentCode=match_code("QFNL", 1)).replace(b"<Competition></Competition>", b""),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(DOCUMENTS), max_size=12), st.sets(st.integers(0, 12)), st.randoms())
def test_a_view_is_what_the_board_holds(documents: list[bytes], looks: set[int], chance: random.Random):
    """Asked for at any time: as if it had been made anew from the newest message of each topic."""
    story = Story(Medals())
    for number, document in enumerate(documents):
        story.post(document)
        if number in looks:
            pages(story, story.board)
    living = story.board.snapshot(lambda _: True)
    chance.shuffle(living)
    assert pages(story, story.board) == pages(story, Board.of(living))


def pages(story: Story, board: Board) -> list[object]:
    """Everything that is shown of everybody."""
    agenda, journal = story.agenda(board), board.view(Journals).of("XA")
    code = parse_code(match_code("QFNL", 1)[:22].ljust(34, "-"))
    assert isinstance(code, Rsc)
    rows: list[object] = [event_rows(agenda, journal, board.view(Events), code, PAGE)]
    rows += [story.profile(name, PAGE, board) for name in ("7", "8", "FIN", "SUI", "CAN")]
    rows += [story.delegation(noc, None, PAGE, board) for noc in ("FIN", "SUI", "CAN")]
    return [_plain(row) for row in rows]


def _plain(row: object) -> str:
    return msgspec.json.encode(row).decode()
