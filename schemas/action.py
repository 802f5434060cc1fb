"""Kind `action`: one thing that happened in a match (ODF General Messages, DT_PLAY_BY_PLAY).

An action that is edited comes again on its topic, one that is deleted is `removed`; none of them is ever conflated.
Score, clock and periods of the match as a whole stand in the head of its set, `list.actions`.
"""

from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.contender import Contender, mentions_of
from schemas.message import BodyRef, Mentions, Message, Micros
from schemas.result_parts import Extension, Official
from schemas.xml_names import odf

Text = str | UnsetType


class Actor(Contender, frozen=True, kw_only=True):
    """Who took part in an action, and as what: `role` is the sport's code (scorer, assistant, fouled)."""

    role: A[Text, odf("@Role")] = UNSET
    order: A[Text, odf("@Order")] = UNSET


class ActionBody(msgspec.Struct, frozen=True, kw_only=True):
    """`action` is the sport's code; `order` ascends over the whole match and `parent` is the `id` of another action.

    `id` and `period` are null where the venue did not send them: the key parts of the topic are then `order` and the
    document's period. `when` is the clock of the match as it was shown, `at` the moment in microseconds UTC. Scores and
    leads are those after the action. `unmapped` keeps what no field holds, by XPath from the action's element.
    """

    id: A[str | None, odf("@Id")] = None
    parent: A[Text, odf("@PId")] = UNSET
    period: A[str | None, odf("@Period")] = None
    order: A[str | None, odf("@Order")] = None
    action: A[str | None, odf("@Action")] = None
    addition: A[Text, odf("@ActionAdd")] = UNSET
    description: A[Text, odf("@ActionDesc")] = UNSET
    comment: A[Text, odf("@Comment")] = UNSET
    when: A[Text, odf("@When")] = UNSET
    result: A[Text, odf("@Result")] = UNSET
    home_score: A[Text, odf("@ScoreH")] = UNSET
    away_score: A[Text, odf("@ScoreA")] = UNSET
    home_lead: A[Text, odf("@LeadH")] = UNSET
    away_lead: A[Text, odf("@LeadA")] = UNSET
    home_shootout: A[Text, odf("@SO_H")] = UNSET
    away_shootout: A[Text, odf("@SO_A")] = UNSET
    rally: A[Text, odf("@Rally")] = UNSET
    win: A[Text, odf("@Win")] = UNSET
    speed: A[Text, odf("@Speed")] = UNSET
    location: A[Text, odf("@Loc")] = UNSET
    x: A[Text, odf("@X")] = UNSET
    y: A[Text, odf("@Y")] = UNSET
    z: A[Text, odf("@Z")] = UNSET
    line: A[Text, odf("@Line")] = UNSET
    at: A[Micros | UnsetType, odf("@TimeStamp")] = UNSET
    extended: A[tuple[Extension, ...] | UnsetType, odf("ExtendedAction")] = UNSET
    competitors: A[tuple[Actor, ...], odf("Competitor")] = ()
    officials: A[tuple[Official, ...] | UnsetType, odf("Officials/Official")] = UNSET
    image: A[BodyRef | UnsetType, odf("ImageData/text()")] = UNSET
    unmapped: dict[str, str] | UnsetType = UNSET

    def mentions(self) -> Mentions:
        return mentions_of(UNSET, self.competitors)


class Action(Message, frozen=True, kw_only=True, tag="action"):
    """Key parts: the period, and the action's id, or where it has none its order."""

    body: ActionBody | None
