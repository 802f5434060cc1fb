import asyncio
import json
import os
import subprocess
import sys

from tests.results import result, row
from tests.service_fixture import ROOT, House

RUN = "ATHM100M--------------FNL-000100--"
TIME = {"ResultType": "TIME"}


async def quarantine(house: House, *arguments: str, code: int = 0) -> str:
    """What `feed quarantine` says."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("FEED_")}
    ended = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "feed", "quarantine", *arguments, "--url", house.url],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
        env=kept | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"},
    )
    assert ended.returncode == code, ended.stderr
    assert "Traceback" not in ended.stderr
    return ended.stdout or ended.stderr


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
