"""Names of market entities as they are looked for. Pure."""

from __future__ import annotations

import re
import unicodedata

# A part of a code is looked for as a code from this length on; shorter texts may stand in a name.
CODE_FROM = 6
_CODE = re.compile(r"(?=.*[0-9])[0-9A-Z]+")
_MOST_WORDS = 5


def search_name(text: str) -> str:
    """Return letters, figures and characters alone, half-width and in capitals.

    `云溪县（恒达）商贸 有限公司` and `云溪县(恒达)商贸有限公司` are looked for, and
    compared, as the same name.
    """
    normal = unicodedata.normalize("NFKC", text).upper()
    return "".join(sign for sign in normal if sign.isalnum())


def search_words(text: str) -> list[str]:
    """Return the words of a query as they stand in a `search_name`; every one must be found."""
    words = (search_name(word) for word in text.split()[:_MOST_WORDS])
    return [word for word in words if word]


def is_code_part(word: str) -> bool:
    """Tell whether a word of a query is the beginning of a credit code rather than part of a name."""
    return len(word) >= CODE_FROM and _CODE.fullmatch(word) is not None
