"""States and steps of items, proposals and payout batches, as data. No database, no request, no clock."""

from __future__ import annotations

from collections.abc import Set

from django.db.models import TextChoices

from portal.workflow import Step, desk_capacities, table_of, unit_capacities


class ItemState(TextChoices):
    DRAFT = "draft", "草稿"
    PUBLISHED = "published", "已发布"
    SUSPENDED = "suspended", "已暂停"
    EXPIRED = "expired", "已到期"
    WITHDRAWN = "withdrawn", "已撤回"


class ProposalState(TextChoices):
    PROPOSED = "proposed", "待确认"
    CONFIRMED = "confirmed", "已确认"
    NOTIFIED = "notified", "已告知企业"
    AGREED = "agreed", "企业已同意"
    APPLIED = "applied", "企业已申请"
    REVIEWED = "reviewed", "审核通过"
    PAID = "paid", "已兑现"
    DISMISSED = "dismissed", "不予确认"
    DECLINED = "declined", "企业放弃"
    REJECTED = "rejected", "审核不通过"
    LAPSED = "lapsed", "已失效"
    YIELDED = "yielded", "同组不重复"


class BatchState(TextChoices):
    DRAFT = "draft", "编制中"
    SUBMITTED = "submitted", "待审批"
    APPROVED = "approved", "已批准"
    PAID = "paid", "已拨付"
    CANCELLED = "cancelled", "已作废"


class Actor(TextChoices):
    """In what capacity a person acts on a row: a role joined with the unit's relation to the item."""

    LEAD_LIAISON = "lead_liaison", "牵头单位联络员"
    LEAD_HEAD = "lead_head", "牵头单位负责人"
    OFFICE = "office", "营商办"
    OFFICE_HEAD = "office_head", "营商办主任"
    ENTERPRISE = "enterprise", "企业"
    SYSTEM = "system", "系统"


LEAD = frozenset({Actor.LEAD_LIAISON, Actor.LEAD_HEAD})
DESK = frozenset({Actor.OFFICE, Actor.OFFICE_HEAD})
APPROVERS = frozenset({Actor.LEAD_HEAD, Actor.OFFICE_HEAD})
NOBODY_BUT_US = frozenset({Actor.SYSTEM})

# Items that enterprises are matched with, and proposals that are still under way.
LIVE_STATES = frozenset({ItemState.PUBLISHED})
OPEN_PROPOSALS = frozenset(
    {
        ProposalState.PROPOSED,
        ProposalState.CONFIRMED,
        ProposalState.NOTIFIED,
        ProposalState.AGREED,
        ProposalState.APPLIED,
        ProposalState.REVIEWED,
    }
)
# What the enterprise has not answered yet: a proposal that no longer fits may lapse.
UNANSWERED = frozenset({ProposalState.PROPOSED, ProposalState.CONFIRMED, ProposalState.NOTIFIED})
# What the enterprise has not been told: another award of the same exclusive group may take its place.
UNTOLD = frozenset({ProposalState.PROPOSED, ProposalState.CONFIRMED})
# Told or answered: what becomes of it decides what else of its group can be offered.
UNDER_WAY = OPEN_PROPOSALS - UNTOLD
# Set aside by the match itself, which also brings them back.
SET_ASIDE = frozenset({ProposalState.LAPSED, ProposalState.YIELDED})
# Payments that bind money: they count against the budget before they are made.
BINDING_BATCHES = frozenset({BatchState.SUBMITTED, BatchState.APPROVED, BatchState.PAID})


ITEM_STEPS = table_of(
    Step(
        "publish",
        "发布",
        {ItemState.DRAFT, ItemState.PUBLISHED, ItemState.SUSPENDED, ItemState.EXPIRED},
        ItemState.PUBLISHED,
        DESK,
        "向社会公开并参加每晚匹配；已发布的事项由新版本替换，在办的仍按原版本",
    ),
    Step(
        "suspend",
        "暂停",
        {ItemState.PUBLISHED},
        ItemState.SUSPENDED,
        DESK,
        "停止匹配和受理新申请，在办的继续办理",
        needs_note=True,
    ),
    Step("resume", "恢复", {ItemState.SUSPENDED}, ItemState.PUBLISHED, DESK, "恢复匹配和受理"),
    Step(
        "expire",
        "到期",
        {ItemState.PUBLISHED, ItemState.SUSPENDED},
        ItemState.EXPIRED,
        NOBODY_BUT_US,
        "落实期限届满或依据文件废止，不再匹配和受理",
    ),
    Step(
        "withdraw",
        "撤回",
        {ItemState.DRAFT, ItemState.PUBLISHED, ItemState.SUSPENDED, ItemState.EXPIRED},
        ItemState.WITHDRAWN,
        frozenset({Actor.OFFICE_HEAD}),
        "事项不再执行，历史兑现记录保留",
        needs_note=True,
    ),
)

PROPOSAL_STEPS = table_of(
    Step(
        "confirm",
        "确认",
        {ProposalState.PROPOSED},
        ProposalState.CONFIRMED,
        LEAD | DESK,
        "核对无误，列入告知名单",
    ),
    Step(
        "dismiss",
        "不予确认",
        {ProposalState.PROPOSED, ProposalState.CONFIRMED},
        ProposalState.DISMISSED,
        LEAD | DESK,
        "核实不符合的，写明原因",
        needs_note=True,
    ),
    Step(
        "notify",
        "告知企业",
        {ProposalState.CONFIRMED},
        ProposalState.NOTIFIED,
        LEAD | DESK,
        "生成一次性链接发给企业",
    ),
    Step(
        "renew",
        "重发链接",
        {ProposalState.NOTIFIED},
        ProposalState.NOTIFIED,
        LEAD | DESK,
        "原链接作废，另发一个",
    ),
    Step(
        "agree",
        "同意享受",
        {ProposalState.NOTIFIED},
        ProposalState.AGREED,
        frozenset({Actor.ENTERPRISE}) | LEAD,
        "免申即享：企业确认意愿和收款信息",
    ),
    Step(
        "apply",
        "提交申请",
        {ProposalState.NOTIFIED},
        ProposalState.APPLIED,
        frozenset({Actor.ENTERPRISE}) | LEAD,
        "企业提交申请和材料",
    ),
    Step(
        "decline",
        "放弃",
        {ProposalState.NOTIFIED},
        ProposalState.DECLINED,
        frozenset({Actor.ENTERPRISE}) | LEAD,
        "企业表示不享受",
    ),
    Step(
        "pass",
        "审核通过",
        {ProposalState.AGREED, ProposalState.APPLIED},
        ProposalState.REVIEWED,
        LEAD,
        "核定金额，可以列入兑现批次",
    ),
    Step(
        "return",
        "退回补正",
        {ProposalState.APPLIED},
        ProposalState.NOTIFIED,
        LEAD,
        "一次告知需要补正的内容",
        needs_note=True,
    ),
    Step(
        "reject",
        "审核不通过",
        {ProposalState.AGREED, ProposalState.APPLIED},
        ProposalState.REJECTED,
        LEAD,
        "写明不符合的条件",
        needs_note=True,
    ),
    Step("pay", "兑现", {ProposalState.REVIEWED}, ProposalState.PAID, NOBODY_BUT_US, "所在批次已拨付"),
    Step(
        "yield",
        "同组不重复",
        UNTOLD,
        ProposalState.YIELDED,
        NOBODY_BUT_US,
        "同一互斥组就高或只享受一次，已按另一事项推送或兑现",
    ),
    Step(
        "lapse",
        "失效",
        UNANSWERED | {ProposalState.YIELDED},
        ProposalState.LAPSED,
        NOBODY_BUT_US,
        "事项已停止，或企业不再符合条件",
    ),
)

BATCH_STEPS = table_of(
    Step(
        "submit",
        "提交审批",
        {BatchState.DRAFT},
        BatchState.SUBMITTED,
        LEAD,
        "逐笔核对后送审批，提交人不能审批",
    ),
    Step(
        "approve",
        "批准",
        {BatchState.SUBMITTED},
        BatchState.APPROVED,
        APPROVERS,
        "达到金额档次要求的人数后冻结并签名",
    ),
    Step(
        "return",
        "退回",
        {BatchState.SUBMITTED},
        BatchState.DRAFT,
        APPROVERS,
        "退回编制人修改，写明原因；已有的批准作废",
        needs_note=True,
    ),
    Step(
        "pay",
        "登记拨付",
        {BatchState.APPROVED},
        BatchState.PAID,
        LEAD,
        "登记拨付日期和凭证号，计入兑现台账",
    ),
    Step(
        "cancel",
        "作废",
        {BatchState.DRAFT},
        BatchState.CANCELLED,
        LEAD,
        "批次作废，其中的申请可以另列批次",
        needs_note=True,
    ),
)


def actors(roles: Set[str], *, of_lead: bool) -> frozenset[Actor]:
    """Return in what capacities a person with `roles` acts; `of_lead`: the person's unit leads the item."""
    found = desk_capacities(roles, Actor.OFFICE, Actor.OFFICE_HEAD)
    if of_lead:
        found |= unit_capacities(roles, Actor.LEAD_LIAISON, Actor.LEAD_HEAD)
    return frozenset(found)
