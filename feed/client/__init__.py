"""The feed from a program's side: follow it, ask it, and be told what was lost, which is nothing.

    feed = Feed("http://127.0.0.1:8080")
    async for message in feed.follow(filters=["OG2024.ATH.>"], snapshot=True):
        print(message.topic, message.body)

docs/clients.md tells the rest.
"""

from feed.client.errors import ClientError, ExpiredError, GapError, LostError, PatchError, RefusedError, UnreadableError
from feed.client.events import Delivered, Event, Gap, Interrupted, Reset, Unmodelled
from feed.client.feed import Feed, Page, Snapshot
from feed.client.subscription import Subscription
from feed.client.track import Arrival
from feed.client.wish import Wish

__all__ = [
    "Arrival",
    "ClientError",
    "Delivered",
    "Event",
    "ExpiredError",
    "Feed",
    "Gap",
    "GapError",
    "Interrupted",
    "LostError",
    "Page",
    "PatchError",
    "RefusedError",
    "Reset",
    "Snapshot",
    "Subscription",
    "Unmodelled",
    "UnreadableError",
    "Wish",
]
