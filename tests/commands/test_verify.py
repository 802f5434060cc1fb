import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from replay.capture import CaptureWriter
from replay.verify import door
from replay.verify.wish import Wish
from tests.documents import fresh_competition, odf
from tests.replay.captured import games
from tests.service_fixture import Child, Running

Children = Callable[..., Child]


async def tailed(running: Running, children: Children, log: Path, count: int, *arguments: str) -> list[str]:
    """The first lines of `feed tail --json` as a file."""
    tail = children("tail", "--json", "--url", running.url, *arguments)
    lines = await tail.lines(count)
    tail.stop()
    write(log, lines)
    return lines


def write(log: Path, lines: list[str]) -> None:
    log.write_text("".join(lines))


async def verify(running: Running, children: Children, *arguments: object) -> tuple[int, str, str]:
    """Exit code, output and errors of `feed verify`."""
    child = children("verify", *map(str, arguments), "--url", running.url)
    code = await asyncio.to_thread(child.ended)
    return code, "".join(child.output), "".join(child.errors)


async def stored(running: Running, versions: int = 6) -> str:
    """A competition with some messages, and others of another between them."""
    competition, other = fresh_competition(), fresh_competition()
    for version in range(1, versions + 1):
        await running.store(odf(competition, version, unit=1 + version % 2), odf(other, version))
    return competition


async def test_what_tail_wrote_is_right_until_a_line_is_removed(service: Running, children: Children, tmp_path: Path):
    """Exit code 0, then 1 with the name, the sequence and the topic of what is missing."""
    log = tmp_path / "log.ndjson"
    competition = await stored(service)
    wish = ("--filter", f"{competition}.>")
    lines = await tailed(service, children, log, 6, f"{competition}.>", "--after", "0")
    code, output, errors = await verify(service, children, log, *wish)
    assert (code, errors) == (0, "")
    assert output.startswith("nothing is wrong: 6 messages")
    gone = json.loads(lines.pop(3))
    log.write_text("".join(lines))
    code, output, _ = await verify(service, children, log, *wish)
    assert code == 1
    assert "missing 1: " in output
    assert f"  {gone['seq']} {gone['topic']}\n" in output
    code, output, _ = await verify(service, children, log, *wish, "--json")
    assert (code, json.loads(output)["counts"]) == (1, {"missing": 1})


async def test_a_log_of_frames_with_its_snapshot(service: Running, children: Children, tmp_path: Path):
    """As it came from the WebSocket: snapshot, its end, what followed; a snapshot of yesterday is stale."""
    log = tmp_path / "log.ndjson"
    competition = await stored(service)
    frames: list[dict[str, Any]] = []
    address = f"{service.url}/v1/stream?snapshot=1&filter={competition}.%3E"
    async with aiohttp.ClientSession() as session, session.ws_connect(address) as socket:
        while not frames or frames[-1]["type"] != "snapshot_end":
            frames.append(await socket.receive_json(timeout=10))
        await service.store(odf(competition, 9))
        frames.append(await socket.receive_json(timeout=10))
    log.write_text("".join(json.dumps(frame) + "\n" for frame in frames))
    wish = ("--filter", f"{competition}.>", "--json")
    code, output, errors = await verify(service, children, log, *wish)
    assert (code, json.loads(output)["counts"], errors) == (0, {}, "")
    _, page = await service.get(f"/v1/log?filter={competition}.%3E&limit=1")
    at = next(n for n, frame in enumerate(frames) if frame.get("topic") == page["messages"][0]["topic"])
    frames[at] = page["messages"][0]
    log.write_text(
        "".join(json.dumps(frame) + "\n" for frame in sorted(frames[1 : at + 1], key=lambda each: each["seq"]))
    )
    with log.open("a") as file:
        file.writelines(json.dumps(frame) + "\n" for frame in frames[at + 1 :])
    code, output, _ = await verify(service, children, log, *wish)
    assert code == 1
    assert "stale_snapshot" in json.loads(output)["counts"]


async def test_the_stream_is_read_by_pages(service: Running, monkeypatch: pytest.MonkeyPatch):
    """Every message once, whatever the size of a page, from the place on that was asked for up to the tip of then."""
    monkeypatch.setattr(door, "PAGE", 3)
    await stored(service)
    expected, after = [], "0"
    while (page := (await service.get(f"/v1/log?limit=1000&after={after}"))[1])["messages"]:
        expected += [message["seq"] for message in page["messages"]]
        after = page["next"]

    def read(after: int) -> list[int]:
        with door.Door(service.url, None, "P") as opened:
            place = opened.tip(Wish())
            return [message.seq for message in opened.messages(place, after)]

    assert await asyncio.to_thread(read, 0) == expected
    assert await asyncio.to_thread(read, expected[-5]) == expected[-4:]
    assert await asyncio.to_thread(read, expected[-1]) == []


async def test_what_is_outside_the_filter_is_told(service: Running, children: Children, tmp_path: Path):
    """The log of everything is no log of one competition."""
    log = tmp_path / "log.ndjson"
    competition = await stored(service)
    _, page = await service.get(f"/v1/log?filter={competition}.%3E&limit=1")
    start = page["messages"][0]["seq"] - 1
    await tailed(service, children, log, 12, "--after", str(start))
    code, output, _ = await verify(service, children, log, "--filter", f"{competition}.>", "--json")
    assert (code, json.loads(output)["counts"]) == (1, {"leaked": 6})


async def test_the_hash_of_a_state(service: Running, children: Children, tmp_path: Path):
    """The same at the same sequence, whatever came since; another state has another."""
    competition = await stored(service)
    wish = ("--hash", "--filter", f"{competition}.*.*.*.*.*.result")
    code, first, _ = await verify(service, children, *wish)
    assert code == 0
    seq, digest = first.split()
    assert re.fullmatch("[0-9a-f]{64}", digest)
    (newer,) = await service.store(odf(competition, 9))
    assert (await verify(service, children, *wish, "--at", seq))[1] == first
    _, output, _ = await verify(service, children, *wish, "--at", newer, "--json")
    told = json.loads(output)
    assert (told["seq"], told["messages"]) == (newer, 2)
    assert told["hash"] != digest


@pytest.mark.parametrize(
    "arguments, code, said",
    [
        ((), 2, "either a LOG or --hash"),
        (("--hash", "--at", "999999999"), 1, "bad_cursor"),
        (("--hash", "--filter", "XG"), 1, "bad_filter"),
        (("LOG", "--filter", "XG"), 1, "bad_filter"),
        (("LOG", "--at", "1"), 2, "--at goes with --hash"),
        (("LOG", "--until", "999999999"), 1, "beyond the tip"),
        (("LOG", "--after", "1", "--snapshot-at", "1"), 2, "cannot go together"),
    ],
)
async def test_a_refusal_is_one_clear_line(
    service: Running, children: Children, tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
):
    """What cannot be verified is no finding: it is told on standard error."""
    log = tmp_path / "log.ndjson"
    log.write_text("")
    named = [log if each == "LOG" else each for each in arguments]
    found, output, errors = await verify(service, children, *named)
    assert (found, output) == (code, "")
    assert said in errors
    assert "Traceback" not in errors


async def test_nobody_is_there(children: Children, tmp_path: Path):
    """The next step is told."""
    log = tmp_path / "log.ndjson"
    log.write_text("")
    child = children("verify", str(log), "--url", "http://127.0.0.1:9")
    assert await asyncio.to_thread(child.ended) == 1
    assert "no answer from http://127.0.0.1:9" in child.errors[0]
    assert "feed up" in child.errors[1]


async def test_a_recorded_capture_is_held_against_the_played_one(children: Children, tmp_path: Path):
    """Nothing is wrong with itself; a document that is not there is told, and no service is needed."""
    documents = games("XG2030", units=2, versions=3)
    for name, kept in (("played", documents), ("recorded", documents[1:])):
        with CaptureWriter(tmp_path / name) as capture:
            for each in kept:
                capture.append(each)
    codes = []
    for name in ("played", "recorded"):
        child = children("verify", str(tmp_path / name), "--capture", str(tmp_path / "played"))
        codes.append((await asyncio.to_thread(child.ended), "".join(child.output)))
    assert codes[0] == (0, "nothing is wrong: 6 documents were played, 6 kept, 0 of them again\n")
    assert codes[1][0] == 1
    assert "missing 1: played, and not kept\n  1\n" in codes[1][1]
