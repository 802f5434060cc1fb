"""Customers of ODF in the settings: `[customers.NAME]`, where documents are sent and which."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated as A
from typing import Literal

import msgspec
from msgspec import Meta

from feed.core.cursor import parse_cursor
from feed.core.filters import parse_filter
from feed.core.scope import Scope
from feed.errors import ReaderError, SettingsError
from feed.push.customer import FROM_NOW, Customer
from feed.push.post import shown
from feed.venues.odf import FAMILIES

_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")
_KEY = re.compile(r"[!-~]{1,200}")


class CustomerSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"start": "from"}):
    """One customer: where to, its key or the file that has it, and what it gets.

    `filter` are patterns on topics and `type` kinds, as subscribers give them; `start` is a cursor or `now`, and holds
    while the customer is new; an answer may take `seconds`.
    """

    url: A[str, Meta(pattern=r"^https?://[^\s/?#]+[^\s#]*$")]
    key: str | None = None
    key_file: str | None = None
    filter: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    competition: str | None = None
    family: str = "2026"
    flag: Literal["P", "T"] = "P"
    in_flight: A[int, Meta(ge=1, le=64)] = 8
    seconds: A[float, Meta(gt=0, le=60)] = 5.0
    start: str = FROM_NOW

    def __repr__(self) -> str:
        """Without its key."""
        return f"CustomerSettings({shown(self.url)!r}, ...)"

    def secret(self, name: str) -> str:
        """What is sent as X-API-KEY; raises SettingsError, which does not tell it."""
        try:
            key = self.key if self.key_file is None else Path(self.key_file).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            what = error.strerror if isinstance(error, OSError) else "no text"
            raise SettingsError(f"[customers.{name}] key_file {self.key_file}: {what}", hint=_ONE_KEY) from error
        if key is None or not _KEY.fullmatch(key):
            raise SettingsError(f"[customers.{name}] has no key of 1 to 200 visible ASCII characters", hint=_ONE_KEY)
        return key


_ONE_KEY = "Write `key`, or in `key_file` the path of a file that has nothing else in it."


def customers_of(settings: Mapping[str, CustomerSettings]) -> list[Customer]:
    """Who is to be sent what; raises SettingsError for a name, filter, family or cursor that is wrong."""
    return [_customer(name, each) for name, each in settings.items()]


def _customer(name: str, row: CustomerSettings) -> Customer:
    where = f"[customers.{name}]"
    if not _NAME.fullmatch(name):
        raise SettingsError(f"{where} is no name", hint="Names have up to 40 letters, digits, _ and -.")
    if (row.key is None) == (row.key_file is None):
        raise SettingsError(f"{where} needs either key or key_file", hint=_ONE_KEY)
    if row.family not in FAMILIES:
        raise SettingsError(f"{where} family {row.family} is unknown", hint=f"There are {', '.join(FAMILIES)}.")
    try:
        shown(row.url)
        scope = Scope.of([row.competition] if row.competition else [], [])
        wish = parse_filter(list(row.filter), list(row.type), scope)
        if row.start != FROM_NOW:
            parse_cursor(row.start, row.start.rpartition(":")[0])
    except (ReaderError, ValueError) as error:
        raise SettingsError(f"{where}: {error}", hint="docs/push.md shows what a customer is.") from error
    return Customer(name, row.flag, wish, row.family, row.in_flight, row.seconds, row.start)
