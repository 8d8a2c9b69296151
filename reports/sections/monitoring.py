"""五、监测指标变化: how the monitored items moved, which fell back, the largest changes as a table."""

from decimal import Decimal

from reports.sections.book import Book, paragraphs, section
from reports.texts.content import Block, Column, Run, Runs, Section, Table
from reports.texts.values import FigureValue
from reports.texts.wording import Phrase, amount, listed, number, phrase_runs, sentence

MONITORING = "indicators.monitoring"
MOST_NAMED = 5
MOST_ROWS = 10
KINDS = (("better", "改善"), ("same", "持平"), ("worse", "回落"))


def write(book: Book) -> Section:
    written: list[Block] = list(paragraphs([("monitoring.moved", [moved(book), fallen(book)])]))
    rows = largest(book)
    if rows:
        written.append(table(book, rows))
    return section("monitoring", "监测指标变化", *written)


def columns(book: Book) -> tuple[Column, ...]:
    return (
        Column("监测指标", 12, "left"),
        Column("单位", 3),
        Column(book.before, 4),
        Column(book.now, 4),
        Column("变化", 4),
        Column("对标值", 4),
    )


def moved(book: Book) -> Runs:
    """How many items have a value, and how many of them moved which way."""
    if not book.has(f"{MONITORING}.total"):
        return ()
    kinds: Phrase = listed(
        [word, *amount(book.values, f"{MONITORING}.{kind}")]
        for kind, word in KINDS
        if book.has(f"{MONITORING}.{kind}")
    )
    return sentence(
        ["纳入监测的指标", *amount(book.values, f"{MONITORING}.total")],
        [f"{book.now}有监测值", *amount(book.values, f"{MONITORING}.known")],
        [f"较{book.before}", *kinds] if kinds else [],
    )


def fallen(book: Book) -> Runs:
    """Which items fell back, from what to what."""
    rows = [item for item in _changed(book) if not improves(item)]
    if not rows:
        return ()
    said = [_from_to(book, item) for item in rows[:MOST_NAMED]]
    more = "等" if len(rows) > MOST_NAMED else ""
    return phrase_runs(["回落的指标：", *listed(said, "；"), more, "。"])


def _from_to(book: Book, item: FigureValue) -> Phrase:
    word = "升至" if (item.change or 0) > 0 else "降至"
    return [
        f"{item.name}由",
        number(book.values, item.key, "previous"),
        f"{item.unit}{word}",
        number(book.values, item.key),
        item.unit,
    ]


def improves(item: FigureValue) -> bool:
    return ((item.change or 0) > 0) == (item.better == "higher")


def _changed(book: Book) -> list[FigureValue]:
    """Return the monitored items that moved, in printed order."""
    return [item for key in book.monitored if (item := book.values.get(key)) and item.change]


def largest(book: Book) -> list[FigureValue]:
    """Return what fell back, then what moved most in proportion, at most ten."""
    ordered = sorted(_changed(book), key=lambda item: (improves(item), -_proportion(item)))
    return ordered[:MOST_ROWS]


def _proportion(item: FigureValue) -> Decimal:
    before = abs(Decimal(item.previous or 0))
    return abs(Decimal(item.change or 0)) / before if before else Decimal("Infinity")


def table(book: Book, rows: list[FigureValue]) -> Table:
    return Table(
        "monitoring.table",
        "变化较大的监测指标",
        columns(book),
        tuple(
            (
                (Run(item.name),),
                (Run(item.unit or "—"),),
                (number(book.values, item.key, "previous"),),
                (number(book.values, item.key),),
                (Run("+" if (item.change or 0) > 0 else "－"), number(book.values, item.key, "change")),
                (number(book.values, item.key, "benchmark"),),
            )
            for item in rows
        ),
    )
