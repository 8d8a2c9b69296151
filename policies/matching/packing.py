"""Verdicts packed into numbers: two bits for the whole, then two bits for each condition in its order.

A code is as wide as the tree needs: one byte up to 3 conditions, two up to 7,
four up to 15, eight up to 31. A block holds the codes of the enterprises with
keys from `number * BLOCK` on; an enterprise that is not in the register has 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

from policies.criteria import Verdict

BLOCK = 1 << 15
BITS = 2
MASK = 3
NOT_IN_FORCE = 0
MET, NOT_MET, UNKNOWN = 1, 2, 3
VERDICTS = {MET: Verdict.MET, NOT_MET: Verdict.NOT_MET, UNKNOWN: Verdict.UNKNOWN}
CODES = {verdict: code for code, verdict in VERDICTS.items()}

Codes = npt.NDArray[Any]


def width(leaves: int) -> np.dtype[Any]:
    """Return the type of a code for a tree with so many conditions."""
    return next(np.dtype(f"<u{size}") for size in (1, 2, 4, 8) if (leaves + 1) * BITS <= size * 8)


def outcomes_of(code: int, leaves: int) -> list[Verdict | None]:
    """Return the verdict on each condition from the conditions' part of a code; None: not in force."""
    return [VERDICTS.get(code >> (BITS * place) & MASK) for place in range(leaves)]


@dataclass(frozen=True)
class Block:
    """One block of codes with its digest and its counts of the three verdicts."""

    number: int
    codes: bytes
    digest: str
    met: int
    not_met: int
    unknown: int


def blocks(keys: npt.NDArray[np.int64], codes: Codes) -> Iterator[Block]:
    """Yield the blocks of enterprises with `keys`, which are sorted."""
    if not len(keys):
        return
    first, last = int(keys[0]) // BLOCK, int(keys[-1]) // BLOCK
    room = np.zeros((last - first + 1) * BLOCK, dtype=codes.dtype)
    room[keys - first * BLOCK] = codes
    for place in range(last - first + 1):
        part = room[place * BLOCK : (place + 1) * BLOCK]
        counts = np.bincount((part & MASK).astype(np.uint8), minlength=4)
        if counts[0] < BLOCK:
            content = part.tobytes()
            yield Block(
                first + place,
                content,
                blake2b(content, digest_size=8).hexdigest(),
                int(counts[MET]),
                int(counts[NOT_MET]),
                int(counts[UNKNOWN]),
            )


def code_in(content: bytes, leaves: int, key: int) -> int:
    """Return the code of the enterprise `key` from its block's content."""
    return int(np.frombuffer(content, dtype=width(leaves))[key % BLOCK])
