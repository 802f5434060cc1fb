"""DELIVERIES: what each customer of ODF was sent, and how far it has come.

`deliveries.<customer>.document.<topic>` has the attempts for the documents of one key, `deliveries.<customer>.place`
where the customer stands. A record names the last one of its subject: of two programs that are about to send the same
document, one finds that it comes second before it has sent a byte.
"""

from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import msgspec

from feed.core.deliveries import Delivery, Last, Logged, Place
from feed.errors import ContradictionError, OutcomeUnknownError
from feed.stream.acks import WrongLastSequenceError, publish_acked
from feed.stream.blobs import NO_MESSAGE
from feed.stream.connection import Connection, JetStreamError
from feed.stream.consumer import StreamMessage, last_per_subject
from feed.stream.history import get
from feed.stream.publisher import EXPECTED_LAST
from feed.stream.streams import DELIVERIES, last_sequence
from schemas.message import Micros

ACK_SECONDS: Final = 5.0
SUBJECTS_MAX: Final = 500  # of one request: their names have to fit into it
_DOCUMENT: Final = "deliveries.{}.document.{}"
_PLACE: Final = "deliveries.{}.place"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_delivery = msgspec.json.Decoder(Delivery)
_place = msgspec.json.Decoder(Place)


NOTHING: Final = Last(0, None)


class Deliveries:
    """The deliveries of one flag. All methods raise OutcomeUnknownError when the broker does not answer in time."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._get = partial(get, connection, DELIVERIES.name)

    async def begin(self, first: Place, take: Callable[[Last], None]) -> int:
        """How far a customer has come, after `take` got what was sent last of each key; `first` is where it begins.

        Raises ContradictionError when it follows a log of another epoch.
        """
        subject = _PLACE.format(first.customer)
        found = await self._newest(subject)
        if found is None:
            if await self.note(first, 0) is None:
                return await self.begin(first, take)  # another program was faster
            return first.through
        place = _place.decode(found.payload)
        if place.epoch != first.epoch:
            detail = f"customer {place.customer} follows the log {place.epoch}, this one is {first.epoch}"
            raise ContradictionError(detail, hint="The stream was made anew: give the customer another name.")
        through = place.through
        pattern = _DOCUMENT.format(first.customer, ">")
        tip = await self._tip()
        async for message in last_per_subject(self._connection, DELIVERIES.name, pattern, tip):
            record = _read(message)
            take(Last(message.seq, record))
            through = max(through, record.through)
        return through

    async def append(self, delivery: Delivery, last: int) -> int | None:
        """Store a record behind the last one of its key; its own place, or None where another program was first."""
        subject = _DOCUMENT.format(delivery.customer, delivery.topic)
        return await self._store(subject, msgspec.json.encode(delivery), last)

    async def newest(self, customer: str, topic: str) -> Last:
        """The newest record of a document key, as the stream's leader knows it."""
        found = await self._newest(_DOCUMENT.format(customer, topic))
        return NOTHING if found is None else Last(found.seq, _read(found))

    async def note(self, place: Place, last: int | None = None) -> int | None:
        """Keep where a customer stands, behind the record `last` if one is named; None where it is not the last."""
        return await self._store(_PLACE.format(place.customer), msgspec.json.encode(place), last)

    async def page(self, customer: str, first: int, limit: int, topic: str | None = None) -> list[Logged]:
        """Up to `limit` records from a place in the log on, in order; of one document key where a topic is named."""
        wish = {"seq": max(first, 1), "next_by_subj": _DOCUMENT.format(customer, topic or ">"), "batch": limit}
        found: list[StreamMessage] = []
        while len(found) < limit and (messages := await self._get(wish | {"batch": limit - len(found)})):
            found += messages
            wish["seq"] = messages[-1].seq + 1
        return [Logged(message.seq, _read(message)) for message in found]

    async def first_from(self, time: Micros) -> int:
        """The place of the first record that was stored at a time or later; that of the next one where none was."""
        start = (_EPOCH + timedelta(microseconds=max(time, 0))).isoformat()
        found = await self._get({"start_time": start, "batch": 1})
        return found[0].seq if found else await self._tip() + 1

    async def held(self, customer: str, end: int | None = None, topic: str | None = None) -> list[Delivery]:
        """What a customer held by the records before a place in the log, or by all: the newest of each key, by topic.

        Only those of which it held something: `held` of each tells what. Of one document key where a topic is named.
        """
        found: list[Delivery] = []
        later: list[str] = []
        tip = await self._tip()
        pattern = _DOCUMENT.format(customer, topic or ">")
        async for message in last_per_subject(self._connection, DELIVERIES.name, pattern, tip):
            if end is None or message.seq < end:
                found.append(_read(message))
            else:
                later.append(message.subject)
        for subjects in _portions(later):
            found += [_read(message) for message in await self._last_before(subjects, end or 1)]
        return sorted((each for each in found if each.held), key=lambda each: each.topic)

    async def _last_before(self, subjects: Sequence[str], end: int) -> list[StreamMessage]:
        """An answer ends at its limit of bytes, ascending: what is missing is asked for behind it."""
        found: list[StreamMessage] = []
        if end <= 1:
            return found
        wish = {"multi_last": list(subjects), "up_to_seq": end - 1, "seq": 1}
        while messages := await self._get(wish):
            found += messages
            wish["seq"] = messages[-1].seq + 1
            if messages[-1].seq >= end - 1:
                break
        return found

    async def _store(self, subject: str, payload: bytes, last: int | None) -> int | None:
        headers = {} if last is None else {EXPECTED_LAST: str(last)}
        try:
            return await publish_acked(self._connection, subject, payload, headers, timeout=ACK_SECONDS)
        except WrongLastSequenceError:
            return None
        except JetStreamError as error:  # no room, a broker that is ill: nothing is sent that cannot be kept
            raise OutcomeUnknownError(error.detail, hint=error.hint) from error

    async def _newest(self, subject: str) -> StreamMessage | None:
        try:
            answer = await self._connection.api(f"STREAM.MSG.GET.{DELIVERIES.name}", {"last_by_subj": subject})
        except JetStreamError as error:
            if error.err_code == NO_MESSAGE:
                return None
            raise OutcomeUnknownError(error.detail, hint="Ask again.") from error
        message = answer["message"]
        return StreamMessage(message["seq"], subject, {}, b64decode(message.get("data", "")))

    async def _tip(self) -> int:
        try:
            return await last_sequence(self._connection, DELIVERIES.name)
        except JetStreamError as error:
            raise OutcomeUnknownError(error.detail, hint="Ask again.") from error


def _read(message: StreamMessage) -> Delivery:
    try:
        return _delivery.decode(message.payload)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        detail = f"DELIVERIES seq {message.seq} on {message.subject} is not of our making: {error}"
        raise ContradictionError(detail, hint="Nobody else may publish on deliveries.> of this account.") from error


def _portions(subjects: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(subjects), SUBJECTS_MAX):
        yield subjects[start : start + SUBJECTS_MAX]
