import asyncio
import json

from click.testing import CliRunner

from feed.cli import cli
from feed.errors import FeedError
from tests.results import result, row
from tests.service_fixture import House

RUN = "ATHM100M--------------FNL-000100--"
TIME = {"ResultType": "TIME"}


async def quarantine(house: House, *arguments: str, code: int = 0) -> str:
    """What `feed quarantine` says, or why it cannot."""
    runner = CliRunner(env={"COLUMNS": "200"})
    ended = await asyncio.to_thread(runner.invoke, cli, ["quarantine", *arguments, "--url", house.url])
    assert ended.exit_code == code, ended.output
    assert isinstance(ended.exception, FeedError) == bool(code)
    return str(ended.exception) if code else ended.stdout


async def test_an_operators_day(house: House):
    """List, show, release, discard: each says what was done, or the service's own words why not."""
    assert await quarantine(house, "list") == "Nothing is held.\n"
    ids = []
    for version in (1, 2):
        rows = (row("1", Rank="1", Result="9.99", **TIME), row("2", Rank="2", Result="9.89", **TIME))
        _, body = await house.post(result(RUN, *rows, version=version))
        ids.append(body["quarantine"])
    first, second = ids
    listed = [json.loads(line) for line in (await quarantine(house, "list", "--json")).splitlines()]
    assert [each["record"]["id"] for each in listed] == ids
    assert "leader_not_best" in await quarantine(house, "list")
    assert json.loads(await quarantine(house, "show", first))["record"]["rules"] == ["leader_not_best"]
    assert await quarantine(house, "release", second) == f"document {second} is released as seq 1\n"
    assert "superseded" in await quarantine(house, "release", first, code=1)
    assert await quarantine(house, "discard", first) == f"document {first} is discarded\n"
    assert "not_held" in await quarantine(house, "discard", first, code=1)
    shown = await quarantine(house, "list", "--all")
    assert "discarded by local" in shown
    assert "released by local" in shown
    assert "not_found" in await quarantine(house, "show", "0" * 24, code=1)
