"""The liaison's page of a month: write, save, submit, say that nothing changed, withdraw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

from indicators.forms.reports import DraftForm, NoChangeForm, ReturnForm
from indicators.models import ProgressReport, ReportingMonth
from indicators.querysets import ProgressReportQuerySet
from indicators.selectors.months import Window, count_reports, latest_request, window
from indicators.services import reports as services
from indicators.services.reports.checks import LABELS, TEXT_LENGTH
from indicators.views.months import find_month
from indicators.views.report_rows import (
    ReportRow,
    add_last,
    entry_counts,
    first_errors,
    report_rows,
    shown,
    with_everything,
)
from indicators.workflow import OWED_STATES
from portal.access import role_required
from portal.errors import Conflict, Refused
from portal.http import PortalRequest
from portal.models import Organisation
from portal.roles import OFFICE_ROLES, Role

TABS = 4
SENTENCES = (
    "按计划推进，本月无新增进展。",
    "相关文件正在会签，本月无新增进展。",
    "已完成阶段性任务，等待上级批复。",
)
REST = "rest"


@dataclass
class Entry:
    """One unit's month as this person sees it."""

    month: ReportingMonth
    unit: Organisation
    opening: Window
    reports: ProgressReportQuerySet
    rows: list[ReportRow]
    units: list[Organisation]
    only_owed: bool

    @property
    def url(self) -> str:
        """The page's address, with the chosen unit and filter and nothing else."""
        chosen = {"unit": self.unit.code} if self.units else {}
        query = chosen | ({"show": "owed"} if self.only_owed else {})
        return self.month.entry_url + (f"?{urlencode(query)}" if query else "")

    def row(self, number: str) -> ReportRow:
        found = next((row for row in self.rows if row.number == number), None)
        if found is None:
            raise Http404
        return found


def _entry(request: PortalRequest, slug: str) -> Entry:
    month = find_month(request, slug)
    visible = ProgressReport.objects.visible_to(request.user).filter(month=month.month)
    unit, units = _unit(request, visible)
    opening = window(month, unit, today=timezone.localdate())
    reports = visible.filter(organisation=unit).due()
    only_owed = request.GET.get("show") == "owed"
    listed = reports.filter(state__in=OWED_STATES) if only_owed else reports
    rows = report_rows(month, with_everything(listed), request.user, opening)
    return Entry(month, unit, opening, reports, rows, units, only_owed)


def _unit(request: PortalRequest, reports: ProgressReportQuerySet) -> tuple[Organisation, list[Organisation]]:
    """Return the unit whose month is shown, and for the office the units it can choose from.

    Another unit's month does not exist for a liaison: 404.
    """
    own, code = request.user.organisation, request.GET.get("unit", "")
    if not request.user.has_role(*OFFICE_ROLES):
        if code and code != own.code:
            raise Http404
        return own, []
    units = list(Organisation.objects.filter(pk__in=reports.order_by().values("organisation")))
    if code:
        chosen = next((unit for unit in units if unit.code == code), None)
        if chosen is None:
            raise Http404
        return chosen, units
    return (own if own in units or not units else units[0]), units


@role_required(Role.LIAISON, Role.UNIT_HEAD, Role.OFFICE, Role.OFFICE_HEAD)
@require_http_methods(["GET", "POST"])
def report_entry(request: PortalRequest, month: str) -> HttpResponse:
    """All items of a unit on one page. Every button of the form first keeps what was typed."""
    entry = _entry(request, month)
    if request.method == "GET":
        return _page(request, entry)
    verb, _, argument = request.POST.get("action", "save").partition(":")
    act = ACTIONS.get(verb)
    if act is None:
        raise Http404
    saved = _keep(request, [row for row in entry.rows if row.is_editable])
    if any(row.errors or row.conflict for row in entry.rows):
        return _page(request, entry, status=_status(entry))
    return act(request, entry, argument, saved)


def _status(entry: Entry) -> int:
    return 422 if any(row.errors for row in entry.rows) else 409


def _keep(request: PortalRequest, rows: list[ReportRow]) -> int:
    """Save what was typed into the rows, and their new files; return for how many anything was new."""
    forms = {row.number: form for row in rows if (form := _typed(request, row)) is not None}
    changed = [
        (row, changes)
        for row in rows
        if row.number in forms and (changes := forms[row.number].changes(row.report))
    ]
    edits = [
        services.Edit(row.report, forms[row.number].cleaned_data["version"], fields)
        for row, fields in changed
    ]
    drafts = services.save_drafts(edits, actor=request.user, today=timezone.localdate())
    for (row, _), draft in zip(changed, drafts, strict=True):
        _take_over(row, draft)
    filed = [
        row
        for row in rows
        if row.number in forms and forms[row.number].cleaned_data["evidence"] and not row.is_wrong
    ]
    for row in filed:
        _attach(request, row, forms[row.number].cleaned_data["evidence"])
    return len({row.number for row in [*(row for row, _ in changed), *filed]})


def _typed(request: PortalRequest, row: ReportRow) -> DraftForm | None:
    """Read what was typed into a row; None where nothing was sent of it, or where it can't be read."""
    prefix = row.number
    if f"{prefix}-version" not in request.POST:
        return None
    form = DraftForm(request.POST, request.FILES, prefix=prefix)
    row.values |= {
        name: request.POST[f"{prefix}-{name}"] for name in row.values if f"{prefix}-{name}" in request.POST
    }
    if form.is_valid():
        return form
    row.errors = first_errors(form)
    return None


def _take_over(row: ReportRow, draft: services.Draft) -> None:
    """Show the report as it stands now, and beside its fields why what was typed was not kept."""
    for name in (*services.EDITABLE, "state", "no_change", "saved_at", "saved_by", "version"):
        setattr(row.report, name, getattr(draft.report, name))
    error = draft.error
    if error is None or isinstance(error, Conflict):
        # After a conflict the person has both texts before him: saving again is meant.
        row.version = draft.report.version
    if isinstance(error, Conflict):
        row.conflict = str(error)
        row.theirs = {LABELS[name]: shown(value) or "（空）" for name, value in error.theirs.items()}
    elif isinstance(error, services.Unfit):
        row.errors = {problem.field: problem.sentence for problem in error.problems}
    elif error is not None:
        row.errors = {"": str(error)}


def _attach(request: PortalRequest, row: ReportRow, files: list[UploadedFile]) -> None:
    try:
        row.files += services.add_evidence(row.report, files, actor=request.user, today=timezone.localdate())
    except Refused as error:
        row.errors = {"": str(error)}


def _after_save(request: PortalRequest, entry: Entry, _argument: str, saved: int) -> HttpResponse:
    messages.success(request, f"草稿已保存，更新 {saved} 项。" if saved else "没有新的改动。")
    return redirect(entry.url)


def _submit(request: PortalRequest, entry: Entry, number: str, _saved: int) -> HttpResponse:
    """Submit what is ready, or the one item that is named; what is wrong is shown beside its field."""
    rows = [entry.row(number)] if number else [row for row in entry.rows if row.is_ready]
    if not rows:
        messages.info(request, "没有可提交的内容，请先填写本月进展。")
        return redirect(entry.url)
    outcome = services.submit_reports(
        [row.report for row in rows], actor=request.user, today=timezone.localdate()
    )
    if outcome.done:
        messages.success(request, f"已提交 {len(outcome.done)} 项。")
    if not outcome.refused:
        return redirect(entry.url)
    shown_again = _entry(request, entry.month.slug)
    for refusal in outcome.refused:
        row = shown_again.row(refusal.report.item.number)
        row.errors = {problem.field: problem.sentence for problem in refusal.problems} or {
            "": refusal.sentence
        }
    return _page(request, shown_again, status=422)


def _ask_no_change(_request: PortalRequest, entry: Entry, target: str, _saved: int) -> HttpResponse:
    joint = "&" if "?" in entry.url else "?"
    return redirect(f"{entry.url}{joint}{urlencode({'no_change': target or REST})}#no-change")


def _withdraw(request: PortalRequest, entry: Entry, number: str, _saved: int) -> HttpResponse:
    row = entry.row(number)
    try:
        services.withdraw_report(row.report, actor=request.user, today=timezone.localdate())
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"已撤回{row.report.item.short_number}，修改后请重新提交。")
    return redirect(f"{entry.url}#{number}")


def _reopen(request: PortalRequest, entry: Entry, number: str, _saved: int) -> HttpResponse:
    """Take back a verification, for the office: the report returns to its unit with the reason."""
    row = entry.row(number)
    names = {"reason": f"reason-{number}", "until": f"until-{number}"}
    form = ReturnForm({name: request.POST.get(key, "") for name, key in names.items()})
    try:
        if not form.is_valid():
            raise Refused("；".join(first_errors(form).values()))
        outcome = services.reopen_reports(
            [row.report],
            form.cleaned_data["reason"],
            actor=request.user,
            today=timezone.localdate(),
            until=form.cleaned_data["until"],
        )
    except Refused as error:
        messages.error(request, str(error))
        return redirect(f"{entry.url}#{number}")
    for refusal in outcome.refused:
        messages.error(request, refusal.sentence)
    if outcome.done:
        messages.success(request, f"已取消{row.report.item.short_number}的审核并退回{entry.unit}。")
    return redirect(f"{entry.url}#{number}")


def _remove(request: PortalRequest, entry: Entry, token: str, _saved: int) -> HttpResponse:
    row = next((row for row in entry.rows if any(file.token == token for file in row.files)), None)
    if row is None:
        raise Http404
    attachment = next(file for file in row.files if file.token == token)
    try:
        services.remove_evidence(row.report, attachment, actor=request.user, today=timezone.localdate())
    except Refused as error:
        messages.error(request, str(error))
    return redirect(f"{entry.url}#{row.number}")


Action = Callable[[PortalRequest, Entry, str, int], HttpResponse]
ACTIONS: dict[str, Action] = {
    "save": _after_save,
    "submit": _submit,
    "no_change": _ask_no_change,
    "withdraw": _withdraw,
    "remove": _remove,
    "reopen": _reopen,
}


def _page(
    request: PortalRequest, entry: Entry, form: NoChangeForm | None = None, status: int = 200
) -> HttpResponse:
    today = timezone.localdate()
    add_last(entry.rows)
    target = form.data.get("target", "") if form else request.GET.get("no_change", "")
    asked = [row for row in entry.rows if row.is_editable and _is_target(row, target)]
    progress = count_reports(entry.reports)
    if target and not asked:
        messages.info(request, "没有未填报的事项。")
    context: dict[str, Any] = {
        "entry": entry,
        "month": entry.month,
        "rows": entry.rows,
        "progress": progress,
        "bar": entry_counts(entry.rows),
        "can_write": any(row.is_editable for row in entry.rows),
        "tabs": _tabs(request, entry, progress.due),
        "expand": request.GET.get("expand") == "1",
        "no_change": form or NoChangeForm(initial={"target": target}),
        "asked": asked if target else [],
        "sentences": SENTENCES,
        "limit": TEXT_LENGTH,
        "labels": LABELS,
        "wrong": [row for row in entry.rows if row.errors or row.conflict],
        "is_last_day": entry.opening.until == today,
    }
    if not entry.opening.is_open and not entry.units:
        context |= {"may_ask": True, "asked": latest_request(request.user, entry.month)}
    return render(request, "indicators/report_entry.html", context, status=status)


def _is_target(row: ReportRow, target: str) -> bool:
    return row.is_blank if target == REST else row.number == target


def _tabs(request: PortalRequest, entry: Entry, due: int) -> list[dict[str, Any]]:
    today = timezone.localdate()
    months = list(ReportingMonth.objects.visible_to(request.user)[:TABS])
    if entry.month not in months:
        months.append(entry.month)
    query = f"?{urlencode({'unit': entry.unit.code})}" if entry.units else ""
    return [
        {
            "label": f"{row.month.month}月"
            if row.month.year == today.year
            else f"{row.month.year}年{row.month.month}月",
            "url": row.entry_url + query,
            "is_current": row == entry.month,
            "note": _tab_note(entry, due)
            if row == entry.month
            else ("已锁定" if row.is_locked(today) else ""),
        }
        for row in months
    ]


def _tab_note(entry: Entry, due: int) -> str:
    if not entry.opening.is_open:
        return "已锁定"
    return "已解锁" if entry.opening.is_unlocked else f"{due}"


@role_required(Role.LIAISON, Role.UNIT_HEAD)
@require_POST
def report_no_change(request: PortalRequest, month: str) -> HttpResponse:
    """Submit one item, or all that are still blank, with one sentence."""
    entry = _entry(request, month)
    form = NoChangeForm(request.POST)
    if not form.is_valid():
        return _page(request, entry, form, 422)
    target = form.cleaned_data["target"]
    rows = [row for row in entry.rows if row.is_editable and _is_target(row, target)]
    try:
        outcome = services.report_no_change(
            [row.report for row in rows],
            form.cleaned_data["sentence"],
            actor=request.user,
            today=timezone.localdate(),
        )
    except Refused as error:
        form.add_error("sentence", str(error))
        return _page(request, entry, form, 422)
    if outcome.done:
        messages.success(request, f"已提交 {len(outcome.done)} 项“本月无变化”。")
    for refusal in outcome.refused:
        messages.error(request, refusal.sentence)
    if not rows:
        messages.info(request, "没有未填报的事项。")
    return redirect(entry.url)
