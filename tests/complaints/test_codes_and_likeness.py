"""Query codes and the likeness of cases; no database."""

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.grounds import RULES, Ground, door_of
from complaints.kinds import CaseType, ProblemKind, default_secrecy
from complaints.likeness import Trait, likeness, title_likeness
from complaints.query_codes import (
    ALPHABET,
    LENGTH,
    RANDOM_LENGTH,
    is_well_formed,
    new_code,
    normalise,
    printed,
)


def test_a_code_has_at_least_eighty_bits_and_no_letters_that_are_taken_for_others():
    assert RANDOM_LENGTH * math.log2(len(ALPHABET)) >= 80
    assert not set("01ILO") & set(ALPHABET)
    assert len({new_code() for _ in range(500)}) == 500


def test_a_code_is_found_however_it_is_typed():
    code = new_code()
    assert len(printed(code)) == LENGTH + 2
    for typed in (printed(code), printed(code).lower(), printed(code).replace("-", " "), f" {code}　"):
        assert normalise(typed) == code
    full_width = "".join(chr(ord(sign) + 0xFEE0) for sign in code)
    assert is_well_formed(normalise(full_width))


@given(st.integers(0, LENGTH - 1), st.integers(1, len(ALPHABET) - 1))
def test_every_single_wrong_character_is_found(place, shift):
    code = new_code()
    wrong = ALPHABET[(ALPHABET.index(code[place]) + shift) % len(ALPHABET)]
    assert not is_well_formed(code[:place] + wrong + code[place + 1 :])


@given(st.integers(0, LENGTH - 2))
def test_two_neighbours_exchanged_are_found(place):
    code = new_code()
    if code[place] == code[place + 1]:
        return
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert not is_well_formed(swapped)


@pytest.mark.parametrize("typed", ["", "ABC", "!" * LENGTH, "0" * LENGTH])
def test_what_cannot_be_a_code(typed):
    assert not is_well_formed(normalise(typed))


def test_titles_are_compared_without_punctuation_and_usual_openings():
    assert title_likeness("关于施工许可补正的问题", "施工许可，补正") == 100
    assert title_likeness("施工许可审图三次补正", "施工许可审图多次补正") > 70
    assert title_likeness("施工许可审图三次补正", "用水报装押金不退") == 0
    assert title_likeness("", "施工许可") == 0


@pytest.mark.parametrize(
    ("old", "likely"),
    [
        (Trait("施工许可审图多次补正", 7), True),  # same enterprise, much the same title
        (Trait("施工许可审图多次补正"), False),  # the title alone is no proof
        (Trait("施工许可审图三次补正"), True),  # unless it is the very same
        (Trait("用水报装押金不退", 7, "x"), True),  # same enterprise and phone
        (Trait("用水报装押金不退", 7), False),
        (Trait("施工许可审图多次补正", 7, registered_on=date(2023, 6, 1)), False),  # long ago counts half
    ],
)
def test_what_is_shown_as_a_likely_duplicate(old, likely):
    new = Trait("施工许可审图三次补正", 7, "x", registered_on=date(2023, 11, 8))
    assert likeness(new, old).is_likely is likely


def test_the_data_is_complete():
    assert len(ProblemKind) == 11
    assert set(RULES) == set(Ground)
    assert all(rule.basis for rule in RULES.values())
    assert door_of(Ground.OTHER) == ""
    assert default_secrecy(CaseType.REPORT) == "secret"
    assert default_secrecy(CaseType.HELP) == "open"
