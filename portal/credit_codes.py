"""统一社会信用代码 by GB 32100-2015: 18 characters, of which the last checks the others. Pure."""

from __future__ import annotations

import re
import unicodedata

# Figures and letters without I, O, S, V and Z (GB 32100-2015, 4.1); the place is the value.
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18
# 3 to the power of the place, modulo 31 (GB 32100-2015, table 2).
WEIGHTS = tuple(pow(3, place, 31) for place in range(LENGTH - 1))
_FORM = re.compile(rf"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}")


def check_character(body: str) -> str:
    """Return the eighteenth character that belongs to the first seventeen."""
    total = sum(ALPHABET.index(sign) * weight for sign, weight in zip(body, WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def clean_credit_code(text: str) -> str:
    """Return a code as it is kept: half-width capitals without spaces and hyphens.

    Raises ValueError with a sentence that says what is wrong with it.
    """
    code = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()
    if len(code) != LENGTH:
        raise ValueError(f"统一社会信用代码应为 {LENGTH} 位，现为 {len(code)} 位")
    wrong = sorted(set(code) - set(ALPHABET))
    if wrong:
        raise ValueError(
            f"统一社会信用代码中不会有字符 {'、'.join(wrong)}，请核对是否误将 1、0、5、2 写成字母"
        )
    if not _FORM.fullmatch(code):
        raise ValueError("统一社会信用代码的第 3 至 8 位应为行政区划数字，请核对")
    if check_character(code[:-1]) != code[-1]:
        raise ValueError("统一社会信用代码的校验位不符，请逐位核对")
    return code


def make_credit_code(serial: int, *, region: str = "420000", registry: str = "91") -> str:
    """Return a valid code made of a running number, for samples and measurements; no register has issued it.

    The nine signs in the middle are the number in base 31, so that different
    numbers give different codes.
    """
    signs = ""
    for _ in range(9):
        serial, rest = divmod(serial, 31)
        signs = ALPHABET[rest] + signs
    body = f"{registry}{region}{signs}"
    return body + check_character(body)
