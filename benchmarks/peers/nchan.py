"""Nchan, a module of nginx: one channel, published to over a WebSocket; no broker and no disk before it."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.audience import Opening, connected
from benchmarks.clients import upgrade_request
from benchmarks.contenders import Contender, listens
from benchmarks.plain import Stored, pour
from feed.stream.child import free_port
from schemas.wire import splice_seq

NAME = "Nchan"
RATE_MAX = 200  # messages a second; with 500 subscribers it falls behind at a few times as many
MODULE = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")
_START_SECONDS = 10.0
_CLOSE = b"\x88\x80" + bytes(4)
_CONF = """
load_module {module};
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_rlimit_nofile 4096;
events {{ worker_connections 4096; }}
http {{
    access_log off; tcp_nodelay on; nchan_shared_memory_size 256M;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} backlog=1024;
        location = /sub {{ nchan_subscriber websocket; nchan_channel_id all; nchan_subscriber_first_message newest; }}
        location = /pub {{
            nchan_publisher websocket; nchan_channel_id all; nchan_message_buffer_length 1000; nchan_message_timeout 1m;
        }}
    }}
}}
"""


def is_here() -> bool:
    """Whether nginx and the module are."""
    return shutil.which("nginx") is not None and MODULE.exists()


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Contender]:
    """As one process; raises TimeoutError when it does not start."""
    port = free_port()
    path = _configured(folder, port)
    child = await asyncio.create_subprocess_exec("nginx", "-c", str(path), "-p", str(folder))
    try:
        async with asyncio.timeout(_START_SECONDS):
            while not await listens(port):
                await asyncio.sleep(0.05)
        url = f"http://127.0.0.1:{port}"
        yield Contender(NAME, child.pid, url, port, _reader, _with_seq, _size, _frame, _publish, RATE_MAX)
    finally:
        if child.returncode is None:
            child.terminate()
        await child.wait()


def _configured(folder: Path, port: int) -> Path:
    folder.mkdir(parents=True)
    path = folder / "nginx.conf"
    path.write_text(_CONF.format(module=MODULE, folder=folder, port=port), "utf-8")
    return path


def _reader(filters: Sequence[str]) -> Opening:  # noqa: ARG001 - it has none
    return Opening(upgrade_request("127.0.0.1", "/sub"))


def _with_seq(message: Stored) -> Stored:
    return Stored(message.subject, {}, splice_seq(message.payload, 1_000_000))


def _size(message: Stored) -> int:
    return len(message.payload)


def _frame(message: Stored) -> bytes:
    """A client's text frame; its mask of zeros leaves the bytes as they are."""
    return b"\x81" + bytes((0x80 | 126,)) + len(message.payload).to_bytes(2) + bytes(4) + message.payload


def _publish(url: str, commands: list[bytes], count: int, start: float, rate: float) -> None:
    """As `benchmarks.plain.publish`; what it answers to each message is read and dropped."""
    with connected(int(url.rpartition(":")[2]), Opening(upgrade_request("127.0.0.1", "/pub"))) as sock:
        sock.setblocking(True)
        pour(sock, commands, count, start, rate)
        sock.sendall(_CLOSE)
        while sock.recv(1 << 16):  # it is behind the last message when it ends the connection too
            pass
