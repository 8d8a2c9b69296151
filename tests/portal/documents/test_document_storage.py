import json
from dataclasses import replace
from datetime import date

import pytest
from document_samples import BULLETIN, LETTER, SHEET

from portal.documents.model import (
    Chart,
    Column,
    DocumentKind,
    GroupRow,
    Heading,
    Mark,
    OfficialDocument,
    PageBreak,
    Paragraph,
    Run,
    Table,
)
from portal.documents.storage import DocumentUnreadable, from_json, to_json

ODD_TEXT = '#标题 $x$ *粗* <标签> & @引用 \\ " 😀 喆堃䶮\n第二行'
SMALLEST = OfficialDocument(kind=DocumentKind.REPORT, title="", body=())
ODD = OfficialDocument(
    kind=DocumentKind.REPORT,
    title=ODD_TEXT,
    body=(
        Paragraph(ODD_TEXT, indent=False),
        PageBreak(),
        Paragraph((Run(ODD_TEXT, Mark.KAI), Run(""))),
        Table(
            ODD_TEXT, (Column("甲"),), (GroupRow((Run("组", Mark.RED),)), ((Run("红", Mark.RED),),), ("乙",))
        ),
        Chart("", "<svg/>", 90),
        Heading(4, "（1）小标题"),
    ),
    issued_on=date(2024, 2, 29),
)


@pytest.mark.parametrize("document", [BULLETIN, LETTER, SHEET, SMALLEST, ODD])
def test_what_is_stored_reads_back_equal_and_is_stored_again_the_same(document):
    stored = to_json(document)
    assert from_json(stored) == document
    assert to_json(from_json(stored)) == stored


def test_equal_documents_are_stored_alike():
    assert to_json(replace(BULLETIN)) == to_json(BULLETIN)
    assert to_json(replace(BULLETIN, issue_number=11)) != to_json(BULLETIN)


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "不是文书",
        "[]",
        "{}",
        json.dumps({"format": 1}),
        to_json(BULLETIN).replace('"type": "heading"', '"type": "poem"', 1),
        to_json(BULLETIN).replace('"masthead"', '"headmast"', 1),
    ],
)
def test_a_damaged_text_is_refused_with_a_sentence(broken):
    with pytest.raises(DocumentUnreadable, match="文书存档不完整"):
        from_json(broken)


def test_a_later_format_is_refused_by_name():
    later = json.dumps({**json.loads(to_json(BULLETIN)), "format": 2})
    with pytest.raises(DocumentUnreadable, match="第 2 版格式"):
        from_json(later)


def test_a_row_with_another_number_of_cells_is_refused():
    with pytest.raises(ValueError, match="有一行是 1 格，应为 2 格"):
        Table("表1", (Column("甲"), Column("乙")), (("一",),))
    with pytest.raises(ValueError, match="有一行是 3 格，应为 2 格"):
        Table("表1", (Column("甲"), Column("乙")), (), total_row=("一", "二", "三"))


def test_a_table_without_columns_and_a_fifth_heading_level_are_refused():
    with pytest.raises(ValueError, match="没有列"):
        Table("表1", (), ())
    with pytest.raises(ValueError, match="正整数"):
        Column("甲", 0)
    with pytest.raises(ValueError, match="一至四级"):
        Heading(5, "五级")
