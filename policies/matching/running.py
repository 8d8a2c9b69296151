"""Match items with all enterprises in one pass, and write only what has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from time import perf_counter
from typing import Any

import numpy as np

from policies.conditions import Node, read_tree
from policies.criteria import Verdict as Answer
from policies.matching.columns import Columns, Needs, judge_all
from policies.matching.packing import BLOCK, CODES, Codes, blocks
from policies.matching.reading import read_columns
from policies.matching.writing import Changes, changes_of, digests_of, save_blocks, save_changes, stored_codes
from policies.models import PolicyItem, PolicyItemVersion, Verdict


@dataclass
class Outcome:
    """What a pass came to, and the seconds each phase took."""

    enterprises: int = 0
    items: int = 0
    blocks_written: int = 0
    pairs_changed: int = 0
    gained: int = 0
    lost: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    # What was read, for whoever keeps it.
    columns: Columns | None = None

    def timed(self, phase: str, call: Callable[[], Any]) -> Any:
        began = perf_counter()
        try:
            return call()
        finally:
            self.seconds[phase] = self.seconds.get(phase, 0.0) + perf_counter() - began


def lock_items(keys: Iterable[int]) -> None:
    """Let one match or proposal of an item follow the other; payments and readers need not wait."""
    rows = PolicyItem.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=list(keys))
    list(rows.order_by("pk").values_list("pk", flat=True))


def match(versions: Sequence[PolicyItemVersion], on: date) -> Outcome:
    """Judge all enterprises by the versions on the day `on`, and bring the stored verdicts up to date.

    Must be called inside a transaction. A second call on the same data writes
    nothing. An enterprise that has left the register no longer qualifies.
    """
    outcome = Outcome(items=len(versions))
    lock_items(version.item_id for version in versions)
    trees = {version.pk: read_tree(version.conditions) for version in versions}
    columns = outcome.timed("read", lambda: read_columns(on, Needs.of(*trees.values())))
    outcome.columns = columns
    outcome.enterprises = len(columns.keys)
    digests = outcome.timed("compare", lambda: digests_of(trees))
    changes = [
        _match_one(version, trees[version.pk], columns, digests.get(version.pk, {}), outcome)
        for version in versions
    ]
    outcome.pairs_changed = sum(len(change.keys) for change in changes)
    outcome.gained = sum(change.gained for change in changes)
    outcome.lost = sum(change.lost for change in changes)
    outcome.timed("write", lambda: save_changes(changes, on))
    return outcome


def _match_one(
    version: PolicyItemVersion, tree: Node | None, columns: Columns, stored: dict[int, str], outcome: Outcome
) -> Changes:
    codes = outcome.timed("judge", lambda: judge_all(tree, columns))
    fresh = outcome.timed("pack", lambda: {block.number: block for block in blocks(columns.keys, codes)})
    numbers = {number for number, block in fresh.items() if stored.get(number) != block.digest}
    gone = stored.keys() - fresh.keys()
    kind = codes.dtype
    old = outcome.timed("compare", lambda: _old_codes(version, numbers | gone, stored, kind))
    new = {number: np.frombuffer(fresh[number].codes, dtype=kind) for number in numbers}
    changes: Changes = outcome.timed(
        "compare",
        lambda: changes_of(version.item_id, version.pk, old, new, kind, first=not stored and not old),
    )
    if numbers or gone:
        changed = [fresh[number] for number in sorted(numbers)]
        outcome.timed("write", lambda: save_blocks(version.pk, changed, gone, columns.on))
    outcome.blocks_written += len(numbers)
    return changes


def _old_codes(
    version: PolicyItemVersion, numbers: set[int], stored: dict[int, str], kind: np.dtype[Any]
) -> dict[int, Codes]:
    """Return the codes kept before: those of the blocks, or of the item's rows where the version has none yet."""
    if stored:
        contents = stored_codes(version.pk, numbers) if numbers else {}
        return {number: np.frombuffer(content, dtype=kind) for number, content in contents.items()}
    old: dict[int, Codes] = {}
    # Of a former version only the verdict is taken over: its conditions were others.
    for key, answer in Verdict.objects.filter(item=version.item_id).values_list("enterprise", "verdict"):
        block = old.setdefault(key // BLOCK, np.zeros(BLOCK, dtype=kind))
        block[key % BLOCK] = CODES[Answer(answer)]
    return old
