"""The index of the administration: what this person may open, and what each page is for."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, resolve, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from portal.access import access_of, role_required
from portal.http import PortalRequest
from portal.middleware import permits
from portal.models import User
from portal.roles import Role
from portal.selectors.clock import clock_skews, database_now
from portal.selectors.log_forwarding import forwarding_state
from portal.selectors.year_calendar import calendar_gap
from portal.services.calendar import KEEPERS as CALENDAR_KEEPERS
from portal.views.person import READERS


@dataclass(frozen=True)
class Entry:
    """A page of the administration."""

    label: str
    url_name: str
    text: str


ENTRIES = (
    Entry("人员", "portal:user_list", "账号、角色、停用与交接"),
    Entry("单位", "portal:organisation_list", "单位名称、类别、启用与停用"),
    Entry("工作日历", "portal:calendar", "节假日与调休，时限按此计算"),
    Entry("参数设置", "portal:setting_list", "时限、提醒、亮灯和安全参数，改动留痕"),
    Entry("审计记录", "portal:audit_list", "谁在何时何地做了什么，只增不改"),
    Entry("定时任务", "portal:job_list", "每项任务的计划、结果和待办"),
    Entry("亮灯规则", "indicators:scheme_list", "红黄绿蓝灰的判定条件"),
    Entry("样式一览", "portal:style_guide", "全站页面组件"),
)


@role_required(*READERS)
@require_GET
def system(request: PortalRequest) -> HttpResponse:
    entries = [
        {"label": entry.label, "text": entry.text, "url": url}
        for entry in ENTRIES
        if (url := _open_to(entry.url_name, request.user))
    ]
    context: dict[str, object] = {"entries": entries}
    if request.user.has_role(*CALENDAR_KEEPERS):
        context["calendar_gap"] = calendar_gap(timezone.localdate())
    if request.user.has_role(Role.SYSADMIN):
        context["skews"] = clock_skews()
        context["forwarding"] = forwarding_state(database_now())
    return render(request, "portal/system.html", context)


def _open_to(url_name: str, user: User) -> str:
    """Return the address of a page that exists and is open to `user`, or an empty string."""
    try:
        url = reverse(url_name)
    except NoReverseMatch:
        return ""
    access = access_of(resolve(url).func)
    return url if access is not None and permits(access, user) else ""
