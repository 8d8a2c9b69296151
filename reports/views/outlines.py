"""The outline of the work reports: a copy of the one in force is edited and put into force."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from indicators.months import first_of, shift
from portal.access import role_required
from portal.errors import Refused
from portal.http import PortalRequest
from portal.roles import Role
from reports.figures import Period, figures_of
from reports.figures.registry import GROUPS
from reports.forms.work_reports import NoteForm, PartFormSet, outline_from, rows_of
from reports.models import Outline
from reports.selectors.work_reports import current_outline
from reports.services.work_reports import adopt_outline
from reports.texts.figure_names import ASPECT_NAMES, FigureNames

HISTORY = 20


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_http_methods(["GET", "POST"])
def outline_edit(request: PortalRequest) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    # Figures are named, and checked, as of the last month that is over.
    period = Period(shift(first_of(timezone.localdate()), -1))
    names = FigureNames({key: figure.name for key, figure in figures_of(period).items()})
    formset = PartFormSet(posted, initial=rows_of(current_outline(), names), prefix="parts")
    form = NoteForm(posted)
    problem = ""
    if posted is not None and formset.is_valid() and form.is_valid():
        note = form.cleaned_data["note"]
        try:
            adopt_outline(outline_from(formset, names), note, actor=request.user, period=period)
        except Refused as error:
            problem = str(error)
        else:
            messages.success(request, "新的提纲已启用，以后起草的汇报按此执行。")
            return redirect("reports:outline_edit")
    elif posted is not None and not formset.is_valid():
        problem = "请检查标红的内容"
    context = {
        "formset": formset,
        "form": form,
        "problem": problem,
        "offered": GROUPS,
        "aspects": list(ASPECT_NAMES.values()),
        "history": Outline.objects.select_related("created_by").defer("sections")[:HISTORY],
    }
    wrong = bool(problem or form.errors)
    return render(request, "reports/outline_form.html", context, status=422 if wrong else 200)
