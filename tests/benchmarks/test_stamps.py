import socket
import time

import pytest

from benchmarks.stamps import STAMP_BYTES, ask_for_stamps, read_stamp


@pytest.mark.alone
def test_bytes_came_when_the_kernel_had_them():
    """Not when they were read: who looks late, or has a hundred others to read, is no slower server."""
    with socket.create_server(("127.0.0.1", 0)) as door, socket.create_connection(door.getsockname()) as reader:
        writer, _ = door.accept()
        ask_for_stamps(reader)
        stamps = []
        with writer:
            while not stamps:  # the first ones may come before the kernel stamps at all
                writer.sendall(b"x")
                sent = time.time()
                time.sleep(0.3)
                _, stamps, _, _ = reader.recvmsg(10, STAMP_BYTES)
    assert abs(read_stamp(stamps) - sent) < 0.15


def test_what_has_no_stamp_came_now():
    """Later than it did, never earlier."""
    before = time.time()
    assert before <= read_stamp([]) <= time.time()
