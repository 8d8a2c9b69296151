"""This year's assessment so far: reckoned, with the units to check, one objection upheld and one undecided."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time

from reports.models import Assessment, Objection, Result
from reports.sample import history
from reports.sample.county import County
from reports.services import assessments

AUTHOR = "温博远"
CHECKED_DAYS = 5
QUESTIONED = "items.overdue"
UPHELD_TEXT = "该项所涉系统由上级统一部署，上级已书面通知顺延上线时间，县里无法单独完成，请核实后不予计入。"
UPHELD_REASON = "经核实上级通知属实，延期手续正在补办，同意不计入。"
PENDING_TEXT = "该项已按期完成，销号材料当月已提交牵头单位初审，审核时间不应计入本单位逾期，请予核实。"


def load(county: County) -> None:
    """Evaluate and open four working days before today; the units object on the following days."""
    author = county.people[AUTHOR]
    opened_on = county.workdays_after(county.today, -4)
    with _moment(county, opened_on, time(9, 10)):
        assessment = assessments.evaluate_assessment(
            county.shift.year, actor=author, today=opened_on, now=county.at(opened_on, clock=time(9, 10))
        )
    until = county.workdays_after(county.today, CHECKED_DAYS)
    with _moment(county, opened_on, time(10, 30)):
        at = county.at(opened_on, clock=time(10, 30))
        assessments.open_assessment(assessment, until, actor=author, today=opened_on, now=at)
    questioned = _questionable(assessment)[:2]
    if questioned:
        upheld = _object(county, assessment, questioned[0], UPHELD_TEXT, county.workdays_after(opened_on, 1))
        decided_on = county.workdays_after(opened_on, 1)
        with _moment(county, decided_on, time(16, 20)):
            at = county.at(decided_on, clock=time(16, 20))
            officer = county.people["沈若宁"]
            assessments.decide_objection(upheld, "uphold", UPHELD_REASON, actor=officer, now=at)
    if len(questioned) > 1:
        _object(county, assessment, questioned[1], PENDING_TEXT, county.workdays_after(opened_on, 2))


def _questionable(assessment: Assessment) -> list[Result]:
    """Return the results in which something overdue counts, the lowest first."""
    rows = Result.objects.filter(assessment=assessment).select_related("organisation")
    return [row for row in rows.order_by("total", "pk") if _overdue(row)]


def _overdue(result: Result) -> list[str]:
    return [
        one["identity"]
        for line in result.lines
        if line["trigger"] == QUESTIONED
        for one in line["evidence"]
        if not one["why_not"]
    ]


def _object(county: County, assessment: Assessment, result: Result, text: str, on: date) -> Objection:
    """Let the unit's liaison question the first item that is counted as overdue."""
    with _moment(county, on, time(11, 15)):
        return assessments.make_objection(
            assessment,
            _overdue(result)[:1],
            text,
            actor=county.liaison(result.organisation),
            today=on,
            now=county.at(on, clock=time(11, 15)),
        )


@contextmanager
def _moment(county: County, on: date, clock: time) -> Iterator[None]:
    """Write the history up to a moment, and let what is done within happen at it."""
    at = county.at(on, clock=clock)
    history.write(county, before=at)
    with history.at_moment(at):
        yield
