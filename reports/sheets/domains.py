"""Which domains put a block on the dispatch sheet, in printed order.

A domain joins in with a module that has `build(scope) -> SheetBlock | None` and a
place in `BUILDERS`; page, print, DOCX and workbook then show its block unasked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date

from indicators.models import TaskForce
from indicators.months import first_of
from reports.sheets import cases, policies
from reports.sheets.blocks import Scope, SheetBlock

Build = Callable[[Scope], SheetBlock | None]
BUILDERS: tuple[Build, ...] = (cases.build, policies.build)


def blocks_of(scope: Scope) -> tuple[SheetBlock, ...]:
    """Return the blocks of those domains that have anything to say, with a fixed number of queries."""
    found = (build(scope) for build in BUILDERS)
    return tuple(block for block in found if block is not None)


def policies_of(forces: Collection[TaskForce], *, on: date) -> SheetBlock | None:
    """Return the policies' block alone, as it stands on the day `on`; five queries."""
    return policies.build(Scope.of(forces, first_of(on), on)) if forces else None
