import pytest

from tests.core.test_medals import result
from tests.documents import fresh_competition
from tests.service_fixture import Running, wait_until


async def counted(service: Running, competition: str) -> None:
    """A medal of each view, once it is counted."""
    document = result(1, "1 a XAA", "2 b XBB").replace(
        b'CompetitionCode="XA"', b'CompetitionCode="%b"' % competition.encode()
    )
    (seq,) = await service.store(document)
    path, through = f"/v1/medals?competition={competition}", [0]

    async def ask() -> None:
        through[0] = (await service.get(path))[1]["through"]

    for _ in range(500):
        await ask()
        if through[0] >= seq:
            return
    await wait_until(lambda: through[0] >= seq)


async def test_a_table_tells_what_it_is_made_of(service: Running):
    """The message that is shown, how far all is counted, and the cause of the last change."""
    competition = fresh_competition()
    await counted(service, competition)
    _, page = await service.get(f"/v1/medals?competition={competition}")
    assert (page["view"], page["competition"], page["discipline"], page["events"]) == ("official", competition, None, 1)
    assert page["cause"]["seq"] <= page["through"] < page["seq"]
    assert [(row["rank"], row["noc"], row["total"], row["rank_total"]) for row in page["rows"]] == [
        (1, "XAA", 1, 1),
        (2, "XBB", 1, 1),
    ]
    _, entries = await service.get(f"/v1/medals/ledger?competition={competition}&view=provisional")
    assert [row["entry"]["view"] for row in entries["entries"]] == ["provisional"] * 2


async def test_nothing_counted_is_an_empty_table(service: Running):
    """A competition without medals has a table all the same."""
    competition = fresh_competition()
    document = result(1, status="START_LIST").replace(
        b'CompetitionCode="XA"', b'CompetitionCode="%b"' % competition.encode()
    )
    await service.store(document)
    _, page = await service.get(f"/v1/medals?competition={competition}")
    assert (page["seq"], page["rows"], page["cause"]) == (0, [], None)
    assert (await service.get(f"/v1/medals/ledger?competition={competition}"))[1]["entries"] == []


@pytest.mark.parametrize(
    "path, name",
    [
        ("/v1/medals?view=final", "bad_request"),
        ("/v1/medals?gender=F", "bad_request"),
        ("/v1/medals?gender=MW", "bad_request"),
        ("/v1/medals?discipline=athletics", "bad_request"),
        ("/v1/medals?discipline=ATH&discipline=SWM", "bad_request"),
        ("/v1/medals?event=x", "unknown_parameter"),
        ("/v1/medals/ledger?view=final", "bad_request"),
    ],
)
async def test_what_cannot_be_counted_is_told_by_name(service: Running, path: str, name: str):
    """With what there is instead."""
    competition = fresh_competition()
    await counted(service, competition)
    status, body = await service.get(f"{path}&competition={competition}")
    assert (status, body["error"]["name"]) == (400, name)
