from datetime import date

import pytest

from portal.documents.composition import (
    compose_attachment_note,
    compose_masthead,
    compose_signature,
    copy_text,
    printable,
)
from portal.documents.model import Attachment, CopyLine, DocumentKind, OfficialDocument
from portal.documents.numbers import text_width


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("喆堃䶮 #$*<&@ 😀", "喆堃䶮 #$*<&@ 😀"),
        ("甲\x00乙\x0b丙\x1b", "甲乙丙"),
        ("甲\u202e乙\u200b\ufeff", "甲乙"),
        ("甲\t乙\r\n丙\r丁", "甲 乙\n丙\n丁"),
        ("半个\ud83d字", "半个字"),
    ],
)
def test_invisible_characters_are_dropped_and_everything_else_kept(text, expected):
    assert printable(text) == expected


def test_a_masthead_is_as_large_as_its_line_allows():
    short, long = compose_masthead("工作简报"), compose_masthead("优化营商环境工作通报")
    assert short.size == 54
    assert short.lines == ("工作简报",)
    assert 40 < long.size < 45


def test_a_long_masthead_goes_on_two_lines_of_which_both_fit():
    masthead = compose_masthead("云溪县优化营商环境工作领导小组办公室")
    assert masthead.lines == ("云溪县优化营商环境", "工作领导小组办公室")
    assert all(text_width(line) * masthead.size <= 442 for line in masthead.lines)


def signed(signer, *, sealed):
    return compose_signature(
        OfficialDocument(
            kind=DocumentKind.LETTER,
            title="",
            body=(),
            signer=signer,
            sealed=sealed,
            issued_on=date(2023, 11, 8),  # 6.5 characters wide
        )
    )


@pytest.mark.parametrize(
    ("signer", "sealed", "signer_inset", "date_inset"),
    [
        ("云溪县营商办", True, 4.25, 4),  # centred above a date 4 characters from the edge
        (
            "云溪县优化营商环境工作领导小组办公室",
            True,
            0,
            5.75,
        ),  # too long: flush right, the date centred below
        ("云溪县营商办", False, 4.5, 2),  # the date is longer: it stands 2 characters from the edge
        ("云溪县优化营商环境办公室", False, 2, 5.5),  # the date begins 2 characters further right
    ],
)
def test_signer_and_date_stand_as_the_standard_says(signer, sealed, signer_inset, date_inset):
    placed = signed(signer, sealed=sealed)
    assert (placed.signer_inset, placed.date_inset) == (signer_inset, date_inset)


def test_one_attachment_has_no_number_and_several_line_up():
    assert [line.text for line in compose_attachment_note((Attachment("清单", ()),))] == ["附件：清单"]
    first, second = compose_attachment_note((Attachment("清单", ()), Attachment("反馈表", ())))
    assert (first.text, first.start) == ("附件：1. 清单", 2)
    assert (second.text, second.start) == ("2. 反馈表", 5)
    assert first.hang == second.hang


@pytest.mark.parametrize("units", ["县委办、县政府办", "县委办、县政府办。", "县委办、县政府办；"])
def test_the_line_of_copies_ends_with_one_full_stop(units):
    assert copy_text(CopyLine("抄送", units)) == "抄送：县委办、县政府办。"
