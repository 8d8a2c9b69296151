"""The nightly draft: after the month is closed, once, whatever happens."""

from datetime import date, datetime

import pytest

from indicators.models import ReportingMonth
from portal.jobs import load_jobs
from portal.models import Notification
from reports.jobs import draft_bulletin, draft_quarterly
from reports.models import Bulletin
from tests.factories import CHINA

TODAY = date(2023, 11, 13)


@pytest.fixture
def closed(small_county):
    ReportingMonth.objects.update(closed_at=datetime(2023, 11, 11, 0, 10, tzinfo=CHINA))


def test_nothing_is_drafted_before_the_month_is_closed(small_county):
    assert draft_bulletin(TODAY) == "2023年10月月报尚未封账，暂不起草通报"
    assert not Bulletin.objects.exists()


def test_the_draft_is_made_once_and_the_office_is_told_once(closed, officer):
    assert draft_bulletin(TODAY).startswith("已起草关于2023年10月份")
    assert draft_bulletin(TODAY) == "2023年10月通报已经起草"
    bulletin = Bulletin.objects.get()
    assert bulletin.drafted_by is None
    assert Notification.objects.filter(recipient=officer).count() == 1


def test_a_month_without_items_is_reported_not_raised(db):
    ReportingMonth.objects.create(
        month=date(2024, 1, 1),
        opened_at=datetime(2024, 2, 1, 8, tzinfo=CHINA),
        due_on=date(2024, 2, 5),
        closes_on=date(2024, 2, 19),
        closed_at=datetime(2024, 2, 20, 0, 10, tzinfo=CHINA),
    )
    assert "没有台账事项" in draft_bulletin(date(2024, 2, 20))


def test_the_job_is_among_those_that_run():
    assert "draft_bulletin" in load_jobs(("portal.base_jobs", "reports.jobs"))


def test_the_quarters_draft_waits_for_its_last_month_and_is_made_once(small_county, officer):
    assert draft_quarterly(date(2024, 1, 20)) == "2023年12月月报尚未封账，暂不起草季通报"
    ReportingMonth.objects.create(
        month=date(2023, 12, 1),
        opened_at=datetime(2024, 1, 1, 8, tzinfo=CHINA),
        due_on=date(2024, 1, 4),
        closes_on=date(2024, 1, 11),
        closed_at=datetime(2024, 1, 12, 0, 10, tzinfo=CHINA),
    )
    assert draft_quarterly(date(2024, 1, 20)).startswith("已起草关于2023年第四季度")
    assert draft_quarterly(date(2024, 1, 21)) == "上季度通报已经起草"
    assert Notification.objects.filter(recipient=officer).count() == 1
