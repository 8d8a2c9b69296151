"""What an assessment can judge units by: each trigger finds facts, unit by unit, with the rows that show them.

A domain adds a module with `TRIGGERS` and its line in `registry.GROUPS`; the pages,
the rules' form and the evaluation follow by themselves.
"""

from reports.triggers.defaults import DEFAULT_RULES
from reports.triggers.registry import GROUPS, TRIGGERS, collect
from reports.triggers.trigger import Found, Trigger

__all__ = ["DEFAULT_RULES", "GROUPS", "TRIGGERS", "Found", "Trigger", "collect"]
