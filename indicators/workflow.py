"""States and steps of work items and monthly reports, as data. No database, no request, no clock."""

from __future__ import annotations

from collections.abc import Set

from django.db.models import TextChoices

from portal.roles import Role
from portal.workflow import Step, desk_capacities, table_of, unit_capacities


class ItemState(TextChoices):
    PLANNED = "planned", "未启动"
    IN_PROGRESS = "in_progress", "推进中"
    AWAITING_UNIT = "awaiting_unit", "待单位确认"
    AWAITING_LEAD = "awaiting_lead", "待牵头单位初审"
    AWAITING_OFFICE = "awaiting_office", "待营商办核定"
    CLOSED = "closed", "已销号"
    SUSPENDED = "suspended", "已中止"
    CANCELLED = "cancelled", "已取消"


class ReportState(TextChoices):
    MISSING = "missing", "未填报"
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待审核"
    LEAD_PASSED = "lead_passed", "牵头已审"
    RETURNED = "returned", "已退回"
    VERIFIED = "verified", "已审核"


class MeasurementState(TextChoices):
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待审核"
    RETURNED = "returned", "已退回"
    VERIFIED = "verified", "已审核"


class Actor(TextChoices):
    """In what capacity a person acts on a row: a role joined with the unit's relation to the row."""

    RESPONSIBLE_LIAISON = "responsible_liaison", "责任单位联络员"
    RESPONSIBLE_HEAD = "responsible_head", "责任单位负责人"
    LEAD_LIAISON = "lead_liaison", "牵头单位联络员"
    LEAD_HEAD = "lead_head", "牵头单位负责人"
    OFFICE = "office", "营商办"
    OFFICE_HEAD = "office_head", "营商办主任"
    INSPECTOR = "inspector", "督查人员"
    REVIEWER = "reviewer", "未参加本次督查的督查人员"
    INSPECTED_LIAISON = "inspected_liaison", "被督查单位联络员"
    INSPECTED_HEAD = "inspected_head", "被督查单位负责人"


OPEN_STATES = frozenset(
    {
        ItemState.PLANNED,
        ItemState.IN_PROGRESS,
        ItemState.AWAITING_UNIT,
        ItemState.AWAITING_LEAD,
        ItemState.AWAITING_OFFICE,
    }
)
# What the responsible unit itself can move on: neither under review nor stopped.
AT_WORK = frozenset({ItemState.PLANNED, ItemState.IN_PROGRESS})
# A report still owed by the unit; one that waits for a reviewer.
OWED_STATES = frozenset({ReportState.MISSING, ReportState.DRAFT, ReportState.RETURNED})
PENDING_STATES = frozenset({ReportState.SUBMITTED, ReportState.LEAD_PASSED})

UNIT = frozenset({Actor.RESPONSIBLE_LIAISON, Actor.RESPONSIBLE_HEAD})
LEAD = frozenset({Actor.LEAD_LIAISON, Actor.LEAD_HEAD})
DESK = frozenset({Actor.OFFICE, Actor.OFFICE_HEAD})
DIRECTOR = frozenset({Actor.OFFICE_HEAD})


ITEM_STEPS = table_of(
    Step(
        "start", "启动", {ItemState.PLANNED}, ItemState.IN_PROGRESS, UNIT | DESK, "标记为推进中，开始按月填报"
    ),
    Step(
        "apply",
        "申请销号",
        {ItemState.PLANNED, ItemState.IN_PROGRESS},
        ItemState.AWAITING_UNIT,
        frozenset({Actor.RESPONSIBLE_LIAISON}),
        "提交完成情况和佐证，先由本单位负责人确认",
    ),
    Step(
        "confirm",
        "确认销号申请",
        {ItemState.AWAITING_UNIT},
        ItemState.AWAITING_LEAD,
        frozenset({Actor.RESPONSIBLE_HEAD}),
        "确认情况属实，送牵头单位初审；本单位即牵头单位的，直接送营商办",
    ),
    Step(
        "decline",
        "退回修改",
        {ItemState.AWAITING_UNIT},
        ItemState.IN_PROGRESS,
        frozenset({Actor.RESPONSIBLE_HEAD}),
        "退给联络员补充，写明要改什么",
        needs_note=True,
    ),
    Step(
        "withdraw",
        "撤回申请",
        {ItemState.AWAITING_UNIT, ItemState.AWAITING_LEAD},
        ItemState.IN_PROGRESS,
        UNIT,
        "撤回销号申请，继续推进",
    ),
    Step(
        "lead_pass",
        "初审通过",
        {ItemState.AWAITING_LEAD},
        ItemState.AWAITING_OFFICE,
        LEAD,
        "送营商办核定",
    ),
    Step(
        "lead_return",
        "初审退回",
        {ItemState.AWAITING_LEAD},
        ItemState.IN_PROGRESS,
        LEAD,
        "退回责任单位，写明原因",
        needs_note=True,
    ),
    Step("approve", "同意销号", {ItemState.AWAITING_OFFICE}, ItemState.CLOSED, DIRECTOR, "事项销号，亮蓝灯"),
    Step(
        "office_return",
        "核定退回",
        {ItemState.AWAITING_OFFICE},
        ItemState.IN_PROGRESS,
        DIRECTOR,
        "退回责任单位，写明原因和新的完成时限",
        needs_note=True,
    ),
    Step(
        "recheck_failed",
        "回头看不合格",
        {ItemState.CLOSED},
        ItemState.IN_PROGRESS,
        DESK | {Actor.INSPECTOR},
        "重新打开，进入下一轮整改，轮次保留",
        needs_note=True,
    ),
    Step(
        "adjust",
        "调整时限或责任",
        OPEN_STATES,
        "",
        DIRECTOR,
        "改时限或责任单位，原时限保留可查",
        needs_note=True,
    ),
    Step(
        "suspend", "中止事项", OPEN_STATES, ItemState.SUSPENDED, DIRECTOR, "暂停推进和填报", needs_note=True
    ),
    Step("resume", "恢复事项", {ItemState.SUSPENDED}, ItemState.IN_PROGRESS, DIRECTOR, "恢复推进和填报"),
    Step(
        "cancel",
        "取消事项",
        OPEN_STATES | {ItemState.SUSPENDED},
        ItemState.CANCELLED,
        DIRECTOR,
        "不再推进，不计入应销号",
        needs_note=True,
    ),
)

REPORT_STEPS = table_of(
    Step(
        "submit",
        "提交",
        OWED_STATES,
        ReportState.SUBMITTED,
        UNIT,
        "送牵头单位和营商办审核",
    ),
    Step("withdraw", "撤回修改", {ReportState.SUBMITTED}, ReportState.DRAFT, UNIT, "撤回后可以再改"),
    Step(
        "lead_pass",
        "牵头审核通过",
        {ReportState.SUBMITTED},
        ReportState.LEAD_PASSED,
        LEAD,
        "牵头单位认可，送营商办审核",
    ),
    Step(
        "return",
        "退回",
        PENDING_STATES,
        ReportState.RETURNED,
        LEAD | DESK,
        "退回填报单位修改，写明原因",
        needs_note=True,
    ),
    Step("verify", "审核通过", PENDING_STATES, ReportState.VERIFIED, DESK, "计入进度和亮灯"),
    Step(
        "reopen",
        "取消审核",
        {ReportState.VERIFIED},
        ReportState.RETURNED,
        DESK,
        "发现有误时退回重报，写明原因",
        needs_note=True,
    ),
)

MEASUREMENT_STEPS = table_of(
    Step(
        "submit",
        "提交",
        {MeasurementState.DRAFT, MeasurementState.RETURNED},
        MeasurementState.SUBMITTED,
        UNIT,
        "送营商办审核",
    ),
    Step(
        "return",
        "退回",
        {MeasurementState.SUBMITTED},
        MeasurementState.RETURNED,
        DESK,
        "退回填报单位，写明原因",
        needs_note=True,
    ),
    Step(
        "verify",
        "审核通过",
        {MeasurementState.SUBMITTED},
        MeasurementState.VERIFIED,
        DESK,
        "计入得分和比较",
    ),
    Step(
        "reopen",
        "取消审核",
        {MeasurementState.VERIFIED},
        MeasurementState.RETURNED,
        DESK,
        "发现有误时退回重报，写明原因",
        needs_note=True,
    ),
)


def actors(roles: Set[str], *, of_responsible: bool, of_lead: bool) -> frozenset[Actor]:
    """Return in what capacities a person with `roles` acts on a row.

    `of_responsible` and `of_lead` tell whether the person's unit is the row's
    responsible or lead unit.
    """
    found: set[Actor] = set()
    if of_responsible:
        found |= unit_capacities(roles, Actor.RESPONSIBLE_LIAISON, Actor.RESPONSIBLE_HEAD)
    if of_lead:
        found |= unit_capacities(roles, Actor.LEAD_LIAISON, Actor.LEAD_HEAD)
    found |= desk_capacities(roles, Actor.OFFICE, Actor.OFFICE_HEAD)
    if Role.INSPECTOR in roles:
        found.add(Actor.INSPECTOR)
    return frozenset(found)
