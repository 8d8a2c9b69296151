"""The outbox: sent once where all goes well, tried again where it does not, given up after ten times."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.errors import Refused
from portal.models import Delivery
from portal.services import delivery
from portal.services.delivery import Delivered, deliver_due
from portal.services.notices import notify
from tests.factories import UserFactory
from tests.portal.sinks import GatewaySink, MailSink, serving

pytestmark = pytest.mark.django_db
State = Delivery.State


@pytest.fixture
def gateway(settings):
    with serving(GatewaySink()) as sink:
        settings.GATEWAY_URL, settings.GATEWAY_TOKEN = sink.url, "token"
        yield sink


@pytest.fixture
def mail(settings):
    with serving(MailSink()) as sink:
        settings.MAIL_CHANNEL = True
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = sink.server_address
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield sink


@pytest.fixture
def person(db):
    return UserFactory(name="林晓雯", phone="13800138000", email="lin@example.cn")


def owe(person, key="e1", text="10月月报还剩 1 个工作日"):
    notify([person], text, url="/months/2023-10/", event_key=key)


def later(minutes):
    return timezone.now() + timedelta(minutes=minutes)


def test_a_notice_reaches_a_real_mail_server(mail, person):
    owe(person, text="10月月报\n请尽快填报")
    assert deliver_due(timezone.now()) == Delivered(sent=1)
    (message,) = mail.messages
    assert message["Subject"] == "10月月报 请尽快填报"
    assert message["To"] == "lin@example.cn"
    assert "请登录优化营商环境工作调度平台办理" in message.get_content()
    assert Delivery.objects.get().state == State.SENT


def test_a_notice_reaches_the_gateway_with_its_key_once(gateway, person):
    owe(person)
    owe(person)
    assert deliver_due(timezone.now()) == Delivered(sent=1)
    assert deliver_due(later(10)) == Delivered()
    ((body, authorisation),) = gateway.requests
    assert body["phone"] == "13800138000"
    assert body["text"] == "10月月报还剩 1 个工作日"
    assert authorisation == "Bearer token"


def test_a_channel_that_is_down_is_tried_again_at_growing_intervals_and_loses_nothing(gateway, person):
    gateway.status = 503
    owe(person)
    now, waits = timezone.now(), []
    for _attempt in range(4):
        deliver_due(now)
        row = Delivery.objects.get()
        assert row.state == State.OWED
        waits.append(round((row.next_attempt_at - now).total_seconds() / 60))
        assert deliver_due(now) == Delivered()
        now = row.next_attempt_at
    assert waits == [1, 5, 15, 60]
    gateway.status = 200
    assert deliver_due(now) == Delivered(sent=1)


def test_a_notice_is_given_up_after_ten_attempts_and_can_be_owed_anew(gateway, person, sysadmin, officer):
    gateway.status = 500
    owe(person)
    now = timezone.now()
    for _attempt in range(12):
        deliver_due(now)
        now += timedelta(days=2)
    assert (Delivery.objects.get().state, Delivery.objects.get().attempts) == (State.DEAD, 10)
    gateway.status = 200
    with pytest.raises(Refused, match="系统管理员"):
        delivery.retry_dead(actor=officer, now=now)
    assert delivery.retry_dead(actor=sysadmin, now=now) == 1
    assert deliver_due(now) == Delivered(sent=1)


def test_nobody_listening_is_a_failure_that_is_tried_again(settings, person):
    with serving(GatewaySink()) as sink:
        settings.GATEWAY_URL = sink.url
        owe(person)
    assert deliver_due(timezone.now()) == Delivered(failed=1)


def test_an_address_that_the_mail_server_refuses_is_tried_again(mail, person):
    mail.refusing = True
    owe(person)
    assert deliver_due(timezone.now()) == Delivered(failed=1)
    assert mail.messages == []


def test_a_person_who_left_is_not_written_to(gateway, person):
    owe(person)
    person.is_active = False
    person.save()
    assert deliver_due(timezone.now()) == Delivered(dead=1)
    assert gateway.requests == []


def test_a_notice_that_another_relay_has_claimed_is_left_to_it_for_two_minutes(gateway, person):
    owe(person)
    now = timezone.now()
    Delivery.objects.update(claimed_until=now + timedelta(minutes=2), attempts=1)
    assert deliver_due(now + timedelta(minutes=1)) == Delivered()
    assert deliver_due(now + timedelta(minutes=3)) == Delivered(sent=1)


def test_one_bad_notice_does_not_hold_up_the_others(gateway, person):
    owe(person, "e1")
    owe(UserFactory(phone="13900139000"), "e2")
    Delivery.objects.filter(notification__event_key="e1").update(channel="carrier-pigeon")
    assert deliver_due(timezone.now()) == Delivered(sent=1, failed=1)
