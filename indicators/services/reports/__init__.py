"""Write, submit, review and return monthly reports. Each function is atomic, audited and safe to call twice."""

from indicators.services.reports.checks import Problem, Unfit, problems_with
from indicators.services.reports.drafts import EDITABLE, save_draft
from indicators.services.reports.evidence import add_evidence, remove_evidence
from indicators.services.reports.outcome import Outcome, Refusal
from indicators.services.reports.review import lead_pass, reopen_reports, return_reports, verify_reports
from indicators.services.reports.submission import report_no_change, submit_reports, withdraw_report

__all__ = [
    "EDITABLE",
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
    "save_draft",
    "submit_reports",
    "verify_reports",
    "withdraw_report",
]
