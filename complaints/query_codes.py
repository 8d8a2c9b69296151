"""Query codes: what the public types in to follow a case. No database, no clock.

A code has seventeen random characters of an alphabet of 31 (no 0 1 I L O), which is
84 bits, and a check character; it is printed in three groups of six. 31 is a
prime, so the weighted sum finds every single wrong character and every exchange of
two characters.
"""

from __future__ import annotations

import secrets
import unicodedata
from typing import Final

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
RANDOM_LENGTH: Final = 17
LENGTH: Final = RANDOM_LENGTH + 1
GROUP: Final = 6
_BASE: Final = len(ALPHABET)
_VALUES: Final = {sign: value for value, sign in enumerate(ALPHABET)}
_SEPARATORS: Final = frozenset(" -－—–　\t\r\n")


def new_code() -> str:
    """Return a fresh code without separators, drawn from the system's random source."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    return body + check_character(body)


def check_character(body: str) -> str:
    """Return the character that makes the weighted sum of the whole code a multiple of 31."""
    total = sum(weight * _VALUES[sign] for weight, sign in enumerate(body, start=2))
    return ALPHABET[-total % _BASE]


def printed(code: str) -> str:
    """Return the code in groups, as it is shown once."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def normalise(typed: str) -> str:
    """Return what was typed without separators, in capitals, full-width letters made plain."""
    plain = unicodedata.normalize("NFKC", typed).upper()
    return "".join(sign for sign in plain if sign not in _SEPARATORS)


def is_well_formed(code: str) -> bool:
    """Tell whether a normalised code can exist; a typing mistake is found without asking the database."""
    if len(code) != LENGTH or any(sign not in _VALUES for sign in code):
        return False
    return check_character(code[:-1]) == code[-1]
