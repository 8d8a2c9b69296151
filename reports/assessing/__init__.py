"""The year's assessment 考核: rules as data, facts, and the evaluation. Pure."""

from reports.assessing.evaluation import Line, Score, Verdict, evaluate
from reports.assessing.facts import Fact
from reports.assessing.ranking import Standing, rank
from reports.assessing.rules import Group, Rule, RuleError, RuleSet, parse_rules

__all__ = [
    "Fact",
    "Group",
    "Line",
    "Rule",
    "RuleError",
    "RuleSet",
    "Score",
    "Standing",
    "Verdict",
    "evaluate",
    "parse_rules",
    "rank",
]
