"""The play-by-play of a match through a real broker: every action, edit and deletion reaches a reader, in order."""

import json
from pathlib import Path
from typing import Any

import aiohttp

from tests.documents import odf
from tests.journey.reader import CONTROL, connected
from tests.journey.service import Feed, serving
from tests.journey.venue import COMPETITION, client

MATCH = "BKBWTEAM5-------------GPA-000100--"
TOPIC = f"{COMPETITION}.BKB.W.TEAM5.GPA.000100"
EDITS = 40


def play(period: str, version: int, second: int, actions: dict[str, str], status: str = "LIVE") -> bytes:
    """A document of one period, or the master (`period` empty); `actions` are results by `period.id`."""
    named = [(*name.split("."), result) for name, result in actions.items()]
    written = "".join(f'<Action Id="{id_}" Period="{of}" Action="P2" Result="{result}"/>' for of, id_, result in named)
    subcode = {"DocumentSubcode": period, "DocumentSubtype": "ACTION"} if period else {}
    header = {"DocumentType": "DT_PLAY_BY_PLAY", "DocumentCode": MATCH, "ResultStatus": status, **subcode}
    at = f"20{second // 60:02d}{second % 60:02d}000"
    return odf(COMPETITION, version, body=f"<Actions>{written}</Actions>", Time=at, **header)


async def post(session: aiohttp.ClientSession, feed: Feed, document: bytes) -> dict[str, Any]:
    async with session.post(f"{feed.url}/ingest/odf", data=document) as answer:
        told: dict[str, Any] = await answer.json(content_type=None)
        assert answer.status == 200, told
        return told


async def receive(socket: aiohttp.ClientWebSocketResponse, count: int) -> list[dict[str, Any]]:
    """The next messages, without control frames."""
    found: list[dict[str, Any]] = []
    while len(found) < count:
        message = json.loads((await socket.receive(5)).data)
        if message["type"] not in CONTROL:
            found.append(message)
    return found


def told(messages: list[dict[str, Any]]) -> list[tuple[str, str, str | None]]:
    """What an action's message says: period and id, what happened to it, its result."""
    return [
        (
            message["topic"].removeprefix(f"{TOPIC}.action."),
            message["op"],
            message["body"] and message["body"]["result"],
        )
        for message in messages
    ]


def broken_chains(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Messages that do not name the one before of their topic."""
    last: dict[str, int] = {}
    broken = []
    for message in messages:
        if message["prev"] != last.get(message["topic"], 0):
            broken.append(message)
        last[message["topic"]] = message["seq"]
    return broken


# Each document, and what it changes: period and id, op, result.
STORY: list[tuple[bytes, list[tuple[str, str, str | None]]]] = [
    (play("", 1, 0, {}, "START_LIST"), []),
    (play("Q1", 1, 10, {"Q1.a": "MADE", "Q1.b": "MADE"}), [("Q1.a", "put", "MADE"), ("Q1.b", "put", "MADE")]),
    (
        play("Q1", 2, 20, {"Q1.a": "MADE", "Q1.b": "MISS", "Q1.c": "MADE"}),
        [("Q1.b", "put", "MISS"), ("Q1.c", "put", "MADE")],
    ),
    (play("Q1", 3, 30, {"Q1.a": "MADE", "Q1.c": "MADE"}), [("Q1.b", "removed", None)]),
    (play("Q2", 1, 60, {"Q2.d": "MADE"}), [("Q2.d", "put", "MADE")]),
    # Late, but no master has spoken since: the other period's newer document is no matter.
    (play("Q1", 4, 50, {"Q1.a": "MISS", "Q1.c": "MADE"}), [("Q1.a", "put", "MISS")]),
    (play("", 2, 70, {"Q1.a": "MISS", "Q1.c": "MADE", "Q2.d": "MADE"}, "INTERMEDIATE"), []),
    # Later still: the master has told already what was so then.
    (play("Q2", 2, 65, {"Q2.d": "MISS", "Q2.e": "MADE"}), []),
    (
        play("", 3, 90, {"Q1.a": "MISS", "Q2.d": "MISS", "Q2.f": "MADE"}, "OFFICIAL"),
        [("Q2.d", "put", "MISS"), ("Q2.f", "put", "MADE"), ("Q1.c", "removed", None)],
    ),
]


async def test_a_match_is_told_action_by_action(tmp_path: Path):
    """Master, period, edit, deletion and late period: who listened and who comes later see the same, in order."""
    expected = [each for _, changes in STORY for each in changes]
    async with client() as session, serving(tmp_path) as feed:
        async with connected(session, feed.url, ("type", "action")) as socket:
            await socket.receive(5)
            for document, changes in STORY:
                stored = await post(session, feed, document)
                assert [row["topic"] for row in stored["accepted"]] == [
                    *(f"{TOPIC}.action.{topic}" for topic, _, _ in changes),
                    f"{TOPIC}.list.actions",
                ]
            messages = await receive(socket, len(expected))
        async with connected(session, feed.url, ("type", "action"), ("after", "0")) as socket:
            assert await receive(socket, len(expected)) == messages
        async with session.get(f"{feed.url}/v1/snapshot?type=action") as answer:
            state = (await answer.json())["messages"]
    assert told(messages) == expected
    assert broken_chains(messages) == []
    assert [message["unit"] for message in messages] == [MATCH] * len(expected)
    assert told(state) == [("Q1.a", "put", "MISS"), ("Q2.d", "put", "MISS"), ("Q2.f", "put", "MADE")]


async def test_no_edit_of_an_action_is_left_out(tmp_path: Path):
    """A reader that was away while one action changed again and again sees each of its versions."""
    async with (
        client() as session,
        serving(tmp_path) as feed,
        connected(session, feed.url, ("type", "action")) as socket,
    ):
        await socket.receive(5)
        for version in range(1, EDITS + 1):
            await post(session, feed, play("Q1", version, version, {"Q1.a": str(version)}))
        messages = await receive(socket, EDITS)  # not read before the last was stored
    assert told(messages) == [("Q1.a", "put", str(version)) for version in range(1, EDITS + 1)]
    assert broken_chains(messages) == []
