"""Kind `flagbearer`: who carries the flag of each delegation at a ceremony (General Messages, DT_FLAGBEARERS)."""

from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.infos import Infos
from schemas.message import Mentions, Message
from schemas.xml_names import odf

Text = str | UnsetType


class BearerDetail(msgspec.Struct, frozen=True, kw_only=True):
    """The discipline that a bearer comes from, and the cluster of venues that they walk in (since 2026)."""

    discipline: A[Text, odf("@Discipline")] = UNSET
    cluster: A[Text, odf("@Cluster")] = UNSET
    cluster_name: A[Text, odf("@ClusterName")] = UNSET


class Bearer(msgspec.Struct, frozen=True, kw_only=True):
    """Someone who carries the flag; a volunteer has no `id`."""

    id: A[str | None, odf("@Code")] = None
    given_name: A[Text, odf("Description/@GivenName")] = UNSET
    family_name: A[Text, odf("Description/@FamilyName")] = UNSET
    gender: A[Text, odf("Description/@Gender")] = UNSET
    noc: A[Text, odf("Description/@Organisation")] = UNSET
    birth_date: A[Text, odf("Description/@BirthDate")] = UNSET
    if_id: A[Text, odf("Description/@IFId")] = UNSET
    details: A[tuple[BearerDetail, ...] | UnsetType, odf("Detail")] = UNSET


class Delegation(msgspec.Struct, frozen=True, kw_only=True):
    """Ceremony: one organisation at its place; `volunteer`, `embargo` and `comment` are told in the sender's words."""

    noc: A[str | None, odf("@Organisation")] = None
    order: A[str | None, odf("@Order")] = None
    volunteer: A[Text, odf("@Volunteer")] = UNSET
    embargo: A[Text, odf("@Embargo")] = UNSET
    comment: A[Text, odf("@Comment")] = UNSET
    bearers: A[tuple[Bearer, ...], odf("Flagbearer")] = ()


class FlagbearerBody(Infos, frozen=True, kw_only=True):
    """The delegations as they were sent; each says its own place."""

    delegations: A[tuple[Delegation, ...], odf("Ceremony")] = ()

    def mentions(self) -> Mentions:
        """Venue, organisations and bearers, each once, in order of appearance."""
        bearers = [bearer.id for delegation in self.delegations for bearer in delegation.bearers]
        nocs = dict.fromkeys(delegation.noc for delegation in self.delegations if delegation.noc)
        return Mentions(self.venue or None, tuple(nocs), tuple(dict.fromkeys(each for each in bearers if each)))


class Flagbearer(Message, frozen=True, kw_only=True, tag="flagbearer"):
    """Key parts: subcode, subtype, language."""

    body: FlagbearerBody | None
