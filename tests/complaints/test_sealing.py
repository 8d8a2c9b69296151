"""Identities outlive their keys: readable before, during and after a rotation; codes and repeats go on working."""

import base64

import pytest

from complaints.models import Complaint, Identity, Submission
from complaints.sealing import open_person, phone_indexes, plain_phone, rewrap_identities
from complaints.selectors.public import case_by_code
from complaints.services.intake import register_complaint
from portal.crypto import CannotDecrypt
from tests.complaints.steps import NOW
from tests.factories_complaints import PERSON, entry

pytestmark = pytest.mark.django_db

FORMER = f"k1:{base64.b64encode(b'1' * 32).decode()}"
PRESENT = f"k2:{base64.b64encode(b'2' * 32).decode()}"


def test_rotation_leaves_every_person_readable_and_findable_and_the_former_key_dispensable(
    settings, calendar
):
    settings.FIELD_KEYS = FORMER
    made = [register_complaint(entry(), actor=None, now=NOW, source="form", key=f"k{n}") for n in range(3)]
    settings.FIELD_KEYS = f"{PRESENT},{FORMER}"
    assert {open_person(row) for row in Identity.objects.all()} == {PERSON}
    assert register_complaint(entry(), actor=None, now=NOW, source="form", key="k0").code == made[0].code
    assert rewrap_identities(limit=2) == 2
    assert rewrap_identities(limit=10) == 4  # the third person and three receipts
    assert rewrap_identities() == 0
    settings.FIELD_KEYS = PRESENT
    assert {open_person(row) for row in Identity.objects.all()} == {PERSON}
    found = Complaint.objects.filter(identity__phone_index__in=phone_indexes("+86 138 0013 8000"))
    assert found.count() == 3
    assert case_by_code(made[1].code) == made[1].complaint
    assert Submission.objects.filter(receipt__startswith="v1:k2:").count() == 3


def test_without_the_key_nothing_is_shown_rather_than_something_else(settings, calendar):
    settings.FIELD_KEYS = FORMER
    register_complaint(entry(), actor=None, now=NOW)
    settings.FIELD_KEYS = PRESENT
    with pytest.raises(CannotDecrypt):
        open_person(Identity.objects.get())


def test_a_value_copied_into_another_column_does_not_open(calendar):
    register_complaint(entry(), actor=None, now=NOW)
    identity = Identity.objects.get()
    identity.address = identity.phone
    with pytest.raises(CannotDecrypt):
        open_person(identity)


@pytest.mark.parametrize(
    "typed",
    ["13800138000", "138 0013-8000", "+86 138 0013 8000", "008613800138000", "１３８００１３８０００"],
)
def test_a_phone_is_one_however_it_is_typed(typed):
    assert plain_phone(typed) == "13800138000"


def test_a_person_is_not_printed_by_accident():
    assert "喆明远" not in repr(PERSON)
    assert "喆明远" not in f"{PERSON}"
