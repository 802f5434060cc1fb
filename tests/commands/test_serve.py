import socket
from collections.abc import Callable

import pytest

from tests.documents import fresh_competition, odf
from tests.service_fixture import Child, Running

Start = Callable[..., Child]


def started(service: Running, children: Start) -> Running:
    """`feed serve` on the broker of the service."""
    child = children("serve", "--port", "0", "--nats", service.nats())
    return Running(child.line().removeprefix("ready ").strip(), service.data)


async def test_it_reads_what_others_received(service: Running, children: Start):
    """Every reading door is there and tells what `feed up` does; the venues' door is not."""
    serve = started(service, children)
    competition = fresh_competition()
    (seq,) = await service.store(odf(competition))
    await serve.known(seq)
    assert await serve.get("/readyz") == (200, {"status": "ok"})
    for path in ("/v1/snapshot", "/v1/log"):
        wish = f"{path}?filter={competition}.>"
        assert await serve.text(wish) == await service.text(wish)
    status, body = await serve.post(odf(competition, 2))
    assert (status, body["error"]["name"]) == (404, "not_found")


@pytest.mark.parametrize("workers", [1, 2])
def test_a_port_in_use_is_one_clear_line(service: Running, children: Start, workers: int):
    """Exit 1 with the address and what to do, however many would have shared it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        serve = children("serve", "--port", str(port), "--workers", str(workers), "--nats", service.nats())
        assert serve.ended() == 1
    said, hint = serve.errors
    assert said.startswith(f"feed: cannot listen on 127.0.0.1:{port}: ")
    assert "--port" in hint


def test_two_of_them_do_not_share_a_port_unasked(service: Running, children: Start):
    """Workers of one command share their port, the next command with the same port is told that it is taken."""
    first = children("serve", "--port", "0", "--workers", "2", "--nats", service.nats())
    port = first.line().strip().rpartition(":")[2]
    second = children("serve", "--port", port, "--workers", "2", "--nats", service.nats())
    assert second.ended() == 1
    assert second.errors[0].startswith(f"feed: cannot listen on 127.0.0.1:{port}: ")
    assert first.stop() == 0


def test_without_a_broker_it_is_told_how_it_is_used(children: Start):
    """Exit 2 and what is missing: alone it would have nothing to read."""
    serve = children("serve", "--workers", "2")
    assert serve.ended() == 2
    assert serve.errors[0].startswith("Usage: ")
    assert "--nats URL" in serve.errors[-1]
    assert serve.output == []
