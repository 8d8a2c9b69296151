"""Numbers keep their figures through editing, and say when they no longer agree."""

import pytest

from reports.texts.content import Paragraph, Run, Section, text_of
from reports.texts.marks import agrees, align, differences, expected
from tests.reports.sheets import figure, values

RUNS = (
    Run("截至10月31日，全县"),
    Run("16", "forces"),
    Run("个指标专班承担任务和问题"),
    Run("288", "total"),
    Run("项，已销号"),
    Run("131", "closed"),
    Run("项，占"),
    Run("45", "closed:share"),
    Run("%，较上月增加"),
    Run("12", "closed:change"),
    Run("项。"),
)
VALUES = values(
    figure("forces", 16, unit="个"), figure("total", 288), figure("closed", 131, 119, share=45, name="已销号")
)


def marked(text):
    """Return the marks that the text's numbers have after alignment: [(text, mark)]."""
    return [(run.text, run.figure) for run in align(text, RUNS) if run.figure]


WHOLE = [
    ("16", "forces"),
    ("288", "total"),
    ("131", "closed"),
    ("45", "closed:share"),
    ("12", "closed:change"),
]


@pytest.mark.parametrize(
    ("text", "expected_marks"),
    [
        ("截至10月31日，全县16个指标专班承担任务和问题288项，已销号131项，占45%，较上月增加12项。", WHOLE),
        # words change, numbers stay
        ("至10月底，全县16个专班共承担288项任务和问题，其中已销号131项，占45%，较上月多12项。", WHOLE),
        # a number changes: it keeps its mark
        (
            "截至10月31日，全县16个指标专班承担任务和问题288项，已销号132项，占45%，较上月增加12项。",
            [*WHOLE[:2], ("132", "closed"), *WHOLE[3:]],
        ),
        # a longer number that begins alike is another number
        (
            "截至10月31日，全县16个指标专班承担任务和问题288项，已销号1310项，占45%，较上月增加12项。",
            [*WHOLE[:2], ("1310", "closed"), *WHOLE[3:]],
        ),
        # a clause is taken out
        ("截至10月31日，全县16个指标专班承担任务和问题288项，已销号131项。", WHOLE[:3]),
        # a number is typed in: it has no mark
        (
            "截至10月31日，全县16个指标专班承担任务和问题288项，已销号131项，占45%，较上月增加12项，为全市第3位。",
            WHOLE,
        ),
        # a clause is moved to the front
        (
            "较上月增加12项，截至10月31日，全县16个指标专班承担任务和问题288项，已销号131项，占45%。",
            [("12", "closed:change"), *WHOLE[:4]],
        ),
        ("", []),
        ("请各单位抓紧推进。", []),
    ],
)
def test_marks_find_their_numbers_again(text, expected_marks):
    runs = align(text, RUNS)
    assert text_of(runs) == text
    assert marked(text) == expected_marks


def test_the_leading_words_keep_their_typeface():
    runs = align(
        "（一）政务服务。办件6165件，较好。",
        (Run("（一）政务服务。", look="kai"), Run("办件"), Run("6165", "n"), Run("件。")),
    )
    assert runs == (
        Run("（一）政务服务。", look="kai"),
        Run("办件"),
        Run("6165", "n"),
        Run("件，较好。"),
    )


@pytest.mark.parametrize(
    ("text", "mark", "fits"),
    [
        ("131", "closed", True),
        ("132", "closed", False),
        ("１３１", "closed", True),
        ("131.0", "closed", True),
        ("一百三十一", "closed", False),
        ("12", "closed:change", True),
        ("119", "closed:previous", True),
        ("45", "closed:share", True),
        ("46", "closed:share", False),
        ("5", "gone", False),
        ("—", "gone", True),
        ("任意", "", True),
    ],
)
def test_a_number_agrees_with_its_figure_or_not(text, mark, fits):
    assert agrees(Run(text, mark), VALUES) is fits


@pytest.mark.parametrize(
    ("number", "text"), [("3,679.5", True), ("3679.50", True), ("3679.5", True), ("3679", False)]
)
def test_separators_and_zeros_do_not_matter(number, text):
    assert agrees(Run(number, "paid"), values(figure("paid", "3679.5"))) is text


def test_a_fall_is_printed_without_sign():
    falling = values(figure("red", 9, 11))
    assert expected(Run("", "red:change"), falling) == "2"


def test_each_difference_says_where_and_what_it_should_be():
    runs = align("已销号132项。", (Run("已销号"), Run("131", "closed"), Run("项。")))
    found = differences([Section("overall", "总体情况", (Paragraph("p", runs),))], VALUES)
    assert [item.sentence for item in found] == ["“总体情况”中的“已销号”写作 132，按口径应为 131"]
    assert found[0].block == "p"
