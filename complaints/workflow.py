"""States and steps of a case, as data. No database, no request, no clock."""

from __future__ import annotations

from collections.abc import Set

from django.db.models import TextChoices

from portal.roles import Role
from portal.workflow import Step, desk_capacities, table_of, unit_capacities


class CaseState(TextChoices):
    REGISTERED = "registered", "待受理"
    ACCEPTED = "accepted", "待转办"
    ASSIGNED = "assigned", "待签收"
    HANDLING = "handling", "办理中"
    SUSPENDED = "suspended", "已中止"
    AWAITING_UNIT = "awaiting_unit", "待单位确认"
    REPLIED = "replied", "待审核"
    FOLLOW_UP = "follow_up", "待回访"
    CLOSED = "closed", "已办结"
    ARCHIVED = "archived", "已归档"
    DECLINED = "declined", "不予受理"
    MERGED = "merged", "已并案"


# What the public reads: the inner steps of the offices are nobody else's business.
PUBLIC_LABELS = {
    CaseState.REGISTERED: "已登记",
    CaseState.ACCEPTED: "已受理",
    CaseState.ASSIGNED: "已转办",
    CaseState.HANDLING: "办理中",
    CaseState.SUSPENDED: "办理中",
    CaseState.AWAITING_UNIT: "办理中",
    CaseState.REPLIED: "已答复",
    CaseState.FOLLOW_UP: "回访中",
    CaseState.CLOSED: "已办结",
    CaseState.ARCHIVED: "已办结",
    CaseState.DECLINED: "不予受理",
    CaseState.MERGED: "已并案办理",
}


class Actor(TextChoices):
    """In what capacity a person acts on a case: a role joined with the unit's duty in it."""

    OFFICE = "office", "营商办"
    OFFICE_HEAD = "office_head", "营商办主任"
    LEAD_LIAISON = "lead_liaison", "主办单位联络员"
    LEAD_HEAD = "lead_head", "主办单位负责人"
    ASSIST_LIAISON = "assist_liaison", "协办单位联络员"
    ASSIST_HEAD = "assist_head", "协办单位负责人"
    INSPECTOR = "inspector", "督查人员"
    REPORTER = "reporter", "来件人"


class ExtensionState(TextChoices):
    REQUESTED = "requested", "待审批"
    APPROVED = "approved", "已同意"
    REFUSED = "refused", "未同意"
    LAPSED = "lapsed", "已失效"


OPEN_STATES = frozenset(
    {
        CaseState.REGISTERED,
        CaseState.ACCEPTED,
        CaseState.ASSIGNED,
        CaseState.HANDLING,
        CaseState.SUSPENDED,
        CaseState.AWAITING_UNIT,
        CaseState.REPLIED,
        CaseState.FOLLOW_UP,
    }
)
# The unit's time runs: between acceptance and its confirmed reply.
CLOCK_STATES = frozenset(
    {
        CaseState.ACCEPTED,
        CaseState.ASSIGNED,
        CaseState.HANDLING,
        CaseState.SUSPENDED,
        CaseState.AWAITING_UNIT,
    }
)
WITH_UNIT = frozenset({CaseState.ASSIGNED, CaseState.HANDLING, CaseState.SUSPENDED, CaseState.AWAITING_UNIT})
ENDED = frozenset({CaseState.CLOSED, CaseState.ARCHIVED})
BEFORE_DUTY = frozenset({CaseState.REGISTERED, CaseState.ACCEPTED})

DESK = frozenset({Actor.OFFICE, Actor.OFFICE_HEAD})
DIRECTOR = frozenset({Actor.OFFICE_HEAD})
LEAD = frozenset({Actor.LEAD_LIAISON, Actor.LEAD_HEAD})
ASSIST = frozenset({Actor.ASSIST_LIAISON, Actor.ASSIST_HEAD})
UNITS = LEAD | ASSIST


_S = CaseState

CASE_STEPS = table_of(
    Step("accept", "受理", {_S.REGISTERED}, _S.ACCEPTED, DESK, "开始计算办理时限，告知来件人"),
    Step(
        "decline",
        "不予受理",
        {_S.REGISTERED},
        _S.DECLINED,
        DESK,
        "选择法定情形，写明理由和应当向哪里反映",
        needs_note=True,
    ),
    Step(
        "ask_more",
        "要求补充",
        {_S.REGISTERED, _S.HANDLING},
        "",
        DESK,
        "写明要补充什么，补充期间停止计时",
        needs_note=True,
    ),
    Step(
        "supply",
        "登记补充材料",
        {_S.REGISTERED, _S.HANDLING},
        "",
        DESK | {Actor.REPORTER},
        "补充到件，恢复计时",
        needs_note=True,
    ),
    Step(
        "merge",
        "并案",
        BEFORE_DUTY,
        _S.MERGED,
        DESK,
        "并入较早的同一诉求，随其办理和答复，两边的经过都保留",
        needs_note=True,
    ),
    Step(
        "split",
        "撤销并案",
        {_S.MERGED},
        _S.ACCEPTED,
        DESK,
        "恢复单独办理，自当日起重新计算时限",
        needs_note=True,
    ),
    Step("assign", "转办", {_S.ACCEPTED}, _S.ASSIGNED, DESK, "确定主办和协办单位及时限"),
    Step(
        "designate",
        "指定办理",
        {_S.ACCEPTED, _S.ASSIGNED},
        _S.ASSIGNED,
        DESK,
        "职责有争议的由营商办指定主办单位，指定后不得退回",
        needs_note=True,
    ),
    Step("sign", "签收", {_S.ASSIGNED}, _S.HANDLING, LEAD, "确认由本单位办理"),
    Step(
        "return",
        "退回",
        {_S.ASSIGNED},
        _S.ACCEPTED,
        LEAD,
        "不属于本单位职责的，一个工作日内退回，写明理由和建议单位",
        needs_note=True,
    ),
    Step(
        "recall",
        "收回改派",
        {_S.ASSIGNED, _S.HANDLING},
        _S.ACCEPTED,
        DESK,
        "收回后另行转办，办理时限不重新计算",
        needs_note=True,
    ),
    Step(
        "note",
        "记录办理情况",
        OPEN_STATES,
        "",
        UNITS | DESK,
        "记入办理经过，可以标明已联系来件人",
        needs_note=True,
    ),
    Step(
        "ask_assist",
        "请协办",
        {_S.HANDLING},
        "",
        LEAD | DESK,
        "请另一单位协助，各有自己的时限",
        needs_note=True,
    ),
    Step(
        "answer",
        "提交协办意见",
        {_S.ASSIGNED, _S.HANDLING, _S.AWAITING_UNIT},
        "",
        ASSIST,
        "协办意见交主办单位",
        needs_note=True,
    ),
    Step(
        "request_extension",
        "申请延期",
        {_S.HANDLING},
        "",
        LEAD,
        "到期至少一个工作日前提出，由营商办主任审批",
        needs_note=True,
    ),
    Step("approve_extension", "同意延期", {_S.HANDLING, _S.AWAITING_UNIT}, "", DIRECTOR, "顺延办理时限"),
    Step(
        "refuse_extension",
        "不同意延期",
        {_S.HANDLING, _S.AWAITING_UNIT},
        "",
        DIRECTOR,
        "时限不变，写明理由",
        needs_note=True,
    ),
    Step("suspend", "中止", {_S.HANDLING}, _S.SUSPENDED, DIRECTOR, "停止计时，写明原因", needs_note=True),
    Step("resume", "恢复办理", {_S.SUSPENDED}, _S.HANDLING, DIRECTOR, "恢复计时"),
    Step(
        "terminate",
        "终止办理",
        {_S.ACCEPTED, _S.ASSIGNED, _S.HANDLING, _S.SUSPENDED},
        _S.CLOSED,
        DIRECTOR,
        "受理后发现不应受理或者来件人撤回的，写明理由",
        needs_note=True,
    ),
    Step(
        "propose",
        "提交答复",
        {_S.HANDLING},
        _S.AWAITING_UNIT,
        frozenset({Actor.LEAD_LIAISON}),
        "先由本单位负责人确认",
        needs_note=True,
    ),
    Step(
        "confirm",
        "确认答复",
        {_S.AWAITING_UNIT},
        _S.REPLIED,
        frozenset({Actor.LEAD_HEAD}),
        "确认属实，送营商办审核",
    ),
    Step(
        "send_back",
        "退回修改",
        {_S.AWAITING_UNIT},
        _S.HANDLING,
        frozenset({Actor.LEAD_HEAD}),
        "退给联络员修改",
        needs_note=True,
    ),
    Step("pass", "审核通过", {_S.REPLIED}, _S.FOLLOW_UP, DESK, "答复来件人，进入回访"),
    Step(
        "send_again",
        "退回重办",
        {_S.REPLIED},
        _S.HANDLING,
        DESK,
        "答复不实不全的退回主办单位，写明原因",
        needs_note=True,
    ),
    Step(
        "call",
        "登记回访未果",
        {_S.FOLLOW_UP},
        "",
        DESK,
        "联系不上的记录一次，可以再次回访",
        needs_note=True,
    ),
    Step("close", "办结", {_S.FOLLOW_UP}, _S.CLOSED, DESK, "登记回访结果并办结"),
    Step(
        "again",
        "重新办理",
        {_S.FOLLOW_UP},
        _S.HANDLING,
        DESK,
        "来件人不满意且理由成立的进入第二轮，只一次，再不满意的提请督办",
        needs_note=True,
    ),
    Step("archive", "归档", {_S.CLOSED}, _S.ARCHIVED, DESK, "不再变动"),
    Step(
        "reopen",
        "重新打开",
        {_S.CLOSED},
        _S.HANDLING,
        DIRECTOR,
        "进入新一轮办理，写明理由",
        needs_note=True,
    ),
)


class EscalationRung(TextChoices):
    """The rungs that the office is proposed for a case; 提醒 and 催办 go out by themselves."""

    SUPERVISE = "supervise", "督办"
    TALK = "talk", "约谈"
    CIRCULATE = "circulate", "通报"


def actors(roles: Set[str], *, is_lead: bool, is_assist: bool) -> frozenset[Actor]:
    """Return in what capacities a person with `roles` acts on a case.

    `is_lead` and `is_assist` tell whether the person's unit leads it or assists in it.
    """
    found: set[Actor] = set()
    if is_lead:
        found |= unit_capacities(roles, Actor.LEAD_LIAISON, Actor.LEAD_HEAD)
    if is_assist:
        found |= unit_capacities(roles, Actor.ASSIST_LIAISON, Actor.ASSIST_HEAD)
    found |= desk_capacities(roles, Actor.OFFICE, Actor.OFFICE_HEAD)
    if Role.INSPECTOR in roles:
        found.add(Actor.INSPECTOR)
    return frozenset(found)


def public_label(state: str) -> str:
    """Return what the public is told of a state."""
    return PUBLIC_LABELS[CaseState(state)]
