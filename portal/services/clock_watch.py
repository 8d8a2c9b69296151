"""Watch the clock of the machine that does the periodic work."""

from __future__ import annotations

from datetime import date

from django.urls import reverse

from portal.models import User
from portal.roles import Role
from portal.selectors.clock import clock_skews
from portal.services.notices import notify


def check_clock(today: date) -> str:
    """Compare the clock; tell the system administrators, once a day, when it is more than a second off."""
    skews = clock_skews()
    if not skews:
        return "内嵌版且没有设置时间服务器（NTP_SERVER），不作比较"
    off = [skew.text for skew in skews if skew.is_off]
    if off:
        notify(
            User.objects.holding(Role.SYSADMIN, on=today),
            f"服务器时钟不准：{'；'.join(off)}，请检查时间同步服务",
            url=reverse("portal:job_list"),
            event_key=f"clock.off:{today}",
        )
    return "；".join(skew.text for skew in skews)
