"""What happened in the fields of work that somebody may subscribe to, and how many do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import timezone

from policies.models import (
    OutgoingMail,
    PolicyItem,
    PolicyItemVersion,
    Subscription,
    SubscriptionRequest,
    TopicNews,
)
from policies.workflow import ItemState
from portal.models import Topic
from portal.selectors.settings import number_setting

# A run that was missed is caught up for a week; what is older is no news.
NEWS_DAYS: Final = 7


@dataclass(frozen=True)
class News:
    """One thing to tell: a version, what happened to it and when; `topic` is whom it concerns."""

    version: PolicyItemVersion
    topic: int
    event: TopicNews.Event
    at: datetime | None


def topics_offered() -> QuerySet[Topic]:
    """Return the fields of work in use that have an item everybody may read."""
    items = PolicyItem.objects.public().filter(topic=OuterRef("pk"))
    return Topic.objects.filter(Exists(items), active=True)


def news_of(on: date, now: datetime) -> list[News]:
    """Return what is new, was stopped, goes on or ends soon on the day `on`, one event an item; three queries.

    New is what was published within the last week, as a first version or a later one;
    that an item was stopped or goes on is told for a week as well; ending soon is what
    has at most the days of the setting left, its last day included. An item that is
    both new and about to end is told as new.
    """
    near = on + timedelta(days=number_setting("policies.expiry_last_days", on=on))
    since = on - timedelta(days=NEWS_DAYS)
    rows = PolicyItem.objects.public().filter(topic__isnull=False).select_related("current", "organisation")
    stopped = rows.filter(state=ItemState.SUSPENDED, state_on__gt=since, state_on__lte=on)
    items = [*rows.live(on).order_by("number"), *stopped.order_by("number")]
    return [one for item in items if (one := _news(item, now, near, since)) is not None]


def _news(item: PolicyItem, now: datetime, near: date, since: date) -> News | None:
    """Return what is told of one item, None where nothing happened."""
    version = item.current
    if version is None or item.topic_id is None:
        return None
    version.item = item
    if item.state == ItemState.SUSPENDED:
        return News(version, item.topic_id, TopicNews.Event.SUSPENDED, _end_of(item.state_on))
    published = version.published_at
    if published is not None and published > now - timedelta(days=NEWS_DAYS):
        event = TopicNews.Event.PUBLISHED if version.number == 1 else TopicNews.Event.CHANGED
        return News(version, item.topic_id, event, published)
    # A published item changes its state after its publication only when it goes on.
    moved = item.state_on
    if (
        moved is not None
        and moved > since
        and published is not None
        and moved > timezone.localdate(published)
    ):
        return News(version, item.topic_id, TopicNews.Event.RESUMED, _end_of(moved))
    if version.valid_until is not None and version.valid_until <= near:
        return News(version, item.topic_id, TopicNews.Event.EXPIRING, None)
    return None


def _end_of(day: date | None) -> datetime | None:
    """Return the end of a day: whoever subscribed on it is told, whoever did later is not."""
    return datetime.combine(day, time.max, timezone.get_current_timezone()) if day is not None else None


def concerned(news: Sequence[News], subscriptions: Sequence[Subscription]) -> list[News]:
    """Return the news that concern one subscriber: of his fields, and not from before he subscribed."""
    since: Mapping[int, datetime] = {row.topic_id: row.since for row in subscriptions}
    return [one for one in news if one.topic in since and (one.at is None or one.at >= since[one.topic])]


@dataclass(frozen=True)
class TopicCount:
    """A field of work with the number of its subscribers."""

    topic: Topic
    subscribers: int


@dataclass(frozen=True)
class SubscriptionCounts:
    """How the subscriptions stand: by field, not confirmed, and the mails that wait or were given up."""

    topics: tuple[TopicCount, ...]
    people: int
    unconfirmed: int
    owed: int
    dead: int


def subscription_counts() -> SubscriptionCounts:
    """Count subscriptions and mails, never whose; five queries."""
    counts = dict(Subscription.objects.order_by().values_list("topic").annotate(Count("pk")))
    states = dict(OutgoingMail.objects.order_by().values_list("state").annotate(Count("pk")))
    return SubscriptionCounts(
        tuple(TopicCount(topic, counts.get(topic.pk, 0)) for topic in topics_offered()),
        Subscription.objects.order_by().values("subscriber").distinct().count(),
        SubscriptionRequest.objects.count(),
        states.get(OutgoingMail.State.OWED, 0),
        states.get(OutgoingMail.State.DEAD, 0),
    )
