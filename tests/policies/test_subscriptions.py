"""Subscriptions: confirmed twice over, told once of each event, ended by one press, erased when nobody confirms."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from policies.models import (
    OutgoingMail,
    Policy,
    PolicyItem,
    Subscriber,
    Subscription,
    SubscriptionRequest,
    TopicNews,
)
from policies.services.outgoing_mail import deliver_mail
from policies.services.subscriptions import (
    ADDRESS,
    ENDED,
    ask_subscription,
    forget_unconfirmed,
    rewrap_subscribers,
    stop_token,
    tell_subscribers,
)
from portal import crypto
from portal.models import AuditEvent, Topic
from tests.ceilings.test_pages import asked
from tests.conftest import NOW, TODAY
from tests.factories_policies import ItemFactory, VersionFactory

pytestmark = pytest.mark.django_db
SITE = "https://yunxi.example.gov.cn"
LINK = re.compile(SITE + r"(/benefits/subscribe/\w+/\S+/)")


@pytest.fixture(autouse=True)
def _at_work(on_the_day, settings):
    settings.MAIL_CHANNEL = True
    settings.PUBLIC_URL = SITE


@pytest.fixture
def topics():
    rows = [Topic(code=code, name=name) for code, name in (("finance", "金融服务"), ("talent", "人才用工"))]
    return {row.code: row for row in Topic.objects.bulk_create(rows)}


@pytest.fixture
def item(unit, topics):
    return ItemFactory(organisation=unit, topic=topics["finance"], version__title="小微企业贷款贴息")


@pytest.fixture
def other(unit, topics):
    return ItemFactory(organisation=unit, topic=topics["talent"], version__title="稳岗补贴")


@pytest.fixture
def phone():
    return Client(REMOTE_ADDR="203.0.113.9")


@pytest.fixture
def post(phone):
    def send(**data):
        values = {"email": "Boss@Example.com", "topics": ["finance"], **data}
        return phone.post(reverse("policies:subscribe"), values)

    return send


def words(answer):
    return answer.content.decode()


def link():
    """Send what is owed and return the address in the newest mail."""
    deliver_mail(TODAY)
    return LINK.search(mail.outbox[-1].body).group(1)


@pytest.fixture
def subscribed(item, other, phone, post):
    """Somebody who subscribed to finance this morning."""
    post()
    phone.post(link())
    mail.outbox.clear()
    return Subscriber.objects.get()


def publish(item, number=2, **fields):
    row = VersionFactory(
        item=item, number=number, title="新的说法", **{"published_at": timezone.now(), **fields}
    )
    PolicyItem.objects.filter(pk=item.pk).update(current=row)
    return row


def test_nothing_is_subscribed_before_the_button_behind_the_link(phone, post, item, other):
    assert "还差一步" in words(post())
    address = link()
    assert "确认订阅" in words(phone.get(address))
    assert not Subscriber.objects.exists()
    assert "金融服务" in words(phone.post(address))
    assert [row.topic.code for row in Subscription.objects.all()] == ["finance"]
    assert phone.post(address).status_code == 404
    assert Subscriber.objects.count() == 1


def test_no_address_is_kept_in_plain_words_anywhere(phone, post, item):
    post()
    kept = str(list(SubscriptionRequest.objects.values())) + str(list(OutgoingMail.objects.values()))
    phone.post(link())
    kept += str(list(Subscriber.objects.values())) + str(list(OutgoingMail.objects.values()))
    kept += str(list(AuditEvent.objects.values()))
    assert "example.com" not in kept.lower()
    assert "203.0.113.9" not in kept


def test_a_later_subscription_replaces_the_former_one_and_keeps_one_address(phone, post, subscribed):
    post(email="boss@example.COM", topics=["talent"])
    phone.post(link())
    assert Subscriber.objects.count() == 1
    assert [row.topic.code for row in Subscription.objects.all()] == ["talent"]


def test_nobody_changes_another_persons_subscription_without_the_mailbox(post, subscribed):
    post(topics=["talent"])
    assert [row.topic.code for row in Subscription.objects.all()] == ["finance"]


def test_a_newer_request_ends_the_former_one(phone, post, item):
    post()
    first = link()
    post()
    second = link()
    assert phone.get(first).status_code == 404
    assert phone.get(second).status_code == 200


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"email": ""}, "请填写邮箱"),
        ({"email": "nobody"}, "邮箱格式不对"),
        ({"email": "a@example.com\r\nBcc: all@example.com"}, "邮箱格式不对"),
        ({"email": "x" * 200 + "@example.com"}, ""),
        ({"topics": []}, "请选择关注哪些领域"),
        ({"topics": ["secret"]}, ""),
        ({"email": "<script>alert(1)</script>@example.com"}, "邮箱格式不对"),
    ],
)
def test_what_cannot_be_is_answered_in_words_and_mailed_to_nobody(post, item, data, said):
    answer = post(**data)
    assert answer.status_code == 422
    assert said in words(answer)
    assert "<script>alert" not in words(answer)
    assert not OutgoingMail.objects.exists()


def test_strangers_are_not_written_to_without_end(post, item, phone):
    assert [post().status_code for _ in range(4)] == [200, 200, 200, 429]
    elsewhere = Client(REMOTE_ADDR="203.0.113.10")
    data = {"email": "boss@example.com", "topics": ["finance"]}
    assert elsewhere.post(reverse("policies:subscribe"), data).status_code == 429
    answers = [post(email=f"p{n}@example.com").status_code for n in range(8)]
    assert answers == [200] * 7 + [429]


@pytest.mark.parametrize("name", ["subscribe_confirm", "subscribe_stop"])
def test_wrong_links_are_answered_alike_and_counted(phone, subscribed, name):
    foreign = stop_token(subscribed)
    guesses = ["guessed", "1-abc", "99999999999999999999-x", f"{subscribed.pk}-{'0' * 64}", f"{foreign}0"]
    said = set()
    for guess in guesses * 2:
        answer = phone.post(reverse(f"policies:{name}", args=[guess]))
        assert answer.status_code == 404
        said.add(answer.context["sentence"])
    assert len(said) == 1
    assert "次数过多" in words(phone.get(reverse(f"policies:{name}", args=["guessed"])))
    assert Subscriber.objects.exists()


def test_a_request_ends_after_seven_days_and_is_erased(phone, post, item):
    post()
    address = link()
    with time_machine.travel(NOW + timedelta(days=6, hours=23)):
        assert forget_unconfirmed(TODAY) == "没有到期未确认的订阅"
        assert phone.get(address).status_code == 200
    with time_machine.travel(NOW + timedelta(days=7, minutes=1)):
        assert ENDED in words(phone.get(address))
        assert forget_unconfirmed(TODAY) == "删除 1 条未确认的订阅记录"
    assert not SubscriptionRequest.objects.exists()


def test_what_is_published_or_changed_is_told_once(subscribed, item, unit, topics):
    fresh = ItemFactory(
        organisation=unit, topic=topics["finance"], version__title="贷款担保费补助",
        version__published_at=timezone.now(),
    )  # fmt: skip
    publish(item)
    assert tell_subscribers(TODAY) == "向 1 个订阅邮箱发送政策提醒"
    assert tell_subscribers(TODAY) == "没有需要提醒的订阅"
    deliver_mail(TODAY)
    (sent,) = mail.outbox
    assert sent.to == ["Boss@Example.com"]
    assert "【新发布】\n· 贷款担保费补助" in sent.body
    assert "【有修改】\n· 新的说法" in sent.body
    assert f"{SITE}/benefits/{fresh.number}/" in sent.body
    assert f"{SITE}/benefits/subscribe/stop/" in sent.body
    assert SITE in sent.extra_headers["List-Unsubscribe"]


def test_a_second_thing_of_the_day_waits_for_the_next_mail(subscribed, item, unit, topics):
    publish(item)
    tell_subscribers(TODAY)
    ItemFactory(
        organisation=unit,
        topic=topics["finance"],
        version__title="贷款担保费补助",
        version__published_at=timezone.now(),
    )
    assert tell_subscribers(TODAY) == "没有需要提醒的订阅"
    with time_machine.travel(NOW + timedelta(days=1)):
        assert tell_subscribers(TODAY + timedelta(days=1)) == "向 1 个订阅邮箱发送政策提醒"
        deliver_mail(TODAY + timedelta(days=1))
    assert ["贷款担保费补助" in sent.body for sent in mail.outbox] == [False, True]


def test_what_ends_soon_is_told_once_and_what_has_time_is_not(subscribed, item):
    publish(item, published_at=NOW - timedelta(days=20), valid_until=TODAY + timedelta(days=30))
    tell_subscribers(TODAY)
    with time_machine.travel(NOW + timedelta(days=3)):
        tell_subscribers(TODAY + timedelta(days=3))
    assert [row.event for row in TopicNews.objects.all()] == ["expiring"]
    deliver_mail(TODAY)
    assert "2023-12-08 到期" in mail.outbox[0].body
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda item: PolicyItem.objects.filter(pk=item.pk).update(state="withdrawn"),
        lambda item: PolicyItem.objects.filter(pk=item.pk).update(state="suspended"),
        lambda item: PolicyItem.objects.filter(pk=item.pk).update(topic=None),
        lambda item: Policy.objects.filter(items=item).update(repealed_on=TODAY),
    ],
)
def test_what_nobody_can_get_is_not_told(subscribed, item, spoil):
    publish(item)
    spoil(item)
    tell_subscribers(TODAY)
    assert not TopicNews.objects.exists()


def stopped_and_resumed(item, state, day):
    publish(item, published_at=NOW - timedelta(days=20))
    PolicyItem.objects.filter(pk=item.pk).update(state=state, state_on=day)


@pytest.mark.parametrize(("state", "event"), [("suspended", "暂停受理"), ("published", "恢复受理")])
def test_that_an_item_is_stopped_or_goes_on_is_told_once(subscribed, item, state, event):
    stopped_and_resumed(item, state, TODAY)
    for later in range(3):
        with time_machine.travel(NOW + timedelta(days=later)):
            tell_subscribers(TODAY + timedelta(days=later))
    deliver_mail(TODAY)
    (sent,) = mail.outbox
    assert f"【{event}】\n· 新的说法" in sent.body


@pytest.mark.parametrize("days", [1, 8])
def test_an_item_stopped_before_the_subscription_or_long_ago_is_not_told(subscribed, item, days):
    stopped_and_resumed(item, "suspended", TODAY - timedelta(days=days))
    tell_subscribers(TODAY)
    assert not TopicNews.objects.exists()


def test_other_fields_and_what_was_before_are_not_told(subscribed, other, item):
    publish(other)
    publish(item, published_at=NOW - timedelta(hours=1))
    tell_subscribers(TODAY)
    assert not TopicNews.objects.exists()


def test_a_missed_run_is_caught_up_for_a_week(subscribed, item):
    publish(item)
    with time_machine.travel(NOW + timedelta(days=6)):
        assert tell_subscribers(TODAY + timedelta(days=6)).startswith("向 1 个")


def test_one_press_ends_it_erases_the_address_and_withdraws_what_waits(phone, subscribed, item):
    publish(item)
    tell_subscribers(TODAY)
    stop = reverse("policies:subscribe_stop", args=[stop_token(subscribed)])
    assert "金融服务" in words(phone.get(stop))
    assert Subscriber.objects.exists()
    assert "已退订" in words(phone.post(stop))
    assert phone.post(stop).status_code == 404
    assert not Subscriber.objects.exists()
    deliver_mail(TODAY)
    assert mail.outbox == []


def test_another_subscribers_link_ends_only_that_ones(phone, post, subscribed):
    post(email="other@example.com")
    phone.post(link())
    second = Subscriber.objects.latest("pk")
    phone.post(reverse("policies:subscribe_stop", args=[stop_token(second)]))
    assert list(Subscriber.objects.all()) == [subscribed]


def test_without_mail_or_site_the_pages_and_the_job_say_what_waits(
    post, item, subscribed, settings, browse, officer
):
    settings.MAIL_CHANNEL = False
    assert "尚未开通邮件发送" in words(Client().get(reverse("policies:subscribe")))
    assert "邮件发送开通后" in words(post(email="later@example.com"))
    assert deliver_mail(TODAY) == "没有配置邮件服务，1 封邮件待发"
    publish(item)
    settings.PUBLIC_URL = ""
    assert "PUBLIC_URL" in tell_subscribers(TODAY)
    assert not TopicNews.objects.exists()
    said = words(browse(officer).get(reverse("policies:subscription_list")))
    assert "没有配置邮件服务" in said
    assert "待发邮件 1 封" in said
    assert "example.com" not in said


def test_addresses_follow_new_keys_and_are_still_found(subscribed, post, phone, settings):
    settings.FIELD_KEYS = f"fresh:{'A' * 43}=,{settings.FIELD_KEYS}"
    assert (rewrap_subscribers(), rewrap_subscribers()) == (1, 0)
    subscribed.refresh_from_db()
    assert crypto.decrypt(subscribed.address, ADDRESS) == "Boss@Example.com"
    post(topics=["talent"])
    phone.post(link())
    assert Subscriber.objects.count() == 1


def test_topics_without_a_public_item_are_not_offered(phone, item, topics):
    assert [
        code for code, _ in phone.get(reverse("policies:subscribe")).context["form"].fields["topics"].choices
    ] == ["finance"]
    chosen = words(phone.get(reverse("policies:subscribe"), {"topic": "finance"}))
    assert 'value="finance"' in chosen
    assert "checked" in chosen


def test_the_job_asks_for_each_subscriber_alike(subscribed, item, topics, django_assert_max_num_queries):
    for n in range(20):
        row = ask_subscription(
            f"p{n}@example.com", [topics["finance"]], address=f"198.51.100.{n}", now=timezone.now(), site=SITE
        )
        person = Subscriber.objects.create(
            address=row.address, address_index=row.address_index, key=str(n), confirmed_at=NOW
        )
        Subscription.objects.create(subscriber=person, topic=topics["finance"], since=NOW)
    publish(item)
    with django_assert_max_num_queries(6 + 21 * 8):
        tell_subscribers(TODAY)
    assert TopicNews.objects.count() == 21


def test_the_offices_page_keeps_within_its_ceiling(browse, officer, subscribed):
    desk = browse(officer)
    desk.get(reverse("portal:inbox"))
    with CaptureQueriesContext(connection) as captured:
        desk.get(reverse("policies:subscription_list"))
    assert asked(captured) <= 15
