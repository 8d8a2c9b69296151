"""Inspections 督查: states, steps, and what the rules ask for, as data. No database, no request, no clock.

Source of the rules: 《政府督查工作条例》(国令第733号), the articles are named at each rule.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import TextChoices

from indicators.workflow import Actor, ItemState
from portal.roles import Role
from portal.workflow import Step


class InspectionKind(TextChoices):
    """The types of art. 14. Only 日常督办 goes without an authority of the government."""

    COMPREHENSIVE = "comprehensive", "综合督查"
    SPECIAL = "special", "专项督查"
    EVENT = "event", "事件调查"
    CLUE = "clue", "线索核查"
    ROUTINE = "routine", "日常督办"


class Authority(TextChoices):
    """What an inspection rests on: arts. 7 and 11."""

    DECISION = "decision", "县政府决定"
    APPROVAL = "approval", "县政府负责人批准"
    DESIGNATION = "designation", "县政府指定部门督查"


class Method(TextChoices):
    JOINT = "joint", "联合督查"
    COVERT = "covert", "暗访"
    WALK = "walk", "走流程"
    THEMATIC = "thematic", "专项监督"


class InspectionState(TextChoices):
    DRAFT = "draft", "拟定方案"
    RUNNING = "running", "督查中"
    CONCLUDED = "concluded", "已反馈"
    CLOSED = "closed", "已办结"
    CANCELLED = "cancelled", "已取消"


class FindingState(TextChoices):
    RECORDED = "recorded", "已记录"
    DROPPED = "dropped", "不作为问题"
    ISSUED = "fed_back", "已反馈"
    ANSWERED = "answered", "单位已认领"
    OBJECTED = "objected", "异议复核中"
    MAINTAINED = "maintained", "复核维持"
    REVOKED = "revoked", "复核撤销"
    RECTIFYING = "rectifying", "整改中"
    RECTIFIED = "rectified", "已整改"


INSPECTORS = frozenset({Actor.INSPECTOR})
# Whoever took part in an inspection stays out of the review of an objection to it (art. 17).
REVIEWERS = frozenset({Actor.REVIEWER})
INSPECTED = frozenset({Actor.INSPECTED_LIAISON, Actor.INSPECTED_HEAD})
# What ended without leaving anything to put right.
SETTLED = frozenset({FindingState.RECTIFIED, FindingState.REVOKED, FindingState.DROPPED})
# What the inspected unit has been told.
TOLD = frozenset(FindingState) - {FindingState.RECORDED, FindingState.DROPPED}

INSPECTION_STEPS = {
    step.name: step
    for step in (
        Step("edit", "修改方案", {InspectionState.DRAFT}, "", INSPECTORS, "启动前可改，改动留痕"),
        Step(
            "issue",
            "启动督查",
            {InspectionState.DRAFT},
            InspectionState.RUNNING,
            INSPECTORS,
            "核对授权和方案，取得通知文号并通知被督查单位；暗访不发通知",
        ),
        Step("visit", "登记走访", {InspectionState.RUNNING}, "", INSPECTORS, "登记一次走访和了解到的情况"),
        Step(
            "record",
            "登记问题",
            {InspectionState.RUNNING},
            "",
            INSPECTORS,
            "登记一个问题和佐证，反馈前单位看不到",
        ),
        Step(
            "conclude",
            "作出结论并反馈",
            {InspectionState.RUNNING},
            InspectionState.CONCLUDED,
            INSPECTORS,
            "逐单位印发反馈意见书，问题锁定，异议期开始计算",
        ),
        Step(
            "close",
            "办结",
            {InspectionState.CONCLUDED},
            InspectionState.CLOSED,
            INSPECTORS,
            "问题全部整改或撤销后办结归档",
        ),
        Step(
            "cancel",
            "取消",
            {InspectionState.DRAFT, InspectionState.RUNNING},
            InspectionState.CANCELLED,
            INSPECTORS,
            "不再进行，编号保留",
            needs_note=True,
        ),
    )
}

FINDING_STEPS = {
    step.name: step
    for step in (
        Step("amend", "修改问题", {FindingState.RECORDED}, "", INSPECTORS, "反馈前可改，改动留痕"),
        Step(
            "drop",
            "不作为问题",
            {FindingState.RECORDED},
            FindingState.DROPPED,
            INSPECTORS,
            "核实后不成立的，不反馈给单位",
            needs_note=True,
        ),
        Step(
            "feed_back",
            "反馈",
            {FindingState.RECORDED},
            FindingState.ISSUED,
            INSPECTORS,
            "随督查结论一并反馈，不单独办理",
        ),
        Step(
            "answer",
            "认领问题",
            {FindingState.ISSUED},
            FindingState.ANSWERED,
            INSPECTED,
            "写明原因和整改打算；异议期内仍可提出异议",
            needs_note=True,
        ),
        Step(
            "object",
            "提出异议",
            {FindingState.ISSUED, FindingState.ANSWERED},
            FindingState.OBJECTED,
            INSPECTED,
            "写明事实和依据，由未参加本次督查的人员复核",
            needs_note=True,
        ),
        Step(
            "maintain",
            "复核维持",
            {FindingState.OBJECTED},
            FindingState.MAINTAINED,
            REVIEWERS,
            "维持原认定，写明理由答复单位",
            needs_note=True,
        ),
        Step(
            "revoke",
            "复核撤销",
            {FindingState.OBJECTED},
            FindingState.REVOKED,
            REVIEWERS,
            "撤销该问题，写明理由答复单位，不再计入发现问题",
            needs_note=True,
        ),
        Step(
            "rectify",
            "列入整改台账",
            {FindingState.ISSUED, FindingState.ANSWERED, FindingState.MAINTAINED},
            FindingState.RECTIFYING,
            INSPECTORS,
            "转为台账「督查发现」的事项，印发整改通知",
        ),
        Step(
            "recheck_pass",
            "复查合格",
            {FindingState.ANSWERED, FindingState.MAINTAINED, FindingState.RECTIFYING},
            FindingState.RECTIFIED,
            INSPECTORS,
            "立行立改的核实后可直接合格；列入台账的，销号后复查",
            needs_note=True,
        ),
        Step(
            "recheck_fail",
            "复查不合格",
            {FindingState.RECTIFYING, FindingState.RECTIFIED},
            FindingState.RECTIFYING,
            INSPECTORS,
            "已销号的事项重新打开，进入下一轮整改",
            needs_note=True,
        ),
    )
}


def inspection_actors(roles: Set[str], *, took_part: bool, of_unit: bool) -> frozenset[Actor]:
    """Return in what capacities a person with `roles` acts on an inspection or one of its findings.

    `took_part`: a member of the inspection; `of_unit`: belongs to the unit that the finding is about.
    """
    found: set[Actor] = set()
    if Role.INSPECTOR in roles:
        found.add(Actor.INSPECTOR)
        if not took_part:
            found.add(Actor.REVIEWER)
    if of_unit and Role.LIAISON in roles:
        found.add(Actor.INSPECTED_LIAISON)
    if of_unit and Role.UNIT_HEAD in roles:
        found.add(Actor.INSPECTED_HEAD)
    return frozenset(found)


def word_of(kind: str) -> str:
    """Return what the office may call it: 督查 needs an authority of the government, 督办 none (art. 7)."""
    return "督办" if kind == InspectionKind.ROUTINE else "督查"


def last_day(start: date, days: int) -> date:
    """Return the last day of a period of calendar days 日; the day of the event is not counted."""
    return start + timedelta(days=days)


@dataclass(frozen=True)
class Preparation:
    """What is on record of an inspection that is to start."""

    kind: str
    method: str
    authority: str
    authority_document: str
    approver: str
    approved_on: date | None
    authority_until: date | None
    authority_scope: str
    plan: str
    scope: str
    starts_on: date | None
    ends_on: date | None
    units: int
    members: int


def problems_before_issue(facts: Preparation, *, today: date) -> list[str]:
    """Return what is missing before it can start, each as a sentence that says what to do.

    The authority: arts. 7 and 11; the plan: art. 15.
    """
    found = []
    if facts.kind != InspectionKind.ROUTINE:
        found += _problems_of_authority(facts, today)
    if not facts.plan.strip():
        found.append("请填写督查方案：内容、步骤、时间和要求（条例第十五条）")
    if not facts.scope.strip():
        found.append("请填写督查范围")
    if facts.starts_on is None or facts.ends_on is None:
        found.append("请填写起止日期")
    if not facts.units:
        found.append("请选择被督查单位")
    if not facts.members:
        found.append("请选择督查人员")
    return found


def _problems_of_authority(facts: Preparation, today: date) -> list[str]:
    label = InspectionKind(facts.kind).label
    if not facts.authority:
        return [
            f"没有县政府的决定、批准或指定，不能开展{label}（条例第七条、第十一条）；请补登授权，或改为“日常督办”"
        ]
    found = []
    if not facts.authority_document.strip() or not facts.approver.strip() or facts.approved_on is None:
        found.append("授权须有依据文件、批准人和批准日期，请补登")
    elif facts.approved_on > today:
        found.append("批准日期晚于今天，请核对")
    if facts.authority == Authority.DESIGNATION and (
        not facts.authority_scope.strip() or facts.authority_until is None
    ):
        found.append("指定部门督查须写明指定的事项、范围、职责和期限（条例第七条）")
    if facts.authority_until is not None and facts.authority_until < today:
        found.append("授权期限已过，请重新取得授权")
    return found


def why_not_rectify(state: str, objection_until: date | None, *, today: date) -> str:
    """Return why a finding cannot become an item yet, or an empty string.

    A unit that has not answered keeps its thirty days to object (art. 17).
    """
    if state == FindingState.ISSUED and objection_until is not None and today <= objection_until:
        return f"单位尚未认领，异议期到{objection_until.month}月{objection_until.day}日，期满后再列入台账"
    return ""


def why_not_object(objection_until: date | None, *, today: date) -> str:
    """Return why an objection comes too late, or an empty string; the last day is included (art. 17)."""
    if objection_until is None or today > objection_until:
        return "异议期已过，不能再提出异议；确有新证据的，请与督查人员联系"
    return ""


def why_not_recheck(item_state: str | None, *, passes: bool) -> str:
    """Return why a re-check cannot be entered; `item_state` is None where the finding is no item."""
    if passes and item_state not in {None, ItemState.CLOSED}:
        return "整改事项尚未销号，销号后再复查"
    if item_state is None and not passes:
        return "该问题没有列入台账，请先列入整改台账"
    return ""
