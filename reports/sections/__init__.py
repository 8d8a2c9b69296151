"""The sections of a bulletin in printed order; each writes itself from a book of figures. Pure.

A section is a module with `write(book) -> Section`. Issued bulletins print from
what they stored, so a section may change without touching them.
"""

from collections.abc import Callable

from reports.sections import (
    complaints,
    demands,
    lists,
    matter,
    monitoring,
    months,
    opening,
    overall,
    policies,
    problems,
    submission,
    taskforces,
)
from reports.sections.book import Book, Candidate
from reports.texts.content import Section

Write = Callable[[Book], Section]
# What a special bulletin can choose from, beside its opening and its own matter.
CHOICES: dict[str, tuple[str, Write]] = {
    "overall": ("总体情况", overall.write),
    "taskforces": ("各专班推进情况", taskforces.write),
    "lists": ("台账销号情况", lists.write),
    "reports": ("月报质量", submission.write),
    "monitoring": ("监测指标变化", monitoring.write),
    "complaints": ("企业诉求办理情况", complaints.write),
    "policies": ("惠企政策兑现情况", policies.write),
    "problems": ("突出问题", problems.write),
    "demands": ("下步要求", demands.write),
}
SECTIONS: tuple[Write, ...] = (opening.write, *(write for _, write in CHOICES.values()))


def write_sections(book: Book) -> tuple[Section, ...]:
    """Return the sections of the book's kind of bulletin, freshly generated.

    A bulletin over several months also compares them one by one; a special one has
    its matter and the sections that were chosen for it.
    """
    return tuple(write(book) for write in _of(book))


def _of(book: Book) -> tuple[Write, ...]:
    if book.subject.occasion:
        chosen = tuple(write for key, (_, write) in CHOICES.items() if key in book.subject.sections)
        return (opening.write, matter.write, *chosen)
    if book.months > 1:
        return (*SECTIONS[:2], months.write, *SECTIONS[2:])
    return SECTIONS


__all__ = ["CHOICES", "SECTIONS", "Book", "Candidate", "write_sections"]
