"""三、台账销号情况: the ledgers one by one."""

from indicators.selectors.figures import Named
from reports.sections.book import Book, paragraphs, section
from reports.texts.content import Block, Column, Run, Runs, Section, Table
from reports.texts.wording import Phrase, amount, listed, number, phrase_runs

MEASURES = ("total", "closed", "closed_share", "closed_in", "overdue", "red", "yellow")
TOTALS = (
    "indicators.items.total",
    "indicators.items.closed",
    "indicators.items.closed:share",
    "indicators.items.closed_this_month",
    "indicators.items.overdue",
    "indicators.lamps.red",
    "indicators.lamps.yellow",
)
LOOKS = {"red": "red", "yellow": "yellow"}


def write(book: Book) -> Section:
    written: list[Block] = list(paragraphs([("lists.closed", [closed_this_month(book), extremes(book)])]))
    if book.lists:
        written.append(table(book))
    return section("lists", "台账销号情况", *written)


def columns(book: Book) -> tuple[Column, ...]:
    return (
        Column("台　账", 9, "left"),
        Column("总数", 3),
        Column("已销号", 4),
        Column("占比", 4),
        Column(f"{book.now}销号", 5),
        Column("逾期", 3),
        Column("红", 2),
        Column("黄", 2),
    )


def key_of(row: Named, measure: str) -> str:
    return f"indicators.lists.{row.code}.{measure}"


def closed_this_month(book: Book) -> Runs:
    key = "indicators.items.closed_this_month"
    if book.value(key) is None:
        return ()
    if not book.has(key):
        return phrase_runs([f"{book.now}各台账无新销号事项。"])
    clauses = [
        [row.name, *amount(book.values, key_of(row, "closed_in"))]
        for row in book.lists
        if book.has(key_of(row, "closed_in"))
    ]
    where: Phrase = ["，其中" if len(clauses) > 1 else "，均为", *listed(clauses)] if clauses else []
    if len(clauses) == 1:
        only = next(row for row in book.lists if book.has(key_of(row, "closed_in")))
        where = ["，均为", only.name, "事项"]
    return phrase_runs([f"{book.now}销号", *amount(book.values, key), *where, "。"])


def extremes(book: Book) -> Runs:
    """The ledgers that are furthest and least far; nothing when they are level."""
    rows = [row for row in book.lists if book.value(key_of(row, "closed_share")) is not None]
    ordered = sorted(rows, key=lambda row: -(book.value(key_of(row, "closed_share")) or 0))
    if len(rows) < 2 or book.value(key_of(ordered[0], "closed_share")) == book.value(
        key_of(ordered[-1], "closed_share")
    ):
        return ()
    said: list[Phrase] = [
        [f"{row.name}销号占比{word}，为", number(book.values, key_of(row, "closed_share")), "%"]
        for row, word in ((ordered[0], "最高"), (ordered[-1], "最低"))
    ]
    return phrase_runs([*listed(said, "；"), "。"])


def table(book: Book) -> Table:
    rows = tuple(
        ((Run(row.name),), *(_cell(book, key_of(row, measure), measure) for measure in MEASURES))
        for row in book.lists
    )
    total = (
        (Run("合　计"),),
        *(_cell(book, key, measure) for key, measure in zip(TOTALS, MEASURES, strict=True)),
    )
    return Table(
        "lists.table", "各台账销号情况（项）", columns(book), rows, None if book.subject.is_narrow else total
    )


def _cell(book: Book, key: str, measure: str) -> Runs:
    cell = book.cell(key, LOOKS.get(measure, ""))
    return (*cell, Run("%")) if measure == "closed_share" and cell[0].text != "—" else cell
