import asyncio

import pytest

from tests.core.record_makers import heat, mark, of_type, records, stood, swim
from tests.documents import fresh_competition
from tests.service_fixture import LIMIT, Running


async def swum(service: Running) -> str:
    """A competition in which a world record was set, and a national one too."""
    competition = fresh_competition()
    documents = (
        records(1, of_type("WR", stood("old", "46.40")), of_type("OR", stood("older", "47.00"))),
        heat(1, status="START_LIST"),
        heat(2, swim("a", "46.39", mark("WR"), mark("NR")), status="LIVE"),
    )
    *_, seq = await service.store(*(each.replace(b'"XA"', f'"{competition}"'.encode()) for each in documents))
    async with asyncio.timeout(LIMIT):
        while (await service.get(f"/v1/records?competition={competition}"))[1]["through"] < seq:
            await asyncio.sleep(0.01)
    return competition


async def test_records_are_told_by_code_with_those_who_hold_them(service: Running):
    """Official is what is signed; provisional shows what is pending beside it."""
    competition = await swum(service)
    _, signed = await service.get(f"/v1/records?competition={competition}")
    _, open_ = await service.get(f"/v1/records?competition={competition}&view=provisional")
    assert (signed["competition"], signed["view"], open_["view"]) == (competition, "official", "provisional")

    def lines(page: dict[str, object]) -> dict[str, str]:
        return {
            line["record_type"]: line["standing"]["result"]
            for part in page["records"]
            for line in part["records"]
            if line["standing"]
        }

    assert lines(signed) == {"WR": "46.40", "OR": "47.00"}
    assert lines(open_)["WR"] == "46.39"


@pytest.mark.parametrize(
    "query, types",
    [
        ("type=OR", {"OR"}),
        ("type=WR,OR", {"WR", "OR"}),
        ("discipline=SWM&type=OR", {"OR"}),
        ("discipline=ATH", set()),
        ("event=SWMM100MFR&type=WR", {"WR"}),
        ("event=SWMM200MFR", set()),
    ],
)
async def test_what_is_asked_for_is_told(query: str, types: set[str], service: Running):
    """By discipline, event and type, together."""
    competition = await swum(service)
    status, page = await service.get(f"/v1/records?competition={competition}&{query}")
    assert status == 200
    assert {line["record_type"] for part in page["records"] for line in part["records"]} == types


@pytest.mark.parametrize(
    "query, name",
    [
        ("view=final", "bad_request"),
        ("type=", "bad_request"),
        ("holder=a", "unknown_parameter"),
        ("as_of=yesterday", "bad_cursor"),
    ],
)
async def test_what_cannot_be_answered_is_refused(query: str, name: str, service: Running):
    """Nothing that was asked for is ignored."""
    competition = await swum(service)
    status, page = await service.get(f"/v1/records?competition={competition}&{query}")
    assert (status, page["error"]["name"]) == (400, name)
