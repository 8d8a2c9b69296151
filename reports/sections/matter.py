"""有关情况: what a special bulletin is about. The office writes its words; the figures of its subject stand beside."""

from reports.sections.book import Book, paragraphs, section
from reports.texts.content import Block, Column, Run, Runs, Section, Table
from reports.texts.wording import Phrase, amount, listed, phrase_runs, sentence

MATTER = "matter"
LETTER_COLUMNS = (Column("文　号", 10), Column("签发日期和事由", 20, "left"))


def write(book: Book) -> Section:
    written: list[Block] = list(
        paragraphs([(f"{MATTER}.forces", [forces(book)]), (f"{MATTER}.letters", [letters(book)])])
    )
    if book.letters:
        written.append(letter_table(book))
    return section(MATTER, "有关情况", *written)


def forces(book: Book) -> Runs:
    """How the task forces and lists that the bulletin is about stand, one clause each."""
    if not book.subject.is_narrow:
        return ()
    kinds = (
        ("taskforces", book.task_forces, book.subject.task_forces),
        ("lists", book.lists, book.subject.lists),
    )
    clauses: list[Phrase] = [
        [
            f"{row.name}{'专班' if kind == 'taskforces' else ''}",
            *amount(book.values, f"indicators.{kind}.{row.code}.total"),
            *_part(book, f"indicators.{kind}.{row.code}.closed", "已销号"),
            *_part(book, f"indicators.{kind}.{row.code}.overdue", "逾期"),
            *_part(book, f"indicators.{kind}.{row.code}.red", "红灯"),
        ]
        for kind, rows, chosen in kinds
        if chosen
        for row in rows
        if book.has(f"indicators.{kind}.{row.code}.total")
    ]
    return phrase_runs([f"截至{book.label}末，", *listed(clauses, "；"), "。"]) if clauses else ()


def _part(book: Book, key: str, word: str) -> Phrase:
    return [f"，{word}", *amount(book.values, key)] if book.has(key) else []


def letters(book: Book) -> Runs:
    """How many letters of the chosen rung went out; the units are named only by a tick."""
    if not book.letters:
        return ()
    return sentence(f"{book.label}签发有关文书{len(book.letters)}件，见下表")


def letter_table(book: Book) -> Table:
    rows = tuple(((Run(row.number),), (Run(row.note),)) for row in book.letters)
    return Table(f"{MATTER}.table", "有关文书", LETTER_COLUMNS, rows)
