"""Tables of the indicator work, one module per noun."""

from indicators.models.catalogue import Indicator, IndicatorSystem, RankRecord
from indicators.models.dispatch import DispatchRound, Instruction, Letter, PickedItem
from indicators.models.inspections import (
    Finding,
    FindingRecheck,
    FindingReply,
    Inspection,
    InspectionMember,
    InspectionPaper,
    InspectionReferral,
    InspectionVisit,
)
from indicators.models.items import (
    Adjustment,
    ClosingApplication,
    Milestone,
    Suspension,
    WorkItem,
    WorkList,
)
from indicators.models.lamps import LampRecord, LampScheme
from indicators.models.measurements import Measurement
from indicators.models.months import MonthUnlock, ProgressReport, ReportingMonth, UnlockRequest
from indicators.models.taskforces import TaskForce, TaskForceMember

__all__ = [
    "Adjustment",
    "ClosingApplication",
    "DispatchRound",
    "Finding",
    "FindingRecheck",
    "FindingReply",
    "Indicator",
    "IndicatorSystem",
    "Inspection",
    "InspectionMember",
    "InspectionPaper",
    "InspectionReferral",
    "InspectionVisit",
    "Instruction",
    "LampRecord",
    "LampScheme",
    "Letter",
    "Measurement",
    "Milestone",
    "MonthUnlock",
    "PickedItem",
    "ProgressReport",
    "RankRecord",
    "ReportingMonth",
    "Suspension",
    "TaskForce",
    "TaskForceMember",
    "UnlockRequest",
    "WorkItem",
    "WorkList",
]
