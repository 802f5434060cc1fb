"""A reader's request: which flag, what it wants, from where. Nothing that was asked for is ever ignored."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web
from multidict import MultiMapping

from feed.core.about import ABOUT, read_about
from feed.core.cohorts import CohortKey
from feed.core.encodings import FRAMINGS, Encoding
from feed.core.filters import Filter, parse_filter
from feed.core.labels import Labelling, Labels
from feed.core.scope import Scope
from feed.errors import ErrorName, ReaderError
from feed.serve.parameters import COMPRESSION, ENCODING, FORM, SPEED, SUBSCRIBER, Choice, Number, Parameters, Seconds
from feed.serve.reading import Reading

NDJSON = "application/x-ndjson"
LANG = "lang"
KEY = "key"  # of every reading door; `feed.serve.rights` refuses it at the others
TICKET = "ticket"
_LEAST = 0.001
_WEIGHT = re.compile(r"[01](?:\.[0-9]{0,3})?")
_SPEED = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,3})?")
_SECONDS = re.compile(r"[0-9]{1,2}(?:\.[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a reader asked for: `after` is a sequence or None, `snapshot` whether the current state comes first.

    `labels` are in the language that it asked for; with `delta` messages may be told by their differences, with
    `conflate` only the newest of a topic is told to a reader that is late, with `speed` what is behind `after` comes at
    so many times its pace of then.
    """

    reading: Reading
    filter: Filter
    after: int | None
    snapshot: bool
    labels: Labels | None = None
    delta: bool = False
    conflate: bool = False
    speed: float | None = None

    def key(self, encoding: Encoding) -> CohortKey:
        """With whom this reader shares its bytes."""
        pump = self.reading.pump
        deltas = pump.deltas(self.labels) if self.delta else None
        return CohortKey(pump.cohorts.shared(self.filter), encoding, self.labels, deltas)


def listed(query: MultiMapping[str], name: str) -> frozenset[str]:
    """A parameter's values, repeated or joined by commas; raises ReaderError for one that is empty."""
    values = [each for text in query.getall(name, []) for each in text.split(",")]
    if not all(values):
        raise ReaderError(ErrorName.BAD_REQUEST, f"{name}= has an empty value", hint=f"Leave {name}= out for all.")
    return frozenset(values)


def check_names(query: MultiMapping[str], allowed: Parameters) -> None:
    """Raise ReaderError for a parameter that nobody knows, or that is given twice."""
    for name in query:
        if name in allowed or name == KEY:
            if not (name in allowed and allowed[name].is_repeated) and len(query.getall(name)) > 1:
                raise ReaderError(ErrorName.BAD_REQUEST, f"{name}= is given more than once", hint="Choose one.")
            continue
        names = ", ".join(sorted(allowed))
        raise ReaderError(ErrorName.UNKNOWN_PARAMETER, f"{name}= is no parameter here", hint=f"Known: {names}.")


def wants(headers: MultiMapping[str], named: str) -> bool:
    """Whether Accept asks for a media type: by name, and not less than for JSON (RFC 9110 section 12.5.1)."""
    weights = read_weights(headers, "Accept")
    return weights.get(named, 0.0) >= max(weights.get("application/json", 0.0), _LEAST)


def read_weights(headers: MultiMapping[str], name: str) -> dict[str, float]:
    """What a header asks for, in small letters, and how much (RFC 9110 section 12.4.2)."""
    weights = {}
    for each in ",".join(headers.getall(name, [])).lower().split(","):
        wanted, *parameters = (part.strip() for part in each.split(";"))
        weights[wanted] = _weight(parameters)
    return weights


def is_known(request: web.Request, tag: str) -> bool:
    """Whether the reader has the representation with this entity tag (If-None-Match)."""
    return bool({tag, "*"} & {known.value for known in request.if_none_match or ()})


def _weight(parameters: list[str]) -> float:
    texts = [text.removeprefix("q=") for text in parameters if text.startswith("q=")]
    return float(texts[0]) if texts and _WEIGHT.fullmatch(texts[0]) else 1.0


def read_flag(query: MultiMapping[str], readings: Mapping[str, Reading]) -> Reading:
    """The reading side of the flag asked for, P when none is; raises ReaderError bad_request."""
    flag = query.get("flag", "P")
    if flag not in readings:
        raise ReaderError(ErrorName.BAD_REQUEST, f"flag={flag}: there are the flags P and T")
    return readings[flag]


def read_filter(query: MultiMapping[str], scope: Scope) -> Filter:
    """The wish in `filter=`, `type=` and the names of ABOUT, all repeatable.

    Raises ReaderError bad_filter, bad_request or not_entitled.
    """
    kinds = [kind for text in query.getall("type", []) for kind in text.split(",")]
    about = read_about({name: listed(query, name) for name in ABOUT})
    return parse_filter(query.getall("filter", []), kinds, scope, about)


async def read_after(query: MultiMapping[str], reading: Reading) -> int | None:
    """The sequence to read behind, None when none is named; raises ReaderError as `Reading.place` does."""
    text = query.get("after")
    return None if text is None else await reading.place(text)


def read_labels(query: MultiMapping[str], labelling: Labelling) -> Labels | None:
    """The labels in `lang=`, None when it is absent; raises ReaderError bad_request for a language there is not."""
    lang = query.get(LANG)
    if lang is None:
        return None
    labels = labelling.of(lang)
    if labels is None:
        there = ", ".join(labelling.languages())
        hint = "Choose one of them, or leave lang= out."
        raise ReaderError(ErrorName.BAD_REQUEST, f"lang={lang[:20]}: there are codes in {there}", hint=hint)
    return labels


def read_switch(query: MultiMapping[str], name: str) -> bool:
    """A parameter that is 0 or 1, 0 when absent; raises ReaderError bad_request."""
    text = query.get(name, "0")
    if text not in {"0", "1"}:
        raise ReaderError(ErrorName.BAD_REQUEST, f"{name}={text}: it is 0 or 1")
    return text == "1"


def read_choice(query: MultiMapping[str], choice: Choice) -> str:
    """A parameter that is one of a few words; raises ReaderError bad_request."""
    text = query.get(choice.name, choice.default or "")
    if text not in choice.of:
        raise ReaderError(ErrorName.BAD_REQUEST, f"{choice.name}={text[:20]}: there are {' and '.join(choice.of)}")
    return text


def read_number(query: MultiMapping[str], number: Number) -> int:
    """A parameter that is a whole number within its limits; raises ReaderError bad_request."""
    text, lowest, highest = query.get(number.name, str(number.default)), number.lowest, number.highest
    is_whole = text.isascii() and text.isdigit() and len(text) <= len(str(highest))
    if not is_whole or not lowest <= int(text) <= highest:
        detail = f"{number.name}={text[:20]}: it is a number from {lowest} to {highest}"
        raise ReaderError(ErrorName.BAD_REQUEST, detail)
    return int(text)


def read_seconds(query: MultiMapping[str], seconds: Seconds) -> float:
    """A parameter that is a time in seconds within its limits, 0 when absent; raises ReaderError bad_request."""
    name, highest, text = seconds.name, seconds.highest, query.get(seconds.name, "0")
    if not _SECONDS.fullmatch(text) or float(text) > highest:
        raise ReaderError(ErrorName.BAD_REQUEST, f"{name}={text[:20]}: it is a number of seconds from 0 to {highest}")
    return float(text)


async def read_stream_wish(query: MultiMapping[str], reading: Reading) -> tuple[Wish, Encoding]:
    """The wish of a WebSocket subscriber, and the encoding of its frames."""
    check_names(query, SUBSCRIBER | FORM)
    encoding = FRAMINGS[read_choice(query, COMPRESSION)][read_choice(query, ENCODING)]
    return await _read_wish(query, reading), encoding


async def read_event_wish(query: MultiMapping[str], reading: Reading, last_event_id: str) -> Wish:
    """The wish of a reader of events; who comes back with a Last-Event-ID goes on there, whatever its address says."""
    check_names(query, SUBSCRIBER)
    if not last_event_id:
        return await _read_wish(query, reading)
    form = _read_form(query, reading)
    after = await reading.place(last_event_id)
    return Wish(reading, read_filter(query, reading.scope), after, False, *form, _read_speed(query, after))


async def _read_wish(query: MultiMapping[str], reading: Reading) -> Wish:
    wish, snapshot = read_filter(query, reading.scope), read_switch(query, "snapshot")
    if snapshot and "after" in query:
        raise ReaderError(ErrorName.BAD_REQUEST, "snapshot=1 and after= cannot go together", hint="Choose one.")
    form, after = _read_form(query, reading), await read_after(query, reading)
    return Wish(reading, wish, after, snapshot, *form, _read_speed(query, after))


def _read_speed(query: MultiMapping[str], after: int | None) -> float | None:
    text = query.get("speed")
    if text is None:
        return None
    if not _SPEED.fullmatch(text) or not 0 < float(text) <= SPEED.highest:
        raise ReaderError(ErrorName.BAD_REQUEST, f"speed={text[:20]}: it is a number above 0, up to {SPEED.highest}")
    if after is None or read_switch(query, "conflate"):
        detail = "speed= needs after=, and cannot go together with conflate=1"
        raise ReaderError(ErrorName.BAD_REQUEST, detail, hint="after=0 begins with the oldest message.")
    return float(text)


def _read_form(query: MultiMapping[str], reading: Reading) -> tuple[Labels | None, bool, bool]:
    """Labels, differences, conflation: what does not change of what a reader is told, but how."""
    labels = read_labels(query, reading.labelling)
    return labels, read_switch(query, "delta"), read_switch(query, "conflate")
