"""勾稽: what contradicts itself is found, with both numbers."""

import pytest

from reports.consistency import Before, check
from reports.texts.content import Paragraph, Run, Section, Table
from tests.reports.sheets import figure, parts, values


def sections(*runs, title="总体情况", more=()):
    return (Section("overall", title, (Paragraph("p", runs),)), *more)


POLICIES = values(
    figure("all", 70, name="惠企政策事项", parts=parts("按兑现方式", "automatic", "instant")),
    figure("automatic", 45, name="免申即享"),
    figure("instant", 26, name="即申即享"),
)


def test_parts_that_do_not_add_up_are_named_with_both_numbers():
    found = check(sections(), POLICIES)
    assert found.checked == 1
    assert found.contradictions[0].sentence == "“惠企政策事项”按兑现方式分项之和为 71项，与总数 70项不一致"
    assert found.contradictions[0].verdict == "71 ≠ 70"
    assert found.contradictions[0].rows == (("免申即享", "45"), ("即申即享", "26"))
    assert found.of("instant")


@pytest.mark.parametrize(
    ("automatic", "instant", "whole", "contradictions", "checked"),
    [
        (45, 25, 70, 0, 1),
        (45, 26, 70, 1, 1),
        (0, 70, 70, 0, 1),
        (None, 70, 70, 0, 0),  # a missing part is not zero: nothing to compare
        (45, 25, None, 0, 0),
    ],
)
def test_sums(automatic, instant, whole, contradictions, checked):
    found = check(
        sections(),
        values(
            figure("all", whole, parts=parts("按兑现方式", "automatic", "instant")),
            figure("automatic", automatic),
            figure("instant", instant),
        ),
    )
    assert (len(found.contradictions), found.checked) == (contradictions, checked)


def test_what_is_printed_counts_not_what_was_computed():
    edited = sections(Run("其中免申即享"), Run("44", "automatic"), Run("项。"))
    assert check(edited, POLICIES).contradictions == ()


def test_a_share_printed_is_not_taken_for_the_number_itself():
    printed = sections(Run("占"), Run("64", "automatic:share"), Run("%"))
    assert check(printed, POLICIES).contradictions[0].verdict == "71 ≠ 70"


@pytest.mark.parametrize(
    ("previous", "then", "contradictions", "checked"),
    [(119, 119, 0, 1), (119, 118, 1, 1), (None, 118, 0, 0), (119, None, 0, 0), ("91.7", "91.70", 0, 1)],
)
def test_the_opening_is_what_the_last_document_printed(previous, then, contradictions, checked):
    now = values(figure("closed", 131, previous, name="已销号", carried=True))
    found = check(sections(), now, Before("第9期通报", values(figure("closed", then))))
    assert (len(found.contradictions), found.checked) == (contradictions, checked)


def test_an_opening_that_differs_says_what_to_do():
    now = values(figure("closed", 131, 119, name="已销号", carried=True))
    found = check(sections(), now, Before("第9期通报", values(figure("closed", 118))))
    assert found.contradictions[0].sentence == (
        "“已销号”期初数为 119项，与第9期通报刊载的 118项不一致，请核对明细；上期有误的，先签发更正通报"
    )


def test_only_carried_figures_are_bound_to_the_last_document():
    now = values(figure("rate", "87.9", "85.2", unit="%"))
    assert check(sections(), now, Before("第9期通报", values(figure("rate", "85.1")))).checked == 0


def test_a_figure_printed_twice_is_printed_alike():
    again = Section("lists", "台账销号情况", (Table("t", "表", (), (((Run("132", "closed"),),),), None),))
    found = check(sections(Run("131", "closed"), more=(again,)), values(figure("closed", 131, name="已销号")))
    assert [item.sentence for item in found.contradictions] == [
        "“已销号”在“总体情况”写作 131，在“台账销号情况”写作 132，前后不一致"
    ]


def test_twice_alike_passes_whatever_its_form():
    found = check(sections(Run("3,679.5", "paid"), Run("3679.5", "paid")), values(figure("paid", "3679.5")))
    assert (found.checked, found.passed) == (1, 1)
