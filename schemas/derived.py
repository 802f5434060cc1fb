"""Kind `derived`: up to which sequence the feed's own messages have been made; the last of every batch of them."""

import msgspec

from schemas.message import Mentions, Message, Seq


class DerivedBody(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that follows from the messages up to `through` is in the stream."""

    through: Seq

    def mentions(self) -> Mentions:
        return Mentions()


class Derived(Message, frozen=True, kw_only=True, tag="derived"):
    """Its topic has no code and no key parts: there is one a competition."""

    body: DerivedBody | None
