"""Which items were stopped on a day, told from the days that were kept, never from what holds now."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from indicators.models import Suspension
from indicators.workflow import ItemState


def stopped_by(state: ItemState, day: date) -> Q:
    """Return the condition "in `state`, and stopped by the end of `day`"; without a day of stopping: always."""
    return Q(state=state) & (Q(stopped_on=None) | Q(stopped_on__lte=day))


def suspended_at(day: date) -> Q:
    """Return the condition "suspended at the end of `day`", also when it has been taken up again since."""
    over = Suspension.objects.filter(stopped_on__lte=day, ended_on__gt=day)
    return stopped_by(ItemState.SUSPENDED, day) | Q(pk__in=over.values("item"))
