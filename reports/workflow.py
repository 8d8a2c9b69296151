"""States and steps of bulletins, work reports and assessments, as data. No database, no request, no clock."""

from __future__ import annotations

from django.db.models import TextChoices

from portal.roles import OFFICE_ROLES, UNIT_ROLES, Role
from portal.workflow import Step, table_of


class BulletinState(TextChoices):
    DRAFT = "draft", "起草中"
    IN_REVIEW = "in_review", "审核中"
    ISSUED = "issued", "已签发"
    SUPERSEDED = "superseded", "已更正"


class WorkReportState(TextChoices):
    DRAFT = "draft", "起草中"
    IN_REVIEW = "in_review", "审核中"
    FINAL = "final", "已定稿"


class AssessmentState(TextChoices):
    DRAFT = "draft", "测算中"
    PROVISIONAL = "provisional", "单位核对中"
    PUBLISHED = "published", "已公布"


class ObjectionState(TextChoices):
    PENDING = "pending", "待处理"
    UPHELD = "upheld", "异议成立"
    REJECTED = "rejected", "维持原结果"


HEAD = frozenset({Role.OFFICE_HEAD})


BULLETIN_STEPS = table_of(
    Step(
        "submit",
        "送审",
        {BulletinState.DRAFT},
        BulletinState.IN_REVIEW,
        OFFICE_ROLES,
        "送营商办主任审核签发，送审后不能再改",
    ),
    Step(
        "return",
        "退回修改",
        {BulletinState.IN_REVIEW},
        BulletinState.DRAFT,
        HEAD,
        "退回起草人，写明修改意见",
        needs_note=True,
    ),
    Step(
        "issue",
        "签发",
        {BulletinState.IN_REVIEW},
        BulletinState.ISSUED,
        HEAD,
        "取得期号和文号，正文、数据、明细和文件一并冻结；起草人不能签发",
    ),
    Step(
        "supersede",
        "更正",
        {BulletinState.ISSUED},
        BulletinState.SUPERSEDED,
        HEAD,
        "更正通报签发时，原通报同时停止使用",
    ),
)

WORK_REPORT_STEPS = table_of(
    Step(
        "submit",
        "送审",
        {WorkReportState.DRAFT},
        WorkReportState.IN_REVIEW,
        OFFICE_ROLES,
        "送营商办主任审定，送审后不能再改",
    ),
    Step(
        "return",
        "退回修改",
        {WorkReportState.IN_REVIEW},
        WorkReportState.DRAFT,
        HEAD,
        "退回起草人，写明修改意见",
        needs_note=True,
    ),
    Step(
        "finish",
        "定稿",
        {WorkReportState.IN_REVIEW},
        WorkReportState.FINAL,
        HEAD,
        "正文、数据、明细和文件一并冻结；起草人不能定稿",
    ),
)

ASSESSMENT_STEPS = table_of(
    Step(
        "evaluate",
        "重新测算",
        {AssessmentState.DRAFT},
        AssessmentState.DRAFT,
        OFFICE_ROLES,
        "按现行细则和最新数据重新计算各单位得分",
    ),
    Step(
        "open",
        "送单位核对",
        {AssessmentState.DRAFT},
        AssessmentState.PROVISIONAL,
        OFFICE_ROLES,
        "各单位只看到本单位的得分和依据，在截止日前可以提出异议",
    ),
    Step(
        "reopen",
        "退回测算",
        {AssessmentState.PROVISIONAL},
        AssessmentState.DRAFT,
        HEAD,
        "收回核对结果重新测算，已提出的异议保留",
        needs_note=True,
    ),
    Step(
        "publish",
        "公布",
        {AssessmentState.PROVISIONAL},
        AssessmentState.PUBLISHED,
        HEAD,
        "异议全部处理且核对期满后公布，得分、依据和文件冻结；送核对的人不能公布",
    ),
)

OBJECTION_STEPS = table_of(
    Step(
        "uphold",
        "异议成立",
        {ObjectionState.PENDING},
        ObjectionState.UPHELD,
        OFFICE_ROLES,
        "所列依据不再计入，该单位得分和位次随即重算",
        needs_note=True,
    ),
    Step(
        "reject",
        "维持原结果",
        {ObjectionState.PENDING},
        ObjectionState.REJECTED,
        OFFICE_ROLES,
        "得分不变，说明理由答复单位",
        needs_note=True,
    ),
)
# Who may object to a result of the own unit while it is being checked.
OBJECTORS = UNIT_ROLES
