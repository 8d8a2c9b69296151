"""All figures: the ones that always exist, and those of each list, task force, unit and monitored item."""

from __future__ import annotations

from reports.figures import (
    complaints,
    indicators_inspections,
    indicators_items,
    indicators_monitored,
    indicators_reports,
    indicators_units,
    lamps,
    policies,
)
from reports.figures.figure import Figure
from reports.figures.monthly import with_months
from reports.figures.period import Period

GROUPS = (
    ("专班和台账", indicators_items.FIGURES),
    ("亮灯", lamps.FIGURES),
    ("月报", indicators_reports.FIGURES),
    ("监测", indicators_monitored.FIGURES),
    ("督查", indicators_inspections.FIGURES),
    ("企业诉求", complaints.FIGURES),
    ("惠企政策", policies.FIGURES),
)
FAMILIES = (
    indicators_items.figures,
    lamps.figures,
    indicators_monitored.figures,
    indicators_units.figures,
    complaints.figures,
    policies.figures,
)
FIXED = {figure.key: figure for _, figures in GROUPS for figure in figures}


def figures_of(period: Period) -> dict[str, Figure]:
    """Return every figure of the period by key, in printed order."""
    found = dict(FIXED)
    for family in FAMILIES:
        found.update((figure.key, figure) for figure in family(period))
    return {figure.key: figure for figure in with_months(found.values(), period)}


def figure_of(key: str, period: Period) -> Figure | None:
    """Return one figure, or None when the period has no such figure."""
    fixed = FIXED.get(key) if period.months == 1 else None
    return fixed or figures_of(period).get(key)
