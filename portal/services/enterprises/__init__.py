"""Market entities: registered, corrected, given facts and labels, merged."""

from portal.services.enterprises.facts import Basis, end_label, set_fact, set_label
from portal.services.enterprises.merging import merge_enterprises, undo_merge
from portal.services.enterprises.register import change_enterprise, register_enterprise, set_state
from portal.services.enterprises.sizes import renew_sizes, resize

__all__ = [
    "Basis",
    "change_enterprise",
    "end_label",
    "merge_enterprises",
    "register_enterprise",
    "renew_sizes",
    "resize",
    "set_fact",
    "set_label",
    "set_state",
    "undo_merge",
]
