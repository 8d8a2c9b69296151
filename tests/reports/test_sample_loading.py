"""Loading the sample county: once, the same every time, on any day, and never over somebody's data."""

from collections import Counter
from datetime import date
from random import Random

import pytest
from django.db import transaction
from django.utils import timezone

from indicators.models import DispatchRound, ProgressReport, ReportingMonth, WorkItem
from indicators.months import first_of, shift
from portal.documents import fonts
from portal.errors import Refused
from portal.models import AuditEvent, CalendarYear, Organisation, User
from portal.services.calendar import load_builtin_calendar
from reports.sample import progress, wording
from reports.sample.loading import load_sample
from reports.sample.shifting import Shift
from tests.factories import OrganisationFactory

TODAY = date(2023, 11, 10)


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def snapshot():
    reports = ProgressReport.objects.order_by("item__number", "month")
    items = WorkItem.objects.order_by("number")
    return (
        list(reports.values_list("item__number", "month", "state", "percent", "done", "submitted_at")),
        list(items.values_list("number", "lamp", "lamp_reason", "closed_on", "quantity_done")),
        list(
            AuditEvent.objects.exclude(action="sample.load")
            .order_by("pk")
            .values_list("at", "action", "note")
        ),
    )


def test_loading_is_the_same_every_time(db):
    found = []
    for _ in range(2):
        with transaction.atomic():
            load_sample(TODAY, with_bulletins=False)
            found.append(snapshot())
            transaction.set_rollback(True)
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("today", "opened"),
    [
        (date(2027, 2, 1), True),
        (date(2026, 10, 4), False),
    ],
)
def test_on_any_day_the_last_full_month_lies_before_today_and_nothing_after_it(db, today, opened):
    load_sample(today, with_bulletins=False)
    last_month = shift(first_of(today), -1)
    assert ReportingMonth.objects.filter(month=last_month).exists() == opened
    midnight = timezone.make_aware(timezone.datetime(today.year, today.month, today.day))
    assert not ProgressReport.objects.filter(submitted_at__gte=midnight).exists()
    assert not WorkItem.objects.filter(closed_on__gte=today).exists()
    assert (
        Counter(WorkItem.objects.exclude(work_list__prefix="JB").values_list("lamp", flat=True))["blue"]
        == 131
    )


def test_on_a_machine_without_a_chinese_font_the_rest_is_loaded_all_the_same(db, monkeypatch):
    for name in ("SERIF", "SANS", "OTHERS"):
        monkeypatch.setattr(fonts, name, ())
    for name in ("OWN_NAMES", "STAND_INS"):
        monkeypatch.setattr(fonts, name, dict.fromkeys(fonts.Face, ("没有这种字体",)))
    found = load_sample(TODAY)
    assert "没有可用的中文字体" in found.left_out
    # The draft needs no font.
    assert (found.bulletins, found.reports) == (1, 2090)
    assert AuditEvent.objects.filter(action="item.create").count() == WorkItem.objects.count()


def test_somebody_elses_data_are_left_alone(db):
    OrganisationFactory()
    with pytest.raises(Refused, match="空数据库"):
        load_sample(TODAY, with_bulletins=False)
    assert Organisation.objects.count() == 1


def test_the_production_edition_takes_no_sample(db, settings):
    settings.PRODUCTION = True
    with pytest.raises(Refused, match="正式环境"):
        load_sample(TODAY, with_bulletins=False)
    assert not User.objects.exists()


def test_a_year_that_is_in_the_calendar_is_left_as_it_is(db):
    CalendarYear.objects.create(year=2023, source="县里改过的")
    added = load_builtin_calendar()
    assert added == len(range(2020, 2027)) - 1
    assert CalendarYear.objects.get(year=2023).source == "县里改过的"
    assert load_builtin_calendar() == 0


@pytest.mark.parametrize(
    ("today", "day", "moved"),
    [
        (date(2023, 11, 10), date(2023, 3, 31), date(2023, 3, 31)),
        (date(2026, 11, 21), date(2023, 10, 31), date(2026, 10, 31)),
        (date(2024, 3, 5), date(2023, 10, 31), date(2024, 2, 29)),
        (date(2027, 1, 1), date(2023, 1, 4), date(2026, 3, 4)),
        (date(2023, 10, 2), date(2023, 10, 31), date(2023, 9, 30)),
    ],
)
def test_a_day_moves_by_whole_months(today, day, moved):
    assert Shift.to(today).day(day) == moved


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("云营商组〔2023〕2号", "云营商组〔2026〕2号"),
        ("2023年度省评，回溯 2021 年以来项目", "2026年度省评，回溯 2024 年以来项目"),
        ("9 月并联审批率，12月前完成，近三个月", "10 月并联审批率，1月前完成，近三个月"),
        ("适用 6 个月，备案 2023 件", "适用 6 个月，备案 2023 件"),
    ],
)
def test_years_and_months_in_texts_move_along(text, moved):
    assert Shift.to(date(2026, 12, 3)).text(text) == moved


def test_percents_only_rise_and_end_where_they_should():
    course = progress.Course(elapsed=[10, 20, 30, 40, 50, 60, 70, 80], final=78, floor={6: 66})
    for seed in range(50):
        found = progress.percents(course, Random(seed))
        assert found == sorted(found)
        assert found[-1] == 78
        assert found[6] >= 66


def test_a_pattern_without_a_value_is_left_out():
    assert wording.fill("累计完成 {quantity}{unit}", {"quantity": "", "unit": "件"}) is None
    assert wording.fill("进度 {percent}%", {"percent": "41"}) == "进度 41%"


def test_on_a_later_day_of_the_month_the_planned_rounds_still_lie_ahead_and_october_is_closed(db):
    today = date(2023, 11, 25)
    load_sample(today, with_bulletins=False)
    planned = DispatchRound.objects.exclude(planned_at=None).filter(state=DispatchRound.State.DRAFT)
    assert [timezone.localdate(row.planned_at) > today for row in planned] == [True, True]
    assert ReportingMonth.objects.get(month=date(2023, 10, 1)).closed_at is not None
