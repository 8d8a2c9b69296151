"""Indicator systems: the year's template, definitions and what replaces them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from indicators.models import Indicator, IndicatorSystem
from portal.errors import Refused
from portal.models import User
from portal.roles import OFFICE_ROLES
from portal.services import audit

# The eighteen first-level names of the national evaluation (国评); codes are ours.
NATIONAL_TEMPLATE = (
    ("kaibanqiye", "开办企业"),
    ("laodongli", "劳动力市场监管"),
    ("jianzhuxuke", "办理建筑许可"),
    ("zhengfucaigou", "政府采购"),
    ("zhaobiaotoubiao", "招标投标"),
    ("dianli", "获得电力"),
    ("shuiqi", "获得用水用气"),
    ("dengji", "登记财产"),
    ("xindai", "获得信贷"),
    ("zhongxiaotouzizhe", "保护中小投资者"),
    ("zhishichanquan", "知识产权创造、保护和运用"),
    ("kuajingmaoyi", "跨境贸易"),
    ("nashui", "纳税"),
    ("zhixinghetong", "执行合同"),
    ("banlipochan", "办理破产"),
    ("shichangjianguan", "市场监管"),
    ("zhengwufuwu", "政务服务"),
    ("baorongpuhui", "包容普惠创新"),
)
# A change of these makes old values mean something else.
DEFINING = frozenset({"unit", "better", "frequency", "method", "parameters", "benchmark", "worst", "weight"})


def check_office(actor: User) -> None:
    if not actor.has_role(*OFFICE_ROLES):
        raise Refused("指标体系由营商办维护。")


@transaction.atomic
def create_system(year: int, level: str, *, actor: User, template: bool = True) -> IndicatorSystem:
    """Make the system of a year, with the eighteen national first-level names unless `template` is off.

    A second call for the same year and level is refused.
    """
    check_office(actor)
    label = IndicatorSystem.Level(level).label
    if IndicatorSystem.objects.filter(year=year, level=level).exists():
        raise Refused(f"{year}年{label}指标体系已经建立，请直接打开修改。")
    system = IndicatorSystem.objects.create(
        year=year, level=level, title=f"{year}年度营商环境{label}指标体系"
    )
    if template:
        Indicator.objects.bulk_create(
            [
                Indicator(system=system, code=code, name=name, order=order, depth=1)
                for order, (code, name) in enumerate(NATIONAL_TEMPLATE, start=1)
            ]
        )
    audit.record(system, "system.create", actor=actor, changes={"template": template})
    return system


@transaction.atomic
def update_indicator(indicator: Indicator, values: dict[str, Any], *, actor: User, today: date) -> Indicator:
    """Change a definition; where it already has data and the change bears on the method, supersede it.

    The old definition and its scores stay as they were; the new one takes over
    from `today`. Returns the definition now in force.
    """
    check_office(actor)
    before = {name: getattr(indicator, name) for name in values}
    changed = {name for name, value in values.items() if before[name] != value}
    if not changed:
        return indicator
    if changed & DEFINING and indicator.measurements.exists():
        return _supersede(indicator, values, actor=actor, today=today)
    for name in changed:
        setattr(indicator, name, values[name])
    indicator.save(update_fields=sorted(changed))
    audit.record(
        indicator,
        "indicator.update",
        actor=actor,
        changes={name: [str(before[name]), str(values[name])] for name in sorted(changed)},
    )
    return indicator


def _supersede(old: Indicator, values: dict[str, Any], *, actor: User, today: date) -> Indicator:
    retired = Indicator.objects.filter(pk=old.pk, retired_on=None).update(retired_on=today)
    if not retired:
        raise Refused(f"「{old}」已被新定义替代，请打开新定义修改。")
    version = 2
    stem = old.code.rpartition("-v")[0] or old.code
    while Indicator.objects.filter(system=old.system, code=f"{stem}-v{version}").exists():
        version += 1
    fresh = Indicator(
        system=old.system,
        parent=old.parent,
        depth=old.depth,
        order=old.order,
        code=f"{stem}-v{version}",
        supersedes=old,
        data_source=old.data_source,
        target=old.target,
    )
    for name, value in values.items():
        setattr(fresh, name, value)
    fresh.save(force_insert=True)
    audit.record(old, "indicator.supersede", actor=actor, changes={"by": [None, fresh.code]})
    audit.record(fresh, "indicator.create", actor=actor, changes={"supersedes": [None, old.code]})
    return fresh
