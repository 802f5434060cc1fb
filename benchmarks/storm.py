"""Subscribers who come at once and count bytes, in a process of their own."""

import multiprocessing
import select
import socket
import time
from multiprocessing.connection import Connection as Pipe

LIMIT_SECONDS = 120.0
_BUFFER = bytearray(1 << 20)


def storm(port: int, requests: list[bytes], size: int) -> float:
    """Seconds from the first connection until each of them, one a request, has got `size` bytes; they end then.

    Raises EOFError when that took too long or one was closed.
    """
    context = multiprocessing.get_context("spawn")
    ours, pipe = context.Pipe()
    child = context.Process(target=_run, args=(pipe, port, requests, size), daemon=True)
    child.start()
    pipe.close()
    seconds: float = ours.recv()
    child.join()
    return seconds


def _run(pipe: Pipe, port: int, requests: list[bytes], size: int) -> None:
    poll = select.epoll()
    start = time.perf_counter()
    waiting = {}
    for request in requests:
        sock = socket.socket()
        sock.setblocking(False)
        sock.connect_ex(("127.0.0.1", port))
        waiting[sock.fileno()] = sock, request
        poll.register(sock.fileno(), select.EPOLLOUT)
    missing = dict.fromkeys(waiting, size)
    while missing:
        for number, events in poll.poll(1.0):
            sock, request = waiting[number]
            if events & select.EPOLLOUT:
                sock.sendall(request)
                poll.modify(number, select.EPOLLIN)
                continue
            got = sock.recv_into(_BUFFER)
            if not got:
                raise ConnectionError("the server closed a connection")
            if number in missing:
                missing[number] -= got
                if missing[number] <= 0:
                    del missing[number]
        if time.perf_counter() - start > LIMIT_SECONDS:
            raise TimeoutError(f"after {LIMIT_SECONDS:.0f} s {len(missing)} were not live again")
    pipe.send(time.perf_counter() - start)
