"""Work items: their steps, their entry and correction, and what is done to many at once."""

from indicators.services.items.bulk import BulkOutcome, assign_items, chase_items
from indicators.services.items.entries import (
    CREATORS,
    create_item,
    create_items,
    item_number,
    may_create,
    number_series,
    update_item,
)
from indicators.services.items.steps import (
    StepRefused,
    capacities,
    ensure_version,
    owe_notices,
    take_step,
    write_change,
)

__all__ = [
    "CREATORS",
    "BulkOutcome",
    "StepRefused",
    "assign_items",
    "capacities",
    "chase_items",
    "create_item",
    "create_items",
    "ensure_version",
    "item_number",
    "may_create",
    "number_series",
    "owe_notices",
    "take_step",
    "update_item",
    "write_change",
]
