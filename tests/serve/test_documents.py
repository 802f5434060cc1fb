import aiohttp
import pytest

from tests.documents import fresh_competition, odf
from tests.service_fixture import Running


def path_of(competition: str, unit: int = 1) -> str:
    return f"/v1/documents/{competition}.ATH.M.100M.FNL.{unit:06d}.result"


async def test_the_newest_message_of_a_topic_as_it_was_delivered(service: Running):
    """The same text that the log holds, byte for byte."""
    competition = fresh_competition()
    await service.store(odf(competition, 1), odf(competition, 2), odf(competition, unit=2))
    lines = {"Accept": "application/x-ndjson"}
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{service.url}/v1/log?filter={competition}.%3E", headers=lines) as answer:
            _, newest, _ = (await answer.text()).splitlines()
        async with session.get(service.url + path_of(competition)) as answer:
            assert (answer.status, await answer.text()) == (200, newest)
            assert answer.headers["Content-Type"].startswith("application/json")
            assert answer.headers["Cache-Control"] == "no-cache"


async def test_what_is_known_is_not_sent_again(service: Running):
    """Its entity tag is strong and changes with its sequence; a tag that is known is answered with 304."""
    competition = fresh_competition()
    address = service.url + path_of(competition)
    async with aiohttp.ClientSession() as session:
        await service.store(odf(competition, 1))
        async with session.get(address) as answer:
            tag = answer.headers["ETag"]
            assert not tag.startswith("W/")
        for known in (tag, f'"x", {tag}', f"W/{tag}", "*"):
            async with session.get(address, headers={"If-None-Match": known}) as answer:
                assert (answer.status, await answer.read(), answer.headers["ETag"]) == (304, b"", tag)
                assert answer.headers["Cache-Control"] == "no-cache"
        await service.store(odf(competition, 2))
        async with session.get(address, headers={"If-None-Match": tag}) as answer:
            assert (answer.status, (await answer.json())["version"]) == (200, 2)
            assert answer.headers["ETag"] != tag


async def test_a_topic_without_a_message_is_not_found(service: Running):
    """404 by name, with the reason."""
    status, body = await service.get(path_of(fresh_competition()))
    assert (status, body["error"]["name"]) == (404, "not_found")
    assert "no message" in body["error"]["detail"]


async def test_a_topic_that_was_taken_back_is_not_found(service: Running):
    """404 that tells by which message, which the log keeps."""
    competition = fresh_competition()
    withdrawal = odf(competition, 2).replace(b"<Competition></Competition>", b"")
    *_, seq = await service.store(odf(competition, 1), withdrawal)
    status, body = await service.get(path_of(competition))
    assert (status, body["error"]["name"]) == (404, "not_found")
    assert f"withdrawn by seq {seq}" in body["error"]["detail"]


@pytest.mark.parametrize(
    "topic",
    [
        "x",
        "OG2024.ATH.M.100M.FNL.000100.reslut",
        "OG2024.ATH.M.100M.FNL.000100",
        "OG2024.ATH.*.100M.FNL.000100.result",
        "OG2024.ATH.%3E",
        "OG2024.ATH.M.100M.FNL.000100.result.-",
        "OG2024.ATH.M.100M------.FNL.000100.result",
        "~41.ATH.M.100M.FNL.000100.result",
        "%00.ATH.M.100M.FNL.000100.result",
        "%FF.%C3%A9.M.100M.FNL.000100.result",
        "..........",
        "OG2024.ATH.M.100M.FNL.000100.result" + ".x" * 300,
    ],
)
async def test_a_text_that_is_no_topic_is_refused(service: Running, topic: str):
    """It is told, it never looks like a topic that has no message yet."""
    status, body = await service.get(f"/v1/documents/{topic}")
    assert (status, body["error"]["name"]) == (400, "bad_request"), body


async def test_the_flags_have_topics_of_their_own(service: Running):
    """What was tested is not found in production."""
    competition = fresh_competition()
    await service.store(odf(competition, FeedFlag="T"))
    assert (await service.get(path_of(competition) + "?flag=T"))[0] == 200
    assert (await service.get(path_of(competition)))[0] == 404
