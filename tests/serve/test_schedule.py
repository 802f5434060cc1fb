from pathlib import Path
from typing import Any

import pytest

from feed.config import CompetitionSettings
from tests.documents import fresh_competition, odf
from tests.schedules import schedule, session, unit, unit_code
from tests.service_fixture import Running, opened


async def told(service: Running, competition: str, query: str = "") -> dict[str, Any]:
    status, page = await service.get(f"/v1/schedule?competition={competition}&{query}")
    assert status == 200, page
    return page


def codes(page: dict[str, Any]) -> tuple[list[str], list[str]]:
    return [row["code"] for row in page["sessions"]], [row["code"] for row in page["units"]]


async def test_a_schedule_is_shown_as_it_was_sent(service: Running):
    """Each row has topic, seq and version of its message and the fields of its body, in ODF's order."""
    competition = fresh_competition()
    head = await service.store(
        schedule(
            competition,
            session("ATH01", "2030-07-03T09:00:00+02:00", Venue="STA"),
            unit(2, "2030-07-03T10:00:00+02:00", "XA XB", SessionCode="ATH01", Venue="STA", Location="TRK"),
            unit(1, "2030-07-03T10:05:00+02:00", SessionCode="ATH01", Venue="STA"),
            unit(3, ScheduleStatus="UNSCHEDULED"),
        )
    )
    _, snapshot = await service.get(f"/v1/snapshot?filter={competition}.%3E")
    messages = {message["topic"]: message for message in snapshot["messages"]}
    page = await told(service, competition)
    assert codes(page) == (["ATH01"], [unit_code(2), unit_code(1)])
    for row in (*page["sessions"], *page["units"]):
        message = messages[row["topic"]]
        assert row == {name: message[name] for name in ("topic", "seq", "version")} | message["body"]
    assert [each["noc"] for each in page["units"][0]["start_list"]] == ["XA", "XB"]
    assert (page["epoch"], page["competition"], page["zone"], page["date"]) == (
        snapshot["epoch"],
        competition,
        "UTC",
        None,
    )
    assert page["seq"] == max(m["seq"] for m in messages.values() if m["type"] in {"session", "unit"}) >= head[0]


async def test_what_is_wanted_is_shown(service: Running):
    """By day, discipline, NOC, venue and status, each repeated or with commas; they narrow one another."""
    competition = fresh_competition()
    await service.store(
        schedule(
            competition,
            session("ATH01", "2030-07-03T09:00:00Z", Venue="STA"),
            unit(1, "2030-07-03T10:00:00Z", "XAA XBB", SessionCode="ATH01", Venue="STA"),
            unit(2, "2030-07-04T10:00:00Z", "XBB", Venue="STA", ScheduleStatus="RUNNING"),
            unit(3, ScheduleStatus="UNSCHEDULED"),
        ),
        schedule(competition, unit(1, "2030-07-03T11:00:00Z", "XAA", discipline="SWM", Venue="POO"), discipline="SWM"),
    )
    swimming = unit_code(1, "SWM")
    for query, units in (
        ("date=2030-07-03", [unit_code(1), swimming]),
        ("date=2030-07-05", []),
        ("discipline=SWM", [swimming]),
        ("discipline=SWM&discipline=ATH", [unit_code(1), swimming, unit_code(2)]),
        ("noc=XAA", [unit_code(1), swimming]),
        ("noc=XAA&date=2030-07-03&discipline=ATH", [unit_code(1)]),
        ("venue=STA", [unit_code(1), unit_code(2)]),
        ("venue=STA,POO&noc=XBB", [unit_code(1), unit_code(2)]),
        ("status=RUNNING", [unit_code(2)]),
        ("status=UNSCHEDULED&status=RUNNING", [unit_code(2), unit_code(3)]),
    ):
        page = await told(service, competition, query)
        assert codes(page)[1] == units, query
        assert codes(page)[0] == (["ATH01"] if unit_code(1) in units else []), query


async def test_a_day_is_one_of_the_competitions_zone(tmp_path: Path):
    """Set in the settings, said in the answer; a unit just after midnight there is of the new day."""
    zones = {"XA": CompetitionSettings("Asia/Tokyo")}
    async with opened(tmp_path, competitions=zones) as house:
        await house.store(schedule("XA", unit(1, "2030-07-03T14:59:59Z"), unit(2, "2030-07-03T15:00:00Z")))
        for day, number in (("2030-07-03", 1), ("2030-07-04", 2)):
            _, page = await house.get(f"/v1/schedule?date={day}")
            assert (page["competition"], page["zone"], page["date"]) == ("XA", "Asia/Tokyo", day)
            assert codes(page) == ([], [unit_code(number)])


async def test_a_later_document_changes_the_schedule(service: Running):
    """A full list removes what it leaves out, an update changes what it names, a withdrawal empties it."""
    competition = fresh_competition()
    await service.store(schedule(competition, unit(1, "2030-07-03T10:00:00Z"), unit(2, "2030-07-03T11:00:00Z")))
    assert codes(await told(service, competition))[1] == [unit_code(1), unit_code(2)]
    update = schedule(competition, unit(1, "2030-07-03T12:00:00Z"), version=2, DocumentType="DT_SCHEDULE_UPDATE")
    await service.store(update)
    assert codes(await told(service, competition))[1] == [unit_code(2), unit_code(1)]
    await service.store(schedule(competition, unit(1, "2030-07-03T12:00:00Z"), version=3))
    page = await told(service, competition)
    assert codes(page)[1] == [unit_code(1)]
    withdrawal = odf(competition, 4, DocumentCode="ATH" + 31 * "-", DocumentType="DT_SCHEDULE")
    await service.store(withdrawal.replace(b"<Competition></Competition>", b""))
    emptied = await told(service, competition)
    assert (codes(emptied), emptied["seq"] > page["seq"]) == (([], []), True)


@pytest.mark.parametrize(
    "query, what",
    [
        ("date=", "YYYY-MM-DD"),
        ("date=today", "YYYY-MM-DD"),
        ("date=2030-02-30", "day"),
        ("date=2030-07-03&date=2030-07-04", "more than once"),
        ("noc=fra", "noc=fra"),
        ("noc=", "noc"),
        ("noc=FRA,", "noc"),
        ("discipline=ATH%2C%2CSWM", "discipline"),
        ("venue=" + "X" * 21, "venue"),
        ("status=RUNING", "RUNING"),
        ("status=", "status"),
    ],
)
async def test_a_wish_that_can_never_be_met_is_refused(service: Running, query: str, what: str):
    """A mistake is told, it never looks like a day without sport."""
    competition = fresh_competition()
    await service.store(odf(competition))
    status, body = await service.get(f"/v1/schedule?competition={competition}&{query}")
    assert (status, body["error"]["name"]) == (400, "bad_request")
    assert what in body["error"]["detail"]


async def test_a_competition_without_a_schedule_has_an_empty_one(service: Running):
    """It is there, nobody has sent a schedule yet."""
    competition = fresh_competition()
    await service.store(odf(competition))
    page = await told(service, competition)
    assert (page["seq"], page["sessions"], page["units"]) == (0, [], [])
