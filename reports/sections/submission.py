"""四、月报质量: how many reports came, how punctual they were, how many went back."""

from reports.sections.book import Book, day, paragraphs, section
from reports.texts.content import Runs, Section
from reports.texts.wording import Phrase, amount, compared_with_last_year, known, number, sentence

REPORTS = "indicators.reports"


def write(book: Book) -> Section:
    sentences = [submitted(book), punctual(book), quality(book)]
    return section("reports", "月报质量", *paragraphs([("reports.submitted", sentences)]))


def submitted(book: Book) -> Runs:
    """How many of the reports that were due had come by the closing day, or by the day of the draft before it."""
    values = book.values
    if not book.has(f"{REPORTS}.due"):
        return ()
    missing: Phrase = (
        ["未报", *amount(values, f"{REPORTS}.missing"), "，涉及", *_units(book)]
        if book.has(f"{REPORTS}.missing")
        else ["全部报齐"]
    )
    return sentence(
        [f"{_when(book)}应报进展", *amount(values, f"{REPORTS}.due")],
        [f"截至{_until(book)}已报", *amount(values, f"{REPORTS}.submitted")],
        missing,
    )


def _until(book: Book) -> str:
    """Say up to when the reports are counted; a draft from before the closing names its own day."""
    if book.closes_on is None or book.months > 1:
        return "封账"
    closing = f"{day(book.closes_on)}封账"
    return f"{day(book.counted_on)}（{closing}）" if book.counted_on else closing


def _when(book: Book) -> str:
    return f"{book.month.month}月份" if book.months == 1 else book.now


def _units(book: Book) -> Phrase:
    return [number(book.values, f"{REPORTS}.units_missing"), "个单位"]


def punctual(book: Book) -> Runs:
    values, rate = book.values, f"{REPORTS}.on_time_rate"
    if not known(values, rate):
        return ()
    late: Phrase = ["迟报", *amount(values, f"{REPORTS}.late")] if book.has(f"{REPORTS}.late") else []
    return sentence(
        ["按时报送", *amount(values, f"{REPORTS}.on_time")],
        late,
        ["按时率", number(values, rate), "%"],
        book.compared(rate, up="提高", down="下降"),
        compared_with_last_year(values, rate, up="提高", down="下降"),
    )


def quality(book: Book) -> Runs:
    if not book.has(f"{REPORTS}.returned"):
        return ()
    return sentence(
        ["审核中退回修改", *amount(book.values, f"{REPORTS}.returned")],
        book.compared(f"{REPORTS}.returned"),
    )
