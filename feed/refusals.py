"""The closed list of reasons for which a venue's document is refused."""

from enum import StrEnum

import msgspec


class Reason(StrEnum):
    """Why a document was refused; also the label of the counter and the `error.name` of the answer."""

    TOO_LARGE = "too_large"
    UNSUPPORTED_MEDIA = "unsupported_media"
    BAD_COMPRESSION = "bad_compression"
    NOT_WELL_FORMED = "not_well_formed"
    DOCTYPE = "doctype"
    NOT_ODF = "not_odf"
    NO_KEY = "no_key"
    BAD_CODE = "bad_code"
    BAD_VERSION = "bad_version"
    BAD_FLAG = "bad_flag"
    BAD_TIME = "bad_time"
    BAD_VALUE = "bad_value"
    BAD_KEY = "bad_key"
    FLAG_MISMATCH = "flag_mismatch"
    VERSION_CONFLICT = "version_conflict"
    IMPLAUSIBLE = "implausible"
    WRONG_FLAG = "wrong_flag"
    WRONG_SOURCE = "wrong_source"
    WRONG_COMPETITION = "wrong_competition"


HINTS: dict[Reason, str] = {
    Reason.TOO_LARGE: "Send the document in parts, or ask the operator for a larger limit.",
    Reason.UNSUPPORTED_MEDIA: "Send application/xml, or a code file as text/csv, plain or with Content-Encoding: gzip.",
    Reason.BAD_COMPRESSION: "The gzip stream is cut or damaged; send the bytes again.",
    Reason.NOT_WELL_FORMED: "It cannot be parsed; check the XML, or the CSV in UTF-8, at the given line.",
    Reason.DOCTYPE: "ODF has no DTD; remove the DOCTYPE.",
    Reason.NOT_ODF: "The root element of an ODF document is OdfBody.",
    Reason.NO_KEY: "A document needs CompetitionCode, DocumentCode and DocumentType, what it lists a code of its own.",
    Reason.BAD_CODE: "Results, schedules and units are told by RSC: send all 34 characters, padded with dashes.",
    Reason.BAD_VERSION: "Version is a whole number from 1 that rises with each change.",
    Reason.BAD_FLAG: "FeedFlag is P (production) or T (test).",
    Reason.BAD_TIME: "Send Date=YYYY-MM-DD and Time=hhmmssfff, or TimeStamp with a zone offset.",
    Reason.BAD_VALUE: "The value has another type or length than ODF gives it.",
    Reason.BAD_KEY: "The key of the document is too long for a topic: 64 bytes a part, 512 in all, escapes included.",
    Reason.FLAG_MISMATCH: "FeedFlag must be readable in the first 4 kB and be the only one there.",
    Reason.VERSION_CONFLICT: "The same Version and time was sent before with other content; raise the Version.",
    Reason.IMPLAUSIBLE: "Correct it and send the next Version; what is held an operator may release all the same.",
    Reason.WRONG_FLAG: "A key writes production (P) or test (T), never both: send it with the key of its FeedFlag.",
    Reason.WRONG_SOURCE: "A key is for one Source: send the document with that source's key.",
    Reason.WRONG_COMPETITION: "Ask the operator for a key of this competition, discipline and venue.",
}
# What a key does not allow: answered 403, and never taken for a Version of its document that has come.
FORBIDDEN = frozenset({Reason.WRONG_FLAG, Reason.WRONG_SOURCE, Reason.WRONG_COMPETITION})


class Refusal(msgspec.Struct, frozen=True):
    """One refused document: the reason, what was wrong and where in the document.

    `rules` are the ids of the rules of plausibility it breaks; what `is_held` an operator may release.
    """

    reason: Reason
    detail: str
    where: str = ""
    rules: tuple[str, ...] = ()
    is_held: bool = False

    @property
    def hint(self) -> str:
        return HINTS[self.reason]
