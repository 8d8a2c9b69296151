"""Scores 得分 of measurements, their roll-up, and what ranks say. Decimal throughout."""

from indicators.scoring.deduction import Deduction
from indicators.scoring.interval import Band, Interval
from indicators.scoring.linear import Efficacy, FrontierDistance, FullMark
from indicators.scoring.methods import Better, Direct, Method, Score, score
from indicators.scoring.ranking import Tier, competition_ranks, gap, movement, tier
from indicators.scoring.registry import METHODS, read_method
from indicators.scoring.rollup import RollUp, roll_up

__all__ = [
    "METHODS",
    "Band",
    "Better",
    "Deduction",
    "Direct",
    "Efficacy",
    "FrontierDistance",
    "FullMark",
    "Interval",
    "Method",
    "RollUp",
    "Score",
    "Tier",
    "competition_ranks",
    "gap",
    "movement",
    "read_method",
    "roll_up",
    "score",
    "tier",
]
