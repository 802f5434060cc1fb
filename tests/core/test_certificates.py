from typing import Any

import pytest

from feed.core.certificates import names_of

SUBJECT = ((("organizationName", "Venue"),), (("commonName", "Venue One"),))


@pytest.mark.parametrize(
    "certificate, names",
    [
        (None, set()),
        ({}, set()),
        ({"subject": SUBJECT}, {"Venue One"}),
        ({"subject": SUBJECT, "subjectAltName": (("IP Address", "192.0.2.1"),)}, {"Venue One"}),
        ({"subject": SUBJECT, "subjectAltName": (("DNS", "One.Example"),)}, {"One.Example", "one.example"}),
        ({"subjectAltName": (("URI", "urn:Venue:1"), ("email", "A@b.example"))}, {"urn:Venue:1", "A@b.example"}),
    ],
)
def test_alternative_names_count_and_else_the_common_name(certificate: dict[str, Any] | None, names: set[str]):
    """RFC 9525: a common name beside alternative names says nothing; only DNS is read without its case."""
    assert names_of(certificate) == names
