"""Printed papers of a case: what they say, and giving them out with a number."""

from complaints.services.papers.issuing import freeze_letter, issue_paper
from complaints.services.papers.offering import (
    Offer,
    Unavailable,
    compose,
    compose_letter,
    compose_receipt,
    offers,
)
from complaints.services.papers.wording import addressed

__all__ = [
    "Offer",
    "Unavailable",
    "addressed",
    "compose",
    "compose_letter",
    "compose_receipt",
    "freeze_letter",
    "issue_paper",
    "offers",
]
