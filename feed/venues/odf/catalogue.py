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
    entities belong to, for kind `list`; one with a `list_part` is a set for each value of that attribute of the header,
    or, where it names some, only for the values `apart`.
    """

    name: str
    kind: str
    codes: CodeFamily
    full: bool
    reader: str
    list_name: str = ""
    list_part: str = ""
    apart: tuple[str, ...] = ()


def _rows(names: str, codes: CodeFamily, *, full: bool) -> list[DocumentType]:
    """Types that are not modelled yet."""
    return [DocumentType(name, "document", codes, full, "document") for name in names.split()]


def _participants(name: str, list_name: str) -> list[DocumentType]:
    """A list and its update; people of earlier Games come from another system, as a list of their own (subtype)."""
    return [
        DocumentType(
            type_,
            "list",
            CodeFamily.RSC,
            full=type_ == name,
            reader=list_name,
            list_name=list_name,
            list_part="subtype",
            apart=("HISTORICAL",),
        )
        for type_ in (name, f"{name}_UPDATE")
    ]


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
    DocumentType("DT_MEDALLISTS", "medallists", CodeFamily.RSC, full=True, reader="typed"),
    DocumentType("DT_MEDALLISTS_DISCIPLINE", "medallists_discipline", CodeFamily.RSC, full=True, reader="typed"),
    DocumentType("DT_MEDALLISTS_DAY", "medallists_day", CodeFamily.RSC, full=True, reader="typed"),
    DocumentType("DT_MEDALS", "medals", CodeFamily.RSC, full=True, reader="typed"),
    DocumentType("DT_RECORD", "list", CodeFamily.RSC, full=False, reader="records", list_name="records"),
    DocumentType("DT_HISTORIC_RECORD", "list", CodeFamily.RSC, full=False, reader="records", list_name="records"),
    DocumentType("DT_IMAGE", "image", CodeFamily.RSC, full=True, reader="typed"),
    DocumentType("DT_PRESSPHOTOFINISH_LK", "photo_finish", CodeFamily.RSC, full=True, reader="typed"),
    DocumentType("DT_PHOTOFINISH", "photo_finish", CodeFamily.RSC, full=True, reader="typed"),
    DocumentType("DT_PIC", "picture", CodeFamily.ID, full=True, reader="typed"),
    DocumentType("DT_AUDIO", "audio", CodeFamily.ID, full=True, reader="typed"),
    DocumentType("DT_PDF", "report", CodeFamily.RSC, full=True, reader="typed"),
    DocumentType("DT_BRACKETS", "bracket", CodeFamily.RSC, full=True, reader="typed"),
    DocumentType("DT_STATS", "stats", CodeFamily.RSC, full=True, reader="typed"),
    DocumentType("DT_CONFIG", "config", CodeFamily.RSC, full=True, reader="typed"),
    DocumentType("DT_PLAY_BY_PLAY", "list", CodeFamily.RSC, full=True, reader="actions", list_name="actions"),
    DocumentType("DT_SCHEDULE", "list", CodeFamily.RSC, full=True, reader="schedule", list_name="schedule"),
    DocumentType("DT_SCHEDULE_UPDATE", "list", CodeFamily.RSC, full=False, reader="schedule", list_name="schedule"),
    DocumentType("DT_CODES", "list", CodeFamily.RSC, full=True, reader="codes", list_name="codes", list_part="subtype"),
    DocumentType("DT_WEATHER", "weather", CodeFamily.RSC, full=True, reader="typed"),
    DocumentType("DT_VEN_COND", "venue_condition", CodeFamily.RSC, full=True, reader="typed"),
    DocumentType("DT_WEA_ALERT", "weather_alert", CodeFamily.RSC, full=True, reader="typed"),
    DocumentType("DT_ALERT", "alert", CodeFamily.RSC, full=True, reader="typed"),
    DocumentType("DT_NEWS", "news", CodeFamily.RSC, full=True, reader="typed"),
    DocumentType("DT_NEWS_IMP", "news", CodeFamily.ID, full=True, reader="typed"),
    DocumentType("DT_BCK", "background", CodeFamily.RSC, full=True, reader="typed"),
    DocumentType("DT_BCK_IMP", "background", CodeFamily.ID, full=True, reader="typed"),
    DocumentType("DT_COMMUNICATION", "communication", CodeFamily.RSC, full=True, reader="typed"),
    *_participants("DT_PARTIC", "participants"),
    *_participants("DT_PARTIC_TEAMS", "teams"),
    *_participants("DT_PARTIC_HORSES", "horses"),
    DocumentType("DT_PARTIC_NAME", "list", CodeFamily.RSC, full=True, reader="names", list_name="names"),
    DocumentType("DT_ENTRIES", "entries", CodeFamily.RSC, full=True, reader="typed"),
    DocumentType("DT_ACHIEVEMENT", "achievement", CodeFamily.RSC, full=True, reader="typed"),
    DocumentType("DT_PRESENTER", "presenter", CodeFamily.RSC, full=True, reader="typed"),
    DocumentType("DT_FLAGBEARERS", "flagbearer", CodeFamily.RSC, full=True, reader="typed"),
    DocumentType("DT_NOTIFICATION", "notification", CodeFamily.ID, full=True, reader="typed"),
    DocumentType("DT_BIO_PAR", "participant_biography", CodeFamily.ID, full=True, reader="typed"),
    DocumentType("DT_BIO_PAR_IMP", "participant_biography", CodeFamily.ID, full=True, reader="typed"),
    DocumentType("DT_BIO_TEA", "team_biography", CodeFamily.ID, full=True, reader="typed"),
    DocumentType("DT_BIO_TEA_IMP", "team_biography", CodeFamily.ID, full=True, reader="typed"),
    DocumentType("DT_BIO_NOC", "noc_biography", CodeFamily.ID, full=True, reader="typed"),
    DocumentType("DT_BIO_NOC_IMP", "noc_biography", CodeFamily.ID, full=True, reader="typed"),
    DocumentType("DT_BIO_HOR", "horse_biography", CodeFamily.ID, full=True, reader="typed"),
    DocumentType("DT_BIO_HOR_IMP", "horse_biography", CodeFamily.ID, full=True, reader="typed"),
    DocumentType("DT_LOCAL_ON", "list", CodeFamily.RSC, full=False, reader="source_on", list_name="sources"),
    DocumentType("DT_LOCAL_OFF", "list", CodeFamily.RSC, full=False, reader="source_off", list_name="sources"),
    # Good morning and good night: of the central system for all of the Games, and, of old, of a venue's.
    DocumentType("DT_GLOBAL_GM", "list", CodeFamily.RSC, full=False, reader="source_on", list_name="sources"),
    DocumentType("DT_GLOBAL_GN", "list", CodeFamily.RSC, full=False, reader="source_off", list_name="sources"),
    DocumentType("DT_GM", "list", CodeFamily.RSC, full=False, reader="source_on", list_name="sources"),
    DocumentType("DT_GN", "list", CodeFamily.RSC, full=False, reader="source_off", list_name="sources"),
    *(
        DocumentType(name, "document", CodeFamily.RSC, full=False, reader="none")
        for name in ("DT_KA", "DT_PING", "DT_RT_KA")
    ),
    # Only their names are known (General Messages, list of messages).
    *_rows("DT_CEREMONY_ACTIVITY_LIST DT_CEREMONY_NOC_LIST", CodeFamily.RSC, full=True),
    *_rows("DT_SCHED_RES_NOC DT_TV_TRACKING DT_IDK_COMMAND", CodeFamily.ID, full=True),
    # Gone from the standard, still met in older recordings.
    *_rows("DT_START_LIST DT_TRS", CodeFamily.RSC, full=True),
    *_rows("DT_TRS_IMP", CodeFamily.ID, full=True),
    *_rows("DT_GPS_DATA DT_CLOCK DT_SERIAL", CodeFamily.RSC, full=False),
]
CATALOGUE: dict[str, DocumentType] = {row.name: row for row in _ROWS}
RESULT = CATALOGUE["DT_RESULT"].name  # shown to those who ask how a type is written


def document_type(name: str) -> DocumentType:
    """The row of a type; one that nobody knows flows whole, with whatever code it has, and withdraws nothing."""
    return CATALOGUE.get(name) or DocumentType(name, "document", CodeFamily.ID, full=False, reader="document")
