"""Whether a message can be true: rules across fields and documents, as a table.

A rule that may be wrong in one sport, or before another document has come, only remarks; what contradicts itself in
every sport is refused; what contradicts what is known is held until somebody has looked at it. Entities of sets are
only remarked: their document is stored as one, and one odd person must not keep thousands back.
"""

from collections.abc import Callable, Container
from enum import StrEnum
from typing import NamedTuple

from msgspec.structs import replace

from feed.core import implausible_course as course
from feed.core import implausible_entities as entities
from feed.core import implausible_rows as rows
from feed.core.known import Known
from feed.core.suspect import Suspect
from feed.refusals import Reason, Refusal
from schemas.message import Remark
from schemas.registry import AnyMessage

_RANKED = frozenset({"result", "phase_result", "cumulative_result", "ranking"})
_RESULT = frozenset({"result"})
_SCHEDULE = frozenset({"session", "unit"})
_PERSON = frozenset({"participant"})
_SIDES = frozenset({"team", "entries"})


class Severity(StrEnum):
    """What a broken rule does to its document: refused, held for an operator, or published with a remark."""

    REFUSE = "refuse"
    HOLD = "hold"
    REMARK = "remark"


class Rule(NamedTuple):
    """`sentence` says what is wrong; `broken` says where, or None; `kinds` are those it looks at."""

    id: str
    severity: Severity
    kinds: frozenset[str]
    broken: Callable[[Suspect], str | None]
    sentence: str


RULES = (
    Rule("record_in_start_list", Severity.REFUSE, _RESULT, rows.record_in_start_list, "a start list tells of a record"),
    Rule("two_winners", Severity.REFUSE, _RESULT, rows.two_winners, "both sides of a match have won it"),
    Rule("record_before_start", Severity.HOLD, _RESULT, course.record_before_start, "a record in a unit not started"),
    Rule(
        "record_of_other_continent",
        Severity.HOLD,
        _RESULT,
        rows.record_of_other_continent,
        "a continental record by somebody of another continent",
    ),
    Rule("leader_not_best", Severity.HOLD, _RESULT, rows.leader_not_best, "rank 1 has a worse result than the next"),
    Rule("split_after_finish", Severity.HOLD, _RESULT, rows.split_after_finish, "a split is later than the finish"),
    Rule(
        "loser_in_next_round",
        Severity.HOLD,
        _RESULT,
        course.loser_in_next_round,
        "somebody who lost the match whose winner comes here",
    ),
    Rule(
        "order_unlike_results",
        Severity.REMARK,
        _RESULT,
        rows.order_unlike_results,
        "further down a better result has a lower rank",
    ),
    Rule("rank_not_shared", Severity.REMARK, _RANKED, rows.rank_not_shared, "equal ranks without RankEqual"),
    Rule("ranks_out_of_order", Severity.REMARK, _RANKED, rows.ranks_out_of_order, "ranks do not rise with SortOrder"),
    Rule("competitor_twice", Severity.REMARK, _RANKED, rows.competitor_twice, "a competitor has two rows"),
    Rule("ended_before_started", Severity.REMARK, _RESULT, rows.ended_before_started, "the end is before the start"),
    Rule("not_entered", Severity.REMARK, _RESULT, course.competitor_not_entered, "a competitor is not entered"),
    Rule(
        "medallists_unlike_final",
        Severity.REMARK,
        frozenset({"medallists"}),
        course.medallists_unlike_final,
        "the medallists are not those of the final",
    ),
    Rule("ends_before_start", Severity.REMARK, _SCHEDULE, entities.ends_before_start, "an end is before its start"),
    Rule("outside_session", Severity.REMARK, _SCHEDULE, entities.outside_session, "a unit is far from its session"),
    Rule("sex_unknown", Severity.REMARK, _PERSON, entities.sex_unknown, "a person's sex is no code of the table"),
    Rule("born_later", Severity.REMARK, _PERSON, entities.born_later, "somebody is born after the document"),
    Rule(
        "entered_elsewhere",
        Severity.REMARK,
        _PERSON | _SIDES,
        entities.entered_elsewhere,
        "an entry in an event of another discipline or sex",
    ),
    Rule("team_without_members", Severity.REMARK, _SIDES, entities.team_without_members, "a team is entered and empty"),
    Rule("member_unknown", Severity.REMARK, _SIDES, entities.member_unknown, "somebody is in no list of persons"),
)
_KINDS = frozenset[str]().union(*(rule.kinds for rule in RULES))
_BY_KIND = {kind: tuple(rule for rule in RULES if kind in rule.kinds) for kind in _KINDS}


class Finding(NamedTuple):
    """A rule that a message breaks, and where."""

    rule: Rule
    where: str

    def __str__(self) -> str:
        return f"{self.rule.sentence}: {self.where} (rule {self.rule.id})"


def examine(message: AnyMessage, known: Known) -> list[Finding]:
    """What is implausible about a message; nothing about one that takes its topic back."""
    tag = message.__struct_config__.tag
    rules = _BY_KIND.get(str(tag), ()) if message.body is not None else ()
    if not rules:
        return []
    suspect = Suspect(message, known)
    return [Finding(rule, where) for rule in rules if (where := rule.broken(suspect)) is not None]


def remarked(message: AnyMessage, findings: list[Finding]) -> AnyMessage:
    """The message that is published although it breaks these rules."""
    return replace(message, remarks=(*message.remarks, Remark.IMPLAUSIBLE)) if findings else message


def refusal_of(findings: list[Finding], waived: Container[str] = ()) -> Refusal | None:
    """The refusal that they amount to, or None; rules that are `waived` do not count.

    It is only held when no rule refuses it.
    """
    serious = [each for each in findings if each.rule.severity is not Severity.REMARK and each.rule.id not in waived]
    if not serious:
        return None
    is_held = all(each.rule.severity is Severity.HOLD for each in serious)
    names = tuple(each.rule.id for each in serious)
    return Refusal(Reason.IMPLAUSIBLE, "; ".join(map(str, serious)), rules=names, is_held=is_held)
