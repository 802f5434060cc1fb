import asyncio
import json
import os
import pty
import subprocess
import sys

import pytest

from feed.commands.get import GetError, fetch, refusal
from tests.documents import fresh_competition, odf
from tests.service_fixture import ROOT, Running


def get(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "feed", "get", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=20, check=False, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )


async def on_terminal(*arguments: str) -> tuple[int, str]:
    """Exit code and what is shown, with a terminal as output."""
    master, slave = pty.openpty()
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "feed",
        "get",
        *arguments,
        stdout=slave,
        stderr=slave,
        env=os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm", "NO_COLOR": ""},
    )
    os.close(slave)
    shown = b""
    while True:
        try:
            part = await asyncio.to_thread(os.read, master, 65_536)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(master)
    return await child.wait(), shown.decode()


async def test_in_a_pipe_the_json_is_left_as_it_came(service: Running):
    """Byte for byte, and one newline."""
    competition = fresh_competition()
    await service.store(odf(competition))
    path = f"/v1/snapshot?filter={competition}.%3E"
    done = await asyncio.to_thread(get, path, "--url", service.url)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == await service.text(path) + "\n"


async def test_on_a_terminal_it_is_laid_out(service: Running):
    """Indented JSON with the same content."""
    code, shown = await on_terminal("schemas/", "--url", service.url)
    assert code == 0
    assert '\n  "schemas"' in shown.replace("\x1b", "").replace("[1;34m", "").replace("\r", "")


async def test_on_a_terminal_a_text_that_is_no_json_is_shown_too(service: Running):
    """/metrics is text."""
    code, shown = await on_terminal("/metrics", "--url", service.url)
    assert code == 0
    assert "# TYPE feed_tip gauge" in shown


async def test_an_error_is_the_services_own_words(service: Running):
    """Name, detail and hint on standard error, exit code 1, nothing on standard output."""
    done = await asyncio.to_thread(get, "/v1/log?after=x", "--url", service.url)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "feed: bad_cursor: 'x' is no cursor\n  A cursor is EPOCH:SEQ or SEQ.\n"


async def test_as_of_is_passed_on(service: Running):
    """A sequence or a time, offset and all; the query of the path is kept."""
    competition = fresh_competition()
    first, _ = await service.store(odf(competition), odf(competition, 2))
    path = f"/v1/snapshot?filter={competition}.%3E"
    done = await asyncio.to_thread(get, path, "--as-of", str(first), "--url", service.url)
    assert [message["seq"] for message in json.loads(done.stdout)["messages"]] == [first]
    done = await asyncio.to_thread(get, path, "--as-of", "2999-01-01T00:00:00+02:00", "--url", service.url)
    assert done.stderr.startswith("feed: bad_cursor: as_of=2999-01-01T00:00:00+02:00 has not come yet")


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "nonsense"])
def test_no_service_is_one_clear_line(url: str):
    """Where nobody listens, it says so and what to do, without a traceback."""
    done = get("/v1/log", "--url", url)
    assert done.returncode == 1
    assert done.stderr.startswith(f"feed: no answer from {url}: ")
    assert "--url" in done.stderr
    assert "Traceback" not in done.stderr


async def test_a_body_comes_as_text(service: Running):
    """`fetch` gives the body, and raises for anything but 200."""
    assert json.loads(await fetch(service.url + "/", "v1/competitions", {}))["epoch"]
    with pytest.raises(GetError, match="not_found"):
        await fetch(service.url, "/nothing", {})


def test_an_error_that_is_not_ours_is_shown_as_it_is():
    """A proxy's answer has no name."""
    error = refusal(502, "<html>bad gateway</html>")
    assert error.detail == "the service answered 502: <html>bad gateway</html>"
