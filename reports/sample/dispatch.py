"""Dispatch rounds, the instructions given there, and the letters of the escalation ladder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from indicators.models import DispatchRound, ReportingMonth, TaskForce, WorkList
from indicators.services.dispatch import SERIES, RoundPlan, open_round, sheet_hash
from indicators.services.instructions import PREFIX
from portal.models import NumberSeries, Organisation, User
from reports.sample import history, instructions, ledger, letters, monthly, texts
from reports.sample.county import County
from reports.sample.texts import RoundText
from reports.sheets import recorded_sheet, to_stored

OPENED_AT = time(8, 40)
RECORDED_AT = time(17, 20)


def load(county: County) -> None:
    """Write the rounds in the order in which they were held, their instructions with what was reported of them, and the letters."""
    work_list = WorkList.objects.get(year=county.shift.year, prefix=PREFIX)
    counts: Counter[int] = Counter()
    position = 0
    for text in texts.rounds():
        held_on = county.workday(text.held_on)
        counts[held_on.year] += 1
        row = _round(county, text, held_on, counts[held_on.year])
        for told in text.instructions:
            position += 1
            instructions.give(county, row, work_list, told, position)
    NumberSeries.objects.bulk_create(
        NumberSeries(series=SERIES, year=year, value=value) for year, value in counts.items()
    )
    ledger.take_in(county)
    monthly.load_reports(county, instructions.plans(county), {})
    letters.load(county)


def _occasion(month: date, form: str, chief: User | None, lead: Organisation | None) -> str:
    """Return the key under which the monthly job looks for a round."""
    whose = chief.pk if chief else lead.code if lead else ""
    return f"{month:%Y-%m}-{form}" + (f"-{whose}" if whose else "")


def _round(county: County, text: RoundText, held_on: date, number: int) -> DispatchRound:
    hour, minute = (int(part) for part in text.time.split(":"))
    month = held_on.replace(day=1)
    chief = county.people[text.chief] if text.chief else None
    lead = county.units[text.lead] if text.lead else None
    row = DispatchRound.objects.create(
        year=month.year,
        number=number,
        month=month,
        form=text.form,
        occasion=_occasion(month, text.form, chief, lead),
        state=DispatchRound.State.HELD,
        chief=chief,
        lead=lead,
        cutoff_on=county.workdays_after(held_on, -2),
        planned_at=county.at(held_on, clock=time(hour, minute)),
        place=text.place,
        held_on=held_on,
        chair=text.chair,
        present="、".join(text.present),
        minutes=county.shift.text(text.minutes),
        recorded_by=county.people["马雨辰"],
        version=2,
    )
    row.task_forces.set([county.task_forces[name] for name in text.task_forces])
    changes: dict[str, object] = {
        "state": [DispatchRound.State.DRAFT, DispatchRound.State.HELD],
        "version": [1, 2],
    }
    county.tell(county.at(held_on, clock=RECORDED_AT), row, "round.hold", row.recorded_by, changes=changes)
    return row


def keep_sheets(county: County) -> None:
    """Freeze each held round with the sheet it had before it, from the lamps recorded for the month before."""
    for row in DispatchRound.objects.filter(state=DispatchRound.State.HELD).select_related("chief", "lead"):
        if row.held_on and row.recorded_by:
            row.sheet = to_stored(recorded_sheet(row, held_on=row.held_on, maker=row.recorded_by))
            row.sheet_hash = sheet_hash(row.sheet)
            row.save(update_fields=["sheet", "sheet_hash"])


def load_planned(county: County) -> None:
    """Open the present month's rounds as its first working day has them opened, two of them with a time."""
    first = county.today.replace(day=1)
    opened_on = county.calendar.nth(first.year, first.month, 1).on
    if not county.has_come(opened_on):
        return
    closes_on = ReportingMonth.objects.order_by("-month").values_list("closes_on", flat=True)[0]
    at = county.at(opened_on, clock=OPENED_AT)
    history.write(county, before=at)
    with history.at_moment(at):
        for chief, forces in _by_chief(county):
            form = DispatchRound.Form.CHIEF if chief else DispatchRound.Form.OFFICE
            planned = texts.situations().planned_rounds.get(chief.name if chief else form.value, {})
            plan = RoundPlan(
                form=form.value,
                month=first,
                task_forces=forces,
                cutoff_on=closes_on,
                occasion=_occasion(first, form.value, chief, None),
                chief=chief,
                planned_at=_planned_at(county, planned),
                place=planned.get("place", ""),
            )
            open_round(plan, actor=None)


def _by_chief(county: County) -> list[tuple[User | None, list[TaskForce]]]:
    headed: dict[str, list[TaskForce]] = {}
    for row in texts.task_forces():
        headed.setdefault(row.chief, []).append(county.task_forces[row.name])
    chiefs: list[tuple[User | None, list[TaskForce]]] = [
        (county.people[name], forces) for name, forces in headed.items()
    ]
    return [*chiefs, (None, list(county.task_forces.values()))]


def _planned_at(county: County, planned: Mapping[str, Any]) -> datetime | None:
    if not planned:
        return None
    hour, minute = (int(part) for part in planned["time"].split(":"))
    day = county.workday(planned["day"])
    if day <= county.today:
        day = county.workdays_after(county.today, planned["later"])
    return county.at(day, clock=time(hour, minute))
