"""What a policy item grants: rules, the calculation line by line, groups and caps. Money is Decimal yuan."""

from policies.amounts.calculation import Calculation, Line, calculate
from policies.amounts.groups import Award, Granted, GroupRule, Settlement, settle
from policies.amounts.rules import RULES, AmountRule, NoMoney, problems, read_rule, warnings

__all__ = [
    "RULES",
    "AmountRule",
    "Award",
    "Calculation",
    "Granted",
    "GroupRule",
    "Line",
    "NoMoney",
    "Settlement",
    "calculate",
    "problems",
    "read_rule",
    "settle",
    "warnings",
]
