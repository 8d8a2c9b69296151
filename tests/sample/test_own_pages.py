"""The enterprises' codes of the sample and the subscriptions: something to see behind each, nothing that opens by itself."""

from datetime import date

from django.core import mail

from policies.models import Correction, EnterpriseCode, OneTimeCode, OutgoingMail, Subscriber, Subscription
from policies.selectors.enterprise_page import own_page
from policies.services.enterprise_codes import email_of
from policies.services.subscriptions import ADDRESS
from portal.crypto import decrypt

TODAY = date(2023, 11, 10)


def test_three_enterprises_have_a_code_with_something_behind_it(sample):
    doors = list(EnterpriseCode.objects.select_related("enterprise"))
    assert len(doors) == 3
    assert [bool(email_of(door)) for door in doors] == [False, True, True]
    for door in doors:
        own = own_page(door.enterprise, TODAY)
        assert own.notices
        assert own.fits.of("met")
    assert {row.state for row in Correction.objects.all()} == {"asked", "done"}


def test_nobody_has_a_living_one_time_code_and_no_mail_is_owed(sample):
    assert not OneTimeCode.objects.filter(used_at=None, ended_at=None).exists()
    assert not OutgoingMail.objects.exists()
    assert mail.outbox == []


def test_subscriptions_lead_to_no_real_mailbox(sample):
    people = list(Subscriber.objects.all())
    assert len(people) == 6
    assert Subscription.objects.count() == 10
    assert all(decrypt(one.address, ADDRESS).endswith("@example.com") for one in people)
