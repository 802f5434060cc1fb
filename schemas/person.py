"""A person in all the ways a name is written, as participants and their names in other languages have it."""

from typing import Annotated as A

import msgspec
from msgspec import UNSET, UnsetType

from schemas.xml_names import odf

Text = str | UnsetType


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """One identity of a person; `parent` is the newest one of the same person, mostly the `id` itself.

    Print names are `MUSTER Anna` and `MUSTER A`, TV names `Anna MUSTER` and `A. MUSTER`, passport names are in capitals
    (Foundation Principles 5.1). Scoreboards have a standard, a short and a long name, older ones a small, medium and
    large name. A name that was not sent is null or left out.
    """

    id: A[str, odf("@Code")]
    given_name: A[str | None, odf("@GivenName")] = None
    family_name: A[str | None, odf("@FamilyName")] = None
    print_name: A[str | None, odf("@PrintName")] = None
    tv_name: A[str | None, odf("@TVName")] = None
    parent: A[Text, odf("@Parent")] = UNSET
    passport_given_name: A[Text, odf("@PassportGivenName")] = UNSET
    passport_family_name: A[Text, odf("@PassportFamilyName")] = UNSET
    print_initial_name: A[Text, odf("@PrintInitialName")] = UNSET
    tv_initial_name: A[Text, odf("@TVInitialName")] = UNSET
    tv_family_name: A[Text, odf("@TVFamilyName")] = UNSET
    scoreboard_name: A[Text, odf("@PSCBName")] = UNSET
    scoreboard_short_name: A[Text, odf("@PSCBShortName")] = UNSET
    scoreboard_long_name: A[Text, odf("@PSCBLongName")] = UNSET
    scoreboard_small_name: A[Text, odf("@SCBSName")] = UNSET
    scoreboard_medium_name: A[Text, odf("@SCBMName")] = UNSET
    scoreboard_large_name: A[Text, odf("@SCBLName")] = UNSET
    local_given_name: A[Text, odf("@LocalGivenName")] = UNSET
    local_family_name: A[Text, odf("@LocalFamilyName")] = UNSET

    def identities(self) -> tuple[str, ...]:
        """The ids under which the person is found: this one, and the newest one if that is another."""
        return tuple(dict.fromkeys(filter(None, (self.id, self.parent or None))))
