"""The content on paper: headings counted, captions numbered, pages filled."""

from datetime import date

import pytest

from portal.documents.model import Heading, Table
from reports.paper.document import CLOSING, Cover, official_document, report_document
from reports.paper.pages import paginate
from reports.texts import content
from reports.texts.content import Column, Paragraph, Run, Section, sections_from_json, sections_to_json
from reports.texts.editing import edit, merge


def words(key, chars):
    return Paragraph(key, (Run("字" * chars),))


def table(rows, key="t", total=False):
    cells = tuple(((Run(f"第{n}行"),), (Run(str(n), f"f{n}"),)) for n in range(rows))
    columns = (Column("名称", 4, "left"), Column("数"))
    return content.Table(key, "一览", columns, cells, ((Run("合计"),), (Run("9"),)) if total else None)


def test_sections_without_content_take_no_number():
    sections = (
        Section("a", "", (words("p", 3),)),
        Section("b", "总体情况", (words("q", 3), table(1, "t1"))),
        Section("c", "空着的", ()),
        Section("d", "下步要求", (words("r", 3), table(1, "t2"))),
    )
    document = official_document(Cover("题", "云溪县"), sections)
    assert [block.text for block in document.body if isinstance(block, Heading)] == [
        "一、总体情况",
        "二、下步要求",
    ]
    assert [block.caption for block in document.body if isinstance(block, Table)] == [
        "表1　一览",
        "表2　一览",
    ]


def test_the_cover_carries_number_and_date():
    document = official_document(
        Cover("题", "云溪县", 10, "云营商办通报〔2023〕10号", date(2023, 11, 13)),
        (Section("a", "", (words("p", 3),)),),
    )
    assert document.issuer == "云溪县优化营商环境工作领导小组办公室"
    assert (document.issue_number, document.imprint.printed_on) == (10, date(2023, 11, 13))


def test_content_reads_back_as_it_was_stored():
    sections = (
        Section(
            "a",
            "总体情况",
            (words("p", 3), table(2, total=True), content.Chart("c", "图", "<svg/>")),
            ("gone",),
        ),
    )
    assert sections_from_json(sections_to_json(sections)) == sections


def on_pages(*sections):
    pages, _ = paginate(sections)
    return [[part if isinstance(part, str) else part.key for part in page.parts] for page in pages]


def test_the_first_page_holds_less_than_the_others():
    blocks = tuple(words(f"p{n}", 26) for n in range(40))
    pages, _ = paginate((Section("a", "", blocks),))
    assert [len(page.parts) for page in pages] == [11, 22, 7]


def test_a_heading_goes_with_what_follows_it():
    blocks = tuple(words(f"p{n}", 26) for n in range(10))
    pages = on_pages(Section("a", "", blocks), Section("b", "总体情况", (words("q", 60),)))
    assert pages[0][-1] == "p9"
    assert pages[1] == ["一、总体情况", "q"]


def test_a_long_table_is_cut_and_keeps_its_total_with_a_row():
    pages, captions = paginate((Section("a", "", (words("p", 100), table(25, total=True))),))
    first, second = pages[0].parts[-1], pages[1].parts[0]
    assert len(first.rows) + len(second.rows) == 25
    assert first.total is None
    assert second.total
    assert (captions.get(first.key), captions.get(second.key)) == ("表1　一览", None)


def test_a_short_table_is_not_cut():
    assert on_pages(Section("a", "", (words("p", 240), table(6)))) == [["p"], ["t"]]


@pytest.mark.parametrize("rows", [1, 9, 24, 25, 26, 60])
@pytest.mark.parametrize("above", [0, 100, 260])
def test_no_row_is_lost_wherever_a_table_is_cut(rows, above):
    pages, _ = paginate((Section("a", "", (words("p", above + 1), table(rows, total=True))),))
    shown = [part for page in pages for part in page.parts if isinstance(part, content.Table)]
    assert [row for part in shown for row in part.rows] == list(table(rows).rows)
    assert [part.total is not None for part in shown] == [False] * (len(shown) - 1) + [True]


def test_a_repeated_edit_changes_nothing():
    section = Section("a", "总体情况", (words("p", 3),))
    once = edit(section, {"p": "新的一句。"}, "加一段。")
    assert edit(once, {"p": "新的一句。", "a.added1": "加一段。"}) == once


def test_a_fresh_generation_keeps_what_a_person_did():
    kept = edit(
        Section("a", "总体情况", (words("p", 3), words("q", 3), words("r", 3))),
        {"p": "改。", "q": ""},
        "加。",
    )
    fresh = Section("a", "总体情况", (words("p", 5), words("q", 5), words("r", 5)))
    (merged,) = merge((kept,), (fresh,))
    assert [block.text for block in merged.paragraphs] == ["改。", "字" * 5, "加。"]


def test_a_signed_report_ends_with_text_that_holds_its_signature():
    """What the signature shares its page with: a table or a chart at the end gets a closing line."""
    words = Paragraph("p", (Run("各项任务按期推进。"),))
    table = content.Table("t", "各专班情况", (Column("专班", 4),), (((Run("开办企业"),),),))
    ended = report_document("汇报", "县营商办", None, (Section("a", "情况", (words, table)),)).body
    assert [type(block).__name__ for block in ended] == ["Heading", "Paragraph", "Table", "Paragraph"]
    assert ended[-1].text == CLOSING
    plain = report_document("汇报", "县营商办", None, (Section("a", "情况", (table, words)),)).body
    assert len(plain) == 3
