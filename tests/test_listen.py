import socket

import pytest

from feed.listen import SEND_BUFFER_BYTES, ListenError, listen, url_of


def test_accepted_sockets_have_the_small_send_buffer():
    """What the kernel keeps for a stalled reader is bounded: the listening socket's buffer is inherited."""
    with listen("127.0.0.1", 0) as bound:
        bound.setblocking(True)
        with socket.create_connection(bound.getsockname()):
            accepted, _ = bound.accept()
            with accepted:
                # The kernel doubles what was asked for and may cap it.
                assert 0 < accepted.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) <= 2 * SEND_BUFFER_BYTES


def test_a_port_may_be_bound_again_at_once():
    """A restart does not wait for connections of the last run to be forgotten."""
    with listen("127.0.0.1", 0) as bound:
        address = bound.getsockname()
        bound.setblocking(True)
        client = socket.create_connection(address)
        accepted, _ = bound.accept()
        accepted.close()
        client.close()
    with listen(*address) as again:
        assert again.getsockname() == address


def test_the_address_is_told_as_a_url():
    """IPv4 plain, IPv6 in brackets."""
    with listen("127.0.0.1", 0) as bound:
        assert url_of(bound) == f"http://127.0.0.1:{bound.getsockname()[1]}"
    if socket.has_ipv6:
        try:
            bound = listen("::1", 0)
        except ListenError:
            pytest.skip("no IPv6 on this machine")
        with bound:
            assert url_of(bound) == f"http://[::1]:{bound.getsockname()[1]}"


def test_a_taken_port_is_told_with_what_to_do():
    """The detail names address and reason, the hint the way out."""
    with listen("127.0.0.1", 0) as bound:
        port = bound.getsockname()[1]
        with pytest.raises(ListenError, match=rf"127\.0\.0\.1:{port}: Address already in use") as caught:
            listen("127.0.0.1", port)
    assert "--port" in caught.value.hint


@pytest.mark.parametrize("host", ["192.0.2.1", "not a host"])
def test_an_address_of_another_machine_is_refused(host: str):
    """Neither an address that is not ours nor a name that is none."""
    with pytest.raises(ListenError, match="cannot listen on"):
        listen(host, 0)
