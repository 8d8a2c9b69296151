"""Write what a match found: packed blocks, and the verdicts that changed; by COPY on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from django.db import connection

from policies.criteria import Verdict as Answer
from policies.matching.packing import BITS, BLOCK, MASK, MET, NOT_MET, VERDICTS, Block, Codes
from policies.models import QualifiedSpan, Verdict, VerdictBlock

COPY_BEGIN: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
COPY_END: Final = b"\xff\xff"
CHANGES: Final = "policies_changes"


@dataclass(frozen=True)
class Changes:
    """Pairs of one item whose packed code has changed, and whether each qualified before and does now."""

    item: int
    version: int
    keys: npt.NDArray[np.int64]
    codes: Codes
    gained: int
    lost: int
    # Nothing was known of the item before: every row is new.
    first: bool = False


def changes_of(
    item: int,
    version: int,
    old: Mapping[int, Codes],
    new: Mapping[int, Codes],
    kind: np.dtype[Any],
    *,
    first: bool,
) -> Changes:
    """Compare blocks by number; enterprises that never qualified and still don't are left out.

    A block or an enterprise that is no longer there no longer qualifies.
    """
    keys: list[npt.NDArray[np.int64]] = []
    codes: list[Codes] = []
    gained = lost = 0
    nothing = np.zeros(BLOCK, dtype=kind)
    for number in sorted(old.keys() | new.keys()):
        former, present = old.get(number, nothing), new.get(number, nothing)
        before, after = former & MASK, present & MASK
        was, is_now = before == MET, after == MET
        # An enterprise that qualified once keeps its row, which must say why it no longer does.
        touched = (former != present) & (was | is_now | ((before != after) & (before != 0)))
        keys.append(np.flatnonzero(touched) + number * BLOCK)
        codes.append(np.where(present == 0, kind.type(NOT_MET), present)[touched])
        gained += int(np.count_nonzero(is_now & ~was))
        lost += int(np.count_nonzero(was & ~is_now))
    if not keys:
        return Changes(item, version, np.zeros(0, dtype=np.int64), nothing[:0], 0, 0)
    return Changes(item, version, np.concatenate(keys), np.concatenate(codes), gained, lost, first=first)


def save_blocks(version: int, blocks: Sequence[Block], gone: Iterable[int], on: date) -> None:
    """Replace the blocks of a version that changed, and remove those that are gone."""
    numbers = [*(block.number for block in blocks), *gone]
    VerdictBlock.objects.filter(version=version, number__in=numbers).delete()
    if connection.vendor == "postgresql":
        _copy_blocks(version, blocks, on)
        return
    VerdictBlock.objects.bulk_create(
        VerdictBlock(
            version_id=version,
            number=block.number,
            codes=block.codes,
            digest=block.digest,
            met=block.met,
            not_met=block.not_met,
            unknown=block.unknown,
            checked_on=on,
        )
        for block in blocks
    )


_BLOCK_COLUMNS: Final = ("version_id", "number", "codes", "digest", "met", "not_met", "unknown", "checked_on")
_EPOCH: Final = date(2000, 1, 1).toordinal()


def _copy_blocks(version: int, blocks: Sequence[Block], on: date) -> None:
    day = on.toordinal() - _EPOCH
    rows = (
        (
            version.to_bytes(8, "big"),
            block.number.to_bytes(4, "big"),
            block.codes,
            block.digest.encode(),
            *(count.to_bytes(4, "big") for count in (block.met, block.not_met, block.unknown)),
            day.to_bytes(4, "big", signed=True),
        )
        for block in blocks
    )
    columns = ", ".join(_BLOCK_COLUMNS)
    _copy_in(f"{VerdictBlock._meta.db_table} ({columns})", b"".join(_packed(row) for row in rows))


def _packed(row: Sequence[bytes]) -> bytes:
    """Return one row as COPY reads it: the number of fields, then each with its length."""
    return len(row).to_bytes(2, "big") + b"".join(len(part).to_bytes(4, "big") + part for part in row)


def _copy_in(target: str, rows: bytes) -> None:
    with connection.cursor() as cursor:
        raw: Any = cursor.cursor
        raw.copy_expert(
            f"COPY {target} FROM STDIN (FORMAT binary)", BytesIO(COPY_BEGIN + rows + COPY_END), size=1 << 20
        )


def save_changes(changes: Iterable[Changes], on: date) -> None:
    """Bring the verdicts that changed to their rows; a row that is there keeps its day unless the verdict changed.

    Must be called inside the transaction of the match.
    """
    known = [change for change in changes if len(change.keys)]
    _insert_first([change for change in known if change.first], on)
    rows = [change for change in known if not change.first]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE {CHANGES} (item_id bigint NOT NULL, version_id bigint NOT NULL, "
            "enterprise_id bigint NOT NULL, verdict smallint NOT NULL, outcomes bigint NOT NULL)"
        )
        if connection.vendor == "postgresql":
            _copy_in(CHANGES, b"".join(_change_rows(change) for change in rows))
            cursor.execute(f"ANALYZE {CHANGES}")
        else:
            values = [row for change in rows for row in _tuples(change)]
            cursor.executemany(f"INSERT INTO {CHANGES} VALUES (%s, %s, %s, %s, %s)", values)
        _merge(cursor, on)
        cursor.execute(f"DROP TABLE {CHANGES}")


_FIRST_COLUMNS: Final = "item_id, version_id, enterprise_id, verdict, outcomes, changed_on"


def _insert_first(changes: Sequence[Changes], on: date) -> None:
    """Add the enterprises that qualify for items of which nothing was known before."""
    if connection.vendor == "postgresql" and changes:
        rows = b"".join(_first_rows(change, on) for change in changes)
        _copy_in(f"{Verdict._meta.db_table} ({_FIRST_COLUMNS})", rows)
        return
    Verdict.objects.bulk_create(
        (
            Verdict(
                item_id=item,
                version_id=version,
                enterprise_id=key,
                verdict=VERDICTS[code],
                outcomes=outcomes,
                changed_on=on,
            )
            for change in changes
            for item, version, key, code, outcomes in _tuples(change)
        ),
        batch_size=1000,
    )


def _merge(cursor: Any, on: date) -> None:
    table, words = Verdict._meta.db_table, _verdict_words()
    # From when to when somebody qualified who no longer does; within one day it counts for nothing.
    cursor.execute(
        f"INSERT INTO {QualifiedSpan._meta.db_table} (item_id, enterprise_id, from_on, until_on) "
        f"SELECT v.item_id, v.enterprise_id, v.changed_on, %s FROM {CHANGES} c JOIN {table} v "
        "ON v.item_id = c.item_id AND v.enterprise_id = c.enterprise_id "
        f"WHERE c.verdict <> {MET} AND v.verdict = %s AND v.changed_on < %s",
        [on, Answer.MET.value, on],
    )
    cursor.execute(
        f"UPDATE {table} SET version_id = c.version_id, outcomes = c.outcomes, verdict = {words}, "
        f"changed_on = CASE WHEN {table}.verdict = {words} THEN {table}.changed_on ELSE %s END "
        f"FROM {CHANGES} c WHERE {table}.item_id = c.item_id AND {table}.enterprise_id = c.enterprise_id",
        [on],
    )
    cursor.execute(
        f"INSERT INTO {table} (item_id, version_id, enterprise_id, verdict, outcomes, changed_on) "
        f"SELECT c.item_id, c.version_id, c.enterprise_id, {words}, c.outcomes, %s FROM {CHANGES} c "
        f"WHERE c.verdict = {MET} AND NOT EXISTS (SELECT 1 FROM {table} v "
        "WHERE v.item_id = c.item_id AND v.enterprise_id = c.enterprise_id)",
        [on],
    )


def _verdict_words() -> str:
    cases = " ".join(f"WHEN {code} THEN '{answer.value}'" for code, answer in VERDICTS.items())
    return f"(CASE c.verdict {cases} END)"


def _row_type(**fields: str) -> np.dtype[Any]:
    """Return the layout of a row as COPY reads it: the number of fields, then each with its length."""
    types = [("fields", ">i2")]
    for name, kind in fields.items():
        types += [(f"{name}_length", ">i4"), (name, kind)]
    return np.dtype(types)


_PAIR: Final = {"item": ">i8", "version": ">i8", "enterprise": ">i8"}
_CHANGE_ROW: Final = _row_type(**_PAIR, verdict=">i2", outcomes=">i8")
_FIRST_ROW: Final = _row_type(**_PAIR, verdict=f"S{len(VERDICTS[MET].value)}", outcomes=">i8", day=">i4")


def _rows(kind: np.dtype[Any], change: Changes) -> npt.NDArray[Any]:
    """Return rows of a layout with lengths, item, version, enterprise and outcomes filled in."""
    rows = np.zeros(len(change.keys), dtype=kind)
    names = [name for name in kind.names or () if f"{name}_length" in (kind.names or ())]
    rows["fields"] = len(names)
    for name in names:
        rows[f"{name}_length"] = kind[name].itemsize
    rows["item"], rows["version"], rows["enterprise"] = (change.item, change.version, change.keys)
    rows["outcomes"] = change.codes.astype(np.uint64) >> np.uint64(BITS)
    return rows


def _change_rows(change: Changes) -> bytes:
    rows = _rows(_CHANGE_ROW, change)
    rows["verdict"] = change.codes & MASK
    return rows.tobytes()


def _first_rows(change: Changes, on: date) -> bytes:
    """Only those who qualify are among the changes of an item of which nothing was known."""
    rows = _rows(_FIRST_ROW, change)
    rows["verdict"], rows["day"] = VERDICTS[MET].value.encode(), on.toordinal() - _EPOCH
    return rows.tobytes()


def _tuples(change: Changes) -> Iterable[tuple[int, ...]]:
    verdicts, outcomes = (change.codes & MASK, change.codes.astype(np.uint64) >> np.uint64(BITS))
    for key, verdict, outcome in zip(change.keys.tolist(), verdicts.tolist(), outcomes.tolist(), strict=True):
        yield change.item, change.version, key, verdict, outcome


def digests_of(versions: Iterable[int]) -> Mapping[int, dict[int, str]]:
    """Return the digests of the stored blocks by version and block number."""
    found: dict[int, dict[int, str]] = {}
    rows = VerdictBlock.objects.filter(version__in=list(versions)).values_list("version", "number", "digest")
    for version, number, digest in rows:
        found.setdefault(version, {})[number] = digest
    return found


def stored_codes(version: int, numbers: Iterable[int]) -> dict[int, bytes]:
    """Return the contents of stored blocks of one version."""
    rows = VerdictBlock.objects.filter(version=version, number__in=list(numbers))
    return {number: bytes(codes) for number, codes in rows.values_list("number", "codes")}
