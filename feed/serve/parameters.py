"""What may be asked of the doors, parameter by parameter: one place for its form, its limits, its default, its meaning.

A door checks a request against the same rows that /openapi.json and /docs show (`feed.serve.door`).
"""

from typing import Any

import msgspec

from feed.core.encodings import FRAMED, FRAMINGS
from feed.errors import ErrorName
from schemas.ledger import MedalView

Schema = dict[str, Any]
_PLACE = (ErrorName.BAD_CURSOR, ErrorName.WRONG_EPOCH, ErrorName.CURSOR_TOO_OLD)


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter by its name; one that `is_repeated` may stand more than once. `errors` are those it can cause."""

    name: str
    meaning: str
    example: str
    is_repeated: bool = False
    is_needed: bool = False
    errors: tuple[ErrorName, ...] = ()

    def schema(self) -> Schema:
        """The form of one value, as JSON Schema."""
        return {"type": "string"}


class Text(Parameter, frozen=True, kw_only=True):
    """Words; `pattern` is anchored at both ends by itself."""

    pattern: str | None = None

    def schema(self) -> Schema:
        return {"type": "string"} if self.pattern is None else {"type": "string", "pattern": f"^{self.pattern}$"}


class Choice(Parameter, frozen=True, kw_only=True):
    """One of a few words; the default is the one that holds when nothing is said."""

    of: tuple[str, ...]
    default: str | None = None

    def schema(self) -> Schema:
        form: Schema = {"type": "string", "enum": list(self.of)}
        return form if self.default is None else form | {"default": self.default}


class Switch(Choice, frozen=True, kw_only=True):
    """0 or 1."""

    example: str = "1"
    of: tuple[str, ...] = ("0", "1")
    default: str | None = "0"


class Number(Parameter, frozen=True, kw_only=True):
    """A whole number; without a default it is read only where it was given."""

    highest: int
    lowest: int = 1
    default: int | None = None

    def schema(self) -> Schema:
        form: Schema = {"type": "integer", "minimum": self.lowest, "maximum": self.highest}
        return form if self.default is None else form | {"default": self.default}


class Seconds(Parameter, frozen=True, kw_only=True):
    """A time in seconds, with up to three decimals, 0 when nothing is said."""

    highest: int

    def schema(self) -> Schema:
        return {"type": "number", "minimum": 0, "maximum": self.highest, "default": 0}


class Factor(Parameter, frozen=True, kw_only=True):
    """A number above 0, up to `highest`."""

    highest: int

    def schema(self) -> Schema:
        return {"type": "number", "exclusiveMinimum": 0, "maximum": self.highest}


Parameters = dict[str, Parameter]


def named(*parameters: Parameter) -> Parameters:
    """Parameters by name, in the order in which they are shown."""
    return {parameter.name: parameter for parameter in parameters}


FLAG = Choice(
    name="flag",
    meaning="Production (P) or test (T): two worlds that share nothing.",
    of=("P", "T"),
    default="P",
    example="P",
)
COMPETITION = Text(
    name="competition",
    meaning="The competition; else the one in the settings, or the only one there is.",
    example="OG2024",
    errors=(ErrorName.COMPETITION_NEEDED, ErrorName.NOT_FOUND),
)
LANGUAGE = Text(
    name="lang",
    meaning="A language: what codes mean in it stands in `labels`.",
    pattern="[A-Z]{3}",
    example="FRA",
)
PAST = Text(
    name="as_of",
    meaning="As it was: after a sequence (`SEQ` or `EPOCH:SEQ`), or at an RFC 3339 time.",
    example="2024-08-10T18:00:00Z",
    errors=(*_PLACE, ErrorName.EMBARGOED, ErrorName.NOT_FOUND),
)
FILTER = Text(
    name="filter",
    meaning="A NATS pattern on topics: `*` is one token, `>` the rest; several are joined by OR.",
    example="OG2024.ATH.>",
    is_repeated=True,
    errors=(ErrorName.BAD_FILTER, ErrorName.NOT_ENTITLED),
)
TYPE = Text(
    name="type",
    meaning="Kinds of messages.",
    example="result",
    is_repeated=True,
    errors=(ErrorName.BAD_FILTER,),
)
ATHLETE = Text(
    name="athlete",
    meaning="Messages about an athlete or a team, by id, and those by which a topic leaves it.",
    example="1234567",
    is_repeated=True,
    errors=(ErrorName.BAD_FILTER,),
)
NOC = Text(
    name="noc",
    meaning="Messages about an organisation, and those by which a topic leaves it.",
    pattern="[A-Z0-9_]{1,40}(,[A-Z0-9_]{1,40})*",
    example="FRA",
    is_repeated=True,
    errors=(ErrorName.BAD_FILTER,),
)
VENUE = Text(
    name="venue",
    meaning="Messages of a venue, and those by which a topic leaves it.",
    pattern="[A-Z0-9_]{1,40}(,[A-Z0-9_]{1,40})*",
    example="STA",
    is_repeated=True,
    errors=(ErrorName.BAD_FILTER,),
)
STATUS = Text(
    name="status",
    meaning="Messages with a ResultStatus, and those by which a topic leaves it.",
    pattern="[A-Z0-9_]{1,40}(,[A-Z0-9_]{1,40})*",
    example="OFFICIAL",
    is_repeated=True,
    errors=(ErrorName.BAD_FILTER,),
)
AFTER = Text(
    name="after",
    meaning="Go on behind this cursor, which is not repeated; `0` is the oldest message.",
    example="0",
    errors=(*_PLACE, ErrorName.NOT_READY),
)
SNAPSHOT = Switch(
    name="snapshot",
    meaning="First the current state, in ascending order, then what follows; not together with `after`.",
)
DELTA = Switch(name="delta", meaning="A message may come as its difference from the one before of its topic.")
CONFLATE = Switch(name="conflate", meaning="A reader that is late gets only the newest message of each topic.")
SPEED = Factor(
    name="speed",
    meaning="Behind `after` at its pace of then, so many times as fast; no gap is above 5 s. Not with `conflate`.",
    example="60",
    highest=10_000,
)
ENCODING = Choice(name="encoding", meaning="Of the frames.", of=tuple(FRAMED), default="json", example="msgpack")
COMPRESSION = Choice(
    name="compression",
    meaning="Each message is one zstd frame, with the dictionary that `hello` names; control frames stay as they are.",
    of=tuple(FRAMINGS),
    default="none",
    example="zstd",
)
FORM = named(ENCODING, COMPRESSION)
VIEW = Choice(
    name="view",
    meaning="What is signed off, or also what is pending.",
    of=tuple(view.value for view in MedalView),
    default=MedalView.OFFICIAL.value,
    example=MedalView.PROVISIONAL.value,
)
DELAY = Number(
    name="delay",
    meaning="Seconds behind the newest: all is told as it was that long ago. A key may ask for no less than its own.",
    highest=604_800,
    example="30",
    errors=(ErrorName.TOO_MANY, ErrorName.NOT_READY),
)
TICKET = Text(name="ticket", meaning="A one-use ticket of `POST /v1/tickets`, for browsers.", example="tkt_x1y2z3")
DATE = Text(
    name="date",
    meaning="A calendar day of the planned start, in the `zone` that the answer names.",
    pattern="[0-9]{4}-[0-9]{2}-[0-9]{2}",
    example="2024-07-26",
)
DISCIPLINES = Text(
    name="discipline",
    meaning="Disciplines, as `ATH`.",
    pattern="[A-Z0-9]{1,20}(,[A-Z0-9]{1,20})*",
    example="ATH",
    is_repeated=True,
)
LIMIT_OF_PAGE = Number(name="limit", meaning="The most rows of a page.", default=100, highest=500, example="50")
OFFSET = Number(
    name="offset",
    meaning="Rows to pass over: `next` of the page before.",
    lowest=0,
    default=0,
    highest=100_000,
    example="100",
)
ROWS = Number(name="limit", meaning="The most rows; without it all of them come.", highest=10_000, example="500")
FILTERS = named(FILTER, TYPE, ATHLETE, NOC, VENUE, STATUS)
SUBSCRIBER = FILTERS | named(AFTER, SPEED, SNAPSHOT, DELTA, CONFLATE, DELAY, LANGUAGE, TICKET, FLAG)
ONE_COMPETITION = named(COMPETITION, PAST, DELAY, FLAG)
LABELLED = ONE_COMPETITION | named(LANGUAGE)
PAGED = LABELLED | named(LIMIT_OF_PAGE, OFFSET)
IN_PARTS = named(ROWS, OFFSET)
