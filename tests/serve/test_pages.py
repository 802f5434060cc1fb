import asyncio
import errno
import os
import socket
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import cast

import pytest
import uvloop

from feed.serve import pages as subject
from feed.serve.pages import LONG_BYTES, MANY, Pages, is_safe, plain_descriptor
from tests.documents import large, odf
from tests.serve.raw import Raw
from tests.serve.test_handshakes import posted, raw_of
from tests.service_fixture import House, opened
from tests.tls import Pki

LONG = os.urandom(1024) * 256


class Sent(list[int]):
    """What each `sendfile` took."""


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    found = Sent()
    sendfile = os.sendfile

    def noted(*arguments: int) -> int:
        found.append(sendfile(*arguments))
        return found[-1]

    monkeypatch.setattr(subject.os, "sendfile", noted)
    return found


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def runner(request: pytest.FixtureRequest) -> asyncio.Runner:
    return asyncio.Runner(loop_factory=request.param)


@asynccontextmanager
async def _pair() -> AsyncIterator[tuple[asyncio.Transport, socket.socket]]:
    """A transport with a small buffer, and the socket at its other end, which takes little.

    Both end with the context: uvloop does not close over what a failed test left to be written.
    """
    with socket.create_server(("127.0.0.1", 0)) as door:
        theirs = socket.socket()
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        theirs.connect(door.getsockname())
        ours, _ = door.accept()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16_384)
    ours.setblocking(False)
    transport, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, sock=ours)
    theirs.setblocking(False)
    with theirs:
        try:
            yield cast("asyncio.Transport", transport), theirs
        finally:
            transport.abort()


async def _filled(number: int) -> int:
    """Write until nothing more is taken, also a moment later; how many bytes that were."""
    filled = refused = 0
    while refused < 3:
        try:
            filled += os.write(number, b"x")
            refused = 0
        except BlockingIOError:
            refused += 1
            await asyncio.sleep(0.05)
    return filled


async def _read(sock: socket.socket, size: int) -> bytes:
    found = b""
    async with asyncio.timeout(10):
        while len(found) < size:
            found += await asyncio.get_running_loop().sock_recv(sock, 1 << 20)
    return found


def test_a_reader_that_takes_a_part_gets_the_rest_behind_it(runner: asyncio.Runner, sent: Sent):
    """In order, also what is written behind it, and after the file was closed."""

    async def life() -> None:
        async with _pair() as (transport, sock):
            first, second = Pages(LONG), Pages(LONG[::-1])
            first.write(transport, plain_descriptor(transport))
            assert transport.get_write_buffer_size() > 0
            begun = sock.recv(1 << 20)  # so that the socket has room again, before the loop knows
            second.write(transport, plain_descriptor(transport))
            first.close()
            second.close()
            transport.write(b"end")
            rest = await _read(sock, 2 * len(LONG) + 3 - len(begun))
            assert begun + rest == LONG + LONG[::-1] + b"end"

    with runner:
        runner.run(life())
    assert len(sent) == 1
    assert 0 < sent[0] < len(LONG)


def test_a_reader_that_takes_nothing_keeps_its_place(runner: asyncio.Runner, sent: Sent):
    """The system says so by an error; the bytes wait in the transport then."""

    async def life() -> None:
        async with _pair() as (transport, sock):
            filled = await _filled(transport.get_extra_info("socket").fileno())
            pages = Pages(LONG)
            pages.write(transport, plain_descriptor(transport))
            pages.close()
            assert transport.get_write_buffer_size() == len(LONG)
            assert await _read(sock, filled + len(LONG)) == b"x" * filled + LONG

    with runner:
        runner.run(life())
    assert sent == []


def test_who_was_given_up_gets_nothing_more(runner: asyncio.Runner):
    """As of what is written to a transport whose connection ends."""

    async def life() -> None:
        async with _pair() as (transport, sock):
            transport.abort()
            pages = Pages(LONG)
            pages.write(transport, plain_descriptor(transport))
            pages.close()
            async with asyncio.timeout(5):
                assert await asyncio.get_running_loop().sock_recv(sock, 1) == b""

    with runner:
        runner.run(life())


@pytest.mark.parametrize(
    "size, readers, pays",
    [(LONG_BYTES, MANY, True), (LONG_BYTES - 1, MANY, False), (LONG_BYTES, MANY - 1, False), (0, 0, False)],
)
def test_short_frames_and_those_of_a_few_do_not_pay(size: int, readers: int, pays: bool):  # noqa: FBT001 - a case
    """A copy is cheaper."""
    assert Pages.pay(bytes(size), readers) is pays


def _full(*_: object) -> int:
    raise OSError(errno.ENOSPC, "full")


@pytest.mark.parametrize(
    "name, instead", [("os.memfd_create", _full), ("os.write", _full), ("os.write", lambda *_: 10), ("_IS_SAFE", False)]
)
async def test_without_a_file_transports_are_written_to_as_ever(
    name: str, instead: object, monkeypatch: pytest.MonkeyPatch, sent: Sent
):
    """No descriptor or no memory left, room for a part, or another system; no descriptor is kept."""
    async with _pair() as (transport, sock):
        with monkeypatch.context() as patched:
            patched.setattr(f"feed.serve.pages.{name}", instead)
            pages = Pages(LONG)
            pages.write(transport, plain_descriptor(transport))
            pages.close()
        assert await _read(sock, len(LONG)) == LONG
        assert (sent, _files()) == ([], 0)


def test_a_kernel_whose_sendfile_waits_is_not_used(monkeypatch: pytest.MonkeyPatch):
    """One reader with a full buffer would stop everybody; and one without such files cannot be."""
    assert [is_safe(release) for release in ("6.5.0-14-generic", "6.4.16", "6.6.1", "6.18.44")] == [
        False,
        True,
        True,
        True,
    ]
    monkeypatch.delattr("os.memfd_create")
    assert not is_safe("6.6.1")


async def test_who_is_held_up_once_is_not_held_up_for_each_socket(monkeypatch: pytest.MonkeyPatch):
    """Another thread that counts may keep Python's lock for some milliseconds whenever a system call lets go of it."""
    calls = 0
    sendfile = os.sendfile

    def slow(*arguments: int) -> int:
        nonlocal calls
        calls += 1
        time.sleep(2 * subject.HELD_UP_SECONDS)
        return sendfile(*arguments)

    monkeypatch.setattr(subject.os, "sendfile", slow)
    pages = Pages(LONG)
    async with AsyncExitStack() as stack:
        pairs = [await stack.enter_async_context(_pair()) for _ in range(MANY)]
        for transport, _ in pairs:
            pages.write(transport, plain_descriptor(transport))
        pages.close()
        for _, sock in pairs:
            assert await _read(sock, len(LONG)) == LONG
    assert calls == 1


async def test_what_fails_in_a_round_leaves_no_file(house: House, readers: list[Raw], monkeypatch: pytest.MonkeyPatch):
    """Whose failure it is is told elsewhere; descriptors would be gone after a thousand rounds."""
    write, written = Pages.write, 0

    def broken(pages: Pages, transport: asyncio.Transport, descriptor: int) -> None:
        nonlocal written
        written += 1
        write(pages, transport, descriptor)
        if written == len(readers):
            assert _files() == 1
            raise ZeroDivisionError

    monkeypatch.setattr(Pages, "write", broken)
    with pytest.raises(ZeroDivisionError):
        house.pump()._write(b"x" * LONG_BYTES, list(house.pump().subscribers))
    assert _files() == 0


@pytest.fixture
async def readers(house: House) -> AsyncIterator[list[Raw]]:
    """As many as pay; two of them have small buffers."""
    raws = [await Raw.open(house.url, buffer=buffer) for buffer in (None, None, 4_096, 16_384)]
    for raw in raws:
        await raw.text()
    yield raws
    for raw in raws:
        await raw.end()


async def test_readers_of_a_long_message_get_the_same_bytes(house: House, readers: list[Raw], sent: Sent):
    """Between short ones, in order; the file is there for none of them afterwards."""
    seqs = await house.store(odf("XA"), large("XA", 2), large("XA", 3), odf("XA", 4))
    found = [await raw.messages(4) for raw in readers]
    assert [[message["seq"] for message in each] for each in found] == [seqs] * len(readers)
    assert all(each == found[0] for each in found)
    assert len(found[0][1]["body"]["xml"]) > 200_000
    assert len(sent) >= MANY
    assert _files() == 0


async def test_readers_by_tls_get_theirs_encrypted(tmp_path: Path, sent: Sent, monkeypatch: pytest.MonkeyPatch):
    """Nothing goes past what encrypts."""
    tried: list[int] = []
    monkeypatch.setattr(subject.os, "memfd_create", lambda *_: tried.append(1))
    pki = Pki(tmp_path / "pki")
    async with opened(tmp_path / "data", **pki.doors()) as house:
        raws = [await raw_of(house, pki.trust()) for _ in range(MANY)]
        for raw in raws:
            await raw.text()
        await posted(house, pki.trust(), large("XA"))
        (length,) = {len((await raw.messages(1))[0]["body"]["xml"]) for raw in raws}
        assert length > 200_000
        for raw in raws:
            await raw.end()
    assert (sent, tried) == ([], [])


def _files() -> int:
    """How many files in memory this process holds."""
    return sum("memfd:frames" in str(each.readlink()) for each in Path("/proc/self/fd").iterdir() if each.is_symlink())
