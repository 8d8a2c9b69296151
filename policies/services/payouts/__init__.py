"""兑现: what may be paid, batches with four eyes, sealing, payment and reversal."""

from policies.services.payouts.approval import (
    approve_batch,
    cancel_batch,
    pay_batch,
    required_approvals,
    return_batch,
    submit_batch,
    total_of,
)
from policies.services.payouts.checks import Candidate, Problem, find_problems
from policies.services.payouts.entries import add_payouts, add_reviewed, create_batch, remove_payout
from policies.services.payouts.reversal import reverse_payout
from policies.services.payouts.sealing import verify_batch

__all__ = [
    "Candidate",
    "Problem",
    "add_payouts",
    "add_reviewed",
    "approve_batch",
    "cancel_batch",
    "create_batch",
    "find_problems",
    "pay_batch",
    "remove_payout",
    "required_approvals",
    "return_batch",
    "reverse_payout",
    "submit_batch",
    "total_of",
    "verify_batch",
]
