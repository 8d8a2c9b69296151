"""The opening words, without a heading; a correction names the bulletin it corrects."""

from reports.sections.book import Book, paragraphs, section
from reports.texts.content import Run, Runs, Section


def write(book: Book) -> Section:
    month = f"{book.month.year}年{book.month.month}月份"
    words: Runs = (Run(f"现将{month}全县优化营商环境重点任务推进情况通报如下。"),)
    if book.corrects:
        words = (Run(f"经核查，{book.corrects}有关数据有误，现予更正，原通报同时停止使用。"), *words)
    return section("opening", "", *paragraphs([("opening", [words])]))
