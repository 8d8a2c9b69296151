"""One-time codes with which an enterprise opens its own page. No database, no clock.

Twelve random characters of an alphabet of 31 (no 0 1 I L O), which is 59 bits,
printed in three groups of four: short enough to type on a phone, and far beyond
what can be guessed within the few tries a network has.
"""

from __future__ import annotations

import secrets
import unicodedata
from typing import Final

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH: Final = 12
GROUP: Final = 4
# What stands in a printed QR code names an enterprise's page: nobody is to find one by trying.
PAGE_LENGTH: Final = 16
_SEPARATORS: Final = frozenset(" -－—–　\t\r\n")


def new_code() -> str:
    """Return a fresh code without separators, drawn from the system's random source."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def new_page_code() -> str:
    """Return what names an enterprise's page in its address."""
    return "".join(secrets.choice(ALPHABET) for _ in range(PAGE_LENGTH)).lower()


def printed(code: str) -> str:
    """Return the code in groups, as it is sent or handed out."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def normalise(typed: str) -> str:
    """Return what was typed without separators, in capitals, full-width letters made plain."""
    plain = unicodedata.normalize("NFKC", typed).upper()
    return "".join(sign for sign in plain if sign not in _SEPARATORS)
