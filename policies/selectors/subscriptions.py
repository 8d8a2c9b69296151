"""What happened in the fields of work that somebody may subscribe to, and how many do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Count, Exists, OuterRef, QuerySet

from policies.models import (
    OutgoingMail,
    PolicyItem,
    PolicyItemVersion,
    Subscription,
    SubscriptionRequest,
    TopicNews,
)
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
    """Return what is new or ends soon among the items an enterprise can get on the day `on`; two queries.

    New is what was published within the last week, as a first version or a later one;
    ending soon is what has at most the days of the setting left, its last day included.
    An item that is both new and about to end is told as new.
    """
    near = on + timedelta(days=number_setting("policies.expiry_last_days", on=on))
    rows = PolicyItem.objects.public().live(on).filter(topic__isnull=False)
    found = []
    for item in rows.select_related("current", "organisation").order_by("number"):
        version = item.current
        if version is None or item.topic_id is None:
            continue
        version.item = item
        if version.published_at is not None and version.published_at > now - timedelta(days=NEWS_DAYS):
            event = TopicNews.Event.PUBLISHED if version.number == 1 else TopicNews.Event.CHANGED
            found.append(News(version, item.topic_id, event, version.published_at))
        elif version.valid_until is not None and version.valid_until <= near:
            found.append(News(version, item.topic_id, TopicNews.Event.EXPIRING, None))
    return found


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
