"""Pages of the indicator systems: the tree of a year and one definition."""

from __future__ import annotations

from io import BytesIO

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from indicators.forms.measurements import IndicatorForm
from indicators.forms.reports import WorkbookForm
from indicators.models import Indicator, IndicatorSystem
from indicators.selectors.catalogue import tree_of
from indicators.services import catalogue as services
from indicators.services import tree_workbook
from portal.access import business, role_required
from portal.errors import Refused
from portal.http import PortalRequest, fragment, workbook_answer
from portal.import_pages import own_import
from portal.roles import OFFICE_ROLES
from portal.services import audit
from portal.services.imports import discard_import
from portal.workbooks.writer import subtitle_line


@business
@require_GET
def system_list(request: PortalRequest) -> HttpResponse:
    """The newest system, or the one asked for, as a tree with weights and who fills it in."""
    systems = list(IndicatorSystem.objects.visible_to(request.user))
    chosen = request.GET.get("system", "")
    system = next((row for row in systems if f"{row.year}-{row.level}" == chosen), None)
    system = system or (systems[0] if systems else None)
    return render(
        request,
        "indicators/system_list.html",
        {
            "systems": systems,
            "system": system,
            "tree": tree_of(system) if system else [],
            "may_edit": request.user.has_role(*OFFICE_ROLES),
            "levels": IndicatorSystem.Level,
            "next_year": timezone.localdate().year + 1,
        },
    )


@role_required(*OFFICE_ROLES)
@require_POST
def system_create(request: PortalRequest) -> HttpResponse:
    year, level = request.POST.get("year", ""), request.POST.get("level", "")
    try:
        if not year.isdigit() or level not in IndicatorSystem.Level.values:
            raise Refused("请填写四位年份并选择层级。")
        system = services.create_system(int(year), level, actor=request.user)
    except Refused as error:
        messages.error(request, str(error))
        return redirect("indicators:system_list")
    messages.success(request, f"已建立「{system}」，载入 18 个一级指标。")
    return redirect(f"/indicators/?system={system.year}-{system.level}")


@role_required(*OFFICE_ROLES)
@require_http_methods(["GET", "POST"])
def indicator_edit(request: PortalRequest, year: int, level: str, code: str) -> HttpResponse:
    """Change a definition; what has data is superseded and the page says so."""
    indicator = get_object_or_404(
        Indicator.objects.visible_to(request.user).current().select_related("system"),
        system__year=year,
        system__level=level,
        code=code,
    )
    if request.method == "POST" and ("op" in request.POST or request.htmx):
        # Another method was chosen: its fields are drawn, nothing is checked and nothing saved.
        form = IndicatorForm(instance=indicator, entered=request.POST)
        template = fragment(request, "indicators/indicator_form.html", "scoring")
        return render(request, template, _definition(indicator, form))
    form = IndicatorForm(request.POST if request.method == "POST" else None, instance=indicator)
    if request.method == "POST" and form.is_valid():
        indicator.refresh_from_db()
        try:
            fresh = services.update_indicator(
                indicator, form.cleaned_data, actor=request.user, today=timezone.localdate()
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            replaced = fresh.pk != indicator.pk
            said = "已生成新定义，原定义及其得分保留" if replaced else "已保存"
            messages.success(request, f"「{fresh}」{said}。")
            return redirect(f"/indicators/?system={year}-{level}")
    status = 422 if form.is_bound else 200
    return render(request, "indicators/indicator_form.html", _definition(indicator, form), status=status)


def _definition(indicator: Indicator, form: IndicatorForm) -> dict[str, object]:
    scoring = form.scoring
    return {
        "form": form,
        "scoring": scoring,
        "wrong_count": len(form.errors) + (len(scoring.errors) if scoring else 0),
        "indicator": indicator,
        "has_data": indicator.measurements.exists(),
    }


@role_required(*OFFICE_ROLES)
@require_GET
def system_export(request: PortalRequest, year: int, level: str) -> FileResponse:
    """The tree as a workbook that can be filled in and brought back."""
    system = get_object_or_404(IndicatorSystem.objects.visible_to(request.user), year=year, level=level)
    subtitle = subtitle_line(
        unit=request.user.organisation.short_name, person=request.user.name, at=timezone.localtime()
    )
    file = BytesIO()
    tree_workbook.write_tree(system, file, subtitle=subtitle)
    audit.record(system, "system.export", actor=request.user)
    return workbook_answer(file, system.title)


@role_required(*OFFICE_ROLES)
@require_http_methods(["GET", "POST"])
def system_import(request: PortalRequest, year: int, level: str) -> HttpResponse:
    """Take a filled-in tree and show what it would change."""
    system = get_object_or_404(IndicatorSystem.objects.visible_to(request.user), year=year, level=level)
    form = WorkbookForm(request.POST if request.method == "POST" else None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            batch = tree_workbook.check_tree(system, form.cleaned_data["file"], actor=request.user)
        except Refused as error:
            form.add_error("file", str(error))
        else:
            return redirect("indicators:system_import_preview", year, level, batch.token)
    context = {"system": system, "form": form}
    return render(request, "indicators/system_import.html", context, status=422 if form.errors else 200)


@role_required(*OFFICE_ROLES)
@require_http_methods(["GET", "POST"])
def system_import_preview(request: PortalRequest, year: int, level: str, token: str) -> HttpResponse:
    """Show what the upload would change; confirm it as a whole, or give it up."""
    system = get_object_or_404(IndicatorSystem.objects.visible_to(request.user), year=year, level=level)
    batch = own_import(request, tree_workbook.KIND, token, year=year, level=level)
    if request.method == "POST":
        try:
            if "confirm" in request.POST:
                new, changed = tree_workbook.apply_tree(batch, actor=request.user)
                messages.success(request, f"已导入：新增 {new} 个指标，修改 {changed} 个。")
            else:
                discard_import(batch, actor=request.user)
                messages.info(request, "已放弃本次上传，没有任何改动。")
        except Refused as error:
            messages.error(request, str(error))
            return redirect(request.path)
        return redirect(f"/indicators/?system={year}-{level}")
    context = {"system": system, "batch": batch, "preview": batch.preview}
    return render(request, "indicators/system_import.html", context)
