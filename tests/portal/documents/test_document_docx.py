import io
import os
import subprocess
import sys
import zipfile
from dataclasses import replace

import pytest
from document_samples import BULLETIN, LETTER, LISTS, SHEET
from docx import Document
from docx.oxml.ns import qn
from lxml import etree

from portal.documents.docx_writer import render_docx
from portal.documents.docx_writer.setting import RANK
from portal.documents.fonts import PRINTED_NAMES, FontMissing
from portal.documents.model import (
    Attachment,
    Chart,
    Column,
    DocumentKind,
    Heading,
    OfficialDocument,
    PageBreak,
    Paragraph,
    Table,
)

KINDS = [BULLETIN, LETTER, SHEET]
W = {"w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main"}
ODD_TEXT = "#标题 $x$ *粗* <标签> & @引用 \\ 😀 喆堃䶮"


def parts(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {
            name: etree.fromstring(archive.read(name)) for name in archive.namelist() if name.endswith(".xml")
        }


def body(document):
    return parts(render_docx(document))["word/document.xml"]


def report(*blocks, **fields):
    return OfficialDocument(kind=DocumentKind.REPORT, title="工作汇报", body=blocks, **fields)


def text_of(node):
    return "".join(node.itertext(qn("w:t")))


def lines(document):
    return [text_of(paragraph) for paragraph in body(document).iter(qn("w:p"))]


def test_the_page_is_the_one_of_the_standard():
    section = body(BULLETIN).find(".//w:sectPr", W)
    size, margins = section.find("w:pgSz", W), section.find("w:pgMar", W)
    assert (size.get(qn("w:w")), size.get(qn("w:h"))) == ("11906", "16838")
    millimetres = {
        side: round(int(margins.get(qn(f"w:{side}"))) * 25.4 / 1440, 1)
        for side in ("top", "bottom", "left", "right", "footer")
    }
    assert millimetres == {"top": 37, "bottom": 35, "left": 28, "right": 26, "footer": 23.1}


def test_a_page_holds_22_lines_of_28_characters():
    root = body(report(Paragraph("营商环境" * 200)))
    grid = root.find(".//w:sectPr/w:docGrid", W)
    assert (grid.get(qn("w:type")), grid.get(qn("w:linePitch"))) == ("lines", "579")
    paragraph = root.findall(".//w:p", W)[-1]
    pitch = int(paragraph.find("w:pPr/w:spacing", W).get(qn("w:line"))) / 20
    assert 22 * pitch <= 225 * 72 / 25.4 < 23 * pitch
    run = paragraph.find("w:r/w:rPr", W)
    width = (
        int(run.find("w:sz", W).get(qn("w:val"))) / 2 + int(run.find("w:spacing", W).get(qn("w:val"))) / 20
    )
    assert 28 * width <= 156 * 72 / 25.4 < 29 * width


@pytest.mark.parametrize("document", KINDS)
def test_every_run_names_its_east_asian_font(document):
    printed = set(PRINTED_NAMES.values())
    for name, root in parts(render_docx(document)).items():
        for run in root.iter(qn("w:r")):
            fonts = run.find("w:rPr/w:rFonts", W)
            assert fonts is not None, name
            assert fonts.get(qn("w:eastAsia")) in printed
            assert not [key for key in fonts.attrib if key.endswith("Theme")]


@pytest.mark.parametrize("document", KINDS)
def test_paragraph_properties_stand_in_schema_order(document):
    for root in parts(render_docx(document)).values():
        for properties in root.iter(qn("w:pPr")):
            ranks = [RANK[child.tag] for child in properties]
            assert ranks == sorted(ranks)


def test_page_numbers_stand_right_on_odd_pages_and_left_on_even_ones():
    content = parts(render_docx(BULLETIN))
    assert content["word/settings.xml"].find("w:evenAndOddHeaders", W) is not None
    footers = [root for name, root in content.items() if name.startswith("word/footer")]
    sides = {}
    for footer in footers:
        paragraph = footer.find("w:p", W)
        kinds = [mark.get(qn("w:fldCharType")) for mark in paragraph.iter(qn("w:fldChar"))]
        assert kinds == ["begin", "separate", "end"]
        assert "".join(paragraph.itertext(qn("w:instrText"))).strip() == "PAGE"
        assert text_of(paragraph) == "— 1 —"
        assert paragraph.find(".//w:sz", W).get(qn("w:val")) == "28"
        sides[paragraph.find("w:pPr/w:jc", W).get(qn("w:val"))] = footer
    assert set(sides) == {"left", "right"}
    references = content["word/document.xml"].findall(".//w:sectPr/w:footerReference", W)
    assert {reference.get(qn("w:type")) for reference in references} == {"default", "even"}


def test_a_table_repeats_its_header_and_never_splits_a_row():
    long = replace(LISTS, rows=LISTS.rows * 15)
    rows = body(report(long)).findall(".//w:tbl/w:tr", W)
    assert len(rows) == 1 + 60 + 1
    assert [row.find("w:trPr/w:tblHeader", W) is not None for row in rows] == [True] + [False] * 61
    assert all(row.find("w:trPr/w:cantSplit", W) is not None for row in rows)
    held = [row.find(".//w:keepNext", W) is not None for row in rows]
    assert held[-2:] == [True, False], "the last row stays with the total"


def test_an_empty_table_says_so_in_one_cell_across_its_columns():
    table = Table("表1　逾期事项", (Column("编号"), Column("事项")), (), empty_text="本月无逾期事项")
    cells = body(report(table)).findall(".//w:tbl/w:tr", W)[1].findall("w:tc", W)
    assert [text_of(cell) for cell in cells] == ["本月无逾期事项"]
    assert cells[0].find("w:tcPr/w:gridSpan", W).get(qn("w:val")) == "2"


def test_headings_are_headings_and_stay_with_their_text():
    root = body(report(*(Heading(level, f"标题{level}") for level in (1, 2, 3, 4))))
    headings = [p for p in root.iter(qn("w:p")) if text_of(p).startswith("标题")]
    assert [p.find("w:pPr/w:pStyle", W).get(qn("w:val")) for p in headings] == [
        f"Heading{n}" for n in (1, 2, 3, 4)
    ]
    assert all(p.find("w:pPr/w:keepNext", W) is not None for p in headings)
    fonts = [p.find("w:r/w:rPr/w:rFonts", W).get(qn("w:eastAsia")) for p in headings]
    assert fonts == ["黑体", "楷体_GB2312", "仿宋_GB2312", "仿宋_GB2312"]


def test_the_bulletin_has_its_red_head_and_a_rule_below():
    root = body(BULLETIN)
    masthead = next(p for p in root.iter(qn("w:p")) if text_of(p) == "优化营商环境工作通报")
    properties = masthead.find("w:r/w:rPr", W)
    assert properties.find("w:color", W).get(qn("w:val")) == "C8161D"
    assert properties.find("w:rFonts", W).get(qn("w:eastAsia")) == "方正小标宋简体"
    rule = root.find(".//w:pBdr/w:bottom", W)
    assert (rule.get(qn("w:color")), rule.get(qn("w:space"))) == ("C8161D", "11")
    above = rule.getparent().getparent().getparent()
    assert text_of(above) == "云溪县优化营商环境工作领导小组办公室2023年11月13日"


def test_a_draft_leaves_number_and_date_blank():
    printed = lines(replace(BULLETIN, issue_number=None, issued_on=None))
    assert "第　　期" in printed
    assert any(line.endswith("　　　年　月　日") for line in printed)


def test_a_letter_has_its_parts_in_order():
    printed = [line for line in lines(LETTER) if line]
    order = [
        "云溪县优化营商环境",
        "云营商办〔2023〕8号",
        "关于对并联审批率提升事项予以督办的函",
        "县住房和城乡建设局：",
        "附件：1. 督办事项清单",
        "2. 整改情况反馈表",
        "云溪县优化营商环境工作领导小组办公室",
        "2023年11月8日",
        "（联系人：沈若宁，电话：0730-1234567）",
        "附件1",
        "督办事项清单",
        "附件2",
    ]
    places = [printed.index(line) for line in order]
    assert places == sorted(places)
    assert printed[-2].startswith("抄送：县委办公室")


def test_the_last_paragraph_is_held_to_the_signature_unless_it_is_long():
    def is_held(text):
        root = body(report(Paragraph(text), signer="云溪县营商办"))
        paragraph = next(p for p in root.iter(qn("w:p")) if text_of(p) == text)
        return paragraph.find("w:pPr/w:keepNext", W) is not None

    assert is_held("请认真落实。")
    assert not is_held("请认真落实。" * 100)


def test_the_colophon_floats_at_the_foot_of_the_page():
    table = body(BULLETIN).findall(".//w:tbl", W)[-1]
    place = table.find("w:tblPr/w:tblpPr", W)
    assert (place.get(qn("w:vertAnchor")), place.get(qn("w:tblpYSpec"))) == ("margin", "bottom")
    assert [text_of(row) for row in table.findall("w:tr", W)] == [
        "报：县委、县人大、县政府、县政协领导。",
        "发：各乡镇（街道），县直及驻县有关单位。",
        "云溪县营商办2023年11月13日印发",
    ]


def test_a_sheet_is_landscape_with_group_rows_across():
    root = body(SHEET)
    size = root.find(".//w:pgSz", W)
    assert (size.get(qn("w:w")), size.get(qn("w:h")), size.get(qn("w:orient"))) == (
        "16838",
        "11906",
        "landscape",
    )
    group = next(row for row in root.iter(qn("w:tr")) if text_of(row).startswith("办理建筑许可"))
    assert group.find(".//w:gridSpan", W).get(qn("w:val")) == "8"
    assert group.find(".//w:keepNext", W) is not None


@pytest.mark.parametrize("text", [ODD_TEXT, "第一行\n第二行", "甲\x00乙\x0b丙\ufffe"])
def test_any_text_is_kept_as_text(text):
    document = report(
        Heading(1, text), Paragraph(text), Table(text, (Column(text),), ((text,),)), signer=text, remark=text
    )
    reopened = Document(io.BytesIO(render_docx(replace(document, title=text, issuer=text))))
    expected = text.replace("\x00", "").replace("\x0b", "").replace("\ufffe", "")
    assert expected in [paragraph.text for paragraph in reopened.paragraphs]
    assert reopened.tables[0].cell(1, 0).text == expected


def test_a_chart_is_a_picture_with_its_caption_as_alternative_text():
    content = render_docx(BULLETIN)
    picture = Document(io.BytesIO(content)).inline_shapes[0]
    assert round(picture.width.mm) == 140
    properties = parts(content)["word/document.xml"].find(".//{*}docPr")
    assert properties.get("descr").startswith("图1　红灯、黄灯事项较多的专班")


def test_a_chart_wider_than_the_page_is_drawn_as_wide_as_the_page():
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 400"><text y="20">营</text></svg>'
    picture = Document(io.BytesIO(render_docx(report(Chart("图1", svg, 400))))).inline_shapes[0]
    assert picture.width.mm <= 156
    assert picture.height.mm <= 225


@pytest.mark.parametrize("document", KINDS)
def test_the_same_document_gives_the_same_bytes(document):
    content = render_docx(document)
    assert render_docx(document) == content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {item.date_time for item in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_another_process_gives_the_same_bytes():
    script = (
        "import hashlib, document_samples as samples; from portal.documents.docx_writer import render_docx;"
        "print(hashlib.sha256(render_docx(samples.BULLETIN)).hexdigest())"
    )
    digests = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        result = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
        )
        digests.add(result.stdout)
    assert len(digests) == 1


def test_a_document_without_any_optional_part_can_be_set():
    empty = OfficialDocument(
        kind=DocumentKind.LETTER, title="", body=(PageBreak(),), attachments=(Attachment("", ()),)
    )
    for kind in DocumentKind:
        assert Document(io.BytesIO(render_docx(replace(empty, kind=kind))))


def test_a_chart_without_any_chinese_font_is_refused(tmp_path):
    with pytest.raises(FontMissing):
        render_docx(BULLETIN, font_folder=tmp_path, system_fonts=False)
