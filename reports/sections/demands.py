"""下步要求: what follows from the figures, each demand only where there is cause for it."""

from portal.documents.numbers import heading_number
from reports.sections.book import Book, day, paragraphs, section
from reports.texts.content import Runs, Section
from reports.texts.wording import led, phrase_runs


def write(book: Book) -> Section:
    demands = [(key, *words) for key, demand in DEMANDS if (words := demand(book))]
    written = [
        (f"demands.{key}", [(led(f"{heading_number(2, position)}{title}。"), *words)])
        for position, (key, title, words) in enumerate(demands, start=1)
    ]
    return section("demands", "下步要求", *paragraphs(written))


def of_red_items(book: Book) -> tuple[str, Runs] | None:
    if not book.has("indicators.lamps.red"):
        return None
    by = f"于{day(book.reply_by)}前" if book.reply_by else "于通报印发后5个工作日内"
    words = f"有关专班要对照红灯事项逐项明确责任人、整改措施和完成时限，{by}将整改情况报县营商办。"
    return "抓紧整改红灯事项", phrase_runs([words])


def of_overdue(book: Book) -> tuple[str, Runs] | None:
    if not (book.has("indicators.items.overdue") or book.has("indicators.lamps.red_again")):
        return None
    words = "对逾期未销号、连续两个月亮红灯的事项，县营商办将按规定催办、督办；仍无进展的，提请约谈。"
    return "严格督办问责", phrase_runs([words])


def of_reports(book: Book) -> tuple[str, Runs] | None:
    if not (book.has("indicators.reports.missing") or book.has("indicators.reports.late")):
        return None
    words = "未报、迟报进展的单位要落实专人，按时如实填报，数据和佐证材料须经单位负责人核实。"
    return "按时报送进展", phrase_runs([words])


def of_all(book: Book) -> tuple[str, Runs] | None:
    if not book.has("indicators.items.open"):
        return None
    words = "各专班、各责任单位要对照年度目标倒排工期，未到期事项按序时进度推进，完成一项、销号一项。"
    return "确保完成年度目标", phrase_runs([words])


DEMANDS = (("red", of_red_items), ("overdue", of_overdue), ("reports", of_reports), ("all", of_all))
