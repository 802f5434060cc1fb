import asyncio
import json
import os
import shlex
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from feed.client import Feed, RefusedError
from feed.commands.tail import follow, line
from tests.documents import fresh_competition, odf
from tests.service_fixture import ROOT, Child, Running, opened, wait_until

Children = Callable[..., Child]


async def test_json_from_the_oldest_message_on(service: Running, children: Children):
    """--json --after 0 prints each message of the filter as it came, one a line, first the old and then the new."""
    competition = fresh_competition()
    await service.store(*(odf(competition, version) for version in (1, 2)))
    tail = children("tail", f"{competition}.>", "--json", "--after", "0", "--url", service.url)
    old = await tail.lines(2)
    await service.store(odf(competition, 3))
    new = await tail.lines(1)
    _, page = await service.get(f"/v1/log?filter={competition}.%3E")
    assert [json.loads(text) for text in old + new] == page["messages"]
    tail.stop(signal.SIGINT)
    assert tail.process.returncode == 0
    assert tail.errors == []


async def test_a_message_is_one_line_in_a_pipe(service: Running, children: Children):
    """Without --json a message is one line, however long, with seq, status and topic."""
    competition = fresh_competition()
    (seq,) = await service.store(odf(competition))
    tail = children("tail", f"{competition}.ATH.>", "--snapshot", "--url", service.url, COLUMNS="40")
    (text,) = await tail.lines(1)
    assert text.split() == [str(seq), "LIVE", "wait", f"{competition}.ATH.M.100M.FNL.000001.result"]
    tail.stop()


async def test_only_a_type(service: Running, children: Children):
    """--type narrows; two types are joined by OR."""
    competition = fresh_competition()
    seqs = await service.store(odf(competition, DocumentType="DT_TEXT"), odf(competition))
    only = children("tail", f"{competition}.>", "--json", "--after", "0", "--type", "result", "--url", service.url)
    both = children("tail", f"{competition}.>", "--json", "--after", "0", *_types(), "--url", service.url)
    assert [json.loads(text)["seq"] for text in await both.lines(2)] == seqs
    assert [json.loads(text)["seq"] for text in await only.lines(1)] == seqs[1:]
    only.stop()
    both.stop()


async def test_later_and_at_a_pace(service: Running, children: Children):
    """--delay is told to the service, whose past has nothing of it yet; --speed needs a place to begin at."""
    competition = fresh_competition()
    await service.store(odf(competition), odf(competition, 2))
    arguments = (f"{competition}.>", "--json", "--after", "0", "--url", service.url)
    paced = children("tail", *arguments, "--speed", "1000")
    assert [json.loads(text)["version"] for text in await paced.lines(2)] == [1, 2]
    paced.stop()
    late = children("tail", *arguments[:2], "--delay", "999999999", "--url", service.url)
    assert (late.ended(), "delay=999999999" in "".join(late.errors)) == (1, True)
    wrong = children("tail", "--speed", "2", "--url", service.url)
    assert (wrong.ended(), "--speed needs --after" in "".join(wrong.errors)) == (2, True)


def _types() -> list[str]:
    return ["--type", "result", "--type", "document"]


async def test_it_takes_up_a_lost_connection_without_gap_or_repeat(tmp_path: Path, children: Children):
    """Over restarts of the service on the same data and port every message comes once and in order."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments = ("up", "--port", str(port), "--data", str(tmp_path))
    url = f"http://127.0.0.1:{port}"
    running = Running(url, tmp_path)
    up = children(*arguments)
    await up.lines(1)
    tail = children("tail", "--json", "--after", "0", "--url", url)
    expected: list[int] = []
    found: list[int] = []
    for round_number in range(3):
        versions = range(4 * round_number + 1, 4 * round_number + 5)
        expected += await running.store(*(odf("XA", version) for version in versions))
        if round_number < 2:  # the last round is read without a restart behind it
            number = signal.SIGTERM if round_number else signal.SIGKILL
            await asyncio.to_thread(up.stop, number)
            up = children(*arguments)
            await up.lines(1)
    found = [json.loads(text)["seq"] for text in await tail.lines(len(expected))]
    assert found == expected == list(range(1, 13))
    tail.stop()
    assert any("trying again" in text for text in tail.errors)
    assert await asyncio.to_thread(up.stop) == 0


@pytest.mark.parametrize(
    "arguments, name",
    [
        (("--after", "deadbeef:1"), "wrong_epoch"),
        (("--after", "999999999"), "bad_cursor"),
        (("OG2024",), "bad_filter"),
        (("--type", "reslut"), "bad_filter"),
        (("--noc", "fra"), "bad_filter"),
    ],
)
async def test_a_refusal_ends_it_by_name(service: Running, children: Children, arguments: tuple[str, ...], name: str):
    """What trying again would not change is told on standard error, exit code 1."""
    tail = children("tail", *arguments, "--url", service.url)
    assert await asyncio.to_thread(tail.ended) == 1
    assert tail.errors[0].startswith(f"feed: {name}: ")
    assert not any("Traceback" in text for text in tail.errors)


@pytest.mark.parametrize(
    "arguments, code, said",
    [
        (("--snapshot", "--after", "0"), 2, "--snapshot and --after"),
        (("--url", "nonsense"), 1, "nonsense is no address"),
    ],
)
async def test_what_can_never_work_is_told_at_once(
    children: Children, arguments: tuple[str, ...], code: int, said: str
):
    """Two places to start from, or an address that is none."""
    tail = children("tail", *arguments)
    assert await asyncio.to_thread(tail.ended) == code
    assert said in "".join(tail.errors)


async def test_a_broken_pipe_ends_it_quietly(service: Running, children: Children):
    """`feed tail | head -1` leaves no traceback: the next message finds nobody to write to."""
    competition = fresh_competition()
    await service.store(odf(competition))
    command = f"{shlex.quote(sys.executable)} -m feed tail --json --after 0 '{competition}.>' --url {service.url}"
    shell = await asyncio.create_subprocess_shell(
        f"{command} | head -1",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert shell.stdout is not None
    assert json.loads(await shell.stdout.readline())["competition"] == competition
    await service.store(*(odf(competition, version) for version in (2, 3)))
    async with asyncio.timeout(10):
        _, errors = await shell.communicate()
    assert errors == b""


async def test_a_service_that_comes_later_is_found(tmp_path: Path, children: Children):
    """It waits for a service that is not there yet, and says so."""
    async with opened(tmp_path) as house:
        url = house.url
        await house.store(odf("XA"))
    tail = children("tail", "--json", "--after", "0", "--url", url)
    await wait_until(lambda: any("no connection" in text for text in tail.errors))
    up = children("up", "--port", url.rpartition(":")[2], "--data", str(tmp_path))
    assert json.loads((await tail.lines(1))[0])["seq"] == 1
    tail.stop()
    up.stop()


async def test_follow_yields_every_message_once(service: Running):
    """The generator itself: control frames are kept back, a refusal is raised."""
    competition = fresh_competition()
    seqs = await service.store(*(odf(competition, version) for version in (1, 2, 3)))
    feed, found = Feed(service.url), []
    async for text in follow(feed, {"filters": [f"{competition}.>"], "after": "0"}, Console(stderr=True)):
        found.append(json.loads(text)["seq"])
        if len(found) == 3:
            break
    assert found == seqs
    with pytest.raises(RefusedError, match="bad_filter"):
        async for _ in follow(feed, {"filters": ["x"]}, Console(stderr=True)):
            pass


def test_a_line_tells_what_matters():
    """Seq, status, call, topic, the first three with rank, name and mark; a withdrawal names what it takes back."""
    competitors = [
        {"result": "9.79", "irm": None, "rank": "1", "name": "A", "id": "1"},
        {"result": None, "irm": "DQ", "rank": None, "name": None, "id": "2"},
        {"result": None, "irm": None, "rank": "3", "name": "C", "id": "3"},
        {"result": None, "irm": None, "rank": "4", "name": "D", "id": "4"},
    ]
    message = {"seq": 7, "status": "OFFICIAL", "op": "put", "topic": "a.b", "supersedes": None}
    text = line(message | {"body": {"call": "official", "competitors": competitors}}).plain
    assert text == "      7 OFFICIAL    official    a.b  1 A 9.79  - 2 DQ  3 C "
    text = line(message | {"op": "withdrawn", "body": None, "supersedes": 6, "status": None}).plain
    assert "withdrawn, was seq 6" in text
    ref = {"sha256": "0f" * 32, "bytes": 1_234_567, "media": "application/json"}
    unit = {"status": "RUNNING", "names": {"ENG": "Men's Final", "FRA": "Finale hommes"}}
    text = line(message | {"status": None, "body": unit}).plain
    assert "RUNNING" in text
    assert text.endswith("  Men's Final")
    text = line(message | {"body": None, "body_ref": ref}).plain
    assert text.endswith(f"a.b  1,234,567 bytes at /v1/blobs/{'0f' * 32}")
