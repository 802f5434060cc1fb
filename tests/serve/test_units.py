import aiohttp
import pytest

from tests.documents import fresh_competition, odf
from tests.schedules import schedule, unit
from tests.service_fixture import Running

CODE = "ATHM100M--------------FNL-000001--"


def path_of(competition: str, code: str = CODE, rest: str = "") -> str:
    return f"/v1/units/{code}{rest}?competition={competition}"


async def test_all_that_is_known_of_a_unit(service: Running):
    """The unit and its newest result as they were delivered, and the topics of all messages with its code."""
    competition = fresh_competition()
    element = unit(1, "2030-07-03T10:00:00Z").replace("HEAT000100", "FNL-000001")
    seqs = await service.store(
        odf(competition, 1),
        odf(competition, DocumentType="DT_TEXT"),
        schedule(competition, element),
        odf(competition, 2),
        odf(competition, unit=2),
    )
    _, snapshot = await service.get(f"/v1/snapshot?filter={competition}.ATH.M.100M.FNL.000001.%3E")
    messages = {message["type"]: message for message in snapshot["messages"]}
    status, page = await service.get(path_of(competition))
    assert (status, page["competition"], page["epoch"]) == (200, competition, snapshot["epoch"])
    assert (page["unit"], page["result"]) == (messages["unit"], messages["result"])
    assert [row["seq"] for row in page["documents"]] == [message["seq"] for message in snapshot["messages"]]
    assert [row["topic"] for row in page["documents"]] == [message["topic"] for message in snapshot["messages"]]
    assert [row["type"] for row in page["documents"]] == ["document", "unit", "result"]
    assert page["seq"] == page["result"]["seq"] == seqs[3]


async def test_what_is_not_known_is_null(service: Running):
    """A result without a schedule, and a unit without a result."""
    one, other = fresh_competition(), fresh_competition()
    await service.store(odf(one), schedule(other, unit(1, "2030-07-03T10:00:00Z")))
    _, page = await service.get(path_of(one))
    assert (page["unit"], page["result"]["topic"]) == (None, f"{one}.ATH.M.100M.FNL.000001.result")
    _, page = await service.get(path_of(other, "ATHM100M--------------HEAT000100--"))
    assert (page["unit"]["topic"], page["result"]) == (f"{other}.ATH.M.100M.HEAT.000100.unit", None)


async def test_the_result_as_it_was_delivered(service: Running):
    """The newest, byte for byte as on the log, under the entity tag of its message."""
    competition = fresh_competition()
    await service.store(odf(competition, 1), odf(competition, 2, ResultStatus="OFFICIAL"))
    document = await service.text(f"/v1/documents/{competition}.ATH.M.100M.FNL.000001.result")
    async with aiohttp.ClientSession(service.url) as session:
        async with session.get(path_of(competition, rest="/result")) as answer:
            assert await answer.text() == document
            tag = answer.headers["ETag"]
        async with session.get(path_of(competition, rest="/result"), headers={"If-None-Match": tag}) as answer:
            assert answer.status == 304


async def test_a_unit_nobody_knows_is_not_found(service: Running):
    """404 by name: never heard of, taken back, and one that has no result."""
    competition = fresh_competition()
    withdrawal = odf(competition, 2).replace(b"<Competition></Competition>", b"")
    await service.store(odf(competition), withdrawal, schedule(competition, unit(1, "2030-07-03T10:00:00Z")))
    for path in (
        path_of(competition, "ATHM100M--------------FNL-000009--"),
        path_of(competition, "ATHM100M--------------FNL-000009--", "/result"),
        path_of(competition),
        path_of(competition, rest="/result"),
        path_of(competition, "ATHM100M--------------HEAT000100--", "/result"),
    ):
        status, body = await service.get(path)
        assert (status, body["error"]["name"]) == (404, "not_found")
        assert competition in body["error"]["detail"]


@pytest.mark.parametrize("rest", ["", "/result"])
@pytest.mark.parametrize("code", ["x", CODE.lower(), CODE[:-1], CODE + "-", "%FF", "a%00b", "100M"])
async def test_a_text_that_is_no_code_is_refused(service: Running, code: str, rest: str):
    """It never looks like a unit that nobody knows yet."""
    competition = fresh_competition()
    await service.store(odf(competition))
    status, body = await service.get(path_of(competition, code, rest))
    assert (status, body["error"]["name"]) == (400, "bad_request")


async def test_a_code_of_nine_characters(service: Running):
    """As the Games up to 2016 had them."""
    competition = fresh_competition()
    await service.store(odf(competition, DocumentCode="ATM001101"))
    status, page = await service.get(path_of(competition, "ATM001101"))
    assert (status, page["result"]["code"]) == (200, "ATM001101")


async def test_what_may_be_said_of_the_result(service: Running):
    """As the newest word on it tells; null without a result."""
    competition = fresh_competition()
    _, official = await service.store(odf(competition, 1), odf(competition, 2, ResultStatus="OFFICIAL"))
    _, page = await service.get(path_of(competition))
    topic = f"{competition}.ATH.M.100M.FNL.000001.result"
    decision = {"pending": False, "reason": None, "until": None}
    assert page["call"] == {"topic": topic, "seq": official, "call": "official", "decision": decision}
    await service.store(schedule(competition, unit(1, "2030-07-03T10:00:00Z")))
    _, page = await service.get(path_of(competition, "ATHM100M--------------HEAT000100--"))
    assert page["call"] is None
