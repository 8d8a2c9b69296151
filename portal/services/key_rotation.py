"""Encrypt what was written with former keys anew, so that a former key can be taken out of `FIELD_KEYS`."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.utils.module_loading import import_string

from portal.services import audit


def rotate_keys() -> int:
    """Rewrite every encrypted value that the present key did not write; return how many.

    The applications name their rewriters in `KEY_ROTATIONS`: functions that
    rewrite a batch and return its size, 0 when nothing is left. The portal goes
    on meanwhile, since every key of `FIELD_KEYS` decrypts. A second call finds
    nothing more to do; one that was interrupted is simply repeated.
    """
    total = 0
    for path in settings.KEY_ROTATIONS:
        rewrap_batch: Callable[[], int] = import_string(path)
        while count := rewrap_batch():
            total += count
    if total:
        audit.record(None, "keys.rotate", actor=None, changes={"count": total})
    return total
