"""A small question that a person answers at once and a simple programme does not. No database, no request.

Two kinds, of which the person may choose: a sum drawn with the pen in Chinese numerals,
and for those who don't see it a question in words. Neither asks an outside service.
"""

from __future__ import annotations

import hashlib
import random
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

SUM, WORDS = "sum", "words"
NUMERALS: Final = "零一二三四五六七八九十"
WEEKDAYS: Final = "一二三四五六日"
PHRASES: Final = ("营商环境", "惠企政策", "政务服务", "市场主体", "公平竞争", "办事指南")
CELL: Final = 26
JITTER: Final = 0.9

Stroke = Sequence[tuple[float, float]]
# How each sign is written, as strokes in a field of 20 by 20.
_PEN: Final[dict[str, Sequence[Stroke]]] = {
    "一": (((2, 10), (18, 10)),),
    "二": (((4, 6), (16, 6)), ((2, 15), (18, 15))),
    "三": (((3, 4), (17, 4)), ((5, 10), (15, 10)), ((2, 16), (18, 16))),
    "四": (
        ((3, 4), (3, 17)),
        ((3, 4), (17, 4), (17, 17)),
        ((8, 4), (7, 11)),
        ((12, 4), (12, 10), (16, 11)),
        ((3, 16), (17, 16)),
    ),
    "五": (((3, 3), (17, 3)), ((10, 3), (8, 17)), ((4, 9), (14, 9), (14, 17)), ((2, 17), (18, 17))),
    "六": (((9, 2), (11, 5)), ((2, 7), (18, 7)), ((8, 10), (4, 17)), ((12, 10), (16, 17))),
    "七": (((2, 9), (18, 6)), ((9, 2), (9, 15), (11, 17), (17, 17), (17, 14))),
    "八": (((8, 4), (6, 11), (2, 17)), ((10, 3), (14, 11), (18, 17))),
    "九": (((9, 2), (8, 9), (3, 17)), ((3, 7), (13, 7), (13, 14), (15, 17), (18, 17), (18, 14))),
    "加": (
        ((2, 6), (10, 6), (9, 15), (7, 17), (6, 15)),
        ((6, 2), (5, 10), (2, 17)),
        ((13, 6), (13, 16)),
        ((13, 6), (18, 6), (18, 16)),
        ((13, 15), (18, 15)),
    ),
    "减": (
        ((2, 4), (4, 6)),
        ((2, 16), (5, 10)),
        ((7, 5), (18, 5)),
        ((8, 5), (8, 10), (6, 17)),
        ((9, 8), (12, 8)),
        ((9, 11), (9, 14)),
        ((9, 11), (12, 11), (12, 14)),
        ((9, 14), (12, 14)),
        ((13, 2), (15, 12), (18, 17), (19, 14)),
        ((17, 9), (13, 17)),
        ((16, 2), (17, 3)),
    ),
}


@dataclass(frozen=True)
class Challenge:
    """A question: what is asked, the drawing (path data, empty for a question in words), what is right."""

    kind: str
    prompt: str
    answers: tuple[str, ...]
    drawing: str = ""
    width: int = 0


def new_challenge(kind: str, chance: random.Random) -> Challenge:
    """Return a fresh question of `kind`."""
    return _words(chance) if kind == WORDS else _sum(chance)


def is_right(challenge: Challenge, answer: str) -> bool:
    """Tell whether `answer` is right; spaces, full-width digits and 星期 or 周 in front don't matter."""
    plain = "".join(unicodedata.normalize("NFKC", answer).split())
    for prefix in ("星期", "礼拜", "周"):
        plain = plain.removeprefix(prefix)
    return plain in challenge.answers


def _sum(chance: random.Random) -> Challenge:
    first, second = chance.randint(2, 9), chance.randint(1, 9)
    if chance.random() < 0.5 or first < second:
        sign, result = "加", first + second
    else:
        sign, result = "减", first - second
    signs = f"{NUMERALS[first]}{sign}{NUMERALS[second]}"
    drawing = " ".join(_drawn(sign, place * CELL + 3, chance) for place, sign in enumerate(signs))
    return Challenge(
        SUM,
        "图中的算式等于几？",
        (str(result), _in_numerals(result)),
        f"{drawing} {_crossing(len(signs) * CELL, chance)}",
        len(signs) * CELL,
    )


def _in_numerals(number: int) -> str:
    if number <= 10:
        return NUMERALS[number]
    return f"十{NUMERALS[number - 10]}"


def _drawn(sign: str, left: float, chance: random.Random) -> str:
    """Return a sign as path data at `left`, each point a little off, as a hand writes it."""
    lean, drop = chance.uniform(-0.16, 0.16), chance.uniform(-1.5, 1.5)
    strokes = []
    for stroke in _PEN[sign]:
        points = [
            (
                left + x + lean * (10 - y) + chance.uniform(-JITTER, JITTER),
                3 + y + drop + chance.uniform(-JITTER, JITTER),
            )
            for x, y in stroke
        ]
        strokes.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points))
    chance.shuffle(strokes)
    return " ".join(strokes)


def _crossing(width: int, chance: random.Random) -> str:
    """Return a thin curve through the whole picture."""
    y = [chance.uniform(5, 21) for _ in range(4)]
    return f"M1 {y[0]:.1f}C{width / 3:.1f} {y[1]:.1f} {width * 2 / 3:.1f} {y[2]:.1f} {width - 1} {y[3]:.1f}"


def _words(chance: random.Random) -> Challenge:
    if chance.random() < 0.5:
        day, later = chance.randrange(7), chance.randint(1, 3)
        answer = WEEKDAYS[(day + later) % 7]
        prompt = f"星期{WEEKDAYS[day]}再过{'一两三'[later - 1]}天是星期几？"
        return Challenge(WORDS, prompt, (answer, "天", "7") if answer == "日" else (answer, _digit(answer)))
    phrase = chance.choice(PHRASES)
    place = chance.randrange(len(phrase))
    return Challenge(WORDS, f"“{phrase}”的第{NUMERALS[place + 1]}个字是什么？", (phrase[place],))


def _digit(weekday: str) -> str:
    return str(WEEKDAYS.index(weekday) + 1)


def proves(token: str, proof: str, bits: int) -> bool:
    """Tell whether `proof` shows work on `token`: the SHA-256 of both begins with `bits` zero bits.

    For programmes, which cannot answer a question of the other kinds.
    """
    digest = hashlib.sha256(f"{token}:{proof}".encode()).digest()
    return int.from_bytes(digest, "big") >> (256 - bits) == 0
