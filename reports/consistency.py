"""勾稽: whether the numbers of a document agree among themselves and with the document before it. Pure.

Three rules: parts add up to their whole; this month's opening is what last month's
document printed; a figure printed twice is printed alike. What was printed counts,
not what was computed: an edited number is judged as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from reports.texts.content import Sections, runs_in
from reports.texts.values import FigureValue, Parts, Value, Values, printed, read_number

FIRST_WORDS = "导语"
Printed = Mapping[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True)
class Contradiction:
    """One sentence, the numbers that were compared (label and number), and the two that differ."""

    sentence: str
    rows: tuple[tuple[str, str], ...]
    verdict: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Findings:
    checked: int
    contradictions: tuple[Contradiction, ...]

    @property
    def passed(self) -> int:
        return self.checked - len(self.contradictions)

    def of(self, key: str) -> bool:
        """Tell whether a figure takes part in a contradiction."""
        return any(key in found.keys for found in self.contradictions)


@dataclass(frozen=True)
class Before:
    """The document of the month before: how it is called, and the figures it was issued with."""

    name: str
    values: Values


def check(sections: Sections, values: Values, before: Before | None = None) -> Findings:
    """Compare every number that has something to be compared with."""
    shown = printed_numbers(sections)
    outcomes = [
        *_sums(values, shown),
        *(_opening(values, before) if before else ()),
        *_twice(values, shown),
    ]
    return Findings(len(outcomes), tuple(found for found in outcomes if found))


def printed_numbers(sections: Sections) -> Printed:
    """Return for each mark where it is printed: (section title, text), in reading order."""
    found: dict[str, list[tuple[str, str]]] = {}
    for section in sections:
        for run in runs_in(section):
            if run.figure:
                found.setdefault(run.figure, []).append((section.title or FIRST_WORDS, run.text))
    return {mark: tuple(places) for mark, places in found.items()}


def _stated(figure: FigureValue, shown: Printed) -> Value:
    """Return the number as the document states it: as printed where it is printed, else as computed.

    Printed differently in two places it is judged by the third rule, here as computed.
    """
    texts = {read_number(text) for _, text in shown.get(figure.key, ())}
    return texts.pop() if len(texts) == 1 else figure.value


def _sums(values: Values, shown: Printed) -> Iterator[Contradiction | None]:
    """Compare each whole with each way of dividing it; where a number is missing there is nothing to compare."""
    for figure in values.values():
        whole = _stated(figure, shown)
        for part in figure.parts:
            members = [(values[key], _stated(values[key], shown)) for key in part.keys if key in values]
            known = [(member.name, Decimal(number)) for member, number in members if number is not None]
            if whole is None or not known or len(known) < len(part.keys):
                continue
            total = sum((number for _, number in known), Decimal(0))
            yield None if total == whole else _unequal(figure, part, known, total, Decimal(whole))


def _unequal(
    figure: FigureValue, part: Parts, known: list[tuple[str, Decimal]], total: Decimal, whole: Decimal
) -> Contradiction:
    sums, states = printed(total), printed(whole)
    return Contradiction(
        f"“{figure.name}”{part.label}分项之和为 {sums}{figure.unit}，与总数 {states}{figure.unit}不一致",
        tuple((name, printed(number)) for name, number in known if number),
        f"{sums} ≠ {states}",
        (figure.key, *part.keys),
    )


def _opening(values: Values, before: Before) -> Iterator[Contradiction | None]:
    """Compare what this document takes for last month's number with what was printed then."""
    for figure in values.values():
        then = before.values.get(figure.key)
        if not figure.carried or then is None or figure.previous is None or then.value is None:
            continue
        if Decimal(figure.previous) == Decimal(then.value):
            yield None
            continue
        opening, closing = printed(figure.previous), printed(then.value)
        yield Contradiction(
            f"“{figure.name}”期初数为 {opening}{figure.unit}，与{before.name}刊载的 {closing}{figure.unit}不一致，"
            "请核对明细；上期有误的，先签发更正通报",
            (("本期期初", opening), (before.name, closing)),
            f"{opening} ≠ {closing}",
            (figure.key,),
        )


def _twice(values: Values, shown: Printed) -> Iterator[Contradiction | None]:
    for mark, places in shown.items():
        key = mark.partition(":")[0]
        name = values[key].name if key in values else key
        first_title, first = places[0]
        for title, text in places[1:]:
            if text == first or (read_number(text) is not None and read_number(text) == read_number(first)):
                yield None
                continue
            again = f"在“{title}”" if title != first_title else "在同一部分又"
            yield Contradiction(
                f"“{name}”在“{first_title}”写作 {first}，{again}写作 {text}，前后不一致",
                ((first_title, first), (title, text)),
                f"{first} ≠ {text}",
                (key,),
            )
