"""What an editor writes: the parts that alerts, news and background documents share (General Messages, DT_NEWS).

A field that the venue did not send is left out.
"""

from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.infos import Infos
from schemas.message import Mentions
from schemas.result_parts import Coach, Member, MemberTeam
from schemas.xml_names import odf

Text = str | UnsetType


class Category(msgspec.Struct, frozen=True, kw_only=True):
    """What a document is filed under; one of several is the `main` one."""

    code: A[Text, odf("@Code")] = UNSET
    name: A[Text, odf("@CategoryName")] = UNSET
    main: A[bool, odf("@Main")] = False


class Subjects(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a document is about."""

    athletes: A[tuple[Member, ...] | UnsetType, odf("Athlete")] = UNSET
    coaches: A[tuple[Coach, ...] | UnsetType, odf("Coach")] = UNSET
    teams: A[tuple[MemberTeam, ...] | UnsetType, odf("Team")] = UNSET


class Article(Infos, frozen=True, kw_only=True):
    """One document and what it is filed under; its title and texts are in the language of the header.

    Markup that was sent as text stays in it. `parent` is the id of the document this one belongs to, `unit` the Results
    System Code it speaks of; date and time of the item are as sent.
    """

    categories: A[tuple[Category, ...] | UnsetType, odf("Categories/Category")] = UNSET
    parent: A[Text, odf("Document/@Parent")] = UNSET
    category: A[Text, odf("Document/@Category")] = UNSET
    category_name: A[Text, odf("Document/@CategoryName")] = UNSET
    report_type: A[Text, odf("Document/@ReportType")] = UNSET
    report_type_name: A[Text, odf("Document/@ReportTypeName")] = UNSET
    file_name: A[Text, odf("Document/@FileName")] = UNSET
    report_format: A[Text, odf("Document/@ReportFormat")] = UNSET
    external_code: A[Text, odf("Document/@ExternalCode")] = UNSET
    item: A[Text, odf("Document/@Item")] = UNSET
    item_name: A[Text, odf("Document/@ItemName")] = UNSET
    item_date: A[Text, odf("Document/@ItemDate")] = UNSET
    item_time: A[Text, odf("Document/@ItemTime")] = UNSET
    unit: A[Text, odf("Document/@Unit")] = UNSET
    code: A[Text, odf("Document/@Code")] = UNSET
    sort_order: A[Text, odf("Document/@SortOrder")] = UNSET
    related: A[tuple[Subjects, ...] | UnsetType, odf("Document/Related")] = UNSET
    title: A[str | None, odf("Document/Title/text()", "Document/@Title")] = None
    message: A[Text, odf("Document/Message/text()")] = UNSET
    text: A[Text, odf("Document/Body/text()")] = UNSET

    def mentions(self) -> Mentions:
        """Venue, and organisations and athletes that the document is about, each once, in order of appearance."""
        nocs: dict[str, None] = {}
        athletes: dict[str, None] = {}
        for subjects in self.related or ():
            for athlete in subjects.athletes or ():
                athletes[athlete.id] = None
                if athlete.noc:
                    nocs[athlete.noc] = None
            for team in subjects.teams or ():
                if team.noc:
                    nocs[team.noc] = None
        return Mentions(self.venue or None, tuple(nocs), tuple(athletes))
