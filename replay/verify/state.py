"""The hash of a state, so that two nodes, or two programs, can be told to agree without sending it.

docs/verify.md says how another program computes the same.
"""

import json
from collections.abc import Iterable
from hashlib import sha256

from replay.verify.delivered import Delivered, canonical, read_line
from replay.verify.scan import VerifyError


def state_hash(lines: Iterable[bytes]) -> tuple[str, int]:
    """SHA-256 in hex digits over a snapshot's messages, one JSON text a line in any order, and how many there are.

    It is that of the lines `TOPIC SHA256-OF-THE-MESSAGE` in ascending order, each with its line feed. Memory grows
    with topics only. Raises VerifyError for what is no message.
    """
    marks: dict[str, str] = {}
    for line in lines:
        message = read_line(line)
        if not isinstance(message, Delivered):
            raise VerifyError("a line of the snapshot is no message", hint="Is --url a feed?")
        marks[message.topic] = sha256(canonical(json.loads(line))).hexdigest()
    state = sha256()
    for topic in sorted(marks):
        state.update(f"{topic} {marks[topic]}\n".encode())
    return state.hexdigest(), len(marks)
