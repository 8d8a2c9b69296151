import io
import os
import subprocess
import sys
from dataclasses import replace
from itertools import product

import pytest
from document_samples import BULLETIN, LETTER, SHEET
from PIL import Image
from pypdf import PdfReader

from portal.documents.fonts import FontMissing, find_fonts
from portal.documents.layout import PORTRAIT
from portal.documents.model import (
    Attachment,
    Chart,
    Column,
    DocumentKind,
    GroupRow,
    Heading,
    OfficialDocument,
    PageBreak,
    Paragraph,
    Table,
)
from portal.documents.pdf_writer import render_pdf
from portal.documents.pictures import ChartUnreadable, draw_chart

MM = 25.4 / 72


def report(*blocks, **fields):
    return OfficialDocument(kind=DocumentKind.REPORT, title="工作汇报", body=blocks, **fields)


def pages(document):
    return PdfReader(io.BytesIO(render_pdf(document, font_folder=None).content)).pages


def text_of(page):
    return page.extract_text()


def places(page):
    """Return the pieces of text on a page with their distances from its left and lower edges, in mm."""
    found = []

    def visit(text, matrix, text_matrix, _font, _size):
        x, y = text_matrix[4:]
        if text.strip():
            across = matrix[0] * x + matrix[2] * y + matrix[4]
            up = matrix[1] * x + matrix[3] * y + matrix[5]
            found.append((text.strip(), across * MM, up * MM))

    page.extract_text(visitor_text=visit)
    return found


def test_a_page_holds_22_lines_of_28_characters():
    second = pages(report(Paragraph("营" * 28 * 70)))[1]
    lines = [line for line in text_of(second).splitlines() if "营" in line]
    assert [len(line) for line in lines] == [28] * 22


def test_the_text_stands_within_the_margins_of_the_standard():
    second = pages(report(Paragraph("营" * 28 * 70)))[1]
    assert (round(float(second.mediabox.width) * MM), round(float(second.mediabox.height) * MM)) == (210, 297)
    text = [(x, y) for piece, x, y in places(second) if "营" in piece]
    assert round(min(x for x, _ in text)) == 28
    assert 297 - 37 - 6 < max(y for _, y in text) < 297 - 37
    assert min(y for _, y in text) > 35


def test_page_numbers_stand_right_on_odd_pages_and_left_on_even_ones():
    for number, page in enumerate(pages(report(Paragraph("营" * 28 * 70))), start=1):
        dashes = [(x, y) for piece, x, y in places(page) if piece.startswith("—")]
        assert f"— {number} —" in text_of(page)
        assert all((x > 150) if number % 2 else (x < 50) for x, _ in dashes)
        assert all(20 < y < 28 for _, y in dashes), "7 mm below the text area"


def test_a_table_of_60_rows_repeats_its_header():
    rows = tuple((f"DB-{number:03}", "县住建局") for number in range(1, 61))
    printed = [
        text_of(page) for page in pages(report(Table("表1", (Column("编号"), Column("责任单位")), rows)))
    ]
    assert len(printed) > 2
    assert all("责任单位" in text for text in printed)
    whole = "".join(printed)
    assert all(whole.count(f"DB-{number:03}") == 1 for number in range(1, 61))


def test_a_row_longer_than_a_page_loses_nothing():
    table = Table("表1", (Column("序号"), Column("内容", 3)), (("1", "营" * 3000),))
    assert sum(text_of(page).count("营") for page in pages(report(table))) == 3000


def test_an_empty_table_says_so():
    table = Table("表1", (Column("编号"), Column("事项")), (), empty_text="本月无逾期事项")
    assert "本月无逾期事项" in text_of(pages(report(table))[0])


@pytest.mark.parametrize("order", ["".join(order) for order in product("组行", repeat=4)])
def test_group_rows_print_wherever_they_stand(order):
    # typst 0.15 stops at two header rows in succession that come before the first ordinary row.
    rows = tuple(GroupRow("某组") if kind == "组" else ("某行", "") for kind in order)
    printed = text_of(pages(report(Table("表1", (Column("编号"), Column("事项")), rows)))[0])
    assert [line[1] for line in printed.splitlines() if line[:2] in {"某组", "某行"}] == list(order)


def test_a_group_is_named_again_on_the_next_page():
    rows = (GroupRow("办理建筑许可"), *(("1", "事项") for _ in range(40)))
    table = Table("表1", (Column("编号"), Column("事项")), rows)
    assert all("办理建筑许可" in text_of(page) for page in pages(report(table)))


@pytest.mark.parametrize("count", range(1, 24))
def test_the_colophon_stands_at_the_foot_of_the_last_page(count):
    document = report(
        *(Paragraph("一段正文。") for _ in range(count)),
        copies_to=BULLETIN.copies_to,
        imprint=BULLETIN.imprint,
    )
    printed = pages(document)
    assert ["印发" in text_of(page) for page in printed] == [False] * (len(printed) - 1) + [True]
    assert sum(text_of(page).count("一段正文") for page in printed) == count
    foot = [y for piece, _, y in places(printed[-1]) if "云溪县营商办" in piece]
    assert 35 < foot[0] < 40


@pytest.mark.parametrize("count", range(10, 24))
def test_a_signature_never_stands_alone_on_its_page(count):
    document = report(
        Paragraph("营" * 28 * count), signer="云溪县营商办", attachments=(Attachment("清单", ()),)
    )
    signed = next(text_of(page) for page in pages(document) if "云溪县营商办" in text_of(page))
    assert "营营" in signed
    assert "附件：清单" in signed


@pytest.mark.parametrize("lines", [1, 2, 3, 4])
@pytest.mark.parametrize("count", range(1, 20))
def test_a_signature_shares_its_page_with_text_however_short_the_last_paragraph(count, lines):
    body = (Paragraph("前文" * 14 * count), Paragraph("结尾" * (14 * lines - 2)))
    signed = next(
        text
        for page in pages(report(*body, signer="云溪县营商办", sealed=lines % 2 == 0))
        if "云溪县营商办" in (text := text_of(page))
    )
    assert "结尾" in signed


@pytest.mark.parametrize(
    "text",
    [
        '#标题 $x$ *粗* _斜_ `码` <标签> & @引用 [甲] \\ ~ "引" //注 /*注*/ =式 -列 +列 喆堃䶮',
        '#panic("甲")',
        '#read("/etc/passwd") #sys.inputs',
        "\\u{4e00} \\\\ %(name)s {0}",
    ],
)
def test_any_text_is_kept_as_text(text):
    table = Table(text, (Column("列"),), ((text,),))
    blocks = (Heading(1, text), Paragraph(text), table)
    printed = "".join(
        "".join(text_of(page).split()) for page in pages(report(*blocks, signer=text, remark=text))
    )
    assert printed.count("".join(text.split())) == 6


def test_a_character_no_font_has_is_printed_as_a_sign_and_named():
    rendered = render_pdf(report(Paragraph("园区🏢和\U000f0000企业")), font_folder=None)
    assert "园区〓和〓企业" in text_of(PdfReader(io.BytesIO(rendered.content)).pages[0])
    assert "字体中没有“🏢”（U+1F3E2），以“〓”代替" in rendered.substitutes


def test_rare_characters_of_names_are_printed():
    rendered = render_pdf(report(Paragraph("喆堃䶮")), font_folder=None)
    assert "喆堃䶮" in text_of(PdfReader(io.BytesIO(rendered.content)).pages[0])
    assert not [note for note in rendered.substitutes if "〓" in note]


def test_a_draft_leaves_number_and_date_blank():
    printed = text_of(pages(replace(BULLETIN, issue_number=None, issued_on=None))[0])
    first_lines = "".join(printed.split())
    assert "第期" in first_lines
    assert "办公室年月日" in first_lines


def test_a_letter_has_its_parts_in_order():
    printed = "".join("".join(text_of(page).split()) for page in pages(LETTER))
    order = [
        "云营商办〔2023〕8号",
        "予以督办的函",
        "县住房和城乡建设局：",
        "附件：1.督办事项清单",
        "2023年11月8日",
        "联系人：沈若宁",
        "附件1",
        "附件2",
        "抄送：",
        "印发",
    ]
    found = [printed.index(text) for text in order]
    assert found == sorted(found)


def test_a_sheet_is_landscape_and_counts_its_pages():
    table = SHEET.body[0]
    long = replace(SHEET, body=(replace(table, rows=table.rows * 12),))
    printed = pages(long)
    assert (round(float(printed[0].mediabox.width) * MM), round(float(printed[0].mediabox.height) * MM)) == (
        297,
        210,
    )
    for number, page in enumerate(printed, start=1):
        assert f"第 {number} 页　共 {len(printed)} 页" in text_of(page)
        assert "红黄灯事项" in text_of(page)


def test_the_file_is_an_archive_pdf_with_title_and_date():
    reader = PdfReader(io.BytesIO(render_pdf(BULLETIN, font_folder=None).content))
    assert reader.xmp_metadata.pdfaid_part == "2"
    assert reader.metadata.title == BULLETIN.title
    assert reader.metadata.creation_date.date() == BULLETIN.issued_on


@pytest.mark.parametrize("document", [BULLETIN, LETTER, SHEET, replace(BULLETIN, issued_on=None)])
def test_the_same_document_gives_the_same_bytes(document):
    assert render_pdf(document, font_folder=None) == render_pdf(document, font_folder=None)


def test_another_process_gives_the_same_bytes():
    script = (
        "import hashlib, document_samples as samples; from portal.documents.pdf_writer import render_pdf;"
        "print(hashlib.sha256(render_pdf(samples.BULLETIN, font_folder=None).content).hexdigest())"
    )
    digests = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        result = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
        )
        digests.add(result.stdout)
    assert len(digests) == 1


def test_without_any_chinese_font_there_is_a_clear_refusal(tmp_path):
    with pytest.raises(FontMissing, match="没有可用的中文字体"):
        render_pdf(BULLETIN, font_folder=tmp_path, system_fonts=False)


def test_a_font_in_the_office_folder_is_found_without_the_system(tmp_path):
    system = find_fonts(None)
    serif = next(font.path for font in system.fonts.fonts() if font.family == "Noto Serif CJK SC")
    (tmp_path / "serif.ttc").symlink_to(serif)
    rendered = render_pdf(BULLETIN, font_folder=tmp_path, system_fonts=False)
    assert "黑体 以 Noto Serif CJK SC 代替" in rendered.substitutes


def label(text):
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 30">'
        f'<text x="5" y="22" font-family="PingFang SC, sans-serif" font-size="20">{text}</text></svg>'
    )


def test_the_labels_of_a_chart_are_characters_and_not_boxes():
    fonts = find_fonts(None)
    drawn = [draw_chart(Chart("图1", label(text), 60), PORTRAIT, fonts).png for text in ("营商", "环境", "")]
    assert len(set(drawn)) == 3
    darkest = [Image.open(io.BytesIO(png)).convert("L").getextrema()[0] for png in drawn]
    assert darkest == [0, 0, 255]


@pytest.mark.parametrize("svg", ["", "不是图", "<svg", "<p>甲</p>"])
def test_a_broken_chart_is_refused_by_name(svg):
    with pytest.raises(ChartUnreadable, match="图表「图1」"):
        render_pdf(report(Chart("图1", svg)), font_folder=None)


def test_a_document_without_any_optional_part_can_be_set():
    empty = OfficialDocument(
        kind=DocumentKind.LETTER, title="", body=(PageBreak(),), attachments=(Attachment("", ()),)
    )
    for kind in DocumentKind:
        assert pages(replace(empty, kind=kind))


@pytest.mark.parametrize("kind", [DocumentKind.REPORT, DocumentKind.SHEET])
def test_a_total_never_stands_alone_on_its_page(kind):
    columns = (Column("单位", 3), Column("项数"))
    together = []
    for count in range(18, 32):
        rows = tuple((f"单位{n}", str(n)) for n in range(count))
        table = Table("表1", columns, rows, total_row=("合计", "99"))
        printed = pages(OfficialDocument(kind=kind, title="工作汇报", body=(table,)))
        last = next(text_of(page) for page in printed if "合计" in text_of(page))
        together.append((len(printed), last.count("单位") > 1))
    assert {more for _, more in together} == {True}
    assert {1, 2} <= {number for number, _ in together}, "the break has to fall among these lengths"
