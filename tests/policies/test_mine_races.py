"""Two at the same moment: one code lets one in, one enterprise gets one code, one request is answered once."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from policies.models import Correction, EnterpriseCode, OneTimeCode, OutgoingMail, Subscription, TopicNews
from policies.services.enterprise_codes import hand_out, open_page, renew_page
from policies.services.enterprise_entry import Entered, ask_correction, enter, send_code, settle_correction
from policies.services.outgoing_mail import deliver_mail
from policies.services.subscriptions import ask_subscription, confirm_subscription, tell_subscribers
from portal.errors import Refused
from portal.models import AuditEvent, Topic
from tests.conftest import TODAY
from tests.factories import UserFactory
from tests.factories_policies import ItemFactory, KnownEnterpriseFactory
from tests.indicators.test_report_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _at_work(on_the_day, settings):
    settings.MAIL_CHANNEL = True


@pytest.fixture
def officers():
    return UserFactory(roles=["office"]), UserFactory(roles=["office"])


@pytest.fixture
def door(officers):
    return open_page(KnownEnterpriseFactory(), actor=officers[0], email="office@example.com")


def refusals(results):
    return [result for result in results if isinstance(result, Refused)]


def test_one_code_lets_one_in(door, officers):
    now = timezone.now()
    code = hand_out(door, actor=officers[0], now=now).code
    results = at_once(*(lambda n=n: enter(door, code, address=f"203.0.113.{n}", now=now) for n in range(4)))
    assert len(refusals(results)) == 3
    assert [result for result in results if isinstance(result, Entered)] == [Entered(door.pk, door.epoch)]
    assert AuditEvent.objects.filter(action="enterprise_code.enter").count() == 1


def test_an_enterprise_gets_one_code(officers):
    row = KnownEnterpriseFactory()
    results = at_once(*(lambda one=one: open_page(row, actor=one) for one in officers))
    assert len(refusals(results)) == 1
    assert EnterpriseCode.objects.count() == 1


def test_of_two_slips_handed_out_at_once_one_is_alive(door, officers):
    now = timezone.now()
    at_once(*(lambda one=one: hand_out(door, actor=one, now=now) for one in officers))
    assert OneTimeCode.objects.filter(ended_at=None, used_at=None).count() == 1


def test_two_who_renew_renew_once(door, officers):
    results = at_once(
        *(lambda one=one: renew_page(EnterpriseCode.objects.get(pk=door.pk), actor=one) for one in officers)
    )
    door.refresh_from_db()
    assert door.epoch == 1 + len(results) - len(refusals(results))


def test_mails_asked_for_at_once_stay_within_the_budget(door):
    now = timezone.now()
    results = at_once(*(lambda n=n: send_code(door, address=f"203.0.113.{n}", now=now) for n in range(6)))
    assert len(refusals(results)) == 3
    assert OutgoingMail.objects.filter(state="owed").count() == 1


def test_two_relays_send_a_mail_once(door):
    send_code(door, address="203.0.113.9", now=timezone.now())
    at_once(*(lambda: deliver_mail(TODAY) for _ in range(2)))
    assert len(mail.outbox) == 1


def test_a_request_sent_twice_is_one_and_is_answered_once(door, officers):
    def ask():
        return ask_correction(door, Correction.About.NAME, "新名称", "营业执照", now=timezone.now())

    at_once(ask, ask)
    row = Correction.objects.get()
    results = at_once(
        *(
            lambda one=one: settle_correction(row, actor=one, done=True, answer="", now=timezone.now())
            for one in officers
        )
    )
    assert len(refusals(results)) == 1


def test_a_confirmation_pressed_twice_subscribes_once_and_news_is_told_once(settings):
    settings.PUBLIC_URL = "https://yunxi.example.gov.cn"
    topic = Topic.objects.create(code="finance", name="金融服务")
    item = ItemFactory(topic=topic, version__published_at=timezone.now())
    now = timezone.now() - timedelta(minutes=1)
    ask_subscription("a@example.com", [topic], address="203.0.113.9", now=now, site="https://x")
    deliver_mail(TODAY)
    token = re.search(r"/confirm/([\w-]+)/", mail.outbox[0].body).group(1)
    results = at_once(
        *(lambda n=n: confirm_subscription(token, address=f"203.0.113.{n}", now=now) for n in range(2))
    )
    assert len(refusals(results)) == 1
    assert Subscription.objects.count() == 1
    at_once(*(lambda: tell_subscribers(TODAY) for _ in range(3)))
    assert list(TopicNews.objects.values_list("version", flat=True)) == [item.current_id]
    assert OutgoingMail.objects.filter(key__startswith="news:").count() == 1
