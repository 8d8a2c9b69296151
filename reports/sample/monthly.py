"""The reporting months and every item's report in each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from indicators.models import ProgressReport, ReportingMonth, WorkItem
from indicators.months import last_day
from indicators.selectors.months import MonthDates, month_dates
from indicators.workflow import ItemState, ReportState
from portal.models import User
from reports.sample import texts, wording
from reports.sample.county import County
from reports.sample.outcomes import Outcome, outcomes
from reports.sample.plans import Plan
from reports.sample.shifting import LAST_MONTH

TOLD = {LAST_MONTH - 1, LAST_MONTH}
"""The months whose reports get a history of their own."""

OPENED_AT = time(8, 30)
CLOSED_AT = time(0, 10)
LEAD_AT = time(14, 20)
VERIFIED_AT = time(16, 5)
RETURNED_AT = time(16, 40)


@dataclass(frozen=True)
class Month:
    """A reporting month with its days."""

    number: int
    first: date
    opened_on: date
    dates: MonthDates


def load(county: County, plans: Mapping[str, Plan]) -> None:
    """Write the months that have been opened, their reports, and what the items repeat of them."""
    _load_months(county, _months(county))
    drawn = outcomes(county.rng("outcomes"), {number: plan.text for number, plan in plans.items()})
    load_reports(county, plans, drawn)


def load_reports(county: County, plans: Mapping[str, Plan], drawn: Mapping[tuple[str, int], Outcome]) -> None:
    """Write the reports of the planned items and what these repeat of them; what is not `drawn` was in time."""
    months = _months(county)
    reports: list[ProgressReport] = []
    for plan in plans.values():
        reports += _Writer(county, plan, drawn).reports(months)
    reports.sort(key=lambda report: (report.month, report.item_id))
    ProgressReport.objects.bulk_create(reports, batch_size=200)
    _tell(county, reports)
    fields = ["percent", "quantity_done", "verified_month"]
    WorkItem.objects.bulk_update([plan.item for plan in plans.values()], fields, batch_size=200)


def _months(county: County) -> list[Month]:
    return [month for number in range(1, LAST_MONTH + 1) if (month := _month(county, number))]


def _month(county: County, number: int) -> Month | None:
    """Return a month's days; None while it has not been opened."""
    first, following = county.shift.month(number), county.shift.month(number + 1)
    opened_on = county.calendar.nth(following.year, following.month, 1).on
    if opened_on > county.today:
        return None
    return Month(number, first, opened_on, month_dates(first, county.calendar, on=county.today))


def _load_months(county: County, months: list[Month]) -> None:
    rows = []
    for month in months:
        closes_on = month.dates.closes_on
        closed_on = closes_on + timedelta(days=1)
        row = ReportingMonth(
            month=month.first,
            opened_at=county.at(month.opened_on, clock=OPENED_AT),
            due_on=month.dates.due_on,
            closes_on=closes_on,
            provisional=month.dates.provisional,
            closed_at=county.at(closed_on, clock=CLOSED_AT) if county.has_come(closed_on) else None,
        )
        rows.append(row)
        days: dict[str, object] = {"按时截止": row.due_on, "封账": closes_on}
        county.tell(row.opened_at, row, "month.open", None, changes=days)
        if row.closed_at:
            county.tell(row.closed_at, row, "month.close", None)
    ReportingMonth.objects.bulk_create(rows)


class _Writer:
    """Writes one item's reports, month after month."""

    def __init__(self, county: County, plan: Plan, drawn: Mapping[tuple[str, int], Outcome]) -> None:
        self.county, self.plan, self.drawn = county, plan, drawn
        self.item, self.text = plan.item, plan.text
        self.rng = county.rng(f"reports:{self.text.number}")
        self.used: set[str] = set()
        self.verified = 0
        self.told = 0

    def reports(self, months: list[Month]) -> list[ProgressReport]:
        wanted = [month for month in months if month.number in self.plan.percents]
        found = [self._report(position, month) for position, month in enumerate(wanted)]
        if self.item.state == ItemState.CLOSED:
            self.item.percent = Decimal(100)
        return found

    def _report(self, position: int, month: Month) -> ProgressReport:
        outcome = self.drawn.get((self.text.number, month.number), Outcome.ON_TIME)
        report = ProgressReport(
            item=self.item,
            month=month.first,
            organisation=self.item.organisation,
            previous_percent=Decimal(self._previous(month)),
        )
        submitted_on = self._submitted_on(month, outcome)
        if outcome is not Outcome.MISSING and self.county.has_come(submitted_on):
            self._write(report, position, month, outcome)
            self._submit(report, month, submitted_on, outcome)
        return report

    def _previous(self, month: Month) -> int:
        """Return the percent verified so far; after a failed re-check only what had really been done."""
        redone = self.text.number in texts.situations().rechecks and self.verified == 100
        return self.plan.percents[month.number] if redone else self.verified

    def _submitted_on(self, month: Month, outcome: Outcome) -> date:
        if outcome is Outcome.LATE:
            return self.county.workdays_after(month.dates.due_on, self.rng.randint(1, 3))
        days = (month.opened_on, self.county.workdays_after(month.opened_on, 1), month.dates.due_on)
        return self.rng.choices(days, (2, 3, 5))[0]

    def _write(self, report: ProgressReport, position: int, month: Month, outcome: Outcome) -> None:
        number = month.number
        percent = self.plan.percents[number]
        fixed = self.plan.told.get(number, {})
        said = self._wording(position, month, percent)
        keep = self.county.shift.text
        report.percent = Decimal(percent)
        report.quantity_done = self.plan.quantities.get(number)
        report.done = keep(fixed.get("done", said.done))
        report.problems = keep(fixed.get("problems", "" if "done" in fixed else said.problems))
        report.coordination = keep(fixed.get("coordination", "" if "done" in fixed else said.coordination))
        report.next_step = keep(fixed.get("next_step", said.next_step))
        report.no_change = said.no_change and not fixed
        asking = number == LAST_MONTH and self.text.number in texts.situations().october["coordination"]
        if asking and not report.coordination:
            report.coordination = self._ask()
        self.told = percent

    def _wording(self, position: int, month: Month, percent: int) -> wording.Wording:
        end = last_day(month.first)
        elapsed = self.county.elapsed(self.item, end)
        moment = wording.Moment(
            position=position,
            month=month.first.month,
            percent=percent,
            previous=self.told,
            behind=0 if self.text.is_closed else elapsed - percent,
            is_overdue=self.item.due_on is not None and self.item.due_on < end,
        )
        slow = wording.stage_of(moment) in {"stuck", "overdue"} and month.number < LAST_MONTH
        note = wording.slow_clause(self.text.measures, self.rng) if slow else self.plan.clauses[month.number]
        patterns, partners = texts.patterns(), self.text.supporting
        return wording.word(
            patterns, moment, self._values(month, percent, note), partners, self.rng, self.used
        )

    def _values(self, month: Month, percent: int, note: str) -> dict[str, str]:
        done = self.plan.quantities.get(month.number)
        # A note that names the quantity itself must not be contradicted beside it.
        counted = bool(self.text.unit) and self.text.unit in note
        return {
            # Month names within a note are moved with the whole text, afterwards.
            "note": note.rstrip("。"),
            "percent": str(percent) if percent and not (counted and self.text.unit == "%") else "",
            "month": str(month.number),
            "quantity": f"{done.normalize():f}" if done and not counted else "",
            "unit": self.text.unit,
            "title_short": wording.plain(self.text.title),
            "supporting": wording.named(self.text.supporting),
        }

    def _ask(self) -> str:
        partners = self.text.supporting or (self.item.lead.short_name,)
        return wording.choose(texts.patterns().coordination, {"unit_name": partners[0]}, self.rng, self.used)

    def _submit(self, report: ProgressReport, month: Month, on: date, outcome: Outcome) -> None:
        county, liaison = self.county, self.county.liaison(self.item.organisation)
        morning = time(self.rng.choice((8, 9, 9, 10, 11)), self.rng.randrange(31, 60))
        report.state = ReportState.SUBMITTED
        report.submitted_at = report.saved_at = county.at(on, clock=morning)
        report.submitted_by = report.saved_by = liaison
        report.is_late = outcome is Outcome.LATE
        report.version = 2
        if outcome is Outcome.PENDING:
            self._lead(report, on, due=self.text.number in texts.situations().october["lead_passed"])
        elif outcome in {Outcome.RETURNED, Outcome.MENDED}:
            self._return(report, on)
            if outcome is Outcome.MENDED:
                self._mend(report, county.workdays_after(on, 1))
        else:
            self._verify(report, month, on)

    def _lead(self, report: ProgressReport, on: date, *, due: bool = True) -> None:
        """Let the lead unit pass the report of another unit."""
        if due and self.item.lead_id != self.item.organisation_id:
            report.lead_passed_at = self.county.at(on, clock=LEAD_AT)
            report.lead_passed_by = self.county.liaison(self.item.lead)
            report.state = ReportState.LEAD_PASSED

    def _return(self, report: ProgressReport, on: date) -> None:
        values = {"percent": f"{report.percent:f}", "supporting": wording.named(self.text.supporting)}
        report.state, report.return_count = ReportState.RETURNED, 1
        report.returned_at = self.county.at(on, clock=RETURNED_AT)
        report.returned_by = self.county.officer(self.text.number)
        report.return_reason = wording.choose(texts.patterns().return_reasons, values, self.rng, set())

    def _mend(self, report: ProgressReport, on: date) -> None:
        """Hand a returned report in again; it is not late for that."""
        if not self.county.has_come(on):
            return
        report.state, report.version = ReportState.SUBMITTED, 4
        report.submitted_at = report.saved_at = self.county.at(on, clock=time(10, 15))
        self._lead(report, on)
        self._accept(report, self.county.at(on, clock=VERIFIED_AT))

    def _verify(self, report: ProgressReport, month: Month, on: date) -> None:
        last = self.county.workdays_after(month.dates.closes_on, -1)
        lead_on = min(self.county.workdays_after(on, self.rng.randint(0, 1)), last)
        verified_on = min(self.county.workdays_after(lead_on, self.rng.randint(0, 2)), last)
        if self.county.has_come(lead_on):
            self._lead(report, lead_on)
        if self.county.has_come(verified_on):
            self._accept(report, self.county.at(verified_on, clock=VERIFIED_AT))

    def _accept(self, report: ProgressReport, at: datetime) -> None:
        report.state = ReportState.VERIFIED
        report.version += 1
        report.verified_at, report.verified_by = at, self.county.officer(self.text.number)
        item = self.item
        item.percent, item.quantity_done = report.percent or Decimal(0), report.quantity_done
        item.verified_month = report.month
        self.verified = int(item.percent)


def _tell(county: County, reports: list[ProgressReport]) -> None:
    told = {county.shift.month(number) for number in TOLD}
    for report in reports:
        if report.month in told and report.submitted_at:
            _tell_steps(county, report)


def _tell_steps(county: County, report: ProgressReport) -> None:
    steps: tuple[tuple[str, datetime | None, User | None, str], ...] = (
        ("return", report.returned_at, report.returned_by, report.return_reason),
        ("submit", report.submitted_at, report.submitted_by, ""),
        ("lead_pass", report.lead_passed_at, report.lead_passed_by, ""),
        ("verify", report.verified_at, report.verified_by, ""),
    )
    targets = {
        "return": ReportState.RETURNED,
        "submit": ReportState.SUBMITTED,
        "lead_pass": ReportState.LEAD_PASSED,
        "verify": ReportState.VERIFIED,
    }
    before: str = ReportState.MISSING
    taken = sorted(((at, step, who, note) for step, at, who, note in steps if at), key=lambda row: row[0])
    for at, step, who, note in taken:
        changes: dict[str, object] = {"state": [before, targets[step].value]}
        if step in {"submit", "verify"}:
            changes["percent"] = [report.previous_percent, report.percent]
        county.tell(
            at, report, f"report.{step}", who, changes=changes, note=note, organisation=report.organisation
        )
        before = targets[step].value
