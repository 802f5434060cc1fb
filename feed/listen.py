"""The listening socket, with the options that keep a stalled reader small and a join storm short."""

import resource
import socket

from feed.errors import FeedError

SEND_BUFFER_BYTES = 256 * 1024
BACKLOG = 4_096


class ListenError(FeedError):
    """The address cannot be listened on."""


def listen(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """A bound socket; accepted connections inherit its send buffer. Raises ListenError.

    Several processes that all say `shared` get the connections of one port by turns (SO_REUSEPORT).
    """
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, proto)
    except OSError as error:
        hint = "Give an address of this machine."
        raise ListenError(f"cannot listen on {host}: {error.strerror}", hint=hint) from error
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        bound.bind(address)
    except OSError as error:
        bound.close()
        hint = "Stop the program that uses it, or choose another with --port."
        raise ListenError(f"cannot listen on {host}:{port}: {error.strerror}", hint=hint) from error
    bound.listen(BACKLOG)
    bound.setblocking(False)
    return bound


def url_of(bound: socket.socket, *, is_secure: bool = False) -> str:
    """The base address under which a bound socket is reached."""
    host, port = bound.getsockname()[:2]
    scheme = "https" if is_secure else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def raise_descriptor_limit() -> int:
    """Let this process open as many sockets as the system allows it; returns that number."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard
