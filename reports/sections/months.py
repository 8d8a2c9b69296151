"""逐月情况: the months of a longer period side by side."""

from datetime import date

from indicators.months import shift
from reports.sections.book import Book, paragraphs, section
from reports.texts.content import Block, Column, Run, Runs, Section, Table
from reports.texts.wording import Phrase, listed, number, phrase_runs

RATE = "indicators.reports.on_time_rate"
SHOWN = (
    ("indicators.items.closed", "月末已销号", ""),
    ("indicators.items.closed_this_month", "当月销号", ""),
    ("indicators.items.overdue", "逾期", ""),
    ("indicators.lamps.red", "红灯", "red"),
    ("indicators.lamps.yellow", "黄灯", "yellow"),
    (RATE, "月报按时率", ""),
)


def write(book: Book) -> Section:
    written: list[Block] = list(paragraphs([("months.closed", [closed(book)])]))
    if any(book.value(key_in(key, month)) is not None for key, _, _ in SHOWN for month in months_of(book)):
        written.append(table(book))
    return section("months", "逐月情况", *written)


def months_of(book: Book) -> list[date]:
    return [shift(book.month, -back) for back in range(book.months - 1, -1, -1)]


def key_in(key: str, month: date) -> str:
    """Return the key of a figure in one month; see `reports.figures.monthly`."""
    return f"{key}@{month:%Y-%m}"


def closed(book: Book) -> Runs:
    """How many items were closed in each month."""
    key = "indicators.items.closed_this_month"
    clauses: list[Phrase] = [
        [f"{month.month}月", number(book.values, key_in(key, month)), "项"]
        for month in months_of(book)
        if book.value(key_in(key, month)) is not None
    ]
    return phrase_runs([f"{book.now}逐月销号：", *listed(clauses), "。"]) if clauses else ()


def table(book: Book) -> Table:
    columns = (Column("月　份", 5), *(Column(label, 5) for _, label, _ in SHOWN))
    rows = tuple(
        ((Run(f"{month.month}月"),), *(_cell(book, key_in(key, month), key, look) for key, _, look in SHOWN))
        for month in months_of(book)
    )
    return Table("months.table", "逐月主要数据（项）", columns, rows)


def _cell(book: Book, key: str, base: str, look: str) -> Runs:
    cell = book.cell(key, look)
    return (*cell, Run("%")) if base == RATE and cell[0].text != "—" else cell
