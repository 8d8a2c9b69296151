"""The rules that hold until the office makes its own.

No published table with complete values was found; the counties that published
parts of theirs take 1 point for two yellow lamps and 2 for a red one, count the
same fact once at its highest, and rank units with and without indicators apart.
"""

from __future__ import annotations

from decimal import Decimal

from reports.assessing.rules import Group, Rule, RuleSet

DEFAULT_RULES = RuleSet(
    (
        Rule("items.overdue", Decimal(-2), cap=Decimal(20)),
        Rule("reports.missing", Decimal(-1), cap=Decimal(10)),
        Rule("reports.late", Decimal("-0.5"), cap=Decimal(5)),
        Rule("reports.returned", Decimal("-0.5"), per=Decimal(2), cap=Decimal(3)),
        Rule("lamps.red", Decimal("-0.5"), cap=Decimal(10)),
        Rule("items.reopened", Decimal(-1), cap=Decimal(5)),
        Rule("letters.issued", Decimal(-1), cap=Decimal(5)),
        Rule("bulletins.named", Decimal(-2), cap=Decimal(6)),
        Rule("items.closed", Decimal(1), per=Decimal(4), cap=Decimal(5)),
        Rule("ranks.front", Decimal(2), cap=Decimal(6), group=Group.WITH),
        Rule("ranks.behind", Decimal(-2), cap=Decimal(6), group=Group.WITH),
    )
)
