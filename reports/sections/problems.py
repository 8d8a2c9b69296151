"""六、突出问题: the red items one by one, and the units behind. A unit is named only after a person ticked it."""

from reports.sections.book import Book, Candidate, paragraphs, section
from reports.texts.content import Block, Column, Run, Runs, Section, Table
from reports.texts.wording import Phrase, amount, listed, number, phrase_runs, sentence

MOST_ROWS = 20
COLUMNS = (
    Column("编号", 5),
    Column("红灯事项", 14, "left"),
    Column("专班", 7),
    Column("亮灯原因", 9),
)
FAULTS = (("overdue", "逾期"), ("missing", "未报"), ("late", "迟报"))
NAMED = "problems.named"


def write(book: Book) -> Section:
    written: list[Block] = list(paragraphs([("problems.red", [red(book)])]))
    if book.red_items:
        written.append(table(book))
    units = [("problems.units", [units_behind(book)]), (NAMED, [named(book)])]
    return section("problems", "突出问题", *written, *paragraphs(units))


def red(book: Book) -> Runs:
    if book.subject.is_narrow:
        return sentence(f"所涉{book.close}红灯事项{len(book.red_items)}项，见下表") if book.red_items else ()
    if book.value("indicators.lamps.red") is None:
        return ()
    if not book.has("indicators.lamps.red"):
        return sentence(f"{book.close}无红灯事项")
    again: Phrase = (
        ["其中连续两个月红灯", *amount(book.values, "indicators.lamps.red_again")]
        if book.has("indicators.lamps.red_again")
        else []
    )
    shown = f"前{MOST_ROWS}项见下表" if len(book.red_items) > MOST_ROWS else "见下表"
    return sentence([f"{book.close}红灯事项", *amount(book.values, "indicators.lamps.red")], again, shown)


def table(book: Book) -> Table:
    rows = tuple(
        (
            (Run(item.number),),
            (Run(item.title),),
            (Run(item.task_force),),
            (Run(item.reason, look="red"),),
        )
        for item in book.red_items[:MOST_ROWS]
    )
    return Table("problems.table", f"{book.close}红灯事项", COLUMNS, rows)


def units_behind(book: Book) -> Runs:
    """How many units are behind, without their names."""
    said: list[Phrase] = [
        [words, number(book.values, key), "个"]
        for key, words in (
            ("indicators.items.units_overdue", "有逾期事项的单位"),
            ("indicators.reports.units_missing", "有未报进展的单位"),
        )
        if book.has(key)
    ]
    return phrase_runs([*listed(said), "，由县营商办逐一督促。"]) if said else ()


def named(book: Book) -> Runs:
    """The units a person has ticked, each with what it owes."""
    clauses = [[unit.name, *owed] for unit in book.candidates if unit.ticked and (owed := faults(book, unit))]
    return phrase_runs(["其中，", *listed(clauses, "；"), "，予以通报。"]) if clauses else ()


def faults(book: Book, unit: Candidate) -> Phrase:
    """What a unit owes: 逾期4项、未报1项、迟报1项."""
    return listed(
        [word, *amount(book.values, f"indicators.units.{unit.code}.{measure}")]
        for measure, word in FAULTS
        if book.has(f"indicators.units.{unit.code}.{measure}")
    )
