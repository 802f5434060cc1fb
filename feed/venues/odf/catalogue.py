"""Every DocumentType of ODF (General Messages Interface, list of messages; enumeration of the 2026 schema)."""

from enum import StrEnum

import msgspec


class CodeFamily(StrEnum):
    """What a DocumentCode must be: a Results System Code (34 or 9 characters), or any id."""

    RSC = "rsc"
    ID = "id"


class DocumentType(msgspec.Struct, frozen=True):
    """Columns: name, kind of message, family of its DocumentCode, whether leaving out Competition withdraws it.

    Updates, the snapshot of the moment and control messages replace nothing, so there is nothing to withdraw
    (Foundation Principles 2.5 and 2.12). `reader` names what reads the type (decoding.py), `list_name` the set that its
    entities belong to, for kind `list`; one with a `list_part` is a set for each value of that attribute of the header.
    """

    name: str
    kind: str
    codes: CodeFamily
    full: bool
    reader: str
    list_name: str = ""
    list_part: str = ""


def _rows(names: str, codes: CodeFamily, *, full: bool) -> list[DocumentType]:
    """Types that are not modelled yet."""
    return [DocumentType(name, "document", codes, full, "document") for name in names.split()]


_ROWS = [
    DocumentType("DT_RESULT", "result", CodeFamily.RSC, full=True, reader="typed"),
    DocumentType("DT_PHASE_RESULT", "phase_result", CodeFamily.RSC, full=True, reader="typed"),
    DocumentType("DT_CUMULATIVE_RESULT", "cumulative_result", CodeFamily.RSC, full=True, reader="typed"),
    DocumentType("DT_POOL_STANDING", "pool_standing", CodeFamily.RSC, full=True, reader="typed"),
    DocumentType("DT_RANKING", "ranking", CodeFamily.RSC, full=True, reader="typed"),
    DocumentType("DT_CURRENT", "current", CodeFamily.RSC, full=False, reader="typed"),
    DocumentType("DT_RESULT_ANALYSIS", "result_analysis", CodeFamily.RSC, full=True, reader="typed"),
    DocumentType("DT_ESL", "extended_start_list", CodeFamily.RSC, full=True, reader="typed"),
    DocumentType("DT_FED_RANKING", "federation_ranking", CodeFamily.RSC, full=True, reader="typed"),
    DocumentType("DT_SCHEDULE", "list", CodeFamily.RSC, full=True, reader="schedule", list_name="schedule"),
    DocumentType("DT_SCHEDULE_UPDATE", "list", CodeFamily.RSC, full=False, reader="schedule", list_name="schedule"),
    DocumentType("DT_LOCAL_ON", "list", CodeFamily.RSC, full=False, reader="source_on", list_name="sources"),
    DocumentType("DT_LOCAL_OFF", "list", CodeFamily.RSC, full=False, reader="source_off", list_name="sources"),
    *(
        DocumentType(name, "document", CodeFamily.RSC, full=False, reader="none")
        for name in ("DT_KA", "DT_PING", "DT_RT_KA")
    ),
    *_rows(
        """
        DT_PARTIC DT_PARTIC_TEAMS DT_PARTIC_HORSES DT_PARTIC_NAME DT_ENTRIES DT_CONFIG
        DT_PLAY_BY_PLAY DT_BRACKETS
        DT_STATS DT_MEDALLISTS DT_MEDALLISTS_DISCIPLINE DT_MEDALLISTS_DAY DT_MEDALS DT_RECORD
        DT_COMMUNICATION DT_IMAGE DT_PRESSPHOTOFINISH_LK DT_PDF DT_WEATHER DT_VEN_COND DT_WEA_ALERT DT_ALERT
        DT_NEWS DT_BCK DT_ACHIEVEMENT DT_PRESENTER DT_FLAGBEARERS DT_CEREMONY_ACTIVITY_LIST DT_CEREMONY_NOC_LIST
        DT_CODES
        """,
        CodeFamily.RSC,
        full=True,
    ),
    *_rows(
        """
        DT_PIC DT_AUDIO DT_NEWS_IMP DT_BCK_IMP DT_BIO_PAR DT_BIO_TEA DT_BIO_NOC DT_BIO_HOR DT_BIO_PAR_IMP
        DT_BIO_TEA_IMP DT_BIO_NOC_IMP DT_BIO_HOR_IMP DT_SCHED_RES_NOC DT_TV_TRACKING DT_NOTIFICATION DT_IDK_COMMAND
        """,
        CodeFamily.ID,
        full=True,
    ),
    *_rows(
        "DT_PARTIC_UPDATE DT_PARTIC_TEAMS_UPDATE DT_PARTIC_HORSES_UPDATE DT_GLOBAL_GM DT_GLOBAL_GN",
        CodeFamily.RSC,
        full=False,
    ),
    # Gone from the standard, still met in older recordings.
    *_rows("DT_START_LIST DT_HISTORIC_RECORD DT_PHOTOFINISH DT_TRS", CodeFamily.RSC, full=True),
    *_rows("DT_TRS_IMP", CodeFamily.ID, full=True),
    *_rows("DT_GPS_DATA DT_CLOCK DT_GM DT_GN DT_SERIAL", CodeFamily.RSC, full=False),
]
CATALOGUE: dict[str, DocumentType] = {row.name: row for row in _ROWS}


def document_type(name: str) -> DocumentType:
    """The row of a type; one that nobody knows flows whole, with whatever code it has, and withdraws nothing."""
    return CATALOGUE.get(name) or DocumentType(name, "document", CodeFamily.ID, full=False, reader="document")
