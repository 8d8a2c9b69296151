"""Assessments 年度考核: rules, evaluation, the units' check, objections, publication."""

from reports.services.assessments.evaluating import evaluate_assessment
from reports.services.assessments.objections import decide_objection, make_objection
from reports.services.assessments.publishing import (
    hash_of,
    open_assessment,
    publish_assessment,
    reopen_assessment,
)
from reports.services.assessments.rules import Trial, adopt_rules, try_rules

__all__ = [
    "Trial",
    "adopt_rules",
    "decide_objection",
    "evaluate_assessment",
    "hash_of",
    "make_objection",
    "open_assessment",
    "publish_assessment",
    "reopen_assessment",
    "try_rules",
]
