"""Time limits as data: what each kind of case is given for each step, and by which clause.

These are the defaults; the office replaces one by a dated `TimeLimit` row. Sources: the clock of
《保障中小企业款项支付条例》 (State Council order 802, art. 25) for arrears, of 《信访工作条例》
(arts. 22, 34) for petitions, and what regional hotline rules have in common for the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import TextChoices

from complaints.kinds import CaseType, Clock, Urgency


class LimitUnit(TextChoices):
    WORKDAY = "workday", "个工作日"
    DAY = "day", "日"
    HOUR = "hour", "小时"


class LimitStep(TextChoices):
    """What the time is given for, and from when it counts."""

    EXAMINE = "examine", "受理审查"
    TRANSFER = "transfer", "转办"
    SIGN = "sign", "签收"
    RETURN = "return", "退回"
    CONTACT = "contact", "首次联系"
    HANDLE = "handle", "办理"
    MOST = "most", "办理最长"
    ASSIST = "assist", "协办"
    FEEDBACK = "feedback", "答复审核反馈"
    FOLLOW_UP = "follow_up", "回访"


class LimitKind(TextChoices):
    """For which cases a limit holds; where none is named, `any` does."""

    ANY = "any", "各类诉求"
    INQUIRY = "inquiry", "咨询"
    HELP = "help", "求助"
    SUGGESTION = "suggestion", "建议"
    COMPLAINT = "complaint", "投诉"
    REPORT = "report", "举报"
    COMPLEX = "complex", "复杂或多单位诉求"
    URGENT = "urgent", "紧急诉求"
    CRITICAL = "critical", "特急诉求"
    ARREARS = "arrears", "拖欠账款"
    PETITION = "petition", "信访事项"


STATUTORY: Final = frozenset({Clock.ARREARS, Clock.PETITION})


@dataclass(frozen=True)
class Limit:
    """An amount of a unit, and the clause it comes from."""

    amount: int
    unit: LimitUnit
    source: str

    def __str__(self) -> str:
        return f"{self.amount}{self.unit.label}"


Table = Mapping[tuple[str, str], Limit]

_HOTLINE = "12345热线办理规范的通行时限"
_ARREARS = "《保障中小企业款项支付条例》第二十五条"
_PETITION_EXAMINE = "《信访工作条例》第二十二条"
_PETITION = "《信访工作条例》第三十四条"
_PRACTICE = "县营商办工作规则"


def _workdays(amount: int, source: str = _HOTLINE) -> Limit:
    return Limit(amount, LimitUnit.WORKDAY, source)


def _days(amount: int, source: str) -> Limit:
    return Limit(amount, LimitUnit.DAY, source)


def _hours(amount: int) -> Limit:
    return Limit(amount, LimitUnit.HOUR, _PRACTICE)


DEFAULTS: Final[Table] = {
    (LimitKind.ANY, LimitStep.EXAMINE): _workdays(1),
    (LimitKind.ANY, LimitStep.TRANSFER): _workdays(1),
    (LimitKind.ANY, LimitStep.SIGN): _workdays(1),
    (LimitKind.ANY, LimitStep.RETURN): _workdays(1),
    (LimitKind.ANY, LimitStep.CONTACT): _workdays(1, _PRACTICE),
    (LimitKind.ANY, LimitStep.ASSIST): _workdays(3, _PRACTICE),
    (LimitKind.ANY, LimitStep.FEEDBACK): _workdays(5),
    (LimitKind.ANY, LimitStep.FOLLOW_UP): _workdays(5),
    (LimitKind.INQUIRY, LimitStep.HANDLE): _workdays(3),
    (LimitKind.HELP, LimitStep.HANDLE): _workdays(5),
    (LimitKind.SUGGESTION, LimitStep.HANDLE): _workdays(10),
    (LimitKind.COMPLAINT, LimitStep.HANDLE): _workdays(10),
    (LimitKind.REPORT, LimitStep.HANDLE): _workdays(10),
    (LimitKind.COMPLEX, LimitStep.HANDLE): _workdays(15),
    (LimitKind.URGENT, LimitStep.CONTACT): _hours(24),
    (LimitKind.CRITICAL, LimitStep.CONTACT): _hours(2),
    (LimitKind.CRITICAL, LimitStep.HANDLE): _hours(48),
    (LimitKind.ARREARS, LimitStep.TRANSFER): _workdays(10, _ARREARS),
    (LimitKind.ARREARS, LimitStep.HANDLE): _days(30, _ARREARS),
    (LimitKind.ARREARS, LimitStep.MOST): _days(90, _ARREARS),
    (LimitKind.PETITION, LimitStep.EXAMINE): _days(15, _PETITION_EXAMINE),
    (LimitKind.PETITION, LimitStep.TRANSFER): _days(15, _PETITION_EXAMINE),
    (LimitKind.PETITION, LimitStep.RETURN): _workdays(5, "《信访工作条例》第二十三条"),
    (LimitKind.PETITION, LimitStep.HANDLE): _days(60, _PETITION),
    (LimitKind.PETITION, LimitStep.MOST): _days(90, _PETITION),
}


def kinds_for(case_type: str, clock: str, urgency: str) -> tuple[str, ...]:
    """Return whose limits apply to a case, the strongest first.

    A clock laid down by statute comes before urgency, urgency before the county's
    own rule for complex cases, that before the type.
    """
    found: list[str] = [clock] if clock in STATUTORY else []
    if urgency != Urgency.NORMAL:
        found.append(urgency)
    if clock == Clock.COMPLEX:
        found.append(LimitKind.COMPLEX)
    return (*found, CaseType(case_type).value, LimitKind.ANY)


def limit_for(table: Table, step: str, kinds: tuple[str, ...]) -> Limit | None:
    """Return the limit of `step` for the first of `kinds` that has one; None where there is none."""
    return next((table[kind, step] for kind in kinds if (kind, step) in table), None)
