"""What systemd is told of a unit of `Type=notify` (sd_notify(3)): that it may be used, that it stops."""

import logging
import os
import socket
from typing import Literal

_log = logging.getLogger("feed.notify")


def notify(state: Literal["READY=1", "STOPPING=1"]) -> None:
    """Tell the service manager whose socket NOTIFY_SOCKET names; without one there is nobody to tell."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = f"\0{address[1:]}"  # a name of Linux that no file has
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as told:
            told.sendto(state.encode(), address)
    except OSError as error:
        _log.warning("cannot tell systemd %s: %s", state, error)
