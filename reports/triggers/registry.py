"""All triggers, by group of work, as the rules' form offers them."""

from __future__ import annotations

from collections.abc import Iterable

from reports.figures import Period
from reports.triggers import bulletins, complaints, indicators
from reports.triggers.trigger import Found

GROUPS = (
    ("指标专班", indicators.TRIGGERS),
    ("企业诉求", complaints.TRIGGERS),
    ("通报", bulletins.TRIGGERS),
)
TRIGGERS = {trigger.key: trigger for _, triggers in GROUPS for trigger in triggers}


def collect(keys: Iterable[str], period: Period) -> dict[str, Found]:
    """Return the facts of the period by trigger and unit; a fixed number of queries for each month."""
    return {key: TRIGGERS[key].collect(period) for key in keys}
