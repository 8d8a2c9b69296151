"""The outbox of mail to people without an account: once for each event, claimed, tried again, erased."""

import smtplib
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from policies.models import OutgoingMail
from policies.services.outgoing_mail import (
    CONTENT,
    MAX_ATTEMPTS,
    Letter,
    deliver_mail,
    drop_stale,
    owe_mail,
    rewrap_mail,
    withdraw_mail,
)
from portal import crypto
from tests.conftest import NOW, TODAY

pytestmark = pytest.mark.django_db
LETTER = Letter("主题\r\nBcc: all@example.com", "一次性码 ABCD", "https://portal.example.com/stop/1/")
BROKEN = "tests.policies.test_outgoing_mail.BrokenServer"


class BrokenServer:
    """A mail server that refuses, naming the address as real ones do."""

    def __init__(self, *args, **kwargs):
        pass

    def send_messages(self, messages):
        raise smtplib.SMTPRecipientsRefused({messages[0].to[0]: (550, b"no such user")})


@pytest.fixture(autouse=True)
def _with_mail(on_the_day, settings):
    settings.MAIL_CHANNEL = True


def owe(key="e:1", days=1):
    now = timezone.now()
    return owe_mail(key, "office@example.com", LETTER, now=now, expires_at=now + timedelta(days=days))


def test_an_event_is_told_once_and_nothing_of_it_is_kept():
    assert [owe(), owe()] == [True, False]
    assert deliver_mail(TODAY) == "发送 1 封，失败 0 封，过期作废 0 封"
    assert deliver_mail(TODAY) == "没有待发的邮件"
    (sent,) = mail.outbox
    assert sent.subject == "主题 Bcc: all@example.com"
    assert sent.extra_headers["List-Unsubscribe"] == "<https://portal.example.com/stop/1/>"
    row = OutgoingMail.objects.get()
    assert (row.state, row.address, row.content) == ("sent", "", "")


def test_a_repeat_bears_the_same_message_id():
    owe()
    deliver_mail(TODAY)
    OutgoingMail.objects.all().delete()
    owe()
    deliver_mail(TODAY)
    first, second = (message.extra_headers["Message-ID"] for message in mail.outbox)
    assert first == second


def test_a_broken_server_is_tried_again_and_its_words_are_not_kept(settings):
    settings.EMAIL_BACKEND = BROKEN
    owe(days=30)
    at = NOW + timedelta(minutes=1)
    for attempt in range(MAX_ATTEMPTS):
        with time_machine.travel(at):
            deliver_mail(TODAY)
        row = OutgoingMail.objects.get()
        assert row.attempts == attempt + 1
        assert row.last_error == "SMTPRecipientsRefused"
        at += timedelta(hours=9)
    assert (row.state, row.address) == ("dead", "")


def test_a_mail_that_a_killed_relay_had_claimed_is_taken_over():
    owe()
    OutgoingMail.objects.update(claimed_until=timezone.now() + timedelta(minutes=2), attempts=1)
    deliver_mail(TODAY)
    assert mail.outbox == []
    with time_machine.travel(NOW + timedelta(minutes=3)):
        deliver_mail(TODAY)
    assert len(mail.outbox) == 1


def test_what_comes_too_late_is_given_up_and_forgotten_later():
    owe(days=1)
    drop_stale(timezone.now() + timedelta(days=2))
    row = OutgoingMail.objects.get()
    assert (row.state, row.content) == ("dead", "")
    drop_stale(timezone.now() + timedelta(days=31))
    assert not OutgoingMail.objects.exists()


def test_without_a_mail_server_the_job_says_what_waits(settings):
    settings.MAIL_CHANNEL = False
    owe()
    owe("e:2")
    assert deliver_mail(TODAY) == "没有配置邮件服务，2 封邮件待发"
    settings.MAIL_CHANNEL = True
    deliver_mail(TODAY)
    assert len(mail.outbox) == 2


def test_what_no_longer_holds_is_withdrawn():
    owe("code:1:1")
    owe("code:12:1")
    assert withdraw_mail("code:1:") == 1
    deliver_mail(TODAY)
    assert len(mail.outbox) == 1


def test_waiting_mails_follow_new_keys(settings):
    owe()
    settings.FIELD_KEYS = f"fresh:{'A' * 43}=,{settings.FIELD_KEYS}"
    assert rewrap_mail() == 1
    assert rewrap_mail() == 0
    row = OutgoingMail.objects.get()
    assert crypto.is_current(row.content)
    assert "ABCD" in crypto.decrypt(row.content, CONTENT)
    deliver_mail(TODAY)
    assert len(mail.outbox) == 1
