"""Tables of the indicator work, one module per noun."""

from indicators.models.catalogue import Indicator, IndicatorSystem, RankRecord
from indicators.models.dispatch import DispatchRound, Instruction, Letter
from indicators.models.items import Adjustment, ClosingApplication, Milestone, WorkItem, WorkList
from indicators.models.lamps import LampRecord, LampScheme
from indicators.models.measurements import Measurement
from indicators.models.months import MonthUnlock, ProgressReport, ReportingMonth
from indicators.models.taskforces import TaskForce, TaskForceMember

__all__ = [
    "Adjustment",
    "ClosingApplication",
    "DispatchRound",
    "Indicator",
    "IndicatorSystem",
    "Instruction",
    "LampRecord",
    "LampScheme",
    "Letter",
    "Measurement",
    "Milestone",
    "MonthUnlock",
    "ProgressReport",
    "RankRecord",
    "ReportingMonth",
    "TaskForce",
    "TaskForceMember",
    "WorkItem",
    "WorkList",
]
