"""Printed papers of a case: what they say, and giving them out with a number."""

from complaints.services.papers.issuing import freeze_letter, issue_paper, paper_of
from complaints.services.papers.offering import (
    GIVEN_OUT,
    Offer,
    Unavailable,
    compose,
    compose_letter,
    compose_receipt,
    offers,
)
from complaints.services.papers.wording import addressed, printed_number

__all__ = [
    "GIVEN_OUT",
    "Offer",
    "Unavailable",
    "addressed",
    "compose",
    "compose_letter",
    "compose_receipt",
    "freeze_letter",
    "issue_paper",
    "offers",
    "paper_of",
    "printed_number",
]
