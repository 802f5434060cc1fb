import socket
import threading
import time

import pytest

from benchmarks import fleet
from benchmarks.fleet import Fleet

READERS = 3
MESSAGES = (b'{"type":"hello"}', b'{"seq":1,"x":"' + b"a" * 500 + b'"}', b'{"seq":2,"x":"' + b"b" * 70_000 + b'"}')


def frame(payload: bytes) -> bytes:
    """A text frame as servers send it."""
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    if size < 1 << 16:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload


@pytest.fixture
def server() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def welcomed(server: socket.socket) -> list[socket.socket]:
    """The sockets of all readers, each answered and greeted."""
    found = []
    for _ in range(READERS):
        reader, _ = server.accept()
        reader.recv(4096)
        reader.sendall(b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + frame(MESSAGES[0]))
        found.append(reader)
    return found


def test_a_message_has_come_when_the_last_reader_could_read_it(server: socket.socket, monkeypatch: pytest.MonkeyPatch):
    """That is when the kernel had it, however late the readers look."""
    monkeypatch.setattr(fleet, "ROUND_SECONDS", 1.0)
    found: list[list[socket.socket]] = []
    greeting = threading.Thread(target=lambda: found.append(welcomed(server)))
    greeting.start()
    readers = Fleet(*server.getsockname(), READERS)
    greeting.join()
    moments = []
    for message in MESSAGES[1:]:
        time.sleep(0.0 if not moments else 1.5)  # a look of the readers brings one message
        began = time.perf_counter()
        for number, reader in enumerate(found[0]):
            if number == READERS - 1:
                time.sleep(0.1)  # the last one is told later
            reader.sendall(frame(message))
        moments.append(began)
    last = readers.finish(2)
    assert sorted(last) == [1, 2]
    for began, arrived in zip(moments, (last[1], last[2]), strict=True):
        assert began + 0.1 <= arrived < began + 1.0
    for each in (server, *found[0]):
        each.close()
