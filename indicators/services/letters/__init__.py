"""Letters of the escalation ladder: sent by rule, or proposed, edited, signed, dismissed and answered."""

from indicators.services.letters.automatic import Escalation, escalate
from indicators.services.letters.signing import (
    Draft,
    answer_letter,
    dismiss_letter,
    edit_letter,
    issue_letter,
    may_draft,
    propose_letter,
)
from indicators.services.letters.wording import (
    compose,
    default_body,
    number_series,
    printed_number,
    stored_document,
)

__all__ = [
    "Draft",
    "Escalation",
    "answer_letter",
    "compose",
    "default_body",
    "dismiss_letter",
    "edit_letter",
    "escalate",
    "issue_letter",
    "may_draft",
    "number_series",
    "printed_number",
    "propose_letter",
    "stored_document",
]
