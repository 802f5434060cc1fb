import pytest

from feed.core.event_views import EventRows, Events, event_rows
from feed.core.medal_views import Journals
from feed.core.medals import Medals
from feed.core.profiles import Page
from schemas.rsc import LENGTH, Rsc, parse_code
from tests.core.stories import PAGE, Story
from tests.core.test_medals import EVENT, medallists, result
from tests.documents import odf
from tests.matches import bracket, match, match_code, place, update
from tests.schedules import schedule, unit, unit_code

NINE, TEN = "2030-07-03T09:00:00Z", "2030-07-03T10:00:00Z"


def shown(story: Story, event: str = EVENT, page: Page = PAGE) -> EventRows | None:
    code = parse_code(event)
    assert isinstance(code, Rsc)
    journal, events = story.board.view(Journals).of("XA"), story.board.view(Events)
    return event_rows(story.agenda(), journal, events, code, page)


def test_nothing_is_known_of_an_event():
    """Whatever is known of others."""
    story = Story()
    story.post(update("XA", 1, match(match_code("QFNL", 1), NINE)))
    assert shown(story) is None


def test_an_event_has_all_below_it_and_its_own():
    """Units in the order of the schedule, ranking, medallists, and the official medals with their history."""
    story = Story(Medals())
    story.post(schedule("XA", unit(2, NINE), unit(1, TEN)))
    ranking = {"DocumentType": "DT_RANKING", "DocumentCode": EVENT}
    story.post(result(1, "1 a XAA"), odf("XA", **ranking), odf("XA", 2, **ranking), medallists(1, "GOLD b XBB"))
    found = shown(story)
    assert found is not None
    final = "ATHM100M".ljust(22, "-") + "FNL-000100--"
    assert [row.unit for row in found.units] == [unit_code(2), unit_code(1), final]
    assert (b'"version":2' in bytes(found.ranking or b""), b'"version":1' in bytes(found.medallists or b"")) == (
        True,
    ) * 2
    assert [(medal.competitor, medal.medal) for medal in found.medals] == [("b", "gold")]
    assert [row.entry.action for row in found.history] == ["awarded", "withdrawn", "awarded"]
    assert sorted(topic.split(".")[6] for topic in found.documents if "medal_table" not in topic) == [
        "medallists",
        "ranking",
    ]


@pytest.mark.parametrize(
    "statuses, status",
    [
        (["SCHEDULED", "SCHEDULED"], "SCHEDULED"),
        (["SCHEDULED", "RESCHEDULED"], "SCHEDULED"),
        (["RESCHEDULED"], "RESCHEDULED"),
        (["FINISHED", "FINISHED"], "FINISHED"),
        (["FINISHED", "SCHEDULED"], "RUNNING"),
        (["CANCELLED"], "CANCELLED"),
        (["FINISHED", "UNSCHEDULED"], "FINISHED"),
        (["UNSCHEDULED"], None),
    ],
)
def test_a_phase_has_the_status_of_its_units(statuses: list[str], status: str | None):
    """As ODF derives it; a unit that may never take place does not count. It starts with its first unit."""
    story = Story()
    story.post(schedule("XA", *(unit(n, (TEN, NINE)[n % 2], ScheduleStatus=each) for n, each in enumerate(statuses))))
    found = shown(story)
    assert found is not None
    (phase,) = found.phases
    assert (phase.phase, phase.status, phase.units) == (
        "ATHM100M".ljust(22, "-") + "HEAT".ljust(12, "-"),
        status,
        len(statuses),
    )


def test_brackets_stand_as_they_were_delivered():
    """And the units of which only a bracket tells are not units of the schedule."""
    story = Story()
    story.post(bracket("XA", 1, SFNL1=place(1, unit=match_code("QFNL", 1))))
    found = shown(story, match_code("QFNL", 1)[:22].ljust(LENGTH, "-"))
    assert found is not None
    assert (len(found.brackets), found.units, found.next) == (1, (), None)


def test_units_come_in_pages():
    """The phases are always all of them."""
    story = Story()
    story.post(schedule("XA", *(unit(n, NINE) for n in range(5))))
    page = shown(story, page=Page(2, 2))
    assert page is not None
    assert ([row.unit for row in page.units], page.next) == ([unit_code(2), unit_code(3)], 4)
    assert page.phases[0].units == 5
