"""The opening words, without a heading; a correction names the bulletin it corrects."""

from reports.sections.book import Book, paragraphs, section
from reports.texts.content import Run, Runs, Section


def write(book: Book) -> Section:
    words: Runs = (Run(f"{_said(book)}通报如下。"),)
    if book.corrects:
        words = (Run(f"经核查，{book.corrects}有关数据有误，现予更正，原通报同时停止使用。"), *words)
    return section("opening", "", *paragraphs([("opening", [words])]))


def _said(book: Book) -> str:
    """A special bulletin says its occasion, the others their period."""
    if book.subject.occasion:
        return f"{book.subject.occasion.rstrip('。；，')}。现将有关情况"
    when = f"{book.month.year}年{book.month.month}月份" if book.months == 1 else book.label
    return f"现将{when}全县优化营商环境重点任务推进情况"
