"""Keep the exclusive groups 互斥组: of their items an enterprise enjoys the highest 就高, or one 一次."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from django.db import IntegrityError, transaction

from policies.models import ExclusiveGroup, Payout, Proposal
from policies.services.catalogue import check_office
from policies.workflow import UNDER_WAY
from portal.errors import Refused
from portal.models import User
from portal.services import audit
from portal.services.numbers import take_number


@dataclass(frozen=True)
class GroupTerms:
    """What a group is called, its rule (`GroupRule`) within which period (`Repeat`), and the clause it comes from."""

    name: str
    rule: str
    repeat: str
    source: str = ""


@transaction.atomic
def create_group(terms: GroupTerms, *, actor: User, today: date) -> ExclusiveGroup:
    """Make a group, to be chosen where an item's standard is entered."""
    check_office(actor, "新增互斥组")
    code = f"{today.year}-hc-{take_number('policy-group', today.year):02d}"
    try:
        with transaction.atomic():
            group = ExclusiveGroup.objects.create(code=code, **asdict(terms))
    except IntegrityError as error:
        raise _taken(terms.name) from error
    audit.record(group, "policy.group_create", actor=actor, changes=asdict(terms))
    return group


@transaction.atomic
def update_group(group: ExclusiveGroup, terms: GroupTerms, *, actor: User) -> ExclusiveGroup:
    """Change a group; its rule and period only while nobody was paid or told by them."""
    check_office(actor, "修改互斥组")
    # Whoever enters payments of the group locks it too: none comes in between.
    group = ExclusiveGroup.objects.select_for_update().get(pk=group.pk)
    if (group.rule, group.repeat) != (terms.rule, terms.repeat) and is_applied(group):
        raise Refused(
            f"“{group.name}”已有兑现或已告知企业的推送，规则和期间不能再改；"
            "需要调整的，请新增互斥组，再在事项的新版本中改选。"
        )
    told = {
        key: [before, value]
        for key, value in asdict(terms).items()
        if (before := getattr(group, key)) != value
    }
    try:
        with transaction.atomic():
            ExclusiveGroup.objects.filter(pk=group.pk).update(**asdict(terms))
    except IntegrityError as error:
        raise _taken(terms.name) from error
    group.refresh_from_db()
    if told:
        audit.record(group, "policy.group_update", actor=actor, changes=dict(told))
    return group


def is_applied(group: ExclusiveGroup) -> bool:
    """Tell whether somebody was paid by the group's rule, or has been told of an item in it."""
    paid = Payout.objects.standing().filter(version__group=group)
    told = Proposal.objects.filter(version__group=group, state__in=UNDER_WAY)
    return paid.exists() or told.exists()


def _taken(name: str) -> Refused:
    return Refused(f"已有名为“{name}”的互斥组，请换个名称。")
