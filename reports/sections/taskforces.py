"""二、各专班推进情况: every task force with its lamps; the ones with most red and yellow as a chart."""

from collections.abc import Sequence

from indicators.selectors.figures import Named
from portal.charts import Part, stacked_bar
from reports.sections.book import NO_WORK, Book, paragraphs, section
from reports.texts.content import Block, Chart, Column, Run, Runs, Section, Table
from reports.texts.wording import Phrase, amount, listed, phrase_runs, sentence

MOST_SHOWN = 7
MOST_NAMED = 3
TOTALS = (
    "indicators.items.total",
    "indicators.items.closed",
    "indicators.items.closed:share",
    "indicators.lamps.red",
    "indicators.lamps.yellow",
    "indicators.lamps.green",
    "indicators.lamps.grey",
    "indicators.items.closed_this_month",
)
MEASURES = ("total", "closed", "closed_share", "red", "yellow", "green", "grey", "closed_in")
LOOKS = {"red": "red", "yellow": "yellow"}


def write(book: Book) -> Section:
    written: list[Block] = list(paragraphs([("taskforces.lamps", [spread(book), red_change(book)])]))
    if book.task_forces:
        written.append(table(book))
    if worst(book):
        written.append(chart(book))
    return section("taskforces", "各专班推进情况", *written)


def columns(book: Book) -> tuple[Column, ...]:
    return (
        Column("专　班", 8, "left"),
        Column("总数", 3),
        Column("已销号", 4),
        Column("占比", 4),
        Column("红", 2),
        Column("黄", 2),
        Column("绿", 3),
        Column("灰", 2),
        Column(f"{book.now}销号", 5),
    )


def key_of(row: Named, measure: str) -> str:
    return f"indicators.taskforces.{row.code}.{measure}"


def worst(book: Book) -> list[Named]:
    """Return the task forces with red or yellow items, the most red first."""
    rows = [
        row for row in book.task_forces if book.has(key_of(row, "red")) or book.has(key_of(row, "yellow"))
    ]
    return sorted(
        rows,
        key=lambda row: (
            -(book.value(key_of(row, "red")) or 0),
            -(book.value(key_of(row, "yellow")) or 0),
        ),
    )


def spread(book: Book) -> Runs:
    """Where the red and yellow items are."""
    if not book.task_forces or book.value("indicators.lamps.red") is None:
        return ()
    red = [row for row in book.task_forces if book.has(key_of(row, "red"))]
    if not red:
        return sentence(f"各专班均无红灯事项，具体情况见{_place(book, '表')}")
    first = worst(book)[:MOST_NAMED]
    named = listed(_lamps_of(book, row) for row in first)
    rest = "等专班" if len(worst(book)) > len(first) else "专班"
    return phrase_runs(
        [
            f"{len(red)}个专班有红灯事项，",
            "红灯、黄灯事项较多的是",
            *named,
            rest,
            f"，具体情况见{_place(book, '表')}、{_place(book, '图')}。",
        ]
    )


def _place(book: Book, what: str) -> str:
    """Refer to the table or chart: by its number in a monthly bulletin, where they are the first ones."""
    is_first = book.months == 1 and not book.subject.occasion
    return f"{what}1" if is_first else f"下{what}"


def _lamps_of(book: Book, row: Named) -> Phrase:
    lamps = listed(
        [f"{word}灯", *amount(book.values, key_of(row, colour))]
        for colour, word in (("red", "红"), ("yellow", "黄"))
        if book.has(key_of(row, colour))
    )
    return [f"{row.name}（", *lamps, "）"]


def red_change(book: Book) -> Runs:
    """The task forces in which red items became more since last month."""
    more = [
        row
        for row in book.task_forces
        if (figure := book.values.get(key_of(row, "red"))) and figure.change and figure.change > 0
    ]
    if not more:
        return ()
    clauses: Sequence[Phrase] = [[row.name, *book.compared(key_of(row, "red"), since="")] for row in more]
    return phrase_runs([f"红灯事项较{book.before}，", *listed(clauses), "。"])


def table(book: Book) -> Table:
    rows: list[tuple[Runs, ...]] = []
    for row in book.task_forces:
        if not book.has(key_of(row, "total")):
            nothing: Runs = (Run("—"),)
            rows.append(((Run(row.name + NO_WORK),), *([nothing] * len(MEASURES))))
            continue
        cells = (book.cell(key_of(row, measure), LOOKS.get(measure, "")) for measure in MEASURES)
        rows.append(((Run(row.name),), *(_percent(cell, n) for n, cell in enumerate(cells))))
    total = (
        (Run("合　计"),),
        *(
            _percent(book.cell(key, LOOKS.get(measure, "")), n)
            for n, (key, measure) in enumerate(zip(TOTALS, MEASURES, strict=True))
        ),
    )
    return Table(
        "taskforces.table",
        "各专班事项销号和亮灯情况（项）",
        columns(book),
        tuple(rows),
        None if book.subject.is_narrow else total,
    )


def _percent(cell: Runs, position: int) -> Runs:
    """Add the sign to the share, which stands among counts."""
    return (*cell, Run("%")) if MEASURES[position] == "closed_share" and cell[0].text != "—" else cell


def chart(book: Book) -> Chart:
    rows = [
        Part(
            row.name,
            {colour: book.value(key_of(row, colour)) or 0 for colour in ("red", "yellow")},
        )
        for row in worst(book)[:MOST_SHOWN]
    ]
    svg = stacked_bar(rows, title="红灯、黄灯事项较多的专班", key="taskforces")
    return Chart("taskforces.chart", "红灯、黄灯事项较多的专班（红 / 黄，项）", svg)
