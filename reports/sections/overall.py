"""一、总体情况: how much there is, how much is closed, how the lamps stand."""

from reports.sections.book import Book, day, paragraphs, section
from reports.texts.content import Runs, Section
from reports.texts.values import mark
from reports.texts.wording import (
    Phrase,
    amount,
    compared_with_last_year,
    known,
    listed,
    number,
    phrase_runs,
    sentence,
)

ITEMS = "indicators.items"
LAMPS = ("blue", "green", "yellow", "red", "grey")
LAMP_WORDS = {"blue": "蓝灯", "green": "绿灯", "yellow": "黄灯", "red": "红灯", "grey": "灰灯"}


def write(book: Book) -> Section:
    return section(
        "overall",
        "总体情况",
        *paragraphs(
            [
                ("overall.closing", [totals(book), by_list(book)]),
                ("overall.rate", [closing_rate(book)]),
                ("overall.lamps", [lamps(book), lamp_changes(book)]),
                ("overall.instructions", [instructions(book)]),
            ]
        ),
    )


def totals(book: Book) -> Runs:
    """How many tasks and problems there are, and how many of them are closed."""
    values, closed = book.values, f"{ITEMS}.closed"
    if not known(values, f"{ITEMS}.total"):
        return ()
    forces: Phrase = (
        [number(values, "indicators.taskforces"), "个"] if book.has("indicators.taskforces") else []
    )
    share: Phrase = ["占", number(values, closed, "share"), "%"] if known(values, closed, "share") else []
    return sentence(
        [
            f"截至{day(book.as_of)}，全县",
            *forces,
            "指标专班承担任务和问题",
            *amount(values, f"{ITEMS}.total"),
        ],
        ["已销号", *amount(values, closed)],
        share,
        book.compared(closed),
        compared_with_last_year(values, closed),
    )


def by_list(book: Book) -> Runs:
    """The same by list, in printed order; lists without items are left out."""
    rows = [row for row in book.lists if book.has(f"indicators.lists.{row.code}.total")]
    if len(rows) < 2:
        return ()
    clauses = [
        [
            row.name,
            *amount(book.values, f"indicators.lists.{row.code}.total"),
            "，销号",
            *amount(book.values, f"indicators.lists.{row.code}.closed"),
        ]
        for row in rows
    ]
    return phrase_runs(["其中，", *listed(clauses, "；"), "。"])


def closing_rate(book: Book) -> Runs:
    """What should have been closed by now; nothing when nothing had to be."""
    values, rate = book.values, f"{ITEMS}.closing_rate"
    if not known(values, rate):
        return ()
    overdue: Phrase = (
        ["逾期未销号", *amount(values, f"{ITEMS}.overdue")]
        if book.has(f"{ITEMS}.overdue")
        else ["无逾期事项"]
    )
    reopened: Phrase = (
        ["因回头看不合格重新打开", *amount(values, f"{ITEMS}.reopened")]
        if book.has(f"{ITEMS}.reopened")
        else []
    )
    return sentence(
        ["应销号", *amount(values, f"{ITEMS}.should_close")],
        ["销号率", number(values, rate), "%"],
        book.compared(rate, up="提高", down="下降"),
        overdue,
        reopened,
    )


def lamps(book: Book) -> Runs:
    """The lamps with their whole shares, which total 100; colours that don't occur are left out."""
    shown = [colour for colour in LAMPS if book.has(f"indicators.lamps.{colour}")]
    if not shown:
        return ()
    keys = [f"indicators.lamps.{colour}" for colour in shown]
    counts = listed(
        [LAMP_WORDS[colour], *amount(book.values, key)] for colour, key in zip(shown, keys, strict=True)
    )
    if any(book.value(mark(key, "share")) is None for key in keys):
        return phrase_runs([f"从{book.close}亮灯看，", *counts, "。"])
    shares = listed([number(book.values, key, "share"), "%"] for key in keys)
    return phrase_runs(
        [f"从{book.close}亮灯看，", *counts, "，", "分别占" if len(shown) > 1 else "占", *shares, "。"]
    )


def lamp_changes(book: Book) -> Runs:
    """How red and yellow moved since last month."""
    changes: list[Phrase] = []
    for colour in ("red", "yellow"):
        said = book.compared(f"indicators.lamps.{colour}")
        if said:
            changes.append([LAMP_WORDS[colour], *said])
    return sentence(*changes)


def instructions(book: Book) -> Runs:
    values = book.values
    if not book.has(f"{ITEMS}.instruction"):
        return ()
    overdue: Phrase = (
        ["其中逾期", *amount(values, "indicators.instructions.overdue")]
        if book.has("indicators.instructions.overdue")
        else []
    )
    still_open: Phrase = (
        ["尚未办结", *amount(values, "indicators.instructions.open")]
        if book.has("indicators.instructions.open")
        else ["已全部办结"]
    )
    return sentence(["历次调度交办事项共", *amount(values, f"{ITEMS}.instruction")], still_open, overdue)
