"""What the pages of visits show: visits, pairings with the last visit, meetings; and the blocks of an enterprise's page."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, QuerySet

from complaints.models import Complaint, Gathering, Pairing, Visit
from complaints.querysets import ComplaintQuerySet
from complaints.selectors.cases import case_rows, open_of_enterprise
from portal.enterprise_blocks import Block
from portal.models import Enterprise, User
from portal.roles import BUSINESS_ROLES, Role
from portal.selectors.enterprises import found_by

SHOWN = 8


def visits_of(
    user: User,
    *,
    text: str = "",
    since: date | None = None,
    until: date | None = None,
    has_demands: bool | None = None,
    mine: bool = False,
) -> QuerySet[Visit]:
    """Return the visits that `user` may read, the newest first, with what the list shows."""
    rows = Visit.objects.visible_to(user).select_related("enterprise", "visitor__organisation")
    if text:
        rows = rows.filter(enterprise__in=Enterprise.objects.filter(found_by(text)).values("pk"))
    if since:
        rows = rows.filter(on__gte=since)
    if until:
        rows = rows.filter(on__lte=until)
    if has_demands is not None:
        rows = rows.filter(has_demands=has_demands)
    if mine:
        rows = rows.filter(visitor=user)
    return rows.order_by("-on", "-pk")


def cases_of(source: Visit | Gathering, user: User) -> ComplaintQuerySet:
    """Return the cases that the demands of a visit or meeting became, as far as `user` may connect them with it."""
    rows = Complaint.objects.disclosed_to(user).with_disclosure(user).order_by("pk")
    wanted = rows.filter(visit=source) if isinstance(source, Visit) else rows.filter(gathering=source)
    return wanted.select_related("lead", "topic", "enterprise", "intake_point")


def pairings_of(user: User, *, today: date, text: str = "", ended: bool = False) -> QuerySet[Pairing]:
    """Return the pairings that `user` may read, by person; those in force today, or those that have ended."""
    rows = Pairing.objects.visible_to(user)
    rows = rows.filter(until__lt=today) if ended else rows.current(today)
    if text:
        by_enterprise = Enterprise.objects.filter(found_by(text)).values("pk")
        rows = rows.filter(person__name=text) | rows.filter(enterprise__in=by_enterprise)
    return rows.select_related("person__organisation", "enterprise__town").order_by("person", "pk")


def gatherings_of(user: User) -> QuerySet[Gathering]:
    """Return round-tables, reception days and campaigns, the newest first, with how many enterprises took part."""
    rows = Gathering.objects.visible_to(user).select_related("host")
    return rows.annotate(enterprise_count=Count("enterprises")).order_by("-start_on", "-pk")


def case_block(enterprise: Enterprise, user: User, today: date) -> Block | None:
    """Return the newest cases of an enterprise that `user` may connect with it; nothing where there are none."""
    if not user.has_role(*BUSINESS_ROLES - {Role.OBSERVER}):
        return None
    cases = open_of_enterprise(enterprise, user).with_disclosure(user)
    rows = case_rows(cases.select_related("lead", "topic", "enterprise", "intake_point")[:SHOWN], today=today)
    if not rows:
        return None
    return Block("诉求", "complaints/visits/case_block.html", {"rows": rows}, f"最近 {len(rows)} 件")


def visit_block(enterprise: Enterprise, user: User, today: date) -> Block | None:
    """Return who looks after an enterprise and its newest visits, as far as `user` may read them."""
    if not user.has_role(*BUSINESS_ROLES - {Role.OBSERVER}):
        return None
    pairs = Pairing.objects.visible_to(user).current(today).filter(enterprise=enterprise)
    visits = Visit.objects.visible_to(user).filter(enterprise=enterprise).order_by("-on", "-pk")
    context = {
        "pairings": list(pairs.select_related("person__organisation")[:SHOWN]),
        "visits": list(visits.select_related("visitor__organisation")[:SHOWN]),
    }
    if not any(context.values()):
        return None
    return Block("包联走访", "complaints/visits/visit_block.html", context)
