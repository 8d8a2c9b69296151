"""订阅: who wants a mail when something of a field of work is published, changed, or about to end."""

from __future__ import annotations

from django.db import models

from policies.models.catalogue import PolicyItemVersion
from portal.models import Topic


class SubscriptionRequest(models.Model):
    """What somebody asked for and has not confirmed; erased after a week.

    The address is encrypted, and found again by `address_index`; of the link in the
    mail only the digest is kept. Whose address it is has said nothing yet: nothing is
    sent to it but the one mail that asks.
    """

    address = models.CharField("收件地址", max_length=400)
    address_index = models.CharField("地址索引", max_length=64)
    topics = models.ManyToManyField(Topic, verbose_name="领域", related_name="+")
    digest = models.CharField("链接摘要", max_length=64, unique=True)
    asked_at = models.DateTimeField("提出时间")

    class Meta:
        verbose_name = "待确认的订阅"
        ordering = ["pk"]
        indexes = [models.Index(fields=["asked_at"], name="policies_subrequest_asked")]

    def __str__(self) -> str:
        return f"{self.pk}"


class Subscriber(models.Model):
    """A confirmed address; `key` goes into the link that ends the subscription and is drawn anew for each."""

    address = models.CharField("收件地址", max_length=400)
    address_index = models.CharField("地址索引", max_length=64, unique=True)
    key = models.CharField("退订密钥", max_length=40)
    confirmed_at = models.DateTimeField("确认时间")

    class Meta:
        verbose_name = "订阅人"
        ordering = ["pk"]

    def __str__(self) -> str:
        # Never the address: what stands in the audit trail must not tell who it was.
        return f"订阅人 {self.pk}"


class Subscription(models.Model):
    """One field of work of one subscriber; only what happens after `since` is told."""

    subscriber = models.ForeignKey(
        Subscriber, verbose_name="订阅人", on_delete=models.CASCADE, related_name="subscriptions"
    )
    topic = models.ForeignKey(
        Topic, verbose_name="领域", on_delete=models.PROTECT, related_name="subscriptions"
    )
    since = models.DateTimeField("起始时间")

    class Meta:
        verbose_name = "订阅"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["subscriber", "topic"], name="policies_subscription_once")
        ]

    def __str__(self) -> str:
        return f"{self.subscriber_id} {self.topic_id}"


class TopicNews(models.Model):
    """That a subscriber was told of one event of one version: once, whatever runs how often."""

    class Event(models.TextChoices):
        PUBLISHED = "published", "新发布"
        CHANGED = "changed", "有修改"
        EXPIRING = "expiring", "即将到期"
        SUSPENDED = "suspended", "暂停受理"
        RESUMED = "resumed", "恢复受理"

    subscriber = models.ForeignKey(
        Subscriber, verbose_name="订阅人", on_delete=models.CASCADE, related_name="news"
    )
    version = models.ForeignKey(
        PolicyItemVersion, verbose_name="事项版本", on_delete=models.PROTECT, related_name="+"
    )
    event = models.CharField("事件", max_length=10, choices=Event)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "订阅消息"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["subscriber", "version", "event"], name="policies_news_once")
        ]

    def __str__(self) -> str:
        return f"{self.subscriber_id} {self.version_id} {self.event}"
