"""Facts, rules and documents for the tests of assessments and work reports."""

from decimal import Decimal

from reports.assessing import Fact, Rule, RuleSet


def fact(identity, **more):
    kind = {"kind": "item", "number": "2023-DB-001", "label": "并联审批", "note": "逾期", "url": "/items/"}
    return Fact(identity, **(kind | more))


def rule(trigger="items.overdue", points=-2, **more):
    numbers = {name: Decimal(str(more.pop(name))) for name in ("per", "cap", "floor") if name in more}
    return Rule(trigger, Decimal(str(points)), **numbers, **more)


def rules(*found, **more):
    return RuleSet(tuple(found), **more)
