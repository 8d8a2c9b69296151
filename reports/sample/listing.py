"""The red list of the last quarter: ticked by the office, one entry still waiting for its head's decision."""

from __future__ import annotations

from datetime import date, datetime, time

from complaints.models import ListedUnit
from complaints.red_black import Side
from complaints.selectors.red_black import candidates
from complaints.services.red_black import address_of, propose, take_step
from portal.models import Notification
from reports.figures import Period
from reports.figures.period import QUARTER
from reports.sample import history
from reports.sample.county import County

AUTHOR = "温博远"
PROPOSED_AT, PUBLISHED_AT = time(9, 20), time(9, 50)
SHOWN = 3
REASONS = {
    Side.RED: "办理及时、答复规范，企业回访满意，予以通报表扬",
    Side.BLACK: "逾期和不满意较为集中，经提醒仍未改进，责成限期整改",
}


def load(county: County, month: date, on: date) -> None:
    """Tick on the day `on` the first candidates of the quarter that ends with `month`; all but the last are published."""
    period = Period(month, QUARTER)
    at, author = county.at(on, clock=PROPOSED_AT), county.people[AUTHOR]
    history.write(county, before=at)
    with history.at_moment(at):
        rows = [
            propose(
                period.first,
                period.end,
                found.code,
                side=found.side,
                reason=REASONS[Side(found.side)],
                actor=author,
                now=at,
            )
            for found in candidates(period.first, period.end)[:SHOWN]
        ]
    published_at = county.at(on, clock=PUBLISHED_AT)
    history.write(county, before=published_at)
    with history.at_moment(published_at):
        for row in rows[:-1]:
            take_step(row, "publish", actor=county.director, now=published_at)
    _date_notices(rows, published_at, waits=len(rows) > 1)


def _date_notices(rows: list[ListedUnit], at: datetime, *, waits: bool) -> None:
    told = Notification.objects.filter(event_key__startswith="red_black:")
    told.update(created_at=at, read_at=at)
    if waits:
        told.filter(url=address_of(rows[-1]), event_key=f"red_black:{rows[-1].pk}").update(read_at=None)
