"""The monthly bulletins: issued for every month but the last, drafted for that one."""

from __future__ import annotations

from datetime import date, time

from indicators.models import ReportingMonth
from portal.models import Notification
from reports.models import Bulletin
from reports.sample import history, occasions
from reports.sample.county import County
from reports.sample.shifting import LAST_MONTH
from reports.services.bulletins import draft_bulletin, issue_bulletin, submit_bulletin

DRAFTED_AT = time(9, 20)
SUBMITTED_AT = time(15, 30)
ISSUED_AT = time(16, 50)
AUTHOR = "温博远"


def load_bulletins(county: County) -> None:
    """Draft and issue month after month through the services, each on its days, history and all.

    A bulletin is drafted on the first working day after its month was closed and
    issued on the next. Raises Refused where the machine has no Chinese font to set them.
    """
    for number in range(1, LAST_MONTH):
        month = ReportingMonth.objects.get(month=county.shift.month(number))
        drafted_on = county.workdays_after(month.closes_on, 1)
        bulletin = _draft(county, month.month, drafted_on)
        _issue(county, bulletin, drafted_on, county.workdays_after(drafted_on, 1))
        occasions.load_after(county, number)


def draft_last(county: County) -> None:
    """Draft the last month's bulletin: on the working day after the closing, or yesterday where that is to come."""
    month = county.shift.month(LAST_MONTH)
    drafted_on = county.workdays_after(county.today, -1)
    opened = ReportingMonth.objects.filter(month=month).first()
    if opened is not None:
        drafted_on = min(drafted_on, county.workdays_after(opened.closes_on, 1))
    if drafted_on >= county.shift.month(LAST_MONTH + 1):
        _draft(county, month, drafted_on)


def _draft(county: County, month: date, on: date) -> Bulletin:
    at = county.at(on, clock=DRAFTED_AT)
    history.write(county, before=at)
    with history.at_moment(at):
        return draft_bulletin(month, actor=county.people[AUTHOR], today=on, now=at)


def _issue(county: County, bulletin: Bulletin, submitted_on: date, issued_on: date) -> None:
    submitted_at = county.at(submitted_on, clock=SUBMITTED_AT)
    history.write(county, before=submitted_at)
    with history.at_moment(submitted_at):
        submit_bulletin(bulletin, actor=county.people[AUTHOR], now=submitted_at)
    issued_at = county.at(issued_on, clock=ISSUED_AT)
    history.write(county, before=issued_at)
    with history.at_moment(issued_at):
        issue_bulletin(bulletin, actor=county.director, now=issued_at)
    # Old news: read long ago.
    told = Notification.objects.filter(url=bulletin.get_absolute_url())
    told.update(created_at=issued_at, read_at=issued_at)
