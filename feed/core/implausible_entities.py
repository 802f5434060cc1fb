"""What is wrong with an entity of a set, or with an entry. Each function says what it found, or None.

Rules: ODF General Messages, DT_SCHEDULE, DT_PARTIC, DT_PARTIC_TEAMS (up to 2024 with its athletes), DT_ENTRIES; Common
Codes for the sexes of persons (M, F, X) and of events (M, W, X, O), which are not the same table.
"""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from msgspec import UnsetType

from feed.core.suspect import Suspect
from schemas.contender import PLACEHOLDERS
from schemas.entries import EntriesBody
from schemas.participant import ParticipantBody
from schemas.result_parts import RegisteredEvent
from schemas.rsc import Rsc, parse_code
from schemas.session import SessionBody
from schemas.team import TeamBody
from schemas.topic import BadKeyError, Topic
from schemas.unit import UnitBody

_SEXES = {"M": "M", "F": "W", "W": "W"}  # of a person, as their events have them; some systems write W for both
_UNSPECIFIED = "X"
_ATHLETES = frozenset({None, "AA01", "AP01"})
_EITHER_SEX = frozenset({"ROW"})  # a coxswain may steer the boats of the other sex
_LEFT = "CANCEL"
_NO_PLACE = frozenset({"UNSCHEDULED", "POSTPONED", "CANCELLED"})  # the times kept are for the order alone
_DAY = 86_400 * 1_000_000
_HALF_A_DAY = _DAY // 2
_FIRST_DAY = date(1970, 1, 1).toordinal()


def ends_before_start(suspect: Suspect) -> str | None:
    """Of a session or a unit, planned or real."""
    body = suspect.message.body
    if not isinstance(body, SessionBody | UnitBody):
        return None
    happened = (body.started, body.ended) if isinstance(body, UnitBody) else (None, None)
    for start, end in ((body.start, body.end), happened):
        if start is not None and end is not None and end < start:
            return f"{body.code}, {(start - end) // 1_000_000} s before"
    return None


def outside_session(suspect: Suspect) -> str | None:
    """By half a day: drafts of a schedule plan one unit in nine beside its session, hours away, and mean it."""
    body = suspect.message.body
    if not isinstance(body, UnitBody) or not body.session or body.start is None:
        return None
    if body.start_hidden or body.status in _NO_PLACE:
        return None
    message = suspect.message
    code = message.document.code if message.document else ""
    session = suspect.known.session(_session_topic(message.competition, code, body.session))
    if session is None or session.start is None or session.end is None or session.end <= session.start:
        return None
    ends = body.start if body.end is None else body.end
    is_outside = body.start > session.end + _HALF_A_DAY or ends < session.start - _HALF_A_DAY
    return f"{body.code}, of {body.session}" if is_outside else None


def sex_unknown(suspect: Suspect) -> str | None:
    """Neither told nor declared as unspecified."""
    body = suspect.message.body
    if not isinstance(body, ParticipantBody) or body.gender in _SEXES or body.gender == _UNSPECIFIED:
        return None
    return f"{body.id}: {body.gender or 'none'}"


def born_later(suspect: Suspect) -> str | None:
    """After the day on which the document was made."""
    body = suspect.message.body
    born = _day(body.birth_date or "") if isinstance(body, ParticipantBody) else None
    if not isinstance(body, ParticipantBody) or born is None:
        return None
    return f"{body.id}: {body.birth_date}" if born > suspect.message.ts.event // _DAY else None


def entered_elsewhere(suspect: Suspect) -> str | None:
    """In an event of another discipline, or of the other sex."""
    body = suspect.message.body
    if isinstance(body, ParticipantBody):
        sex = _SEXES.get(body.gender or "") if body.main_function in _ATHLETES else None
        return _elsewhere(suspect, body.registered_events, sex)
    if isinstance(body, TeamBody):
        return _elsewhere(suspect, body.registered_events, body.gender)
    if isinstance(body, EntriesBody):
        gender = suspect.place.split(".", 3)[2]
        members = (member for entrant in body.entries for member in entrant.members)
        others = (member.id for member in members if _is_other(suspect, _SEXES.get(member.gender or ""), gender))
        return next(others, None)
    return None


def _elsewhere(suspect: Suspect, events: tuple[RegisteredEvent, ...] | UnsetType, sex: str | None) -> str | None:
    for each in events or ():
        code = parse_code(each.event or "")
        gender = code.gender if isinstance(code, Rsc) else each.gender or ""
        is_foreign = isinstance(code, Rsc) and code.discipline != suspect.discipline
        if is_foreign or _is_other(suspect, sex, gender):
            return each.event or ""
    return None


def _is_other(suspect: Suspect, sex: str | None, gender: str) -> bool:
    return {sex, gender} == {"M", "W"} and suspect.discipline not in _EITHER_SEX


def team_without_members(suspect: Suspect) -> str | None:
    """Where it is entered in an event; since 2026 a list of teams tells no members, the entries do."""
    body = suspect.message.body
    if isinstance(body, TeamBody):
        is_entered = bool(body.registered_events) and body.status != _LEFT and body.current is not False
        return body.id if is_entered and not body.members and not body.teams else None
    if isinstance(body, EntriesBody):
        empty = (each.id for each in body.entries if each.kind == "team" and not each.members and not each.teams)
        return next((id_ for id_ in empty if id_ not in PLACEHOLDERS), None)
    return None


def member_unknown(suspect: Suspect) -> str | None:
    """By the whole list of the discipline's persons, once there is one."""
    return suspect.known.unregistered(suspect.place, "participant", _persons(suspect))


def _persons(suspect: Suspect) -> Iterator[str]:
    body = suspect.message.body
    if isinstance(body, TeamBody):
        yield from (member.id for member in body.members if member.id)
    elif isinstance(body, EntriesBody):
        for entrant in body.entries:
            if entrant.kind == "athlete" and entrant.id not in PLACEHOLDERS:
                yield entrant.id
            yield from (member.id for member in entrant.members if member.id)


@lru_cache(maxsize=1_024)
def _session_topic(competition: str, code: str, session: str) -> str:
    """A session belongs to the code of its document; "" for one that fits into no topic."""
    try:
        return str(Topic(competition, parse_code(code), "session", (session,)))
    except BadKeyError:
        return ""


def _day(text: str) -> int | None:
    """Days since 1970; None for what is no date."""
    try:
        return date.fromisoformat(text).toordinal() - _FIRST_DAY
    except ValueError:
        return None
