"""The doors that tell what the feed counts itself: one meaning of `view=`, of `through`, of a competition."""

import pytest

from tests.documents import fresh_competition
from tests.serve.test_medals import counted
from tests.service_fixture import Running

DOORS = ("medals", "medals/ledger", "records")


@pytest.mark.parametrize("door", DOORS)
async def test_what_counts_is_official_unless_another_view_is_asked_for(service: Running, door: str):
    """A view there is not is refused by name."""
    competition = fresh_competition()
    await counted(service, competition)
    for asked, told in (("", "official"), ("&view=official", "official"), ("&view=provisional", "provisional")):
        status, page = await service.get(f"/v1/{door}?competition={competition}{asked}")
        assert (status, page["view"], page["competition"]) == (200, told, competition)
    status, page = await service.get(f"/v1/{door}?competition={competition}&view=final")
    assert (status, page["error"]["name"]) == (400, "bad_request")


async def test_all_are_counted_equally_far(service: Running):
    """One mark tells it for a competition."""
    competition = fresh_competition()
    await counted(service, competition)
    pages = [(await service.get(f"/v1/{door}?competition={competition}"))[1] for door in DOORS]
    assert len({page["through"] for page in pages}) == 1
    assert pages[0]["through"] > 0


@pytest.mark.parametrize("door", DOORS)
async def test_of_several_competitions_one_has_to_be_named(service: Running, door: str):
    """Nothing is counted across them."""
    for _ in range(2):
        await counted(service, fresh_competition())
    status, page = await service.get(f"/v1/{door}")
    assert (status, page["error"]["name"]) == (400, "competition_needed")
