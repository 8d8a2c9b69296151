"""企业诉求办理情况: how many were accepted, how fast and how well they were handled, what comes again and again."""

from reports.sections.book import Book, paragraphs, section
from reports.texts.content import Block, Column, Run, Runs, Section, Table
from reports.texts.values import FigureValue
from reports.texts.wording import Phrase, amount, known, listed, number, phrase_runs, sentence

BASE = "complaints"
TOPICS, PROBLEMS = f"{BASE}.topics.", f"{BASE}.problems."
MOST_CHANNELS, MOST_TOPICS, MOST_PROBLEMS = 3, 3, 5
NO_NAME = "none"
CHANNELS = (
    "qr",
    "web",
    "hotline",
    "phone",
    "letter",
    "email",
    "wechat",
    "counter",
    "visit",
    "roundtable",
    "observer",
    "superior",
)


def write(book: Book) -> Section:
    # What a special bulletin on some task forces or lists says is not about all cases.
    if book.value(f"{BASE}.accepted") is None or book.subject.is_narrow:
        return section(BASE, "企业诉求办理情况")
    written: list[Block] = list(
        paragraphs(
            [
                (f"{BASE}.accepted", [accepted(book), channels(book), topics(book)]),
                (f"{BASE}.handled", [handled(book), satisfied(book), burdens(book)]),
                (f"{BASE}.problems", [problems(book)]),
            ]
        )
    )
    if book.has(f"{BASE}.accepted"):
        written.append(table(book))
    return section(BASE, "企业诉求办理情况", *written)


def accepted(book: Book) -> Runs:
    """How many came and were accepted, and how many not."""
    if not book.has(f"{BASE}.registered"):
        return sentence(f"{book.now}没有新登记的企业诉求")
    declined: Phrase = (
        ["不予受理", *amount(book.values, f"{BASE}.declined")] if book.has(f"{BASE}.declined") else []
    )
    return sentence(
        [f"{book.now}登记企业诉求", *amount(book.values, f"{BASE}.registered")],
        ["受理", *amount(book.values, f"{BASE}.accepted")],
        book.compared(f"{BASE}.accepted"),
        declined,
    )


def channels(book: Book) -> Runs:
    """The ways that brought most."""
    keys = _most(book, [f"{BASE}.channels.{name}" for name in CHANNELS], MOST_CHANNELS)
    return phrase_runs(["从来源看，", *_named(book, keys), "。"]) if keys else ()


def topics(book: Book) -> Runs:
    """The fields of work with most cases."""
    fields = [key for key in book.values if key.startswith(TOPICS) and not key.endswith(NO_NAME)]
    keys = _most(book, fields, MOST_TOPICS)
    return phrase_runs(["从领域看，较多的是", *_named(book, keys), "。"]) if keys else ()


def handled(book: Book) -> Runs:
    values, on_time = book.values, f"{BASE}.on_time_rate"
    closed: Phrase = (
        [f"{book.now}办结", *amount(values, f"{BASE}.closed")] if book.has(f"{BASE}.closed") else []
    )
    rate: Phrase = ["按时办结率", number(values, on_time), "%"] if known(values, on_time) else []
    mean = f"{BASE}.mean_workdays"
    took: Phrase = ["平均办理", *amount(values, mean)] if known(values, mean) else []
    since = book.compared(on_time, up="提高", down="下降") if rate else []
    return sentence(closed, rate, since, took) if closed or rate else ()


def satisfied(book: Book) -> Runs:
    """What the call-backs found; nothing where nobody could be called."""
    if not book.has(f"{BASE}.called"):
        return ()
    return sentence(
        ["有效回访", *amount(book.values, f"{BASE}.called")],
        ["解决率", number(book.values, f"{BASE}.resolved_rate"), "%"],
        ["满意率", number(book.values, f"{BASE}.satisfied_rate"), "%"],
        book.compared(f"{BASE}.satisfied_rate", up="提高", down="下降"),
    )


def burdens(book: Book) -> Runs:
    """What was handled again, prolonged or returned, where there was any of it."""
    said: list[Phrase] = [
        [word, number(book.values, key), "%"]
        for key, word in (
            (f"{BASE}.again_rate", "重办率"),
            (f"{BASE}.extended_rate", "延期率"),
            (f"{BASE}.returned_rate", "退单率"),
        )
        if book.has(key)
    ]
    return sentence(*said)


def problems(book: Book) -> Runs:
    """What many enterprises ask for and what is rising, by field; the units stand in the portal, not here."""
    if not (book.has(f"{BASE}.recurrent") or book.has(f"{BASE}.rising")):
        return ()
    counts = listed(
        [word, *amount(book.values, key)]
        for key, word in ((f"{BASE}.recurrent", "普遍性问题"), (f"{BASE}.rising", "苗头性问题"))
        if book.has(key)
    )
    clauses = [[field, *amount(book.values, key)] for key, field in _fields_of_problems(book)]
    which: Phrase = ["，较突出的在", *listed(clauses), "等领域"] if clauses else []
    return phrase_runs(["近九十天同类诉求集中的", *counts, *which, "，有关单位要举一反三、从源头上解决。"])


def _fields_of_problems(book: Book) -> list[tuple[str, str]]:
    """Return the largest problems with the name of their field, one for each field."""
    found: dict[str, str] = {}
    for key in _most(book, [key for key in book.values if key.startswith(PROBLEMS)], len(book.values)):
        field = book.values.get(TOPICS + key.removeprefix(PROBLEMS).split(".")[0])
        if field is not None:
            found.setdefault(_short(field), key)
    return [(key, name) for name, key in found.items()][:MOST_PROBLEMS]


def table(book: Book) -> Table:
    """The fields of work, the most cases first, beside the period before."""
    columns = (
        Column("领　域", 12, "left"),
        Column(f"{book.now}受理", 7),
        Column(f"{book.before}受理", 7),
    )
    keys = [key for key in book.values if key.startswith(TOPICS) and book.has(key)]
    rows = tuple(((Run(_short(book.values[key])),), *_both(book, key)) for key in keys)
    total = ((Run("合　计"),), *_both(book, f"{BASE}.accepted"))
    return Table(f"{BASE}.table", f"{book.now}各领域诉求受理情况（件）", columns, rows, total)


def _both(book: Book, key: str) -> tuple[Runs, Runs]:
    return book.cell(key), (number(book.values, key, "previous"),)


def _short(figure: FigureValue) -> str:
    return figure.name.removesuffix("诉求")


def _most(book: Book, keys: list[str], most: int) -> list[str]:
    """Return the keys with the largest counts, none of them nil."""
    found = [key for key in keys if book.has(key)]
    return sorted(found, key=lambda key: -(book.value(key) or 0))[:most]


def _named(book: Book, keys: list[str]) -> Phrase:
    return listed([_short(book.values[key]), *amount(book.values, key)] for key in keys)
