"""What the escalation ladder is judged by, and the letters as the pages want them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from indicators.escalation import AUTOMATIC, BOUT_DAYS, Earlier, Facts, Limits, Rung
from indicators.lamps import Colour
from indicators.models import LampRecord, Letter, ProgressReport, ReportingMonth, WorkItem
from indicators.months import first_of, shift
from indicators.workflow import AT_WORK, OWED_STATES
from portal.models import User
from portal.selectors.settings import settings_on

MONTHS_LOOKED_BACK = 6
State = Letter.State


def limits_on(day: date) -> Limits:
    """Return the office's limits of the ladder on a day; one query."""
    values = settings_on(day)
    names = ("supervise_days", "talk_days", "circulate_days", "transfer_days")
    return Limits(**{name: int(values[f"letters.{name}"]) for name in names})


def candidates(today: date) -> QuerySet[WorkItem]:
    """Return the items a letter could be about: at work, and overdue, in red or yellow, or unreported."""
    late = past_due_months(today)[:1]
    owed = ProgressReport.objects.owed().filter(month__in=late).values("item")
    return WorkItem.objects.filter(
        Q(due_on__lt=today) | Q(lamp__in=["red", "yellow"]) | Q(pk__in=owed), state__in=AT_WORK
    )


def past_due_months(today: date) -> list[date]:
    """Return the last months whose on-time day is over, newest first."""
    rows = ReportingMonth.objects.filter(due_on__lt=today, provisional=False).order_by("-month")
    return list(rows.values_list("month", flat=True)[:MONTHS_LOOKED_BACK])


def facts_of(items: Iterable[WorkItem], *, today: date) -> dict[int, Facts]:
    """Return each item's facts for the ladder; four queries whatever the number."""
    rows = list(items)
    keys = [row.pk for row in rows]
    month = shift(first_of(today), -1)
    before = dict(
        LampRecord.objects.filter(item__in=keys, month=month).order_by().values_list("item", "colour")
    )
    unreported, earlier = _unreported(keys, today), _earlier(keys, today)
    return {
        row.pk: Facts(
            days_overdue=(today - row.due_on).days if row.due_on and row.is_overdue(today) else 0,
            lamp=row.lamp,
            lamp_reason=row.lamp_reason,
            worsened=row.pk in before and Colour(row.lamp).urgency > Colour(before[row.pk]).urgency,
            unreported_months=unreported.get(row.pk, 0),
            earlier=tuple(earlier.get(row.pk, ())),
        )
        for row in rows
    }


def _unreported(keys: list[int], today: date) -> dict[int, int]:
    """Count the months in a row, ending with the newest past-due one, for which an item has not reported."""
    months = past_due_months(today)
    owed: dict[int, set[date]] = defaultdict(set)
    reports = ProgressReport.objects.filter(item__in=keys, month__in=months, state__in=OWED_STATES)
    for item, month in reports.order_by().values_list("item", "month"):
        owed[item].add(month)
    return {item: _in_a_row(months, missing) for item, missing in owed.items()}


def _in_a_row(months: list[date], missing: set[date]) -> int:
    return next((n for n, month in enumerate(months) if month not in missing), len(months))


def _earlier(keys: list[int], today: date) -> Mapping[int, list[Earlier]]:
    """Return the letters about each item; one that was dismissed weighs for a month only."""
    found: dict[int, list[Earlier]] = defaultdict(list)
    through = Letter.items.through.objects.filter(workitem__in=keys).select_related("letter")
    for link in through:
        letter = link.letter
        day = letter.issued_on or timezone.localtime(letter.proposed_at).date()
        days_ago = (today - day).days
        if letter.state == State.DISMISSED and days_ago > BOUT_DAYS:
            continue
        passed = letter.state == State.ISSUED and (letter.reply_by is None or letter.reply_by < today)
        found[link.workitem_id].append(Earlier(Rung(letter.rung), days_ago, reply_day_passed=passed))
    return found


def issued_this_week(units: Iterable[int], today: date) -> dict[int, int]:
    """Count the automatic letters each unit was sent from this week's Monday on; one query."""
    monday = today - timedelta(days=today.weekday())
    rows = Letter.objects.filter(
        organisation__in=list(units), rung__in=AUTOMATIC, state=State.ISSUED, issued_on__gte=monday
    )
    return dict(rows.order_by().values_list("organisation").annotate(n=Count("pk")))


def letters_of(user: User) -> QuerySet[Letter]:
    """Return the letters `user` may read with what a row shows, newest first."""
    rows = Letter.objects.visible_to(user).select_related("organisation", "signed_by")
    return rows.prefetch_related("items")


def letter_counts(user: User) -> dict[str, int]:
    """Count the letters a person may read by state; one query."""
    rows = Letter.objects.visible_to(user).order_by().values_list("state").annotate(n=Count("pk"))
    return dict(rows)
