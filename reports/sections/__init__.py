"""The sections of a bulletin in printed order; each writes itself from a book of figures. Pure.

A section is a module with `write(book) -> Section`. Issued bulletins print from
what they stored, so a section may change without touching them.
"""

from collections.abc import Callable

from reports.sections import demands, lists, monitoring, opening, overall, problems, submission, taskforces
from reports.sections.book import Book, Candidate
from reports.texts.content import Section

SECTIONS: tuple[Callable[[Book], Section], ...] = (
    opening.write,
    overall.write,
    taskforces.write,
    lists.write,
    submission.write,
    monitoring.write,
    problems.write,
    demands.write,
)


def write_sections(book: Book) -> tuple[Section, ...]:
    """Return all sections, freshly generated."""
    return tuple(write(book) for write in SECTIONS)


__all__ = ["SECTIONS", "Book", "Candidate", "write_sections"]
