import msgspec
import pytest
from aiohttp import web

from feed.client import Feed, LostError, RefusedError
from feed.client.wish import Wish, narrowed, streamed
from schemas.result import Result
from tests.documents import fresh_competition, odf
from tests.service_fixture import Running


async def test_the_log_is_read_page_by_page(service: Running):
    """`next` goes on where a page ended."""
    competition = fresh_competition()
    expected = await service.store(*(odf(competition, version) for version in (1, 2, 3)))
    async with Feed(service.url) as feed:
        first = await feed.log(limit=2, filters=[f"{competition}.>"])
        second = await feed.log(first.next, filters=[f"{competition}.>"])
    assert [message.seq for message in first.messages + second.messages] == expected
    assert second.tip >= expected[-1]


async def test_the_state_of_now_and_of_then(service: Running):
    """A snapshot by filter and type, also as it was, with the cursor that follows it."""
    competition = fresh_competition()
    stored = await service.store(odf(competition, 1), odf(competition, 2))
    feed = Feed(service.url)
    now = await feed.snapshot(filters=[f"{competition}.>"], types=["result"])
    (message,) = now.messages
    assert isinstance(message, Result)
    assert (message.seq, now.cursor) == (stored[1], f"{now.epoch}:{now.seq}")
    then = await feed.snapshot(as_of=str(stored[0]), filters=[f"{competition}.>"])
    assert ([each.seq for each in then.messages], then.seq) == ([stored[0]], stored[0])


async def test_a_view_is_its_json(service: Running):
    """By name, with what it takes."""
    competition = fresh_competition()
    await service.store(odf(competition))
    medals = await Feed(service.url).view("medals", view="provisional", competition=competition)
    assert (medals["competition"], medals["view"]) == (competition, "provisional")


async def test_a_refusal_of_a_plain_call_has_the_words_of_the_service(service: Running):
    """Name, detail and hint."""
    with pytest.raises(RefusedError) as caught:
        await Feed(service.url).view("medals", colour="gold")
    assert (caught.value.name, bool(caught.value.hint)) == ("unknown_parameter", True)


async def test_what_passes_is_waited_out_a_few_times():
    """429 and 503 are asked again, not for ever."""
    asked = 0

    async def busy(request: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        if request.path == "/v1/later" and asked == 3:
            return web.json_response({"seq": 1})
        return web.Response(status=429 if asked % 2 else 503)

    app = web.Application()
    app.router.add_get("/v1/{name}", busy)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    feed = Feed(f"http://127.0.0.1:{runner.addresses[0][1]}", retry_seconds=(0.001, 0.01))
    assert (await feed.view("later"), asked) == ({"seq": 1}, 3)
    asked = 0
    with pytest.raises(LostError, match="429"):
        await feed.view("never")
    assert asked == 5
    await runner.cleanup()


def test_a_wish_stands_in_an_address_as_the_service_reads_it():
    """Lists are repeated, switches are 1 or absent."""
    wish = Wish(
        filters=["A.>", "B.>"],
        nocs=["FRA"],
        delta=True,
        conflate=False,
        encoding="msgpack",
        compression="zstd",
        lang="ENG",
        delay=60,
        speed=10,
    )
    pairs = [("filter", "A.>"), ("filter", "B.>"), ("noc", "FRA"), ("lang", "ENG")]
    pairs += [("delay", "60"), ("speed", "10"), ("encoding", "msgpack"), ("compression", "zstd")]
    assert streamed(wish) == [*pairs, ("delta", "1")]
    assert msgspec.json.encode(narrowed(wish)) == b'{"filter":["A.>","B.>"],"noc":["FRA"]}'
