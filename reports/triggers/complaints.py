"""Triggers of the cases: late answers, replies sent back, unsatisfied call-backs, cases returned.

The rows are those behind the figures of the same name. A case counts for the unit that
led the round, once for each fault and round; a case that was late and unsatisfied is two facts.
"""

from __future__ import annotations

from functools import partial

from complaints.selectors.faults import Fault, faults
from reports.assessing.facts import Fact
from reports.figures import Period
from reports.triggers.trigger import Found, Trigger, by_unit


def _faults(kind: Fault, period: Period) -> Found:
    return by_unit(
        (
            row.unit,
            Fact(
                f"case:{kind.value}:{row.number}:{row.round}",
                "complaint",
                row.number,
                row.title,
                row.note,
                row.url,
            ),
        )
        for row in faults(kind, period.first, period.end)
    )


TRIGGERS = (
    Trigger(
        "cases.late",
        "诉求逾期答复",
        "件次",
        "办理时限在期内届满、承办单位没有按时答复的诉求，经批准延期的按新时限计算，停止计时的不计入",
        partial(_faults, Fault.LATE),
    ),
    Trigger(
        "cases.returned",
        "答复被退回",
        "件次",
        "期内提交、经营商办审核认为不实不全而退回重办的答复",
        partial(_faults, Fault.RETURNED),
    ),
    Trigger(
        "cases.unsatisfied",
        "回访不满意",
        "件次",
        "期内回访中来件人不满意且理由成立的诉求",
        partial(_faults, Fault.UNSATISFIED),
    ),
)
