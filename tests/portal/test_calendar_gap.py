"""Next year's calendar is missing: a warning from 1 November, an error from 15 December, for those who can load it."""

from datetime import date

import pytest
import time_machine

from portal.models import CalendarYear, Notification
from portal.selectors.year_calendar import CalendarGap, calendar_gap
from portal.services.calendar import warn_missing_year

pytestmark = pytest.mark.django_db
WORDS = "2027年放假安排尚未载入"


@pytest.mark.parametrize(
    ("day", "gap"),
    [
        (date(2026, 10, 31), None),
        (date(2026, 11, 1), CalendarGap(2027, is_error=False)),
        (date(2026, 12, 14), CalendarGap(2027, is_error=False)),
        (date(2026, 12, 15), CalendarGap(2027, is_error=True)),
        (date(2026, 12, 31), CalendarGap(2027, is_error=True)),
        (date(2025, 12, 31), None),
    ],
)
def test_a_missing_year_is_a_warning_then_an_error(calendar, day, gap):
    assert calendar_gap(day) == gap


@pytest.mark.parametrize(
    ("persona", "shown_at", "told"),
    [
        ("officer", "/", True),
        ("director", "/", True),
        ("sysadmin", "/system/", True),
        ("sysadmin", "/system/jobs/", True),
        ("liaison", "/", False),
        ("auditor", "/system/", False),
    ],
)
@pytest.mark.parametrize(
    ("day", "tone"), [("2026-10-31", ""), ("2026-11-01", "notice--warn"), ("2026-12-15", "notice--bad")]
)
def test_who_can_load_the_year_sees_it_on_the_first_page(
    browse, calendar, persona, shown_at, told, day, tone, request
):
    person = request.getfixturevalue(persona)
    with time_machine.travel(f"{day} 10:00+08:00", tick=True):
        text = browse(person).get(shown_at, follow=True).content.decode()
    assert (WORDS in text) == bool(told and tone)
    if told and tone:
        notice = text.split(WORDS)[0].rpartition('<div class="notice ')[2]
        assert tone in notice


def test_a_year_that_is_loaded_is_no_longer_warned_of(browse, calendar, officer):
    CalendarYear.objects.create(year=2027)
    with time_machine.travel("2026-12-20 10:00+08:00", tick=True):
        assert WORDS not in browse(officer).get("/").content.decode()


def test_from_the_middle_of_december_the_reminder_comes_every_day(calendar, sysadmin):
    for day in (7, 8, 14, 15, 15, 16):
        warn_missing_year(date(2026, 12, day))
    keys = Notification.objects.filter(recipient=sysadmin).order_by("pk").values_list("event_key", flat=True)
    assert list(keys) == [
        "calendar.missing:2027:2026-50",
        "calendar.missing:2027:2026-51",
        "calendar.missing:2027:2026-12-15",
        "calendar.missing:2027:2026-12-16",
    ]
