"""The question before sending: a person answers it either way, each time it is another one."""

import random

import pytest

from complaints.challenges import SUM, WORDS, is_right, new_challenge


@pytest.mark.parametrize("kind", [SUM, WORDS])
def test_every_question_has_its_answer_and_no_other(kind):
    chance = random.Random(7)
    for _ in range(300):
        asked = new_challenge(kind, chance)
        assert asked.kind == kind
        assert all(is_right(asked, answer) for answer in asked.answers)
        assert not is_right(asked, "")
        assert not is_right(asked, "答")
        assert bool(asked.drawing) == (kind == SUM)


def test_a_sum_is_drawn_not_written():
    asked = new_challenge(SUM, random.Random(1))
    assert not set("一二三四五六七八九加减") & set(asked.prompt + asked.drawing)
    assert set(asked.drawing) <= set("MLC0123456789. -")


def test_no_two_drawings_of_one_sum_are_alike():
    chance = random.Random(3)
    drawings = [new_challenge(SUM, chance).drawing for _ in range(200)]
    assert len(set(drawings)) == 200


@pytest.mark.parametrize(
    ("typed", "right"), [("星期五", True), ("周 五", True), ("５", True), ("五", True), ("星期四", False)]
)
def test_a_weekday_may_be_written_in_any_way(typed, right):
    chance = random.Random(0)
    asked = next(
        one for one in (new_challenge(WORDS, chance) for _ in range(500)) if one.answers == ("五", "5")
    )
    assert is_right(asked, typed) is right


def test_numbers_are_taken_in_numerals_too():
    chance = random.Random(0)
    asked = next(one for one in (new_challenge(SUM, chance) for _ in range(500)) if one.answers[0] == "12")
    assert is_right(asked, " 十二 ")
    assert is_right(asked, "１２")
