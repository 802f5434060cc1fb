"""The streams as data: one row a stream, made when missing, compared field by field when there."""

import asyncio
import json
import secrets
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from feed.errors import BrokerError, OutcomeUnknownError, StreamMismatchError
from feed.stream.connection import Connection, JetStreamError

EPOCH_KEY: Final = "feed-epoch"
NOT_FOUND: Final = 10059
NAME_IN_USE: Final = 10058  # somebody else made it a moment ago, with another epoch
SET_UP_SECONDS: Final = 12.0  # longer than a cluster takes to agree on another leader
INFO_SECONDS: Final = 1.5
AGAIN_SECONDS: Final = 0.2
_EPOCH_DIGITS: Final = 8
_GIB: Final = 1 << 30
_SECOND: Final = 1_000_000_000  # JetStream counts in nanoseconds


class StreamSpec(NamedTuple):
    """What differs between our streams; everything else is the same for all and is written in `settings`.

    `max_bytes` is reserved at creation: the sum over both accounts stays below the server's max_file_store.
    `duplicate_window` in seconds: how long a repeated Nats-Msg-Id is dropped.
    """

    name: str
    subject: str
    max_bytes: int
    max_msg_size: int
    duplicate_window: int
    atomic: bool = False
    epoch: bool = False

    def settings(self, replicas: int) -> dict[str, Any]:
        """The stream's configuration as JetStream takes it, also the fields that must keep their off value.

        Nothing is ever removed (no max_age: the last message of a quiet topic is state; no delete, no purge, no
        per-message expiry) and what does not fit is refused, never dropped.
        """
        return {
            "name": self.name,
            "subjects": [self.subject],
            "retention": "limits",
            "storage": "file",
            "compression": "none",
            "discard": "new",
            "discard_new_per_subject": False,
            "num_replicas": replicas,
            "max_bytes": self.max_bytes,
            "max_msg_size": self.max_msg_size,
            "max_msgs": -1,
            "max_msgs_per_subject": -1,
            "max_consumers": -1,
            "max_age": 0,
            "duplicate_window": self.duplicate_window * _SECOND,
            "deny_delete": True,
            "deny_purge": True,
            "allow_direct": True,
            "allow_atomic": self.atomic,
            "allow_batched": False,
            "allow_rollup_hdrs": False,
            "allow_msg_ttl": False,
            "allow_msg_counter": False,
            "allow_msg_schedules": False,
            "no_ack": False,
            "sealed": False,
            "mirror_direct": False,
        }


# Off means absent: a stream that has one of these was not made by us.
_ABSENT: Final = ("persist_mode", "mirror", "sources", "subject_transform", "republish", "placement", "first_seq")

RAW: Final = StreamSpec("RAW", "raw.>", 128 * _GIB, 8 << 20, 3600)
FEED: Final = StreamSpec("FEED", "feed.>", 64 * _GIB, 1 << 20, 1, atomic=True, epoch=True)
QUARANTINE: Final = StreamSpec("QUARANTINE", "quarantine.>", 16 * _GIB, 8 << 20, 3600)
BLOB: Final = StreamSpec("BLOB", "blob.>", 128 * _GIB, 1 << 20, 1)
DELIVERIES: Final = StreamSpec("DELIVERIES", "deliveries.>", 64 * _GIB, 1 << 16, 1)
STREAMS: Final = (RAW, FEED, QUARANTINE, BLOB, DELIVERIES)
KEYS: Final = StreamSpec("KEYS", "keys.>", _GIB // 16, 1 << 16, 1)  # in the account of production alone


class Usage(NamedTuple):
    """How full a stream is; bytes as the server counts them against `max_bytes`."""

    bytes: int
    max_bytes: int
    messages: int
    last_seq: int


async def set_up(connection: Connection, specs: Sequence[StreamSpec] = STREAMS, replicas: int = 1) -> str:
    """Make the streams that are missing, verify the others, and return FEED's epoch. Safe to run twice and at once.

    Raises StreamMismatchError with one line for each field that differs, OutcomeUnknownError when the broker does not
    answer, and JetStreamError (for example no room for the reservation). In a cluster nobody answers for a stream that
    somebody else has just made, nor between two leaders: it is asked again for a while.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + SET_UP_SECONDS
    while True:
        try:
            return await _set_up(connection, specs, replicas)
        except OutcomeUnknownError:
            if loop.time() > deadline:
                raise
            await asyncio.sleep(AGAIN_SECONDS)


async def _set_up(connection: Connection, specs: Sequence[StreamSpec], replicas: int) -> str:
    differences: list[str] = []
    epoch = ""
    for spec in specs:
        found = await _made(connection, spec, replicas)
        differences += compare(spec, replicas, found)
        if spec.epoch:
            epoch = str(_epoch(found))
    if differences:
        raise StreamMismatchError(
            "existing streams are set up differently:\n" + "\n".join(differences),
            hint="use another data folder or account, or change these settings of the stream by hand",
        )
    return epoch


def compare(spec: StreamSpec, replicas: int, found: dict[str, Any]) -> list[str]:
    """Return one line `stream field: expected X, found Y` for each difference; the server leaves out what is off."""
    lines = []
    expected = spec.settings(replicas) | dict.fromkeys(_ABSENT)
    for field, value in expected.items():
        other = found.get(field)
        if (value or None) != (other or None) and not (field == "persist_mode" and other == "default"):
            lines.append(f"  {spec.name} {field}: expected {json.dumps(value)}, found {json.dumps(other)}")
    if spec.epoch and _epoch(found) is None:
        metadata = json.dumps(found.get("metadata"))
        lines.append(f"  {spec.name} metadata: expected {EPOCH_KEY} with {_EPOCH_DIGITS} hex digits, found {metadata}")
    return lines


async def stream_state(connection: Connection, stream: str, limit: float = 5.0) -> tuple[str, int]:
    """Return epoch ("" if it has none) and last sequence of a stream, as its leader knows them.

    Raises OutcomeUnknownError when none answers within `limit` seconds. What is asked between two leaders is never
    answered: who asks again anyway does so after INFO_SECONDS.
    """
    answer = await connection.api(f"STREAM.INFO.{stream}", timeout=limit)
    return _epoch(answer["config"]) or "", answer["state"]["last_seq"]


async def last_sequence(connection: Connection, stream: str = "FEED", limit: float = 5.0) -> int:
    """Return the last sequence of a stream as its leader knows it; 0 while it is empty. Raises as `stream_state`."""
    return (await stream_state(connection, stream, limit))[1]


async def floor_of(connection: Connection, stream: str = "FEED", limit: float = 5.0) -> int:
    """Return the sequence before a stream's oldest message: nobody may purge ours, but a disk may lose its beginning.

    Raises as `stream_state`.
    """
    answer = await connection.api(f"STREAM.INFO.{stream}", timeout=limit)
    return max(int(answer["state"]["first_seq"]) - 1, 0)


async def usage(connection: Connection) -> dict[str, Usage]:
    """Return how full each stream of the account is, by name."""
    result: dict[str, Usage] = {}
    while True:
        answer = await connection.api("STREAM.LIST", {"offset": len(result)})
        for each in answer["streams"] or ():
            state, settings = each["state"], each["config"]
            result[settings["name"]] = Usage(
                state["bytes"], settings["max_bytes"], state["messages"], state["last_seq"]
            )
        if not answer["streams"] or len(result) >= answer["total"]:
            return result


async def _made(connection: Connection, spec: StreamSpec, replicas: int) -> dict[str, Any]:
    """Return the configuration of a stream, made now if there is none."""
    name = f"STREAM.INFO.{spec.name}"
    try:
        return _config(await connection.api(name, timeout=INFO_SECONDS))
    except JetStreamError as problem:
        if problem.err_code != NOT_FOUND:
            raise
    body = spec.settings(replicas)
    if spec.epoch:
        body["metadata"] = {EPOCH_KEY: secrets.token_hex(_EPOCH_DIGITS // 2)}
    try:
        await connection.api(f"STREAM.CREATE.{spec.name}", body)
    except JetStreamError as problem:
        if problem.err_code != NAME_IN_USE:
            raise
    try:
        return _config(await connection.api(name, timeout=INFO_SECONDS))
    except JetStreamError as problem:
        if problem.err_code != NOT_FOUND:
            raise
        detail = f"stream {spec.name} is made, but the cluster does not know it everywhere yet"
        raise OutcomeUnknownError(detail, hint="Ask again.") from problem


def _config(answer: dict[str, Any]) -> dict[str, Any]:
    config = answer.get("config")
    if not isinstance(config, dict):
        raise BrokerError("the broker described a stream without its configuration")
    return config


def _epoch(config: dict[str, Any]) -> str | None:
    epoch = str((config.get("metadata") or {}).get(EPOCH_KEY, ""))
    valid = len(epoch) == _EPOCH_DIGITS and all(digit in "0123456789abcdef" for digit in epoch)
    return epoch if valid else None
