"""The sheet 填写说明: what each column wants, made from the description of the columns."""

from collections.abc import Iterable, Iterator
from datetime import date
from math import ceil

from xlsxwriter import Workbook

from portal.workbooks.columns import DAYS, Column, Kind, Sheet
from portal.workbooks.layout import ROW_HEIGHT, line_count, row_height
from portal.workbooks.styles import Styles

GUIDE_TITLE = "填写说明"
HEADS = ("栏目", "是否必填", "填写要求", "说明")
WIDTHS = (22.0, 11.0, 44.0, 58.0)
TITLE_HEIGHT, SECTION_HEIGHT = 34, 26
PAGE_HEIGHT = 487  # points: A4 across, less Excel's margins
MOST_SQUEEZED = 1.25
GENERAL = (
    "蓝色表头的栏目可以填写，表头带红色 * 的必须填写；灰色表头的栏目由系统生成，改动不会导入。",
    "不要改动工作表名称和表头文字。可以增加行；新增的行，由系统编号的栏目请留空。",
    "已有内容的单元格清空后导入，系统中的该项内容也会清空；整列删去，该列内容保持不变。",
    "日期按 2025-06-03 的样式填写，百分比连同百分号填写。统一社会信用代码、身份证号等长编码按文本填写。",
    "填写后保存为「Excel 工作簿（*.xlsx）」再上传。上传后先显示核对结果，确认后才会保存。",
)


REQUIREMENTS = {
    Kind.TEXT: "文字{length}",
    Kind.LONG_TEXT: "文字，可用 Alt+Enter 换行{length}",
    Kind.INTEGER: "整数{range}",
    Kind.DECIMAL: "数字{places}{range}，不带单位",
    Kind.PERCENT: "百分比，例如 85%{places}{range}",
    Kind.DATE: "日期，例如 2025-06-03{range}",
    Kind.MONTH: "月份，例如 2025-06{range}",
    Kind.CHOICE: "从下拉列表选择：{choices}",
    Kind.CODE: "编码，按文本填写{length}",
    Kind.PHONE: "电话号码，按文本填写",
}


def requirement(column: Column) -> str:
    """Return in a few words what may stand in a column."""
    return REQUIREMENTS[column.kind].format(
        length=f"，不超过 {column.max_length} 字" if column.max_length else "",
        places=_places(column),
        range=_range(column),
        choices="、".join(column.choices),
    )


def _places(column: Column) -> str:
    if column.places is None:
        return ""
    return f"，最多 {column.places} 位小数" if column.places else "，不带小数"


def _range(column: Column) -> str:
    low, high = (_bound(column, bound) for bound in (column.minimum, column.maximum))
    if low and high:
        return f"，{low} 至 {high}"
    if low:
        return f"，不{'早' if column.kind in DAYS else '小'}于 {low}"
    return f"，不{'晚' if column.kind in DAYS else '大'}于 {high}" if high else ""


def _bound(column: Column, bound: object) -> str:
    if bound is None:
        return ""
    if isinstance(bound, date):
        return f"{bound:%Y-%m}" if column.kind is Kind.MONTH else bound.isoformat()
    return f"{bound}%" if column.kind is Kind.PERCENT else str(bound)


def write_guide(book: Workbook, styles: Styles, sheets: Iterable[Sheet], notes: tuple[str, ...]) -> None:
    """Add the sheet 填写说明 for the sheets that can be imported."""
    page = book.add_worksheet(GUIDE_TITLE)
    for place, width in enumerate(WIDTHS):
        page.set_column(place, place, width)
    page.set_landscape()
    page.set_paper(9)
    page.hide_gridlines(2)
    page.set_footer("&C&9第 &P 页 共 &N 页")
    heights: list[float] = []

    def add_row(height: float) -> int:
        page.set_row(len(heights), height)
        heights.append(height)
        return len(heights) - 1

    page.merge_range(add_row(TITLE_HEIGHT), 0, 0, 3, GUIDE_TITLE, styles.title)
    for number, note in enumerate((*GENERAL, *notes), start=1):
        text = f"{number}. {note}"
        row = add_row(row_height(line_count(text, sum(WIDTHS))))
        page.merge_range(row, 0, row, 3, text, styles.note)
    for sheet in sheets:
        add_row(ROW_HEIGHT)
        row = add_row(SECTION_HEIGHT)
        page.merge_range(row, 0, row, 3, f"工作表「{sheet.title}」", styles.section)
        for cells, style in (
            (HEADS, styles.table_head),
            *((one, styles.table_cell) for one in _lines(sheet)),
        ):
            lines = max(line_count(text, width) for text, width in zip(cells, WIDTHS, strict=True))
            row = add_row(row_height(lines))
            for place, text in enumerate(cells):
                page.write_string(row, place, text, style)
    # Rather a little smaller than a few rows on a page of their own.
    page.fit_to_pages(1, ceil(sum(heights) / (PAGE_HEIGHT * MOST_SQUEEZED)))


def _lines(sheet: Sheet) -> Iterator[tuple[str, str, str, str]]:
    for column in sheet.columns:
        if column.locked and column.key in sheet.key:
            yield column.label, "系统生成", "用来对应系统中的记录，不要改动；新增的行留空", column.help
        elif column.locked:
            yield column.label, "系统生成", "不用填写", column.help
        else:
            yield column.label, "必填" if column.required else "选填", requirement(column), column.help
