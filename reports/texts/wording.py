"""The official register: sentences built from figures, each number knowing where it comes from. Pure.

A phrase is a list of texts and runs; `sentence` makes runs of phrases. Where a
figure is missing its phrase is empty and leaves no gap behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reports.texts.content import Run, Runs, joined
from reports.texts.values import Values, mark, number_of, printed

Phrase = Sequence[str | Run]
POINTS = "个百分点"


def number(values: Values, key: str, aspect: str = "") -> Run:
    """Return the figure's number as it is printed, marked with where it comes from."""
    marked = mark(key, aspect)
    return Run(printed(number_of(values, marked)), marked)


def known(values: Values, key: str, aspect: str = "") -> bool:
    """Tell whether the figure has a number to print."""
    return number_of(values, mark(key, aspect)) is not None


def amount(values: Values, key: str, unit: str = "") -> Phrase:
    """Return the number with its unit: 131项."""
    return [number(values, key), unit or _unit(values, key)]


def compared(
    values: Values,
    key: str,
    *,
    up: str = "增加",
    down: str = "减少",
    aspect: str = "change",
    since: str = "较上月",
    same: str = "与上月持平",
) -> Phrase:
    """Return 较上月增加12项, 较上月减少2项 or 与上月持平; empty where there is nothing to compare with.

    A rate changes by 个百分点.
    """
    figure = values.get(key)
    if figure is None:
        return []
    change = figure.annual_change if aspect == "annual_change" else figure.change
    if change is None:
        return []
    if change == 0:
        return [same]
    unit = POINTS if figure.unit == "%" else figure.unit
    return [f"{since}{up if change > 0 else down}", number(values, key, aspect), unit]


def compared_with_last_year(values: Values, key: str, *, up: str = "增加", down: str = "减少") -> Phrase:
    """Return 同比增加12项; empty where the year before has no figure."""
    return compared(
        values, key, up=up, down=down, aspect="annual_change", since="同比", same="与上年同期持平"
    )


def listed(phrases: Iterable[Phrase], separator: str = "、") -> Phrase:
    """Join the phrases that say something."""
    found: list[str | Run] = []
    for phrase in phrases:
        if not phrase:
            continue
        if found:
            found.append(separator)
        found += phrase
    return found


def sentence(*clauses: Phrase | str, end: str = "。") -> Runs:
    """Join clauses with commas into a sentence; empty ones leave nothing, no clause at all no sentence."""
    said = listed([[clause] if isinstance(clause, str) else clause for clause in clauses if clause], "，")
    return phrase_runs([*said, end]) if said else ()


def phrase_runs(phrase: Phrase) -> Runs:
    return joined(part if isinstance(part, Run) else Run(part) for part in phrase)


def led(words: str) -> Run:
    """Return the leading words of a paragraph, set in 楷体."""
    return Run(words, look="kai")


def _unit(values: Values, key: str) -> str:
    figure = values.get(key)
    return figure.unit if figure else ""
