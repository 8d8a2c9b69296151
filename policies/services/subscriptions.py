"""订阅: ask, confirm, tell, end. Double opt-in; an address that never confirms gets one mail and is erased."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from policies.models import (
    PolicyItemVersion,
    Subscriber,
    Subscription,
    SubscriptionRequest,
    TopicNews,
)
from policies.selectors.subscriptions import News, concerned, news_of
from policies.services.enterprise_codes import clean_email
from policies.services.outgoing_mail import Letter, owe_mail, withdraw_mail
from portal.crypto import blind_index, blind_indexes, current_prefix, decrypt, encrypt, rewrap
from portal.errors import Refused
from portal.models import Topic
from portal.request_context import without_trace
from portal.services import audit
from portal.services.throttles import Budget, claim, give_back, network_of

ADDRESS: Final = "policies.subscriber.address"
INDEX: Final = "policies.subscriber.index"
TOKEN_BYTES: Final = 24
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
QUARTER: Final = timedelta(minutes=15)
KEPT: Final = timedelta(days=7)
ASKS_OF_NETWORK: Final = 10
ASKS_OF_ADDRESS: Final = 3
WRONG_LINKS: Final = 10
BATCH: Final = 500

BUSY = "当前提交过于频繁，请稍后再试。"
ENDED = "链接无效、已经用过或已过期。需要订阅的，请重新提交邮箱。"
WRONG_STOP = "链接无效，或已经退订。"


def _site() -> str:
    """Return where the public reaches the portal: mails are written where no request tells it."""
    return settings.PUBLIC_URL.rstrip("/")


def _plain(email: str) -> str:
    """Return an address as it is indexed: one mailbox in any spelling of its letters is one subscriber."""
    return email.casefold()


def digest_of(token: str) -> str:
    """Return what is kept of a confirmation link."""
    return sha256(f"policies.subscription\0{token}".encode()).hexdigest()


@transaction.atomic
def ask_subscription(
    email: str, topics: Sequence[Topic], *, address: str, now: datetime, site: str
) -> SubscriptionRequest:
    """Keep a request and owe the one mail that asks to confirm it; a former request of the address ends.

    Three a day for one mailbox and ten an hour from one network, so that nobody has
    strangers written to. Whether the address subscribes already, nobody is told.
    """
    email = clean_email(email)
    if not email:
        raise Refused("请填写邮箱。")
    if not topics:
        raise Refused("请至少选择一个领域。")
    budgets = [
        Budget("subscribe", network_of(address), ASKS_OF_NETWORK, HOUR),
        Budget("subscribe-address", _plain(email), ASKS_OF_ADDRESS, DAY),
    ]
    claim(budgets, now=now, message=BUSY)
    former = SubscriptionRequest.objects.filter(address_index__in=blind_indexes(_plain(email), INDEX))
    for key in former.values_list("pk", flat=True):
        withdraw_mail(f"confirm:{key}:")
    former.delete()
    token = token_urlsafe(TOKEN_BYTES)
    row = SubscriptionRequest.objects.create(
        address=encrypt(email, ADDRESS),
        address_index=blind_index(_plain(email), INDEX),
        digest=digest_of(token),
        asked_at=now,
    )
    row.topics.set(topics)
    link = f"{_site() or site.rstrip('/')}/benefits/subscribe/confirm/{token}/"
    names = "、".join(topic.name for topic in topics)
    text = (
        f"有人用这个邮箱订阅了{settings.COUNTY_NAME}的惠企政策提醒，领域：{names}。\n\n"
        f"如是您本人，请打开下面的链接确认，七天内有效：\n{link}\n\n"
        "如不是您本人，不用理会，邮箱地址七天后自动删除，不会再收到邮件。"
    )
    letter = Letter(f"{settings.COUNTY_NAME}惠企政策：请确认订阅", text)
    owe_mail(f"confirm:{row.pk}:", email, letter, now=now, expires_at=now + KEPT)
    return row


def request_by_link(token: str, *, address: str, now: datetime) -> SubscriptionRequest:
    """Return the request behind a confirmation link; wrong ones are counted by network, ten within 15 minutes."""
    budget = Budget("subscribe-link", network_of(address), WRONG_LINKS, QUARTER)
    claimed = claim([budget], now=now, message="失效的链接打开次数过多，请 15 分钟后再试。")
    rows = SubscriptionRequest.objects.prefetch_related("topics")
    row = rows.filter(digest=digest_of(token), asked_at__gt=now - KEPT).first()
    if row is None:
        raise Refused(ENDED)
    give_back(claimed)
    return row


def confirm_subscription(token: str, *, address: str, now: datetime) -> Subscriber:
    """Subscribe the address behind the link to what was asked for, in place of what it had; the link ends with it."""
    # Outside the transaction: a wrong link stays counted.
    row = request_by_link(token, address=address, now=now)
    with transaction.atomic(), without_trace():
        return _confirm(row, now)


def _confirm(row: SubscriptionRequest, now: datetime) -> Subscriber:
    topics = list(row.topics.all())
    # Of two that press at once exactly one finds the request to take away.
    _count, by_table = SubscriptionRequest.objects.filter(pk=row.pk).delete()
    if not by_table.get(SubscriptionRequest._meta.label):
        raise Refused(ENDED)
    email = decrypt(row.address, ADDRESS)
    person = _subscriber(email, now)
    person.subscriptions.exclude(topic__in=topics).delete()
    known = set(person.subscriptions.values_list("topic", flat=True))
    Subscription.objects.bulk_create(
        Subscription(subscriber=person, topic=topic, since=now) for topic in topics if topic.pk not in known
    )
    audit.record(
        person, "subscription.confirm", actor=None, changes={"topics": "、".join(t.name for t in topics)}
    )
    return person


def _subscriber(email: str, now: datetime) -> Subscriber:
    found = Subscriber.objects.select_for_update().filter(
        address_index__in=blind_indexes(_plain(email), INDEX)
    )
    row = found.first()
    if row is not None:
        return row
    try:
        with transaction.atomic():
            return Subscriber.objects.create(
                address=encrypt(email, ADDRESS),
                address_index=blind_index(_plain(email), INDEX),
                key=token_urlsafe(TOKEN_BYTES),
                confirmed_at=now,
            )
    except IntegrityError:
        return found.get()


def stop_token(person: Subscriber) -> str:
    """Return what stands in the link that ends the subscription; it can be told from nothing that is kept outside."""
    text = f"{person.pk}\0{person.key}"
    mark = salted_hmac("policies.subscription.stop", text, algorithm="sha256").hexdigest()
    return f"{person.pk}-{mark}"


def stop_path(person: Subscriber) -> str:
    """Return the address of the page that ends the subscription."""
    return f"/benefits/subscribe/stop/{stop_token(person)}/"


def subscriber_by_link(token: str, *, address: str, now: datetime) -> Subscriber:
    """Return who subscribed, by the link in his mails; wrong ones are counted by network and answered alike."""
    budget = Budget("subscribe-stop", network_of(address), WRONG_LINKS, QUARTER)
    claimed = claim([budget], now=now, message="失效的链接打开次数过多，请 15 分钟后再试。")
    key = token.partition("-")[0]
    known = key.isascii() and key.isdecimal() and len(key) < 19
    row = Subscriber.objects.filter(pk=int(key)).first() if known else None
    if row is None or not constant_time_compare(stop_token(row), token):
        raise Refused(WRONG_STOP)
    give_back(claimed)
    return row


def stop_subscription(token: str, *, address: str, now: datetime) -> None:
    """End every subscription of the address and erase it, with the mails that wait for it. Twice is refused in words."""
    row = subscriber_by_link(token, address=address, now=now)
    with transaction.atomic(), without_trace():
        withdraw_mail(f"news:{row.pk}:")
        audit.record(row, "subscription.stop", actor=None)
        row.delete()


def tell_subscribers(today: date) -> str:
    """Owe each subscriber at most one mail about what is new or ends soon in his fields; the job's service.

    Each event of a version is told to each subscriber once, however often and on how
    many machines this runs: the note that it was told is made with the mail.
    """
    if not _site():
        return "没有设置对外网址（PUBLIC_URL），政策提醒暂不发送"
    now = timezone.now()
    news = news_of(today, now)
    told = 0
    if news:
        topics = {one.topic for one in news}
        people = Subscriber.objects.filter(subscriptions__topic__in=topics).distinct().order_by("pk")
        last = 0
        while keys := list(people.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
            told += sum(_tell(key, news, now, today) for key in keys)
            last = keys[-1]
    return f"向 {told} 个订阅邮箱发送政策提醒" if told else "没有需要提醒的订阅"


@transaction.atomic
def _tell(key: int, news: Sequence[News], now: datetime, today: date) -> bool:
    """Owe one subscriber his mail, unless he was told of everything in it; False where there is nothing to tell.

    One mail a day was promised: what comes up after it is told on the next.
    """
    person = Subscriber.objects.select_for_update().filter(pk=key).first()
    if person is None:
        return False
    told = list(person.news.values_list("version", "event", "at"))
    if any(timezone.localdate(at) == today for _version, _event, at in told):
        return False
    known = {(version, event) for version, event, _at in told}
    fresh = [
        one
        for one in concerned(news, list(person.subscriptions.all()))
        if (one.version.pk, one.event) not in known
    ]
    if not fresh:
        return False
    rows = TopicNews.objects.bulk_create(
        TopicNews(subscriber=person, version=one.version, event=one.event, at=now) for one in fresh
    )
    owe_mail(
        f"news:{person.pk}:{rows[0].pk}",
        decrypt(person.address, ADDRESS),
        _news_letter(person, fresh),
        now=now,
        expires_at=now + KEPT,
    )
    return True


def _news_letter(person: Subscriber, news: Sequence[News]) -> Letter:
    stop = f"{_site()}{stop_path(person)}"
    parts = [f"您订阅的{settings.COUNTY_NAME}惠企政策有 {len(news)} 项变化：", ""]
    for event in TopicNews.Event:
        own = [one for one in news if one.event == event]
        if own:
            parts += [f"【{event.label}】", *(_line(one.version, event) for one in own), ""]
    parts += ["不再需要提醒的，打开下面的链接退订：", stop]
    return Letter(f"{settings.COUNTY_NAME}惠企政策：{len(news)} 项变化", "\n".join(parts), stop)


def _line(version: PolicyItemVersion, event: TopicNews.Event) -> str:
    until = (
        f"，{version.valid_until:%Y-%m-%d} 到期"
        if event == TopicNews.Event.EXPIRING and version.valid_until is not None
        else ""
    )
    unit = version.item.organisation.short_name
    return f"· {version.title}（{unit}{until}）\n  {_site()}/benefits/{version.item.number}/"


def forget_unconfirmed(today: date) -> str:
    """Erase the requests that nobody has confirmed within seven days; the job's service."""
    late = SubscriptionRequest.objects.filter(asked_at__lte=timezone.now() - KEPT)
    count = late.delete()[1].get(SubscriptionRequest._meta.label, 0)
    return f"删除 {count} 条未确认的订阅记录" if count else "没有到期未确认的订阅"


def rewrap_subscribers(limit: int = 1000) -> int:
    """Encrypt at most `limit` addresses anew with the present key; their indexes follow. Return how many."""
    done = 0
    for model in (Subscriber, SubscriptionRequest):
        rows = model.objects.exclude(address__startswith=current_prefix()).order_by("pk")
        for pk, value in rows.values_list("pk", "address")[: limit - done]:
            index = blind_index(_plain(decrypt(value, ADDRESS)), INDEX)
            done += model.objects.filter(pk=pk, address=value).update(
                address=rewrap(value, ADDRESS), address_index=index
            )
    return done
