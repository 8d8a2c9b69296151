"""Placeholders in texts that people write become numbers that know their figure."""

import pytest

from reports.texts.content import Paragraph, Run, Section
from reports.texts.placeholders import fill, link, unknown_in
from reports.texts.values import FigureValue

VALUES = {
    "items.closed": FigureValue("items.closed", "已销号", "项", "口径", 12, previous=10, share=40),
    "items.open": FigureValue("items.open", "未销号", "项", "口径", None),
}


def test_a_placeholder_becomes_a_marked_number():
    assert fill("已销号{items.closed}项，占{items.closed:share}%。", VALUES) == (
        Run("已销号"),
        Run("12", "items.closed"),
        Run("项，占"),
        Run("40", "items.closed:share"),
        Run("%。"),
    )


def test_a_sentence_whose_number_is_missing_is_left_out():
    runs = fill("已销号{items.closed}项。未销号{items.open}项。继续推进。", VALUES)
    assert "".join(run.text for run in runs) == "已销号12项。继续推进。"


def test_a_sentence_whose_numbers_are_all_nil_is_left_out():
    nil = FigureValue("nil", "逾期", "项", "口径", 0)
    runs = fill("逾期{nil}项。已销号{items.closed}项，逾期{nil}项。", {**VALUES, "nil": nil})
    assert "".join(run.text for run in runs) == "已销号12项，逾期0项。"


def test_what_is_typed_into_a_paragraph_is_linked_and_marks_stay():
    old = Paragraph(
        "a.p1", (Run("共"), Run("12", "items.closed"), Run("项，上期{items.closed:previous}项")), edited=True
    )
    new = link(Section("a", "甲", (old,)), VALUES).paragraphs[0]
    assert [(run.text, run.figure) for run in new.runs if run.figure] == [
        ("12", "items.closed"),
        ("10", "items.closed:previous"),
    ]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("{items.closed}", []),
        ("{items.nothing}", ["items.nothing"]),
        ("{items.closed:best}", ["items.closed:best"]),
    ],
)
def test_a_placeholder_without_a_figure_is_named(text, wrong):
    assert unknown_in(text, VALUES) == wrong
