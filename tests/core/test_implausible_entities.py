from xml.sax.saxutils import quoteattr

import pytest

from tests.core.scrutiny import Scrutiny
from tests.documents import odf
from tests.results import COMPETITION
from tests.schedules import schedule, session, unit

EVENT, OTHER = "ATHM100M--------------------------", "ATHW100M--------------------------"
TEN, ELEVEN, NOON = (f"2030-07-03T{hour}:00:00+00:00" for hour in (10, 11, 12))
DAY_AFTER = "2030-07-04T10:00:00+00:00"


def named(**attributes: str) -> str:
    return "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())


def person(id_: str = "7", event: str = "", discipline: str = "ATH", **attributes: str) -> str:
    """A participant, entered in an event if one is named."""
    told = {"Code": id_, "Status": "ACTIVE", "Gender": "M", "MainFunctionId": "AA01"} | attributes
    entry = f'<RegisteredEvent Event="{event}"/>' if event else ""
    return f'<Participant{named(**told)}><Discipline Code="{discipline}">{entry}</Discipline></Participant>'


def team(id_: str = "T1", *members: str, event: str = EVENT, **attributes: str) -> str:
    """A team of these athletes, entered in an event."""
    athletes = "".join(f'<Athlete Code="{each}" Order="1"/>' for each in members)
    entry = f'<RegisteredEvent Event="{event}"/>' if event else ""
    body = f'<Composition>{athletes}</Composition><Discipline Code="ATH">{entry}</Discipline>'
    return f"<Team{named(Code=id_, **({'Gender': 'M'} | attributes))}>{body}</Team>"


def listed(document_type: str, *elements: str, code: str = "ATH", version: int = 1) -> bytes:
    header = {"DocumentType": document_type, "DocumentCode": code.ljust(34, "-")}
    return odf(COMPETITION, version, body="".join(elements), **header)


def people(*elements: str, code: str = "ATH") -> bytes:
    return listed("DT_PARTIC", *elements, code=code)


def teams(*elements: str) -> bytes:
    return listed("DT_PARTIC_TEAMS", *elements)


def entries(*members: str, event: str = EVENT) -> bytes:
    """One entry of a team whose members are elements."""
    composition = f"<Composition>{''.join(members)}</Composition>" if members else ""
    body = f'<Entry Code="T1" Type="T" Organisation="XAA" SortOrder="1">{composition}</Entry>'
    return listed("DT_ENTRIES", body, code=event)


def member(id_: str, sex: str = "M") -> str:
    return f'<Athlete Code="{id_}" Order="1"><Description FamilyName="A" Gender="{sex}" Organisation="XAA"/></Athlete>'


def rules(*documents: bytes) -> list[str]:
    return Scrutiny().rules(*documents)


@pytest.mark.parametrize(
    "element, found",
    [
        (session("ATH01", TEN, EndDate=ELEVEN), []),
        (session("ATH01", TEN), []),
        (session("ATH01", ELEVEN, EndDate=TEN), ["ends_before_start"]),
        (unit(1, TEN, EndDate=ELEVEN), []),
        (unit(1, TEN), []),
        (unit(1, ELEVEN, EndDate=TEN), ["ends_before_start"]),
        (unit(1, TEN, EndDate=NOON, ActualStartDate=NOON, ActualEndDate=ELEVEN), ["ends_before_start"]),
    ],
)
def test_nothing_ends_before_it_starts(element: str, found: list[str]):
    """Neither as planned nor as it happened; what is not told contradicts nothing."""
    assert rules(schedule(COMPETITION, element)) == found


@pytest.mark.parametrize(
    "attributes, found",
    [
        ({}, ["outside_session"]),
        ({"EndDate": DAY_AFTER}, ["outside_session"]),
        ({"ScheduleStatus": "POSTPONED"}, []),
        ({"HideStartDate": "Y"}, []),
        ({"SessionCode": "ATH02"}, []),
        ({"SessionCode": ""}, []),
        ({"StartDate": "2030-07-03T20:00:00+00:00"}, []),
    ],
)
def test_a_unit_is_near_its_session(attributes: dict[str, str], found: list[str]):
    """The session of this document or, for an update, of the schedule; some hours beside it are no contradiction."""
    told = unit(1, **({"StartDate": DAY_AFTER, "SessionCode": "ATH01"} | attributes))
    span = session("ATH01", TEN, EndDate=NOON)
    assert rules(schedule(COMPETITION, span, told)) == found
    update = schedule(COMPETITION, told, version=2, DocumentType="DT_SCHEDULE_UPDATE")
    assert rules(schedule(COMPETITION, span), update) == found
    assert rules(update) == []


def test_the_newest_word_on_a_session_counts():
    """An update that moves both tells nothing odd, in whatever order."""
    moved = schedule(
        COMPETITION,
        unit(1, DAY_AFTER, SessionCode="ATH01"),
        session("ATH01", DAY_AFTER, EndDate="2030-07-04T12:00:00+00:00"),
        version=2,
        DocumentType="DT_SCHEDULE_UPDATE",
    )
    assert rules(schedule(COMPETITION, session("ATH01", TEN, EndDate=NOON)), moved) == []


@pytest.mark.parametrize("sex, found", [("M", []), ("F", []), ("X", []), ("Q", ["sex_unknown"]), ("", ["sex_unknown"])])
def test_a_person_has_a_sex_of_the_table(sex: str, found: list[str]):
    """Unspecified is one."""
    assert rules(people(person(Gender=sex))) == found


@pytest.mark.parametrize(
    "birth, found",
    [("2004-02-11", []), ("2030-07-03", []), ("2030-07-04", ["born_later"]), ("", []), ("2004-02-31", []), ("-", [])],
)
def test_nobody_is_born_after_the_document(birth: str, found: list[str]):
    """What is no date is not compared."""
    assert rules(people(person(BirthDate=birth))) == found


@pytest.mark.parametrize(
    "document, found",
    [
        (people(person(event=EVENT)), []),
        (people(person(event="ATHM------------------------------")), []),
        (people(person(event=OTHER)), ["entered_elsewhere"]),
        (people(person(event=OTHER, Gender="F")), []),
        (people(person(event=OTHER, Gender="X")), []),
        (people(person(event=OTHER, MainFunctionId="AB01")), []),
        (people(person(event="ATHX4X400M------------------------")), []),
        (people(person(event="SWMM100MFR------------------------")), ["entered_elsewhere"]),
        (people(person(event="ROWM8-----------------------------", Gender="F"), code="ROW"), []),
        (teams(team("T1", "7", event=OTHER)), ["entered_elsewhere"]),
        (teams(team("T1", "7", event=OTHER, Gender="W")), []),
        (entries(member("7"), member("8", "F")), ["entered_elsewhere"]),
        (entries(member("7", "F"), event=OTHER), []),
    ],
)
def test_who_is_entered_is_of_the_event(document: bytes, found: list[str]):
    """By discipline and sex; a coxswain or a guide may be of either."""
    assert rules(document) == found


@pytest.mark.parametrize(
    "document, found",
    [
        (teams(team("T1", "7")), []),
        (teams(team("T1")), ["team_without_members"]),
        (teams(team("T1", event="")), []),
        (teams(team("T1", Status="CANCEL")), []),
        (teams(team("T1", Current="false")), []),
        (entries(member("7")), []),
        (entries(), ["team_without_members"]),
    ],
)
def test_a_team_that_is_entered_has_members(document: bytes, found: list[str]):
    """Teams that are in no event, or left, need none; nor do those since 2026, whose entries tell them."""
    assert rules(document) == found


def test_a_member_is_somebody():
    """By the whole list of persons; without one nothing is said."""
    known = people(person("7"))
    for document in (teams(team("T1", "7", "8")), entries(member("7"), member("8"))):
        assert rules(document) == []
        assert rules(known, document) == ["member_unknown"]
        assert rules(people(person("7"), person("8")), document) == []
    single = '<Entry Code="9" Type="A" Organisation="XAA" SortOrder="1"/>'
    assert rules(known, listed("DT_ENTRIES", single, code=EVENT)) == ["member_unknown"]


def test_a_session_that_fits_into_no_topic_is_not_looked_for():
    """The unit that names it is published like any other."""
    assert rules(schedule(COMPETITION, unit(1, DAY_AFTER, SessionCode="x" * 70))) == []
