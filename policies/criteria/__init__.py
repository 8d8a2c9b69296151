"""What a condition of a policy item can ask of an enterprise. No database, no request, no clock.

Each criterion is a small class: it reads typed-in parameters, says in Chinese what it asks for, and
judges one enterprise on a day with its reason.
"""

from policies.criteria.base import Criterion, Finding, Profile, Verdict
from policies.criteria.registry import CRITERIA, read_criterion

__all__ = ["CRITERIA", "Criterion", "Finding", "Profile", "Verdict", "read_criterion"]
