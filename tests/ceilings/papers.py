"""The steps of a bulletin, in a county where every domain has something to count."""

from datetime import date

from indicators.models import LampRecord, WorkItem
from reports.models import Bulletin
from reports.services.bulletins import draft_bulletin, submit_bulletin
from tests.ceilings.domains import domains_at_work

OCTOBER, TODAY = date(2023, 10, 1), date(2023, 11, 8)
FEW = 12


def _lamps():
    """Record a lamp for every item that has none, so that the lamps add up to the items."""
    lit = LampRecord.objects.filter(month=OCTOBER).values("item")
    dark = WorkItem.objects.exclude(pk__in=lit)
    LampRecord.objects.bulk_create(
        [LampRecord(item=item, month=OCTOBER, colour="green", reason="", percent=0) for item in dark]
    )


def _paper(county, state, rows):
    _lamps()
    domains_at_work(county, rows)
    bulletin = draft_bulletin(OCTOBER, actor=county.people["officer"], today=TODAY)
    if state == Bulletin.State.IN_REVIEW:
        submit_bulletin(bulletin, actor=county.people["officer"])
    return bulletin


def draft(county, rows=FEW):
    domains_at_work(county, rows)
    return "/bulletins/draft/", {"month": "2023-10"}


def step(name, state, **data):
    """A step of the bulletin of October, which stands in `state`."""

    def prepare(county, rows=FEW):
        bulletin = _paper(county, state, rows)
        return f"{bulletin.get_absolute_url()}{name}/", {"version": bulletin.version, **data}

    return prepare


NOTE = "请核对第二部分的表述。"
PAPER_STEPS = {
    "draft bulletin": ("officer", draft),
    "refresh bulletin": ("officer", step("refresh", "draft")),
    "submit bulletin": ("officer", step("submit", "draft")),
    "return bulletin": ("director", step("return", "in_review", note=NOTE)),
    "issue bulletin": ("director", step("issue", "in_review")),
}
