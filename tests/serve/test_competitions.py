from pathlib import Path

from feed.config import CompetitionSettings
from tests.documents import odf
from tests.service_fixture import opened


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
