"""Lamps 亮灯: which colour a work item shows, and why.

A scheme is an ordered list of rules kept as data; the first rule that matches gives the colour and
the reason beside it. Places differ in what a colour means, so no colour is tied to a meaning here.
"""

from indicators.lamps.conditions import CONDITIONS, Condition
from indicators.lamps.facts import Colour, LampFacts, ReportState, behind_points, elapsed_percent
from indicators.lamps.schemes import (
    DEFAULT_SCHEME,
    PLACEHOLDERS,
    Lamp,
    Rule,
    Scheme,
    SchemeError,
    describe,
    light,
    parse_scheme,
)

__all__ = [
    "CONDITIONS",
    "DEFAULT_SCHEME",
    "PLACEHOLDERS",
    "Colour",
    "Condition",
    "Lamp",
    "LampFacts",
    "ReportState",
    "Rule",
    "Scheme",
    "SchemeError",
    "behind_points",
    "describe",
    "elapsed_percent",
    "light",
    "parse_scheme",
]
