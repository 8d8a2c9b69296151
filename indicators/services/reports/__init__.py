"""Write, submit, review and return monthly reports. Each function is atomic, audited and safe to call twice."""

from indicators.services.reports.checks import Problem, Unfit, problems_with
from indicators.services.reports.drafts import EDITABLE, Draft, Edit, save_draft, save_drafts
from indicators.services.reports.evidence import add_evidence, remove_evidence
from indicators.services.reports.outcome import Outcome, Refusal
from indicators.services.reports.review import lead_pass, reopen_reports, return_reports, verify_reports
from indicators.services.reports.submission import (
    report_no_change,
    save_and_submit,
    submit_reports,
    withdraw_report,
)

__all__ = [
    "EDITABLE",
    "Draft",
    "Edit",
    "Outcome",
    "Problem",
    "Refusal",
    "Unfit",
    "add_evidence",
    "lead_pass",
    "problems_with",
    "remove_evidence",
    "reopen_reports",
    "report_no_change",
    "return_reports",
    "save_and_submit",
    "save_draft",
    "save_drafts",
    "submit_reports",
    "verify_reports",
    "withdraw_report",
]
