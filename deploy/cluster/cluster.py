"""A cluster of three NATS servers on this machine, to try and to test what several machines would run.

    .venv/bin/python deploy/cluster/cluster.py start          # also starts again what was killed
    set -a; . build/cluster/feed.env; set +a                  # FEED_NATS, FEED_NATS_TEST, FEED_REPLICAS
    .venv/bin/feed up --port 8080

Accounts, limits and fsync are those of the embedded broker. Passwords are made at the first start and stand in the
folder alone, readable by its owner. On real machines: the same configuration with their names in `routes`, and TLS.
"""

import argparse
import asyncio
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

from feed.errors import BrokerError, FeedError, OutcomeUnknownError
from feed.stream.broker import silence
from feed.stream.child import find_server, free_port, server_settings, write_private
from feed.stream.connection import Connection
from feed.stream.folder import kill_stale
from feed.stream.streams import KEYS, STREAMS

NODES = ("n1", "n2", "n3")
NAMES = tuple(spec.name for spec in (*STREAMS, KEYS))
START_SECONDS = 30.0
STOP_SECONDS = 5.0
OPEN_SECONDS = 1.0


class Plan(msgspec.Struct, frozen=True):
    """What was drawn by lot: the ports of each node, for clients and for the other nodes; a password a user."""

    ports: dict[str, tuple[int, int]]
    passwords: dict[str, str]


class Cluster:
    """Three servers with all they own in one folder: `plan.json`, `feed.env`, and a folder a node."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self._plan = self.folder / "plan.json"

    def start(self) -> None:
        """Start the nodes that do not run and return when both accounts have JetStream; raises BrokerError."""
        if not self._plan.exists():
            self._draw()
        plan = self._read()
        server = find_server()
        for name in NODES:
            if not self.pid(name):
                home = self.folder / name
                home.mkdir(exist_ok=True)
                write_private(home / "nats.conf", json.dumps(configuration(name, plan, home), indent=2))
                with (home / "start.log").open("wb") as log:
                    child = subprocess.Popen(  # noqa: S603 - our own binary and file
                        [server, "-c", home / "nats.conf"],
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=log,
                        env={},
                        start_new_session=True,
                    )
                (home / "pid").write_text(str(child.pid), "ascii")
        asyncio.run(self._answers(plan))

    def kill(self, name: str) -> None:
        """End one node as a loss of power does (SIGKILL)."""
        if not kill_stale(self.folder / name / "pid", self.folder / name / "nats.conf"):
            raise BrokerError(f"node {name} does not run", hint="`status` tells which do.")

    def stop(self) -> None:
        """End all nodes, politely and after a while not; what they stored stays."""
        for name in NODES:
            if pid := self.pid(name):
                os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while any(map(self.pid, NODES)) and time.monotonic() < deadline:
            time.sleep(0.02)
        for name in NODES:
            kill_stale(self.folder / name / "pid", self.folder / name / "nats.conf")

    def remove(self) -> None:
        """End all nodes and forget all they stored."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def status(self) -> str:
        """A line a node, and one a stream: who leads it, and how far the others are behind."""
        plan = self._read()
        lines = [f"{name} 127.0.0.1:{plan.ports[name][0]} {self.pid(name) or 'away'}" for name in NODES]
        return "\n".join([*lines, *asyncio.run(self._streams(plan))])

    def pid(self, name: str) -> int | None:
        """Process number of a node, None when it does not run."""
        home = self.folder / name
        try:
            pid = int((home / "pid").read_text("ascii"))
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return None
        return pid if os.fsencode(home / "nats.conf") in arguments else None

    def _draw(self) -> None:
        """Choose ports and passwords, once."""
        self.folder.mkdir(parents=True, exist_ok=True)
        users = ("P", "T", "SYS", "routes")
        plan = Plan(
            {name: (free_port(), free_port()) for name in NODES}, {user: secrets.token_urlsafe(24) for user in users}
        )
        write_private(self._plan, msgspec.json.encode(plan).decode())
        lines = (f"FEED_NATS={address(plan, 'P')}", f"FEED_NATS_TEST={address(plan, 'T')}", "FEED_REPLICAS=3", "")
        write_private(self.folder / "feed.env", "\n".join(lines))

    def _read(self) -> Plan:
        try:
            return msgspec.json.decode(self._plan.read_bytes(), type=Plan)
        except (OSError, msgspec.MsgspecError) as error:
            raise BrokerError(f"there is no cluster in {self.folder}", hint="`start` makes one.") from error

    async def _answers(self, plan: Plan) -> None:
        """Return when each account has JetStream, which needs a leader among the nodes."""
        deadline = time.monotonic() + START_SECONDS
        for account in ("P", "T"):
            while (why := await silence(address(plan, account))) is not None:
                if time.monotonic() > deadline:
                    raise BrokerError(f"the cluster gave no answer: {why}", hint=f"See {self.folder}/n*/nats.log.")
                await asyncio.sleep(0.05)

    async def _streams(self, plan: Plan) -> list[str]:
        """A line a stream of account P."""
        try:
            link = await Connection.open(address(plan, "P"), name="cluster", limit=OPEN_SECONDS)
        except BrokerError as error:
            return [error.detail]
        lines = []
        for stream in NAMES:
            try:
                found: dict[str, Any] = (await link.api(f"STREAM.INFO.{stream}"))["cluster"]
            except (BrokerError, OutcomeUnknownError) as error:
                lines.append(f"{stream} {error.detail}")
                continue
            copies = (
                f"{each['name']} {'current' if each['current'] else 'away' if each.get('offline') else 'behind'}"
                for each in found.get("replicas") or ()
            )
            lines.append(f"{stream} led by {found.get('leader')}, {', '.join(copies)}")
        await link.close()
        return lines


def configuration(name: str, plan: Plan, home: Path) -> dict[str, object]:
    """What one node is told; a route to itself is passed over by the server."""
    client, route = plan.ports[name]
    words = plan.passwords
    routes = [f"nats://routes:{words['routes']}@127.0.0.1:{ports[1]}" for ports in plan.ports.values()]
    return server_settings(home, client) | {
        "server_name": name,
        "cluster": {
            "name": "feed",
            "listen": f"127.0.0.1:{route}",
            "authorization": {"user": "routes", "password": words["routes"]},
            "routes": routes,
        },
        "accounts": {
            account: {"users": [{"user": account, "password": words[account]}]}
            | ({} if account == "SYS" else {"jetstream": "enabled"})
            for account in ("P", "T", "SYS")
        },
    }


def address(plan: Plan, account: str) -> str:
    """All nodes by comma, with the login of an account at the first."""
    first, *others = (f"127.0.0.1:{client}" for client, _ in plan.ports.values())
    return ",".join([f"nats://{account}:{plan.passwords[account]}@{first}", *others])


def main() -> int:
    """Do what the command line says; 1 with one line when it cannot be done."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--folder", type=Path, default=Path("build/cluster"))
    orders = parser.add_subparsers(dest="order", required=True)
    for order, meaning in (
        ("start", "start what does not run"),
        ("stop", "end all, keep what is stored"),
        ("status", "who runs, who leads"),
        ("remove", "end all, forget what is stored"),
    ):
        orders.add_parser(order, help=meaning)
    orders.add_parser("kill", help="end one node by SIGKILL").add_argument("node", choices=NODES)
    told = parser.parse_args()
    cluster = Cluster(told.folder)
    try:
        if told.order == "kill":
            cluster.kill(told.node)
        elif told.order == "status":
            sys.stdout.write(f"{cluster.status()}\n")
        else:
            getattr(cluster, told.order)()
    except FeedError as error:
        sys.stderr.write(f"cluster: {error}\n")
        return 1
    if told.order == "start":
        sys.stdout.write(f"ready {cluster.folder / 'feed.env'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
