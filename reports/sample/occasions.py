"""Beside the monthly bulletins: the last quarter's, a special one, and the half-year's work report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time

from portal.models import Notification
from reports.figures import Period
from reports.models import Bulletin, WorkReport
from reports.sample import history, listing
from reports.sample.county import County
from reports.sample.shifting import LAST_MONTH
from reports.sections.subject import Subject
from reports.selectors.work_reports import current_outline
from reports.services import work_reports
from reports.services.bulletins import (
    draft_quarterly,
    draft_special,
    issue_bulletin,
    name_units,
    submit_bulletin,
)
from reports.services.drafting import QUARTER_ENDS

AUTHOR = "温博远"
HALF_YEAR = 6
SPECIAL = 8
DRAFTED_AT, SUBMITTED_AT, ISSUED_AT = time(10, 5), time(15, 40), time(17, 5)
NAMED = 2
SPECIAL_TITLE = "关于省评反馈问题整改情况的专项通报"
SPECIAL_OCCASION = "为推动省级评价反馈问题按期整改，县营商办近期对照台账逐项核查整改情况"
SPECIAL_TEXT = """从核查情况看，多数单位能够对照反馈意见列出清单、明确责任人，整改有措施、有时限、有佐证。
部分单位仍停留在制定方案、召开会议上，企业感受不明显；有的问题整改标准把握不一，销号材料与反馈意见对应不上。"""
PARTS = {
    "policies": "推行惠企政策免申即享，政策事项集中编入清单，明确适用对象、兑现程序和落实期限，企业在线即可查询。",
    "supervision": "推行“综合查一次”，同一企业同类检查事项合并实施，减少对企业正常经营的影响。",
    "complaints": "畅通热线、窗口、扫码等渠道，对企业诉求实行统一登记、限时转办、办结回访。",
}


def load_after(county: County, number: int) -> None:
    """Load what came out after the bulletin of the texts' month `number`; nothing for most months."""
    month = county.shift.month(number)
    if number == HALF_YEAR:
        _work_report(county, month)
    if number == SPECIAL:
        _special(county, month)
    if (
        month.month in QUARTER_ENDS
        and number + len(QUARTER_ENDS) > LAST_MONTH
        and month.year == county.shift.year
    ):
        _quarterly(county, month)


def _then(county: County, on: date, clock: time, act: Callable[[], None]) -> None:
    at = county.at(on, clock=clock)
    history.write(county, before=at)
    with history.at_moment(at):
        act()


def _quarterly(county: County, month: date) -> None:
    """Drafted a working day after the last monthly bulletin, when the red list is out; the two units furthest behind are named."""
    first = _day_after_issue(county, month)
    author = county.people[AUTHOR]
    made: list[Bulletin] = []
    listing.load(county, month, first)

    def draft() -> None:
        at = county.at(first, clock=DRAFTED_AT)
        bulletin = draft_quarterly(month, actor=author, today=first, now=at)
        codes = [unit["code"] for unit in bulletin.named_units[:NAMED]]
        made.append(name_units(bulletin, codes, actor=author, version=bulletin.version))

    _then(county, first, DRAFTED_AT, draft)
    _submit_and_issue(county, made[0], first)


def _special(county: County, month: date) -> None:
    first = _day_after_issue(county, month)
    author = county.people[AUTHOR]
    made: list[Bulletin] = []
    subject = Subject(occasion=SPECIAL_OCCASION, lists=("SP",), sections=("demands",))

    def draft() -> None:
        at = county.at(first, clock=DRAFTED_AT)
        made.append(
            draft_special(
                SPECIAL_TITLE, subject, month=month, text=SPECIAL_TEXT, actor=author, today=first, now=at
            )
        )

    _then(county, first, DRAFTED_AT, draft)
    _submit_and_issue(county, made[0], first)


def _submit_and_issue(county: County, bulletin: Bulletin, on: date) -> None:
    author, next_day = county.people[AUTHOR], county.workdays_after(on, 1)
    submitted_at = county.at(on, clock=SUBMITTED_AT)
    issued_at = county.at(next_day, clock=ISSUED_AT)

    def submit() -> None:
        submit_bulletin(bulletin, actor=author, now=submitted_at)

    def issue() -> None:
        issue_bulletin(bulletin, actor=county.director, now=issued_at)

    _then(county, on, SUBMITTED_AT, submit)
    _then(county, next_day, ISSUED_AT, issue)
    told = Notification.objects.filter(url=bulletin.get_absolute_url())
    told.update(created_at=issued_at, read_at=issued_at)


def _work_report(county: County, month: date) -> None:
    """The report on the year so far, at most half a year, with the office's own words where there is no figure."""
    first = _day_after_issue(county, month)
    next_day, author = county.workdays_after(first, 1), county.people[AUTHOR]
    period = Period(month, min(HALF_YEAR, month.month))
    made: list[WorkReport] = []

    def draft() -> None:
        parts = [part.key for part in current_outline()]
        at = county.at(first, clock=DRAFTED_AT)
        report = work_reports.draft_work_report(period, parts, actor=author, today=first, now=at)
        for key, text in PARTS.items():
            work_reports.edit_part(report, key, {}, actor=author, version=report.version, added=text)
        made.append(report)

    def submit() -> None:
        at = county.at(first, clock=SUBMITTED_AT)
        work_reports.submit_work_report(made[0], actor=author, now=at)

    def finish() -> None:
        at = county.at(next_day, clock=ISSUED_AT)
        work_reports.finish_work_report(made[0], actor=county.director, now=at)

    _then(county, first, DRAFTED_AT, draft)
    _then(county, first, SUBMITTED_AT, submit)
    _then(county, next_day, ISSUED_AT, finish)


def _day_after_issue(county: County, month: date) -> date:
    """Return the first working day after the monthly bulletin of `month` went out."""
    issued = Bulletin.objects.get(code=f"monthly-{month:%Y-%m}").issued_on
    return county.workdays_after(issued or month, 1)
