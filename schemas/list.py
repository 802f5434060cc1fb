"""Kind `list`: the head of a set of entities, written last by every document that touches the set.

It tells up to which document of each key the set is complete, and orders two writers: the guard of its topic lets one
of them through (the contract, "What happens to a message"). The head itself is always put: where a document takes its
list back, it is the entities that are withdrawn.
"""

import msgspec
from msgspec import UNSET, UnsetType

from schemas.infos import Infos
from schemas.message import Mentions, Message, Micros, Op

LIST_KIND = "list"


class ListedDocument(msgspec.Struct, frozen=True):
    """The newest document of one key that the set has taken over; `op` tells whether it withdrew the list.

    One that takes several batches is named before it is written, as not `complete`: nothing may contradict it then.

    `key` is the document key without competition and code: type, subcode, subtype and language as topic tokens.
    `about` is what it says of the list as a whole (version and approval of a schedule); `unmapped` keeps what no field
    holds outside of its entities, as XML path -> text.
    """

    key: str
    version: int
    event: Micros
    hash: str
    op: Op = Op.PUT
    complete: bool = True
    about: Infos | UnsetType = UNSET
    unmapped: dict[str, str] | UnsetType = UNSET


class ListBody(msgspec.Struct, frozen=True):
    """The documents by their key, in the order of their keys; `full` is the moment of the newest full list."""

    documents: tuple[ListedDocument, ...] = ()
    full: Micros | None = None

    def mentions(self) -> Mentions:
        return Mentions()


class List(Message, frozen=True, kw_only=True, tag="list"):
    """Key parts: the name of the set, for example `schedule`, and which of several (the table, for codes)."""

    body: ListBody | None
