"""Inspections 督查: entered, run, concluded, answered, put right; and what is handed to discipline inspection."""

from indicators.services.inspections.concluding import close_inspection, conclude_inspection
from indicators.services.inspections.drafting import (
    Design,
    cancel_inspection,
    edit_inspection,
    issue_inspection,
    may_inspect,
    open_inspection,
    preparation_of,
)
from indicators.services.inspections.fieldwork import (
    Observation,
    Visit,
    amend_finding,
    drop_finding,
    record_finding,
    record_visit,
)
from indicators.services.inspections.findings import (
    answer_finding,
    decide_objection,
    object_to_finding,
    recheck_finding,
    rectify_findings,
)
from indicators.services.inspections.papers import compose, stored_document
from indicators.services.inspections.referrals import (
    Opened,
    answer_referral,
    open_referral,
    refer_clue,
    rewrap_referrals,
    share_referral,
)
from indicators.services.inspections.workbook import export_inspections
from indicators.services.inspections.writing import capacities

__all__ = [
    "Design",
    "Observation",
    "Opened",
    "Visit",
    "amend_finding",
    "answer_finding",
    "answer_referral",
    "cancel_inspection",
    "capacities",
    "close_inspection",
    "compose",
    "conclude_inspection",
    "decide_objection",
    "drop_finding",
    "edit_inspection",
    "export_inspections",
    "issue_inspection",
    "may_inspect",
    "object_to_finding",
    "open_inspection",
    "open_referral",
    "preparation_of",
    "recheck_finding",
    "record_finding",
    "record_visit",
    "rectify_findings",
    "refer_clue",
    "rewrap_referrals",
    "share_referral",
    "stored_document",
]
