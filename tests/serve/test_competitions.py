from pathlib import Path
from typing import Any

from feed.config import CompetitionSettings
from tests.documents import odf
from tests.service_fixture import House, opened


async def test_competitions_are_listed_by_code_with_zone_and_topics(tmp_path: Path):
    """Code, time zone if one is set, number of topics, as of a sequence."""
    zones = {"XA": CompetitionSettings("Europe/Paris")}
    async with opened(tmp_path, competitions=zones) as house:
        await house.store(odf("XB"), odf("XA", 1), odf("XA", 2), odf("XA", unit=2))
        status, page = await house.get("/v1/competitions")
        assert status == 200
        assert set(page) == {"epoch", "seq", "competitions"}
        assert page["seq"] == 4
        assert page["competitions"] == [
            {"code": "XA", "zone": "Europe/Paris", "topics": 2},
            {"code": "XB", "zone": None, "topics": 1},
        ]


async def test_a_zone_makes_header_times_exact(tmp_path: Path):
    """With a zone the time of the header is read in it; without, UTC is assumed and remarked."""
    zones = {"XA": CompetitionSettings("Europe/Paris")}
    async with opened(tmp_path, competitions=zones) as house:
        await house.store(odf("XA"), odf("XB"))
        _, page = await house.get("/v1/log")
        paris, assumed = page["messages"]
        assert "zone_assumed" not in paris["remarks"]
        assert "zone_assumed" in assumed["remarks"]
        assert assumed["ts"]["event"] - paris["ts"]["event"] == 2 * 3600 * 1_000_000


def names(answer: tuple[int, dict[str, Any]]) -> tuple[int, str]:
    status, page = answer
    return status, page["competition"] if status == 200 else page["error"]["name"]


async def test_a_view_is_of_one_competition(house: House):
    """The only one there is; of several the one that is named; else it is asked for; one nobody knows is told."""
    assert names(await house.get("/v1/sources")) == (404, "not_found")
    assert names(await house.get("/v1/sources?competition=XA")) == (404, "not_found")
    await house.store(odf("XÉ"))
    assert names(await house.get("/v1/sources")) == (200, "XÉ")
    await house.store(odf("XA"))
    status, body = await house.get("/v1/sources")
    assert (status, body["error"]["name"]) == (400, "competition_needed")
    assert "XA, XÉ" in body["error"]["hint"]
    for code in ("XA", "XÉ"):
        assert names(await house.get(f"/v1/sources?competition={code}")) == (200, code)
    assert names(await house.get("/v1/sources?competition=XA&competition=XÉ")) == (400, "bad_request")
    for unknown in ("XB", "", "xa", "%ED%A0%80", "X" * 5_000):
        assert names(await house.get(f"/v1/sources?competition={unknown}")) == (404, "not_found")


async def test_a_view_is_of_the_competition_in_the_settings(tmp_path: Path):
    """Whether something of it came or not; of several in the settings none is the one."""
    zones = {"XA": CompetitionSettings("Europe/Paris")}
    async with opened(tmp_path, competitions=zones) as house:
        assert names(await house.get("/v1/schedule")) == (200, "XA")
        await house.store(odf("XB"))
        assert names(await house.get("/v1/schedule")) == (200, "XA")
        assert names(await house.get("/v1/schedule?competition=XB")) == (200, "XB")
    zones["XC"] = CompetitionSettings("Asia/Tokyo")
    async with opened(tmp_path, competitions=zones) as house:
        assert names(await house.get("/v1/schedule")) == (200, "XB")
        await house.store(odf("XA"))
        assert names(await house.get("/v1/schedule")) == (400, "competition_needed")
        assert names(await house.get("/v1/schedule?competition=XC")) == (200, "XC")
