"""惠企政策兑现情况: how many items there are, what was paid to how many, how far it reaches, who paid it."""

from reports.sections.book import Book, day, paragraphs, section
from reports.texts.content import Block, Column, Run, Runs, Section, Table
from reports.texts.values import FigureValue
from reports.texts.wording import Phrase, amount, known, listed, number, phrase_runs, sentence

BASE = "policies"
TITLE = "惠企政策兑现情况"
UNITS, ITEMS, PAID = f"{BASE}.units.", ".items", ".paid_10k_yuan"
MODES = (
    ("automatic", "免申即享"),
    ("instant", "即申即享"),
    ("promise", "承诺兑现"),
    ("timed", "限时兑现"),
)
MOST_UNITS = 3


def write(book: Book) -> Section:
    # What a special bulletin on some task forces or lists says is not about all policies.
    if book.value(f"{BASE}.items") is None or book.subject.is_narrow:
        return section(BASE, TITLE)
    written: list[Block] = list(
        paragraphs(
            [
                (f"{BASE}.items", [items(book)]),
                (f"{BASE}.paid", [paid(book), paid_now(book), share(book), units(book)]),
                (f"{BASE}.reach", [reach(book), without(book)]),
            ]
        )
    )
    if book.has(f"{BASE}.paid_10k_yuan"):
        written.append(table(book))
    return section(BASE, TITLE, *written)


def items(book: Book) -> Runs:
    """How many items are published, and how they reach the enterprise."""
    if not book.has(f"{BASE}.items"):
        return ()
    modes: Phrase = listed(
        [word, *amount(book.values, f"{BASE}.items.{mode}")]
        for mode, word in MODES
        if book.has(f"{BASE}.items.{mode}")
    )
    return sentence(
        [f"截至{day(book.as_of)}，全县发布惠企政策事项", *amount(book.values, f"{BASE}.items")],
        ["其中", *modes],
    )


def paid(book: Book) -> Runs:
    """What was paid since January."""
    if not book.has(f"{BASE}.paid_10k_yuan"):
        return sentence("今年以来尚未兑现惠企资金") if book.value(f"{BASE}.paid_10k_yuan") is not None else ()
    return sentence(
        ["今年以来累计兑现惠企资金", *amount(book.values, f"{BASE}.paid_10k_yuan")],
        [
            *amount(book.values, f"{BASE}.payouts"),
            "，惠及市场主体",
            *amount(book.values, f"{BASE}.paid_enterprises"),
        ],
    )


def paid_now(book: Book) -> Runs:
    """What the period itself paid."""
    key = f"{BASE}.paid_this_period_10k_yuan"
    if not book.has(key):
        return sentence(f"{book.now}没有新增兑现") if book.has(f"{BASE}.paid_10k_yuan") else ()
    return sentence(
        [f"{book.now}兑现", *amount(book.values, key)],
        amount(book.values, f"{BASE}.payouts_this_period"),
        book.compared(key),
    )


def share(book: Book) -> Runs:
    """How much of it needed no application, and how long it took."""
    values, automatic, days = book.values, f"{BASE}.payouts.automatic_share", f"{BASE}.days_to_payout"
    said: Phrase = ["免申即享兑现占", number(values, automatic), "%"] if known(values, automatic) else []
    took: Phrase = ["从推送到拨付平均", *amount(values, days)] if known(values, days) else []
    return sentence(said, took) if said or took else ()


def units(book: Book) -> Runs:
    """The units that paid most."""
    keys = _paying(book)[:MOST_UNITS]
    named = listed([_unit(book.values[key]), *amount(book.values, key)] for key in keys)
    return phrase_runs(["兑现金额较多的是", *named, "。"]) if len(keys) > 1 else ()


def reach(book: Book) -> Runs:
    """Of those who qualify, how many were paid."""
    values, qualified = book.values, f"{BASE}.qualified"
    if not known(values, qualified):
        return ()
    return sentence(
        ["经数据比对，符合资金类事项条件的市场主体", *amount(values, qualified)],
        ["政策覆盖率", number(values, f"{BASE}.coverage"), "%"],
    )


def without(book: Book) -> Runs:
    """How many items have paid nothing so far."""
    key = f"{BASE}.items.without_payout"
    if not book.has(key) or not book.has(f"{BASE}.paid_10k_yuan"):
        return ()
    words = "今年以来尚无资金兑现的事项（含非资金类）"
    return sentence([words, *amount(book.values, key)], "有关单位要逐项核实原因、主动对接企业")


def table(book: Book) -> Table:
    """The units that paid, the largest sum first."""
    columns = (
        Column("牵头单位", 12, "left"),
        Column("事项（项）", 7),
        Column("兑现金额（万元）", 9),
    )
    rows = tuple(
        (
            (Run(_unit(book.values[key])),),
            book.cell(key.removesuffix(PAID) + ITEMS),
            book.cell(key),
        )
        for key in _paying(book)
    )
    return Table(f"{BASE}.table", "各牵头单位惠企政策兑现情况", columns, rows)


def _paying(book: Book) -> list[str]:
    keys = [key for key in book.values if key.startswith(UNITS) and key.endswith(PAID) and book.has(key)]
    return sorted(keys, key=lambda key: -(book.value(key) or 0))


def _unit(figure: FigureValue) -> str:
    return figure.name.removesuffix("兑现金额（万元）")
